package descent

import (
	"cmp"
	"context"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/relift/relift/problem"
)

// Merge replaces pairs of neurons that share an arrangement cell (no row of X is
// on the positive side of one and on the negative side of the other) by one
// neuron where that does not raise the objective.  In a common cell the pair
// acts through M = u_jv_jᵀ + u_kv_kᵀ only; the neuron that replaces it is the
// leading singular pair of M.  For parallel u_j, u_k (or v_j, v_k) M has rank
// one and merging never raises the objective.
//
// When ctx ends, it returns what it has.
func Merge(ctx context.Context, p problem.Problem, w problem.Weights) (problem.Weights, error) {
	if err := checkWeights(p, w); err != nil {
		return problem.Weights{}, err
	}
	return merge(ctx, p, Balance(w)), nil
}

// merge is Merge for balanced weights.  Networks whose activations are too many to hold stay as they are.
func merge(ctx context.Context, p problem.Problem, w problem.Weights) problem.Weights {
	if w.Width() < 2 || !editsFit(p, w.Width()) {
		return w
	}
	e := newEdits(p, w)
	level := e.f * (1 + simplifySlack)
	work := 0
	// A sweep goes through the pairs once; a merger changes the pairs of its neurons only, and what the others gain by it, the next sweep finds.
	for merged := true; merged; {
		merged = false
		cells := newCells(p, e.w)
		pairs := cells.mates()
		for len(pairs) > 0 {
			if ctx.Err() != nil {
				return e.w
			}
			j, k := pairs[0].j, pairs[0].k
			pairs = pairs[1:]
			u, v, f := e.merged(j, k)
			next := problem.Weights{}
			if f <= level {
				next = e.withMerged(j, k, u, v)
			} else if f < e.f*(1+1e-4) && work <= simplifyWork {
				// Nearly as good: the other output weights may make it up.
				work += refitWork(p, e.w)
				var g float64
				if next, g = refitBelow(ctx, p, e.withMerged(j, k, u, v), level); g > level {
					continue
				}
			} else {
				continue
			}
			merged = true
			next = Balance(next)
			if next.Width() != e.w.Width()-1 { // others have gone too
				e.set(next)
				break
			}
			e.set(next)
			cells.replace(j, k, p, next)
			pairs = cells.update(pairs, j, k)
		}
	}
	return e.w
}

// cells knows on which sides of the neurons' hyperplanes the rows lie.
type cells struct {
	n        int
	positive [][]uint64 // for each neuron a bit for each row
	negative [][]uint64
	unit     [][]float64 // u_j/‖u_j‖
	norms    []float64   // n, ‖x_i‖
}

type pair struct {
	j, k   int     // j < k
	cosine float64 // of u_j and u_k
}

func newCells(p problem.Problem, w problem.Weights) *cells {
	n, _, _ := p.Dims()
	s := &cells{n: n, norms: make([]float64, n)}
	for i := range n {
		s.norms[i] = floats.Norm(p.X.RawRowView(i), 2)
	}
	for j := range w.Width() {
		s.positive, s.negative, s.unit = append(s.positive, nil), append(s.negative, nil), append(s.unit, nil)
		s.locate(j, p, w)
	}
	return s
}

// locate computes what is known of neuron j.
func (s *cells) locate(j int, p problem.Problem, w problem.Weights) {
	const zero = 1e-9
	u := append([]float64(nil), w.U.RawRowView(j)...)
	floats.Scale(1/floats.Norm(u, 2), u)
	positive, negative := make([]uint64, (s.n+63)/64), make([]uint64, (s.n+63)/64)
	for i := range s.n {
		switch t := floats.Dot(p.X.RawRowView(i), u); {
		case t > zero*s.norms[i]:
			positive[i/64] |= 1 << (i % 64)
		case t < -zero*s.norms[i]:
			negative[i/64] |= 1 << (i % 64)
		}
	}
	s.positive[j], s.negative[j], s.unit[j] = positive, negative, u
}

// replace accounts for a merger: w has a new neuron j, and k has gone.
func (s *cells) replace(j, k int, p problem.Problem, w problem.Weights) {
	s.positive = append(s.positive[:k], s.positive[k+1:]...)
	s.negative = append(s.negative[:k], s.negative[k+1:]...)
	s.unit = append(s.unit[:k], s.unit[k+1:]...)
	s.locate(j, p, w)
}

// mates lists the pairs of neurons in a common closed cell, the most nearly parallel first.
func (s *cells) mates() []pair {
	var pairs []pair
	for j := range s.unit {
		for k := j + 1; k < len(s.unit); k++ {
			pairs = s.add(pairs, j, k)
		}
	}
	byCosine(pairs)
	return pairs
}

// add appends the pair of j and k if they are mates.
func (s *cells) add(pairs []pair, j, k int) []pair {
	for i, word := range s.positive[j] {
		if word&s.negative[k][i]|s.negative[j][i]&s.positive[k][i] != 0 {
			return pairs
		}
	}
	return append(pairs, pair{min(j, k), max(j, k), floats.Dot(s.unit[j], s.unit[k])})
}

// update returns the pairs that are left after k was merged into j, and those of the new neuron.
func (s *cells) update(pairs []pair, j, k int) []pair {
	left := pairs[:0]
	for _, q := range pairs {
		if q.j == j || q.k == j || q.j == k || q.k == k {
			continue
		}
		if q.j > k {
			q.j--
		}
		if q.k > k {
			q.k--
		}
		left = append(left, q)
	}
	var own []pair
	for i := range s.unit {
		if i != j {
			own = s.add(own, j, i)
		}
	}
	byCosine(own)
	return interleaved(left, own)
}

func byCosine(pairs []pair) {
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(b.cosine, a.cosine) })
}

// interleaved joins pairs that are in order, in the memory of a; of equal ones those of a come first.
func interleaved(a, b []pair) []pair {
	i, k := len(a)-1, len(b)-1
	out := append(a, b...)
	for at := len(out) - 1; k >= 0; at-- {
		if i >= 0 && out[i].cosine < b[k].cosine {
			out[at], i = out[i], i-1
		} else {
			out[at], k = b[k], k-1
		}
	}
	return out
}
