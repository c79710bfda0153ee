package certificate

import (
	"errors"
	"fmt"
	"math"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/reduce"
	"gonum.org/v1/gonum/mat"
)

// ErrMultipliers is wrapped by every error about multipliers or a grouping that
// do not fit the problem.
var ErrMultipliers = errors.New("invalid multipliers")

// condensed is a problem seen through its representatives: row r stands for
// 2^exponent[r] times row r of x, whose norm lies in [½, 1), and the targets of
// the rows that share an activation are one target.  Powers of two make every
// change of units exact.
type condensed struct {
	problem  problem.Problem
	algebra  linalg.Algebra
	grouping reduce.Grouping
	m, c     int

	exponent []int // m
	// x holds the scaled representatives (m×k): themselves where d ≤ m, else the factor
	// L of gramFactor, k = m.
	x *mat.Dense

	positive, negative side
	constant           float64 // ½‖Y‖² less ½‖ỹ‖² of both sides
}

// side describes, for one sign of the merge scale, the rows of each group that
// have that sign.
type side struct {
	weight []float64  // m, Σ s_i² over the rows, 0 where there is none
	target *mat.Dense // m×c, Σ |s_i| y_i; nil when no group has such a row
}

// condense validates p and g and builds their condensed form.
func condense(p problem.Problem, g reduce.Grouping) (*condensed, error) {
	if err := p.ValidatePlain(); err != nil {
		return nil, err
	}
	if err := checkGrouping(p.X, g); err != nil {
		return nil, err
	}
	_, d, c := p.Dims()
	m := len(g.Representatives)
	q := &condensed{problem: p, algebra: p.Algebra(), grouping: g, m: m, c: c, exponent: make([]int, m)}
	q.positive.weight = make([]float64, m)
	q.negative.weight = make([]float64, m)
	if m > 0 {
		q.x = mat.NewDense(m, d, nil)
		for r, i := range g.Representatives {
			row := p.X.RawRowView(i)
			largest := 0.0
			for _, v := range row {
				largest = max(largest, math.Abs(v))
			}
			_, shift := math.Frexp(largest)
			norm := 0.0
			for _, v := range row {
				s := math.Ldexp(v, -shift)
				norm += s * s
			}
			_, e := math.Frexp(math.Sqrt(norm))
			q.exponent[r] = shift + e
			for j, v := range row {
				q.x.Set(r, j, math.Ldexp(v, -q.exponent[r]))
			}
		}
		if d > m {
			if q.x = gramFactor(p.Algebra(), q.x); q.x == nil {
				return nil, fmt.Errorf("the Gram matrix of the %d×%d representatives could not be factored", m, d)
			}
		}
	}
	q.condenseTargets()
	return q, nil
}

// condenseTargets sets the sides and the constant.
func (q *condensed) condenseTargets() {
	for i, r := range q.grouping.MergedInto {
		if r < 0 {
			q.constant += sumOfSquares(q.problem.Y.RawRowView(i)) / 2
			continue
		}
		s := q.grouping.MergeScale[i]
		side := q.sideOf(s)
		if side.target == nil {
			side.target = mat.NewDense(q.m, q.c, nil)
		}
		side.weight[r] += s * s
		addScaled(side.target.RawRowView(r), math.Abs(s), q.problem.Y.RawRowView(i))
	}
	// The spread of the targets within a group and sign is a constant.
	for i, r := range q.grouping.MergedInto {
		if r < 0 {
			continue
		}
		s := q.grouping.MergeScale[i]
		side := q.sideOf(s)
		for k, y := range q.problem.Y.RawRowView(i) {
			rest := y - math.Abs(s)*side.target.At(r, k)/side.weight[r]
			q.constant += rest * rest / 2
		}
	}
}

func (q *condensed) sideOf(scale float64) *side {
	if scale < 0 {
		return &q.negative
	}
	return &q.positive
}

// gather returns Σ |s_i| W_i over the rows of each group with the side's sign
// (m×c), nil when no group has such a row.
func (q *condensed) gather(w *mat.Dense, s *side) *mat.Dense {
	if s.target == nil {
		return nil
	}
	v := mat.NewDense(q.m, q.c, nil)
	for i, r := range q.grouping.MergedInto {
		scale := q.grouping.MergeScale[i]
		if r >= 0 && q.sideOf(scale) == s {
			addScaled(v.RawRowView(r), math.Abs(scale), w.RawRowView(i))
		}
	}
	return v
}

// scatter returns the W (n×c) with the largest ⟨W,Y⟩ − ½‖W‖² among those with the
// given V₊ and V₋.
func (q *condensed) scatter(plus, minus *mat.Dense) *mat.Dense {
	w := mat.DenseCopyOf(q.problem.Y)
	for i, r := range q.grouping.MergedInto {
		if r < 0 {
			continue
		}
		scale := q.grouping.MergeScale[i]
		side, v := &q.positive, plus
		if scale < 0 {
			side, v = &q.negative, minus
		}
		row := w.RawRowView(i)
		for k := range row {
			if side.weight[r] == scale*scale { // the only row: no rounding of Y in W
				row[k] = v.At(r, k) / math.Abs(scale)
				continue
			}
			row[k] += math.Abs(scale) * (v.At(r, k) - side.target.At(r, k)) / side.weight[r]
		}
	}
	return w
}

// linearAndSquare returns the coefficients of the dual value of (t V₊, t V₋),
// constant + t·linear − ½t²·square.
func (q *condensed) linearAndSquare(plus, minus *mat.Dense) (linear, square float64) {
	for _, part := range []struct {
		s *side
		v *mat.Dense
	}{{&q.positive, plus}, {&q.negative, minus}} {
		if part.s.target == nil {
			continue
		}
		for r, weight := range part.s.weight {
			if weight == 0 {
				continue
			}
			y := part.s.target.RawRowView(r)
			for k, v := range part.v.RawRowView(r) {
				linear += v * y[k] / weight
				square += v * v / weight
			}
		}
	}
	return linear, square
}

// checkGrouping reports a grouping that is malformed or whose merges are
// visibly not exact.  The proof that they are exact is the verifier's.
func checkGrouping(x *mat.Dense, g reduce.Grouping) error {
	n, _ := x.Dims()
	m := len(g.Representatives)
	if len(g.MergedInto) != n || len(g.MergeScale) != n {
		return fmt.Errorf("%w: the grouping covers %d rows with %d scales, expected %d", ErrMultipliers, len(g.MergedInto), len(g.MergeScale), n)
	}
	for r, i := range g.Representatives {
		if i < 0 || i >= n || g.MergedInto[i] != r || g.MergeScale[i] != 1 {
			return fmt.Errorf("%w: representative %d is row %d, which is not a member of its own group with scale 1", ErrMultipliers, r, i)
		}
	}
	for i, r := range g.MergedInto {
		switch s := g.MergeScale[i]; {
		case r < -1 || r >= m:
			return fmt.Errorf("%w: row %d is merged into group %d of %d", ErrMultipliers, i, r, m)
		case r == -1 && sumOfSquares(x.RawRowView(i)) != 0:
			return fmt.Errorf("%w: row %d is called a zero row and is not zero", ErrMultipliers, i)
		case r >= 0 && (s == 0 || math.IsNaN(s) || math.IsInf(s, 0)):
			return fmt.Errorf("%w: row %d has merge scale %v, expected a finite number other than 0", ErrMultipliers, i, s)
		case r >= 0:
			representative := x.RawRowView(g.Representatives[r])
			for j, v := range x.RawRowView(i) {
				if v != s*representative[j] {
					return fmt.Errorf("%w: row %d is not %v times its representative row %d", ErrMultipliers, i, s, g.Representatives[r])
				}
			}
		}
	}
	return nil
}

func sumOfSquares(a []float64) float64 {
	s := 0.0
	for _, v := range a {
		s += v * v
	}
	return s
}

// addScaled sets dst += s·a.
func addScaled(dst []float64, s float64, a []float64) {
	for k, v := range a {
		dst[k] += s * v
	}
}
