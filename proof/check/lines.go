package check

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

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

// basic returns the line with the given number among those that need no proof: α and β
// of the open rows, and the lines of K.
func (l *multipliers) basic(number int) line {
	k, c, open := l.k, l.c, len(l.open)
	switch {
	case number < open:
		i := l.open[number]
		return line{at: []int{number}, value: []float64{1}, inU: l.rows.norms[i], direction: l.rows.r.row(i)}
	case number < 2*open:
		i := l.open[number-open]
		x := make([]float64, k+c)
		for j, v := range l.rows.r.row(i) {
			x[j] = -v
		}
		return line{at: []int{number - open}, value: []float64{1}, x: x, inU: l.rows.norms[i], direction: x[:k]}
	case number < 2*open+len(l.claim.u):
		a := l.claim.u[number-2*open].normal
		x := make([]float64, k+c)
		copy(x, a)
		return line{x: x, inU: norm(a), direction: x[:k]}
	}
	b := l.claim.v[number-2*open-len(l.claim.u)]
	x := make([]float64, k+c)
	copy(x[k:], b)
	return line{x: x, inV: norm(b)}
}

// usedLines returns the lines that occur in pairs, and the pairs with their positions
// among these.
func (l *multipliers) usedLines() (lines []line, pairs []int, err error) {
	basic := 2*len(l.open) + len(l.claim.u) + len(l.claim.v)
	at := make([]int32, basic+len(l.circuits)+len(l.balls)) // positions + 1
	for _, number := range l.pairs {
		at[number] = 1
	}
	for number := range at {
		// A ball that is too long is refused even where it is not used.
		if at[number] == 0 && number < basic+len(l.circuits) {
			continue
		}
		var next line
		switch {
		case number < basic:
			next = l.basic(number)
		case number < basic+len(l.circuits):
			next = l.circuits[number-basic].line(l)
		default:
			i := number - basic - len(l.circuits)
			if next, err = l.balls[i].line(l); err != nil {
				return nil, nil, fmt.Errorf("ball line %d %w", i, err)
			}
		}
		lines = append(lines, next)
		at[number] = int32(len(lines))
	}
	pairs = make([]int, len(l.pairs))
	for i, number := range l.pairs {
		pairs[i] = int(at[number]) - 1
	}
	return lines, pairs, nil
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
	g := l.rows.room * roundings(s.terms+2)
	for _, at := range slices.Sorted(maps.Keys(s.coefficient)) {
		out.at, out.value = append(out.at, at), append(out.value, s.coefficient[at])
		err += up((g*s.sizes[at] + tiny) * l.rows.norms[l.open[at]])
	}
	return out, up(err + up(g*norm(s.sizesX)) + tiny)
}
