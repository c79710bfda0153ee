package lift

import (
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
	"github.com/relift/relift/reduce"
)

// Part is the problem of the rows of some of the representatives.  The loss is a sum over the rows, so
// that a bound for a part is one for the whole.
type Part struct {
	Problem problem.Problem
	whole   *Reduced
	groups  []int // of the whole, ascending
	rows    []int // of the whole
}

// Part returns the part of all rows that are merged into the representatives with the given
// numbers, which are ascending.  It panics if one of them does not exist.
func (r *Reduced) Part(groups []int) *Part {
	part := &Part{whole: r, groups: groups}
	chosen := make([]bool, len(r.Representatives))
	for _, g := range groups {
		chosen[g] = true
	}
	for i, g := range r.MergedInto {
		if g >= 0 && chosen[g] {
			part.rows = append(part.rows, i)
		}
	}
	part.Problem = r.Source.Subset(part.rows)
	return part
}

// Reduced returns the part as presolve leaves the whole: with the same representatives, coordinates and lengths of rows, whatever its own
// rows span.
func (p *Part) Reduced() *Reduced {
	whole := p.whole
	_, r := whole.X.Dims()
	out := &Reduced{Source: p.Problem, Basis: whole.Basis, X: mat.NewDense(len(p.groups), r, nil)}
	place := make(map[int]int, len(p.groups)) // of the whole's representatives
	for k, g := range p.groups {
		place[g] = k
		out.X.SetRow(k, whole.X.RawRowView(g))
		out.RowScale = append(out.RowScale, whole.RowScale[g])
	}
	out.Representatives = make([]int, len(p.groups))
	for k, i := range p.rows {
		g := place[whole.MergedInto[i]]
		out.MergedInto, out.MergeScale = append(out.MergedInto, g), append(out.MergeScale, whole.MergeScale[i])
		if whole.Representatives[whole.MergedInto[i]] == i {
			out.Representatives[g] = k
		}
	}
	out.stack = reduce.New(out.Source, reduce.ParallelRows(out.Grouping), reduce.RowScales)
	out.fit()
	return out
}

// Rows returns the part's rows, numbers of the whole, ascending.
func (p *Part) Rows() []int { return p.rows }
