package lift

import (
	"fmt"
	"math"
	"math/big"
	"sort"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
)

// Fit is one row of targets of the reduced problem: it is fitted by Weight times
// the activation α (or β, where Negative) of representative Row.
type Fit struct {
	Row      int
	Negative bool
	Weight   float64
}

// Reduced is a Problem after presolve.  Its m representatives have unit rows
// in coordinates û of the row space, u = Basis û, so that
//
//	α_r = RowScale[r]·α̂_r,   α̂ − β̂ = X û,   ‖u‖ = ‖û‖.
type Reduced struct {
	Source Problem
	Grouping

	X        *mat.Dense // m×r, rows of unit norm; nil when every row of the source is zero
	Basis    *mat.Dense // d×r, orthonormal columns
	RowScale []float64  // m, the norms of the representatives' rows
	// The plain problem only: other losses, weights and intercepts leave every row a loss of its own, of activations that it shares.
	Fits []Fit      // q, ordered by representative, α before β
	Y    *mat.Dense // q×c, targets of the fits
	// Constant is the part of the objective that no network can change: ½‖y_i‖² of
	// the zero rows and the spread of targets within merged rows.
	Constant float64
}

// Algebra returns the linear algebra of the source problem.
func (r *Reduced) Algebra() linalg.Algebra { return r.Source.Algebra() }

// Dims returns the number m of representatives, the rank r and the number q of
// fitted rows.
func (r *Reduced) Dims() (m, rank, q int) {
	if r.X == nil {
		return 0, 0, 0
	}
	m, rank = r.X.Dims()
	return m, rank, len(r.Fits)
}

// Presolve validates p and applies the reductions of the package comment.
func Presolve(p Problem) (*Reduced, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	red := &Reduced{Source: p, Grouping: group(p.X)}
	n, _, c := p.Dims()
	for i := range n {
		if red.MergedInto[i] < 0 && p.IsPlain() {
			y := p.Y.RawRowView(i)
			red.Constant += linalg.Dot(y, y) / 2
		}
	}
	m := len(red.Representatives)
	if m == 0 {
		return red, nil
	}
	if err := red.reduceRows(); err != nil {
		return nil, err
	}
	if p.IsPlain() {
		red.mergeTargets(c)
	}
	return red, nil
}

// reduceRows sets Basis, RowScale and X.
func (r *Reduced) reduceRows() error {
	m := len(r.Representatives)
	_, d := r.Source.X.Dims()
	unit := mat.NewDense(m, d, nil)
	r.RowScale = make([]float64, m)
	for k, i := range r.Representatives {
		row := unit.RawRowView(k)
		copy(row, r.Source.X.RawRowView(i))
		r.RowScale[k] = linalg.Norm(row)
		if math.IsInf(r.RowScale[k], 0) {
			return fmt.Errorf("%w: the norm of row %d of X overflows; scale the features", ErrInvalid, i)
		}
		for j := range row {
			row[j] /= r.RowScale[k]
		}
	}
	_, values, v, ok := r.Algebra().SVD(unit)
	if !ok {
		return fmt.Errorf("singular values of the %d×%d data did not converge", m, d)
	}
	rank := linalg.Rank(values, float64(max(m, d))*0x1p-52)
	if rank == d || values[0] == 0 {
		r.Basis = mat.NewDense(d, d, nil)
		for j := range d {
			r.Basis.Set(j, j, 1)
		}
		r.X = unit
		return nil
	}
	r.Basis = mat.DenseCopyOf(v.Slice(0, d, 0, rank))
	r.X = new(mat.Dense)
	r.Algebra().Mul(r.X, unit, r.Basis)
	return nil
}

// mergeTargets sets Fits and Y and completes Constant.  Rows i of a group with
// the same sign of s_i see the same activation: with ‖s‖² = Σ s_i² their loss is
// that of one row with target ỹ = Σ |s_i| y_i/‖s‖ and weight ‖s‖, plus
// ½(Σ‖y_i‖² − ‖ỹ‖²).
func (r *Reduced) mergeTargets(c int) {
	m := len(r.Representatives)
	members := make([][]int, 2*m) // by representative and sign
	for i, k := range r.MergedInto {
		if k < 0 {
			continue
		}
		slot := 2 * k
		if r.MergeScale[i] < 0 {
			slot++
		}
		members[slot] = append(members[slot], i)
	}
	var targets []float64
	for slot, rows := range members {
		if len(rows) == 0 {
			continue
		}
		var ss float64
		for _, i := range rows {
			ss += r.MergeScale[i] * r.MergeScale[i]
		}
		length := math.Sqrt(ss)
		target := make([]float64, c)
		for _, i := range rows {
			linalg.Axpy(math.Abs(r.MergeScale[i])/length, r.Source.Y.RawRowView(i), target)
		}
		if len(rows) > 1 {
			// Σ‖y_i − (|s_i|/‖s‖)ỹ‖² avoids the cancellation of Σ‖y_i‖² − ‖ỹ‖².
			for _, i := range rows {
				rest := append([]float64(nil), r.Source.Y.RawRowView(i)...)
				linalg.Axpy(-math.Abs(r.MergeScale[i])/length, target, rest)
				r.Constant += linalg.Dot(rest, rest) / 2
			}
		}
		r.Fits = append(r.Fits, Fit{Row: slot / 2, Negative: slot%2 == 1, Weight: length * r.RowScale[slot/2]})
		targets = append(targets, target...)
	}
	r.Y = mat.NewDense(len(r.Fits), c, targets)
}

// group finds zero rows and merges rows that are parallel in exact arithmetic
// by a factor that is a float64.
func group(x *mat.Dense) Grouping {
	n, _ := x.Dims()
	g := Grouping{MergedInto: make([]int, n), MergeScale: make([]float64, n)}
	buckets := make(map[string][]int)
	var order []string
	for i := range n {
		g.MergedInto[i] = -1
		key, ok := directionKey(x.RawRowView(i))
		if !ok {
			continue
		}
		if _, seen := buckets[key]; !seen {
			order = append(order, key)
		}
		buckets[key] = append(buckets[key], i)
	}
	type merge struct {
		representative int
		rows           []int
		scales         []float64
	}
	var merges []merge
	for _, key := range order {
		rest := buckets[key]
		for len(rest) > 0 {
			best := merge{representative: -1}
			for try, r := range rest {
				current := merge{representative: r}
				for _, i := range rest {
					if s, ok := exactRatio(x.RawRowView(i), x.RawRowView(r)); ok {
						current.rows = append(current.rows, i)
						current.scales = append(current.scales, s)
					}
				}
				if len(current.rows) > len(best.rows) {
					best = current
				}
				// The best of the first rows is as good as needed where a bucket is large.
				if len(best.rows) == len(rest) || try == 256 {
					break
				}
			}
			merges = append(merges, best)
			taken := make(map[int]bool, len(best.rows))
			for _, i := range best.rows {
				taken[i] = true
			}
			var left []int
			for _, i := range rest {
				if !taken[i] {
					left = append(left, i)
				}
			}
			rest = left
		}
	}
	sort.Slice(merges, func(a, b int) bool { return merges[a].representative < merges[b].representative })
	for k, mg := range merges {
		g.Representatives = append(g.Representatives, mg.representative)
		for t, i := range mg.rows {
			g.MergedInto[i] = k
			g.MergeScale[i] = mg.scales[t]
		}
	}
	return g
}

// directionKey returns a string that is the same for rows that are parallel in
// exact arithmetic: the ratios to the first nonzero entry are the same rational
// numbers and so round to the same floats.  ok is false for a zero row.
func directionKey(row []float64) (key string, ok bool) {
	pivot := -1
	for j, v := range row {
		if v != 0 {
			pivot = j
			break
		}
	}
	if pivot < 0 {
		return "", false
	}
	buf := make([]byte, 0, 8*len(row))
	for _, v := range row {
		bits := math.Float64bits(v/row[pivot] + 0) // +0 folds −0 into 0
		for shift := 0; shift < 64; shift += 8 {
			buf = append(buf, byte(bits>>shift))
		}
	}
	return string(buf), true
}

// exactRatio returns s with a = s·b in exact arithmetic, entry for entry.
func exactRatio(a, b []float64) (s float64, ok bool) {
	for j, v := range b {
		if v != 0 {
			s = a[j] / v
			break
		}
	}
	if s == 0 || math.IsInf(s, 0) || math.IsNaN(s) {
		return 0, false
	}
	for j, v := range b {
		if !isProduct(s, v, a[j]) {
			return 0, false
		}
	}
	return s, true
}

// isProduct reports whether s·v = a exactly.
func isProduct(s, v, a float64) bool {
	const tiny = 0x1p-900 // the fused multiply–add of larger products is exact
	if v == 0 || a == 0 {
		return v == 0 && a == 0
	}
	if math.Abs(a) > tiny {
		return math.FMA(s, v, -a) == 0
	}
	product := new(big.Float).SetPrec(106).Mul(big.NewFloat(s), big.NewFloat(v))
	return product.Cmp(big.NewFloat(a)) == 0
}
