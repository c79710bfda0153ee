package dataset_test

import (
	"fmt"
	"strings"

	"github.com/relift/relift/dataset"
)

// A table becomes the matrices of the training problem; the encoding maps
// later tables in the same way.
func Example() {
	const text = "width,colour,class\n1.5,red,yes\n-2,blue,no\n0.5,red,no\n"
	table, err := dataset.Read("flowers.csv", strings.NewReader(text), dataset.FormatAuto)
	if err != nil {
		fmt.Println(err)
		return
	}
	encoding, data, _, err := dataset.Fit(table, dataset.Options{Targets: []string{"class"}, Bias: true, Scale: dataset.ScaleNone})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(encoding.Task, encoding.Classes)
	fmt.Println(encoding.FeatureNames())
	fmt.Println(data.X.RawRowView(0), data.Y.RawRowView(0))

	_, err = dataset.Read("broken.csv", strings.NewReader("width,class\n1.5,yes\n2\n"), dataset.FormatAuto)
	fmt.Println(err)
	// Output:
	// classification [no yes]
	// [width colour=blue colour=red (bias)]
	// [1.5 0 1 1] [0 1]
	// broken.csv: line 3: 1 field; expected 2, as many as the header has
}

// The split of scikit-learn's train_test_split(random_state=42, test_size=0.5).
func ExampleParseSplit() {
	table, err := dataset.Builtin("builtin:iris")
	if err != nil {
		fmt.Println(err)
		return
	}
	split, err := dataset.ParseSplit("sklearn:42:0.5")
	if err != nil {
		fmt.Println(err)
		return
	}
	train, test, err := split.Apply(table, dataset.DefaultOptions())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(train.NumRows(), test.NumRows(), test.Place(0))
	// Output: 75 75 line 75
}
