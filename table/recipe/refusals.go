package recipe

import (
	"maps"
	"slices"
)

// refusals are what is wrong with rows of a table.
type refusals struct {
	leave bool          // such rows are left out; else the first is an error
	wrong map[int]error // by the row of the table
}

// refuse notes what is wrong with a row; the error ends the encoding.
func (r *refusals) refuse(row int, err error) error {
	if !r.leave {
		return err
	}
	if r.wrong == nil {
		r.wrong = map[int]error{}
	}
	if r.wrong[row] == nil {
		r.wrong[row] = err
	}
	return nil
}

// first is what is wrong with the first row that is refused, nil without one.
func (r *refusals) first() error {
	if len(r.wrong) == 0 {
		return nil
	}
	return r.wrong[slices.Min(slices.Collect(maps.Keys(r.wrong)))]
}
