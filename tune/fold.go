package tune

import (
	"bytes"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/npy"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/reduce"
)

// Fold is a division of the rows in training and test rows, each as encoded by a recipe that was fitted on the training rows alone.
type Fold struct {
	Train problem.Problem // on the training rows; its Gamma is not used
	// TestX and TestY are the rows to judge by (n×d and n×c), and TestWeights their weights, nil for ones.
	TestX, TestY *mat.Dense
	TestWeights  []float64
}

// FoldsOf are the folds of a problem whose X and Y are there for all rows; what made them of a table, such as means and deviations, knows the test rows then.
func FoldsOf(p problem.Problem, rows []Rows) []Fold {
	folds := make([]Fold, len(rows))
	for k, r := range rows {
		test := p.Subset(r.Test)
		folds[k] = Fold{Train: p.Subset(r.Train), TestX: test.X, TestY: test.Y, TestWeights: test.Weights}
	}
	return folds
}

// inRowSpace is the fold in coordinates of the space of its training rows, where those are wide: the first layers of trained networks lie there, so that
// test rows count by their part in it.
func (f Fold) inRowSpace() Fold {
	s := reduce.New(f.Train, reduce.Wide)
	for _, r := range s.Parts() {
		var x mat.Dense
		f.Train.Algebra().Mul(&x, f.TestX, r.Rows().Basis)
		f.Train, f.TestX = r.Reduced(), &x
	}
	return f
}

// check reports what makes the fold unusable.
func (f Fold) check() error {
	p := f.Train
	p.Gamma = 1
	if err := p.Validate(); err != nil {
		return err
	}
	_, d, c := p.Dims()
	if f.TestX == nil || f.TestY == nil || f.TestX.IsEmpty() || f.TestY.IsEmpty() {
		return fmt.Errorf("there are no test rows")
	}
	n, cols := f.TestX.Dims()
	if rows, outputs := f.TestY.Dims(); cols != d || outputs != c || rows != n || f.TestWeights != nil && len(f.TestWeights) != n {
		return fmt.Errorf("the test rows are %d×%d and %d×%d with %d weights and the training rows have %d columns and %d outputs", n, cols, rows, outputs, len(f.TestWeights), d, c)
	}
	return nil
}

// content is what a training needs of a fold, as an NPZ archive.
func (f Fold) content() ([]byte, error) {
	entries := []npy.Entry{
		{Name: "X", Array: npy.Matrix(f.Train.X)}, {Name: "Y", Array: npy.Matrix(f.Train.Y)},
	}
	if f.TestX != nil {
		entries = append(entries, npy.Entry{Name: "test_X", Array: npy.Matrix(f.TestX)})
	}
	if f.Train.Weights != nil {
		entries = append(entries, npy.Entry{Name: "weights", Array: npy.Vector(f.Train.Weights)})
	}
	return archive(entries)
}

// archive writes arrays into one content.
func archive(entries []npy.Entry) ([]byte, error) {
	var b bytes.Buffer
	if err := npy.WriteArchive(&b, entries); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// open reads a content.
func open(r *bytes.Reader) (*npy.Archive, error) { return npy.ReadArchive(r, r.Size(), 2*r.Size()) }

// foldOf is the inverse of content; the loss, γ and intercept are not in it.
func foldOf(r *bytes.Reader) (f Fold, err error) {
	a, err := open(r)
	if err != nil {
		return f, err
	}
	for name, to := range map[string]**mat.Dense{"X": &f.Train.X, "Y": &f.Train.Y, "test_X": &f.TestX} {
		if name == "test_X" && !a.Has(name) {
			continue
		}
		if *to, err = matrix(a, name); err != nil {
			return f, err
		}
	}
	if a.Has("weights") {
		var w npy.Array
		if w, err = a.Array("weights"); err == nil {
			f.Train.Weights, err = w.AsVector()
		}
	}
	return f, err
}

func matrix(a *npy.Archive, name string) (*mat.Dense, error) {
	m, err := a.Array(name)
	if err != nil {
		return nil, err
	}
	return m.AsMatrix()
}
