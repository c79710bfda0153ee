package tune

import (
	"errors"
	"slices"
	"testing"
)

// checkFolds: every row is a test row once, and training and test rows are apart and all there is.
func checkFolds(t *testing.T, folds []Rows, n int) {
	t.Helper()
	tested := make([]int, n)
	for f, rows := range folds {
		all := slices.Concat(rows.Train, rows.Test)
		slices.Sort(all)
		if len(slices.Compact(all)) != n || len(rows.Train)+len(rows.Test) != n || !slices.IsSorted(rows.Train) || !slices.IsSorted(rows.Test) {
			t.Errorf("fold %d has training rows %v and test rows %v", f, rows.Train, rows.Test)
		}
		for _, i := range rows.Test {
			tested[i]++
		}
	}
	for i, times := range tested {
		if times != 1 {
			t.Errorf("row %d is a test row %d times", i, times)
		}
	}
}

func TestDivide(t *testing.T) {
	for _, n := range []int{5, 7, 101} {
		folds, err := Divide(n, 5, 3)
		if err != nil {
			t.Fatal(err)
		}
		checkFolds(t, folds, n)
		for _, rows := range folds {
			if len(rows.Test) < n/5 || len(rows.Test) > (n+4)/5 {
				t.Errorf("%d test rows of %d", len(rows.Test), n)
			}
		}
		other, _ := Divide(n, 5, 4)
		if n > 100 && slices.Equal(folds[0].Test, other[0].Test) {
			t.Error("another seed gives the same folds")
		}
	}
}

// The only row of its stratum is a training row of every fold, and the others are test rows once.
func TestDivideStrataTrainsOnLonelyRows(t *testing.T) {
	stratum := []int{0, 0, 1, 0, 2, 2, 0}
	folds, err := DivideStrata(stratum, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	tested := make([]int, len(stratum))
	for _, rows := range folds {
		if !slices.Contains(rows.Train, 2) || len(rows.Train)+len(rows.Test) != len(stratum) {
			t.Errorf("training rows %v and test rows %v; row 2 is the only one of its stratum", rows.Train, rows.Test)
		}
		for _, i := range rows.Test {
			tested[i]++
		}
	}
	if !slices.Equal(tested, []int{1, 1, 0, 1, 1, 1, 1}) {
		t.Errorf("rows are test rows %v times", tested)
	}
	if _, err := DivideStrata([]int{0, 1, 2, 2, 3}, 3, 1); !errors.Is(err, ErrFolds) {
		t.Errorf("three folds of two rows that can be test rows: %v, expected ErrFolds", err)
	}
}

func TestDivideStrataKeepsShares(t *testing.T) {
	stratum := make([]int, 103)
	for i := range stratum {
		switch {
		case i%10 == 0:
			stratum[i] = 1
		case i%50 == 1:
			stratum[i] = 2
		}
	}
	folds, err := DivideStrata(stratum, 4, 1)
	if err != nil {
		t.Fatal(err)
	}
	checkFolds(t, folds, len(stratum))
	for s, total := range []int{89, 11, 3} {
		for f, rows := range folds {
			count := 0
			for _, i := range rows.Test {
				if stratum[i] == s {
					count++
				}
			}
			if count < total/4 || count > (total+3)/4 {
				t.Errorf("fold %d has %d of the %d rows of stratum %d", f, count, total, s)
			}
		}
	}
}

func TestDivideGroupsKeepsGroupsTogether(t *testing.T) {
	var group []int
	for g, size := range []int{30, 1, 12, 2, 9, 9, 4, 20, 3} {
		for range size {
			group = append(group, g*7)
		}
	}
	folds, err := DivideGroups(group, 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	checkFolds(t, folds, len(group))
	for f, rows := range folds {
		if len(rows.Test) != 30 {
			t.Errorf("fold %d has %d test rows; the groups allow 30", f, len(rows.Test))
		}
		for _, i := range rows.Test {
			for _, k := range rows.Train {
				if group[i] == group[k] {
					t.Fatalf("fold %d: rows %d and %d are of group %d", f, i, k, group[i])
				}
			}
		}
	}
}

func TestDivideOrderHasNoFuture(t *testing.T) {
	folds, err := DivideOrder(23, 4)
	if err != nil {
		t.Fatal(err)
	}
	next := 0
	for f, rows := range folds {
		if f == 0 {
			next = len(rows.Train)
		}
		if len(rows.Train) != next || rows.Test[0] != next || rows.Train[next-1] != next-1 {
			t.Errorf("fold %d: training rows %v, test rows %v", f, rows.Train, rows.Test)
		}
		next += len(rows.Test)
	}
	if next != 23 {
		t.Errorf("the test rows end at %d of 23", next)
	}
}

func TestDivideRefuses(t *testing.T) {
	for name, divide := range map[string]func() ([]Rows, error){
		"one fold":    func() ([]Rows, error) { return Divide(10, 1, 1) },
		"few rows":    func() ([]Rows, error) { return Divide(4, 5, 1) },
		"few groups":  func() ([]Rows, error) { return DivideGroups([]int{1, 1, 1, 2, 2}, 3, 1) },
		"short order": func() ([]Rows, error) { return DivideOrder(3, 3) },
	} {
		if _, err := divide(); !errors.Is(err, ErrFolds) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
