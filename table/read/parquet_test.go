package read

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/relift/relift/table"
	"github.com/relift/relift/table/internal/tabletest"
	"github.com/relift/relift/table/recipe"
)

// TestParquetOfOthers reads the table that pyarrow and DuckDB wrote in every
// codec and encoding (testdata/parquet/make.py).
func TestParquetOfOthers(t *testing.T) {
	right, err := Open(filepath.Join("testdata", "parquet", "right.csv"), table.FormatAuto)
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join("testdata", "parquet", "*.parquet"))
	if err != nil || len(paths) < 20 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	for _, path := range paths {
		name := filepath.Base(path)
		if slices.Contains([]string{"kinds.parquet", "nulls.parquet", "dates.parquet", "dates-int96.parquet"}, name) {
			continue
		}
		frame, err := Open(path, table.FormatAuto)
		if err != nil {
			t.Error(err)
			continue
		}
		if !slices.Equal(frame.Names(), right.Names()) || frame.NumRows() != right.NumRows() {
			t.Errorf("%s: columns %q of %d rows", name, frame.Names(), frame.NumRows())
			continue
		}
		for j, want := range right.Columns {
			got := frame.Columns[j]
			for i := range right.NumRows() {
				if got.Missing(i) != want.Missing(i) || !got.Missing(i) && (got.Kind != want.Kind || got.Kind == table.Numeric && got.Number(i) != want.Number(i) || got.Kind != table.Numeric && got.Value(i) != want.Value(i)) {
					t.Errorf("%s: column %s, row %d: %q, want %q", name, want.Name, i, got.Value(i), want.Value(i))
					break
				}
			}
		}
		if left := strings.Contains(strings.Join(frame.Warnings, "\n"), `left out: "__index_level_0__"`); left != (name == "pandas-index.parquet") {
			t.Errorf("%s: warnings %q", name, frame.Warnings)
		}
	}
}

// TestParquetByAnotherName: a file that only its name makes a CSV is read, with a remark.
func TestParquetByAnotherName(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("testdata", "parquet", "kinds.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	frame, err := Open(tabletest.WriteFile(t, "kinds.csv", string(content)), table.FormatAuto)
	if err != nil || !strings.Contains(strings.Join(frame.Warnings, "\n"), "taken for one, whatever its name says (--format says otherwise)") {
		t.Errorf("%v, warnings %q", err, frame.Warnings)
	}
}

// TestParquetKinds: 16-bit numbers, identifiers that no double holds, a list
// that is left out, and a column of nulls alone.
func TestParquetKinds(t *testing.T) {
	frame, err := Open(filepath.Join("testdata", "parquet", "kinds.parquet"), table.FormatAuto)
	if err != nil {
		t.Fatal(err)
	}
	x, y := frame.Column("x"), frame.Column("y")
	if x.Kind != table.Numeric || x.Numbers[0] != 1.5 || !x.Missing(1) || x.Numbers[2] != -0.25 || x.Numbers[3] != 65504 {
		t.Errorf("x is %+v", x)
	}
	if y.Kind != table.Categorical || y.Text[2] != "1152921504606846977" || y.Text[3] != "1152921504606846978" {
		t.Errorf("y is %+v", y)
	}
	_, err = recipe.Fit(frame, recipe.Options{Missing: recipe.MissingDrop})
	tabletest.CheckInputError(t, err, frame.Name, `kinds.parquet: row 1, column "list": the column is nested or a list; expected a flat column, or --drop to leave it out`)
	if _, err = recipe.Fit(frame, recipe.Options{Missing: recipe.MissingDrop, Drop: []string{"list"}}); err != nil {
		t.Error(err)
	}
	nulls, err := Open(filepath.Join("testdata", "parquet", "nulls.parquet"), table.FormatAuto)
	if err != nil || nulls.NumRows() != 5 || !slices.Equal(nulls.Column("y").Numbers, []float64{1, 2, 1, 2, 1}) || !math.IsNaN(nulls.Column("x").Number(4)) {
		t.Errorf("nulls: %v, %v", nulls, err)
	}
}

// TestParquetDates: dates and moments of every unit are dates, times of the day seconds.
func TestParquetDates(t *testing.T) {
	date := func(entries ...string) readColumn { return readColumn{table.Categorical, true, entries} }
	number := func(entries ...string) readColumn { return readColumn{table.Numeric, false, entries} }
	for file, want := range map[string]map[string]readColumn{
		"dates.parquet": {
			"day": date("1970-01-01", "", "2024-01-31"), "naive": date("2024-01-31T12:00:00", "", "1969-12-31T23:59:59.999999"),
			"zoned": date("2024-01-31T12:00:00Z", "", "1969-12-31T23:59:59.999Z"), "nano": date("2024-01-31T12:00:00.000000001", "", "1969-12-31T23:59:59.999999999"),
			"clock": number("90", "", "43200"), "fine": number("90", "", "43200"),
		},
		"dates-int96.parquet": {"old": date("2024-01-31T12:00:00", "", "1969-12-31T23:59:59.999999")},
	} {
		frame, err := Open(filepath.Join("testdata", "parquet", file), table.FormatAuto)
		if err != nil {
			t.Fatal(err)
		}
		for name, column := range want {
			column.check(t, file, name, frame)
		}
	}
	frame, err := Open(filepath.Join("testdata", "parquet", "dates.parquet"), table.FormatAuto)
	if err != nil {
		t.Fatal(err)
	}
	dates, _ := mustFit(t, frame, recipe.Options{Dates: true, Missing: recipe.MissingDrop, Scale: recipe.ScaleNone, Features: []string{"naive"}})
	if got, want := dates.FeatureNames(), []string{"naive year", "naive month", "naive day of week", "naive days since 1969-12-31"}; !slices.Equal(got, want) {
		t.Errorf("features %q, want %q", got, want)
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
			frame, err := ReadContext(t.Context(), "bad", strings.NewReader(content), table.Reading{Format: table.FormatParquet, MemoryLimit: fuzzMemory})
			if err == nil && content == string(good[:i]) {
				t.Fatalf("cut at byte %d: accepted", i)
			}
			if err == nil && frame.NumRows() < 1 {
				t.Fatalf("byte %d changed: %d rows", i, frame.NumRows())
			}
		}
	}
}
