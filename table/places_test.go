package table_test

import (
	"testing"

	"github.com/relift/relift/table"
)

func TestPlaces(t *testing.T) {
	numbers, err := table.New("numbers", []string{"a"}, [][]float64{{1}, {2}, {3}, {4}})
	if err != nil {
		t.Fatal(err)
	}
	some := numbers.Subset([]int{3, 0, 2})
	for _, test := range []struct {
		rows []int
		most int
		want string
	}{
		{[]int{0}, 3, "row 4"},
		{[]int{0, 2}, 3, "rows 4 and 3"},
		{[]int{0, 1, 2}, 3, "rows 4, 1 and 3"},
		{[]int{0, 1, 2}, 2, "rows 4, 1 and 1 more"},
	} {
		if got := some.Places(test.rows, test.most); got != test.want {
			t.Errorf("%v: %q, want %q", test.rows, got, test.want)
		}
	}
}
