package certfile

import (
	"fmt"

	"github.com/relift/relift/certificate/verify"
)

// statement is the failed check of a file whose meta data state another γ, or a column of ones that X does not have; nothing if
// they state neither.
func (f *File) statement() []verify.Check {
	failed := func(problem string) []verify.Check { return []verify.Check{{Name: "statement", Detail: problem}} }
	settings := f.meta.Object("settings")
	for _, key := range []string{"gamma", "reg"} {
		switch gamma, stated, err := settings.Number(key); {
		case err != nil:
			return failed(err.Error())
		case stated && gamma != f.Gamma:
			return failed(fmt.Sprintf("the meta data state γ = %v, and the proof is for %v", gamma, f.Gamma))
		}
	}
	if !settings.Object("recipe").True("bias") {
		return nil
	}
	for i := range f.X.Rows {
		if f.X.Row(i)[f.X.Cols-1] != 1 {
			return failed(fmt.Sprintf("the meta data state a bias, and the last column of X is not 1 at row %d", i))
		}
	}
	return nil
}
