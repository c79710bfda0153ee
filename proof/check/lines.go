package check

import "math"

// line is a linear function ℓ(z) = Σ coefficients·α + xᵀ(u, v) of a leaf.  For real
// neurons in K it is at least −below·‖u‖ and at most inU·‖u‖ + inV·‖v‖ in size.
type line struct {
	at    []int // open rows, by their position among them
	value []float64
	x     []float64 // k+c; nil for zero
	below float64
	inU   float64
	inV   float64
	// direction is a where the line is (aᵀu)₊ on K; nil otherwise.
	direction []float64
}

// basicLines returns the lines that need no proof: α and β of the open rows, and the
// lines of K.
func (l *multipliers) basicLines() []line {
	k, c := l.k, l.c
	lines := make([]line, 0, 2*len(l.open)+len(l.claim.u)+len(l.claim.v)+len(l.circuits)+len(l.balls))
	for at, i := range l.open {
		lines = append(lines, line{at: []int{at}, value: []float64{1}, inU: l.rows.norms[i], direction: l.rows.r.row(i)})
	}
	opposites := make([]float64, len(l.open)*(k+c))
	for at, i := range l.open {
		x := opposites[at*(k+c) : (at+1)*(k+c)]
		for j, v := range l.rows.r.row(i) {
			x[j] = -v
		}
		lines = append(lines, line{at: []int{at}, value: []float64{1}, x: x, inU: l.rows.norms[i], direction: x[:k]})
	}
	for _, a := range l.claim.u {
		x := make([]float64, k+c)
		copy(x, a.normal)
		lines = append(lines, line{x: x, inU: norm(a.normal), direction: x[:k]})
	}
	for _, b := range l.claim.v {
		x := make([]float64, k+c)
		copy(x[k:], b)
		lines = append(lines, line{x: x, inV: norm(b)})
	}
	return lines
}

// combination sums multiples of basic lines, and accounts for the roundings.
type combination struct {
	coefficient map[int]float64 // by position of the open row
	sizes       map[int]float64
	x, sizesX   []float64
	terms       int
}

func newCombination(length int) *combination {
	return &combination{coefficient: map[int]float64{}, sizes: map[int]float64{}, x: make([]float64, length), sizesX: make([]float64, length)}
}

func (s *combination) add(t float64, l *line) {
	s.terms++
	for i, at := range l.at {
		s.coefficient[at] += t * l.value[i]
		s.sizes[at] += math.Abs(t * l.value[i])
	}
	for i, v := range l.x {
		s.x[i] += t * v
		s.sizesX[i] += math.Abs(t * v)
	}
}

// line returns the sum, which differs from the exact one by at most err·‖u‖.
func (s *combination) line(l *multipliers) (out line, err float64) {
	out = line{x: s.x}
	g := roundings(s.terms + 2)
	for at := range l.open { // in order, so that results are reproducible
		if v, in := s.coefficient[at]; in {
			out.at, out.value = append(out.at, at), append(out.value, v)
			err += up((g*s.sizes[at] + tiny) * l.rows.norms[l.open[at]])
		}
	}
	return out, up(err + up(g*norm(s.sizesX)) + tiny)
}
