package table_test

import (
	"fmt"

	"github.com/relift/relift/table"
	"github.com/relift/relift/table/builtin"
	"github.com/relift/relift/table/recipe"
)

// The split of scikit-learn's train_test_split(random_state=42, test_size=0.5).
func ExampleParseSplit() {
	frame, err := builtin.Open("builtin:iris")
	if err != nil {
		fmt.Println(err)
		return
	}
	split, err := table.ParseSplit("sklearn:42:0.5")
	if err != nil {
		fmt.Println(err)
		return
	}
	train, test, err := recipe.DefaultOptions().Split(frame, split)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(train.NumRows(), test.NumRows(), test.Place(0))
	// Output: 75 75 line 75
}
