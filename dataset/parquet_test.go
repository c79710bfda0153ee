package dataset

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestParquetOfOthers reads the table that pyarrow and DuckDB wrote in every
// codec and encoding (testdata/parquet/make.py).
func TestParquetOfOthers(t *testing.T) {
	right, err := Open(filepath.Join("testdata", "parquet", "right.csv"), FormatAuto)
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join("testdata", "parquet", "*.parquet"))
	if err != nil || len(paths) < 20 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	for _, path := range paths {
		name := filepath.Base(path)
		if name == "kinds.parquet" || name == "nulls.parquet" {
			continue
		}
		table, err := Open(path, FormatAuto)
		if err != nil {
			t.Error(err)
			continue
		}
		if !slices.Equal(table.Names(), right.Names()) || table.NumRows() != right.NumRows() {
			t.Errorf("%s: columns %q of %d rows", name, table.Names(), table.NumRows())
			continue
		}
		for j, want := range right.Columns {
			got := table.Columns[j]
			for i := range right.NumRows() {
				if got.Missing(i) != want.Missing(i) || !got.Missing(i) && (got.Kind != want.Kind || got.Kind == Numeric && got.number(i) != want.number(i) || got.Kind != Numeric && got.Value(i) != want.Value(i)) {
					t.Errorf("%s: column %s, row %d: %q, want %q", name, want.Name, i, got.Value(i), want.Value(i))
					break
				}
			}
		}
		if left := strings.Contains(strings.Join(table.Warnings, "\n"), `left out: "__index_level_0__"`); left != (name == "pandas-index.parquet") {
			t.Errorf("%s: warnings %q", name, table.Warnings)
		}
	}
}

// TestParquetKinds: 16-bit numbers, identifiers that no double holds, a list
// that is left out, and a column of nulls alone.
func TestParquetKinds(t *testing.T) {
	table, err := Open(filepath.Join("testdata", "parquet", "kinds.parquet"), FormatAuto)
	if err != nil {
		t.Fatal(err)
	}
	x, y := table.Column("x"), table.Column("y")
	if x.Kind != Numeric || x.Numbers[0] != 1.5 || !x.Missing(1) || x.Numbers[2] != -0.25 || x.Numbers[3] != 65504 {
		t.Errorf("x is %+v", x)
	}
	if y.Kind != Categorical || y.Text[2] != "1152921504606846977" || y.Text[3] != "1152921504606846978" {
		t.Errorf("y is %+v", y)
	}
	_, _, _, err = Fit(table, Options{Missing: MissingDrop})
	checkInputError(t, err, table.Name, `kinds.parquet: row 1, column "list": the column is nested or a list; expected a flat column, or --drop to leave it out`)
	if _, _, _, err = Fit(table, Options{Missing: MissingDrop, Drop: []string{"list"}}); err != nil {
		t.Error(err)
	}
	nulls, err := Open(filepath.Join("testdata", "parquet", "nulls.parquet"), FormatAuto)
	if err != nil || nulls.NumRows() != 5 || !slices.Equal(nulls.Column("y").Numbers, []float64{1, 2, 1, 2, 1}) || !math.IsNaN(nulls.Column("x").number(4)) {
		t.Errorf("nulls: %v, %v", nulls, err)
	}
}

// TestParquetCutShort changes and cuts a file of pyarrow's.
func TestParquetCutShort(t *testing.T) {
	good, err := os.ReadFile(filepath.Join("testdata", "parquet", "plain.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(good); i += 5 {
		changed := slices.Clone(good)
		changed[i] ^= 0x55
		for _, content := range []string{string(good[:i]), string(changed)} {
			table, err := Reading{Format: FormatParquet, MemoryLimit: fuzzMemory}.Read(t.Context(), "bad", strings.NewReader(content))
			if err == nil && content == string(good[:i]) {
				t.Fatalf("cut at byte %d: accepted", i)
			}
			if err == nil && table.NumRows() < 1 {
				t.Fatalf("byte %d changed: %d rows", i, table.NumRows())
			}
		}
	}
}
