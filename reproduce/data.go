package reproduce

import (
	"fmt"
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/builtin"
	"github.com/relift/relift/table/recipe"
)

// bankNotes is the data set whose file the user brings.
const bankNotes = "bank_notes"

// iris40 is iris with 40 of its 75 training rows, for the quick plan: the
// relaxation of that is solved in seconds without an OpenBLAS, too.
const (
	iris40     = "iris40"
	iris40Rows = 40
)

// sklearnSplit is the split of the paper's scripts.
const sklearnSplit = "sklearn:42:0.5"

// source is a data set as the experiments take it.
type source struct {
	x, y         *mat.Dense // training rows, n×d and n×c
	testX, testY *mat.Dense // nil without test rows
	algebra      linalg.Algebra
}

func (s source) problem(gamma float64) problem.Problem {
	return problem.Problem{X: s.x, Y: s.y, Gamma: gamma}.On(s.algebra)
}

// first returns s with n training rows, spread evenly, because tables are often
// sorted by class.
func (s source) first(n int) source {
	rows, d := s.x.Dims()
	_, c := s.y.Dims()
	x, y := mat.NewDense(n, d, nil), mat.NewDense(n, c, nil)
	for i := range n {
		from := i * rows / n
		x.SetRow(i, s.x.RawRowView(from))
		y.SetRow(i, s.y.RawRowView(from))
	}
	s.x, s.y = x, y
	return s
}

// plain loads a built-in table without scaling: the random problems and the
// spiral.
func plain(reference string, bias bool) func() (source, error) {
	return func() (source, error) {
		frame, err := builtin.Open(reference)
		if err != nil {
			return source{}, err
		}
		_, data, err := recipe.FitApply(frame, recipe.Options{Scale: recipe.ScaleNone, Bias: bias})
		if err != nil {
			return source{}, err
		}
		return source{x: data.X, y: data.Y}, nil
	}
}

// classification loads a data set as the paper's scripts do: features as they
// are (the 20 principal components of MNIST with one mean and one deviation for
// all of them), half of the rows for testing.
func classification(name string, bias bool, bankNotesPath string) func() (source, error) {
	return func() (source, error) {
		options := recipe.Options{Scale: recipe.ScaleNone, Bias: bias, Task: recipe.TaskClassification}
		var train, test *table.Table
		var err error
		if name == "mnist20" {
			options.Scale = recipe.ScaleOverall
			if train, err = builtin.Open("builtin:mnist20.train"); err != nil {
				return source{}, err
			}
			if test, err = builtin.Open("builtin:mnist20.test"); err != nil {
				return source{}, err
			}
		} else if train, test, err = halves(name, bankNotesPath, options); err != nil {
			return source{}, err
		}
		encoding, data, err := recipe.FitApply(train, options)
		if err != nil {
			return source{}, err
		}
		held, err := encoding.Apply(test)
		if err != nil {
			return source{}, err
		}
		s := source{x: data.X, y: data.Y, testX: held.X, testY: held.Y}
		if name == iris40 {
			s = s.first(iris40Rows)
		}
		return s, nil
	}
}

// halves splits a table.  The paper's scripts read files without a header and
// took the first row of all but iris for one, so that it is missing.
func halves(name, bankNotesPath string, options recipe.Options) (train, test *table.Table, err error) {
	var frame *table.Table
	if name == bankNotes {
		frame, err = builtin.BankNotes(bankNotesPath)
	} else {
		frame, err = builtin.Open("builtin:" + strings.TrimSuffix(name, "40"))
	}
	if err != nil {
		return nil, nil, err
	}
	if !strings.HasPrefix(name, "iris") {
		frame = frame.WithoutFirstRow()
	}
	split, err := table.ParseSplit(sklearnSplit)
	if err != nil {
		return nil, nil, err
	}
	return options.Split(frame, split)
}

// describe names where a classification data set comes from, for the settings.
func describe(name string) string {
	switch name {
	case "mnist20":
		return "builtin:mnist20.train and builtin:mnist20.test, scale overall"
	case "iris":
		return "builtin:iris, split " + sklearnSplit
	case iris40:
		return fmt.Sprintf("%s, %d training rows", describe("iris"), iris40Rows)
	default:
		return "builtin:" + name + " without its first row, split " + sklearnSplit
	}
}

// biasName is the part of a job's name that tells whether there is a bias.
func biasName(bias bool) string {
	if bias {
		return "bias"
	}
	return "nobias"
}

// gammaName renders γ as names and tables have it.
func gammaName(gamma float64) string { return fmt.Sprintf("%g", gamma) }

// CheckBankNotes reports whether path is the bank note data set.
func CheckBankNotes(path string) error {
	_, err := builtin.BankNotes(path)
	return err
}
