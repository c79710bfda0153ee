package recipe

import (
	"slices"
	"testing"

	"github.com/relift/relift/table"
	"github.com/relift/relift/table/builtin"
	"github.com/relift/relift/table/internal/tabletest"
	"github.com/relift/relift/table/notation"
	"github.com/relift/relift/table/read"
)

// TestReproducesPublishedSplits: the shared files are train_test_split with
// random_state 42 and test_size ½ of the original tables.
func TestReproducesPublishedSplits(t *testing.T) {
	for _, test := range []struct {
		builtin, shared string
		quirk           bool // the published script lost the first row
	}{
		{"builtin:iris", "iris", false},
		{"builtin:ionosphere", "ionosphere", true},
		{"builtin:pima_indians", "pima_indians", true},
	} {
		whole, err := builtin.Open(test.builtin)
		if err != nil {
			t.Fatal(err)
		}
		if test.quirk {
			whole = whole.WithoutFirstRow()
		}
		split, err := table.ParseSplit("sklearn:42:0.5")
		if err != nil {
			t.Fatal(err)
		}
		train, held, err := Options{}.Split(whole, split)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []struct {
			table *table.Table
			file  string
		}{{train, test.shared + ".train.csv"}, {held, test.shared + ".test.csv"}} {
			want, err := read.Open(tabletest.SharedData(t, part.file), table.FormatAuto)
			if err != nil {
				t.Fatal(err)
			}
			if part.table.NumRows() != want.NumRows() || len(part.table.Columns) != len(want.Columns) {
				t.Fatalf("%s: %d rows, want %d", part.file, part.table.NumRows(), want.NumRows())
			}
			for j, c := range want.Columns {
				for i := range want.NumRows() {
					if notation.Format(part.table.Columns[j].Number(i)) != notation.Format(c.Number(i)) || c.Kind != table.Numeric && part.table.Columns[j].Value(i) != c.Value(i) {
						t.Fatalf("%s: row %d, column %s: %s, want %s", part.file, i, c.Name, part.table.Columns[j].Value(i), c.Value(i))
					}
				}
			}
		}
	}
}

func TestHoldoutIsStratifiedAndSeeded(t *testing.T) {
	iris, err := builtin.Open("builtin:iris")
	if err != nil {
		t.Fatal(err)
	}
	split := table.Split{Kind: table.SplitHoldout, Seed: 3, Fraction: 0.2}
	train, held, err := Options{}.Split(iris, split)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for i := range held.NumRows() {
		counts[held.Columns[4].Text[i]]++
	}
	if train.NumRows() != 120 || counts["setosa"] != 10 || counts["versicolor"] != 10 || counts["virginica"] != 10 {
		t.Errorf("%d training rows, test rows %v; want 120 and 10 of each", train.NumRows(), counts)
	}
	seen := map[int]bool{}
	for _, l := range slices.Concat(train.Lines, held.Lines) {
		seen[l] = true
	}
	if len(seen) != 150 {
		t.Errorf("%d distinct rows, want all 150 once", len(seen))
	}
	_, again, _ := Options{}.Split(iris, split)
	split.Seed = 4
	_, other, _ := Options{}.Split(iris, split)
	if !slices.Equal(again.Lines, held.Lines) || slices.Equal(other.Lines, held.Lines) {
		t.Error("the seed does not decide the rows")
	}
	// A class of one row stays in training, and a small table still has test rows.
	small, err := table.New("small", []string{"a", "y"}, [][]float64{{1, 0}, {2, 0}, {3, 0}, {4, 0}, {5, 1}})
	if err != nil {
		t.Fatal(err)
	}
	train, held, err = Options{Task: TaskClassification}.Split(small, table.Split{Kind: table.SplitHoldout, Fraction: 0.1})
	if err != nil || held.NumRows() != 1 || held.Columns[1].Numbers[0] != 0 {
		t.Errorf("small table: %v, %v", held, err)
	}
	if train.NumRows() != 4 {
		t.Errorf("%d training rows", train.NumRows())
	}
}
