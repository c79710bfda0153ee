package read

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/relift/relift/internal/npy"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/internal/tabletest"
)

// TestSparseMatrices reads one matrix as scipy wrote it in several formats.
func TestSparseMatrices(t *testing.T) {
	right := [][]float64{{0, 0, 3}, {1.5, 0, 0}, {0, 0, 0.25}, {-2, 0, 0}} // by column
	for _, name := range []string{"csr", "csc", "coo", "twice", "with-y"} {
		frame, err := Open(filepath.Join("testdata", "scipy", name+".npz"), table.FormatAuto)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(frame.Warnings) != 0 {
			t.Errorf("%s: warnings %q", name, frame.Warnings)
		}
		for j, want := range right {
			if got := frame.Columns[j].Numbers; !slices.Equal(got, want) {
				t.Errorf("%s: column %d is %v, want %v", name, j, got, want)
			}
		}
	}
	whole, err := Open(filepath.Join("testdata", "scipy", "array.npz"), table.FormatAuto)
	if err != nil || !slices.Equal(whole.Column("x4").Numbers, []float64{-2, 0, 0}) || !slices.Equal(whole.Column("x2").Numbers, []float64{1, 0, 0}) {
		t.Errorf("whole numbers: %v, %v", whole, err)
	}
}

// TestLabelsOfArrays reads targets that are strings.
func TestLabelsOfArrays(t *testing.T) {
	for name, want := range map[string][]string{"with-y": {"b", "größer", "b"}, "labels": {"b", "a", "b"}} {
		frame, err := Open(filepath.Join("testdata", "scipy", name+".npz"), table.FormatAuto)
		if err != nil {
			t.Fatal(err)
		}
		y := frame.Column("y")
		if y == nil || y.Kind != table.Categorical || !slices.Equal(y.Text, want) || !slices.Equal(frame.DefaultTargets, []string{"y"}) {
			t.Errorf("%s: y is %+v", name, y)
		}
	}
}

func TestBadSparseMatrices(t *testing.T) {
	integers := npy.Ints
	entry := func(name string, a npy.Array) npy.Entry { return npy.Entry{Name: name, Array: a} }
	good := []npy.Entry{
		entry("format", npy.String("csr")), entry("shape", integers([]int{2, 3})), entry("data", npy.Vector([]float64{1, 2})),
		entry("indices", integers([]int{0, 2})), entry("indptr", integers([]int{0, 1, 2})), entry("row", integers([]int{0, 1})), entry("col", integers([]int{0, 2})),
	}
	for _, test := range []struct {
		name  string
		spoil npy.Entry
		want  string
	}{
		{"format", entry("format", npy.String("bsr")), `the sparse matrix has the format "bsr"; expected csr, csc or coo, as .tocsr() makes it`},
		{"shape", entry("shape", integers([]int{2, 0})), "the sparse matrix has the shape [2 0]; expected at least one row and one column"},
		{"dimensions", entry("shape", integers([]int{2})), "the sparse matrix has the shape [2]; expected at least one row and one column"},
		{"fractions", entry("indices", npy.Vector([]float64{0, 2})), "the sparse matrix has indices as float64 (2,); expected whole numbers in one dimension"},
		{"column", entry("indices", integers([]int{0, 3})), "the sparse matrix has entry 1 at row 1 and column 3; expected places within 2×3"},
		{"negative", entry("indices", integers([]int{-1, 2})), "the sparse matrix has entry 0 at row 0 and column -1; expected places within 2×3"},
		{"starts", entry("indptr", integers([]int{0, 3, 2})), "the sparse matrix has 2 indices and 3 starts that do not divide its 2 entries; expected one start for each row or column and one behind the last"},
		{"few starts", entry("indptr", integers([]int{0, 2})), "the sparse matrix has 2 indices and 2 starts that do not divide its 2 entries; expected one start for each row or column and one behind the last"},
	} {
		entries := slices.Clone(good)
		entries[slices.IndexFunc(entries, func(e npy.Entry) bool { return e.Name == test.spoil.Name })] = test.spoil
		var file bytes.Buffer
		if err := npy.WriteArchive(&file, entries); err != nil {
			t.Fatal(err)
		}
		_, err := Read("t.npz", bytes.NewReader(file.Bytes()), table.FormatAuto)
		tabletest.CheckInputError(t, err, "", "t.npz: "+test.want)
	}
	var huge bytes.Buffer
	entries := slices.Clone(good)
	entries[1] = entry("shape", integers([]int{1 << 30, 1 << 30}))
	if err := npy.WriteArchive(&huge, entries); err != nil {
		t.Fatal(err)
	}
	if _, err := Read("t.npz", bytes.NewReader(huge.Bytes()), table.FormatAuto); err == nil || !strings.Contains(err.Error(), "memory") {
		t.Errorf("a matrix of 2⁶⁰ places: %v", err)
	}
}
