package read

import (
	"fmt"
	"slices"

	"github.com/relift/relift/internal/memory"
	"github.com/relift/relift/internal/npy"
	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/table"
)

// sparseArrays are the arrays of a sparse matrix as scipy.sparse.save_npz writes
// it: of csr and csc data, indices and indptr, of coo data, row and col.
var sparseArrays = []string{"format", "shape", "data", "indices", "indptr", "row", "col"}

// isSparse reports whether an archive of these arrays is such a matrix.
func isSparse(names []string) bool {
	return slices.Contains(names, "format") && slices.Contains(names, "shape") && slices.Contains(names, "data")
}

// sparseColumns returns the columns of a sparse matrix, with what it does not
// store as 0; entries of the same place are added, as scipy does.
func (s *source) sparseColumns(archive *npy.Archive) ([][]float64, error) {
	bad := func(format string, args ...any) error {
		return table.Errorf(s.name, "the sparse matrix %s", fmt.Sprintf(format, args...))
	}
	array, err := archive.Array("format")
	if err != nil {
		return nil, table.Errorf(s.name, "%v", err)
	}
	format := array.Text
	if format != "csr" && format != "csc" && format != "coo" {
		return nil, bad("has the format %s; expected csr, csc or coo, as .tocsr() makes it", printable.Quote(format))
	}
	integers := func(name string) ([]int64, error) {
		a, err := archive.Array(name)
		if err != nil {
			return nil, table.Errorf(s.name, "%v", err)
		}
		if a.Kind != npy.Int64 || len(a.Shape) != 1 {
			return nil, bad("has %s as %v; expected whole numbers in one dimension", name, a)
		}
		return a.Int64, nil
	}
	shape, err := integers("shape")
	if err != nil {
		return nil, err
	}
	if len(shape) != 2 || shape[0] <= 0 || shape[1] <= 0 {
		return nil, bad("has the shape %v; expected at least one row and one column", shape)
	}
	rows, cols := shape[0], shape[1]
	const copies = 2 // here and in the table
	if err := s.budget.fits(fmt.Sprintf("a table of %d rows and %d features", rows, cols), memory.Times(copies*8, memory.Times(uint64(rows), uint64(cols)))); err != nil {
		return nil, err
	}
	stored, err := s.numbersOf(archive, "data")
	if err != nil {
		return nil, err
	}
	if len(stored) != 1 {
		return nil, bad("has %d numbers at each place; expected one", len(stored))
	}
	columns := make([][]float64, cols)
	for j := range columns {
		columns[j] = make([]float64, rows)
	}
	place := func(k int, row, col int64) error {
		if row < 0 || row >= rows || col < 0 || col >= cols {
			return bad("has entry %d at row %d and column %d; expected places within %d×%d", k, row, col, rows, cols)
		}
		columns[col][row] += stored[0][k]
		return nil
	}
	if format == "coo" {
		return columns, eachCoordinate(integers, len(stored[0]), place, bad)
	}
	if format == "csr" {
		return columns, eachCompressed(integers, int(rows), len(stored[0]), place, bad)
	}
	byColumn := func(k int, col, row int64) error { return place(k, row, col) }
	return columns, eachCompressed(integers, int(cols), len(stored[0]), byColumn, bad)
}

// eachCoordinate places the stored entries of a coo matrix.
func eachCoordinate(integers func(string) ([]int64, error), stored int, place func(k int, row, col int64) error, bad func(string, ...any) error) error {
	row, err := integers("row")
	if err != nil {
		return err
	}
	col, err := integers("col")
	if err != nil {
		return err
	}
	if len(row) != stored || len(col) != stored {
		return bad("has %d entries, %d rows and %d columns of entries; expected the same number", stored, len(row), len(col))
	}
	for k := range row {
		if err := place(k, row[k], col[k]); err != nil {
			return err
		}
	}
	return nil
}

// eachCompressed places the stored entries of a csr matrix of that many rows, or
// of the columns of a csc one.
func eachCompressed(integers func(string) ([]int64, error), lines, stored int, place func(k int, line, at int64) error, bad func(string, ...any) error) error {
	starts, err := integers("indptr")
	if err != nil {
		return err
	}
	indices, err := integers("indices")
	if err != nil {
		return err
	}
	if len(starts) != lines+1 || starts[0] != 0 || starts[lines] != int64(stored) || len(indices) != stored || !slices.IsSorted(starts) {
		return bad("has %d indices and %d starts that do not divide its %d entries; expected one start for each row or column and one behind the last", len(indices), len(starts), stored)
	}
	for line := range lines {
		for k := starts[line]; k < starts[line+1]; k++ {
			if err := place(int(k), int64(line), indices[k]); err != nil {
				return err
			}
		}
	}
	return nil
}
