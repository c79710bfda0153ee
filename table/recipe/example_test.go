package recipe_test

import (
	"fmt"
	"strings"

	"github.com/relift/relift/table"
	"github.com/relift/relift/table/read"
	"github.com/relift/relift/table/recipe"
)

// A table becomes the matrices of the training problem; the encoding maps
// later tables in the same way.
func Example() {
	const text = "width,colour,class\n1.5,red,yes\n-2,blue,no\n0.5,red,no\n"
	frame, err := read.Read("flowers.csv", strings.NewReader(text), table.FormatAuto)
	if err != nil {
		fmt.Println(err)
		return
	}
	encoding, data, err := recipe.FitApply(frame, recipe.Options{Targets: []string{"class"}, Bias: true, Scale: recipe.ScaleNone})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(encoding.Task, encoding.Classes)
	fmt.Println(encoding.FeatureNames())
	fmt.Println(data.X.RawRowView(0), data.Y.RawRowView(0))

	_, err = read.Read("broken.csv", strings.NewReader("width,class\n1.5,yes\n2\n"), table.FormatAuto)
	fmt.Println(err)
	// Output:
	// classification [no yes]
	// [width colour=blue colour=red (bias)]
	// [1.5 0 1 1] [0 1]
	// broken.csv: line 3: 1 field; expected 2, as many as the header has
}
