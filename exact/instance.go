package exact

import (
	"encoding/binary"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/internal/short"
	"github.com/relift/relift/problem"
)

// instance is the problem as the search sees it: the rows of X that are zero
// are gone (they add a constant), and when X has rank r < D the directions u
// live in an orthonormal basis of the row space, where ‖u‖ is the same.
type instance struct {
	n, d, c  int       // rows, directions' dimension r, outputs
	x        []float64 // n×d, row-major
	y        []float64 // n×c, row-major
	gamma    float64
	algebra  linalg.Algebra
	rows     []int // n original row numbers
	group    []int // n, equal rows of X have equal numbers 0, 1, …
	groups   int
	unique   []float64  // groups×d, the different rows in the instance's coordinates
	basis    *mat.Dense // D×d with orthonormal columns, or nil when d = D and x holds the rows of X themselves
	constant float64    // Σ ½‖y_i‖² over the zero rows
	// With a basis V the rows are x_i = V x̃_i + e_i: ‖V‖ ≤ stretch and ‖e_i‖ ≤ missed[i].
	stretch float64
	missed  []float64
}

// rankTolerance is the relative size under which a singular value of X counts
// as zero.  What is dropped is accounted for in the error bounds, so the value
// decides speed and never validity.
const rankTolerance = 1e-13

// newInstance drops zero rows and reduces u to the row space of X, without the directions that are
// worth less than the part negligible of γ.  The result
// has n = 0 when every row is zero.
func newInstance(p problem.Problem, negligible float64) *instance {
	total, full, c := p.Dims()
	in := &instance{c: c, gamma: p.Gamma, stretch: 1, algebra: p.Algebra()}
	for i := range total {
		row := p.X.RawRowView(i)
		if short.Norm(row) == 0 && short.IsZero(row) {
			in.constant += squared(p.Y.RawRowView(i)) / 2
			continue
		}
		in.rows = append(in.rows, i)
		in.y = append(in.y, p.Y.RawRowView(i)...)
		in.x = append(in.x, row...)
	}
	in.n, in.d = len(in.rows), full
	if in.n == 0 {
		return in
	}
	in.findGroups()
	in.collectUnique()
	xm := mat.NewDense(in.n, full, append([]float64(nil), in.x...))
	_, values, v, ok := in.algebra.SVD(xm)
	if !ok {
		return in // the full space is always right, only slower
	}
	rank := in.rank(values, negligible)
	if rank == full {
		return in
	}
	in.basis = mat.DenseCopyOf(v.Slice(0, full, 0, rank))
	var reduced mat.Dense
	in.algebra.Mul(&reduced, xm, in.basis)
	in.d, in.x = rank, reduced.RawMatrix().Data
	in.collectUnique()
	in.boundReduction(xm)
	return in
}

// rank returns how many of the directions with the singular values of X, in descending order, are kept.  What the
// rows have in the others, E, adds at most ‖W‖‖E‖ to h(W), and a W that is of use is not larger than Y.
func (in *instance) rank(values []float64, negligible float64) int {
	rank := linalg.Rank(values, rankTolerance)
	size, rest := short.Norm(in.y), 0.0
	for rank > 1 {
		rest = math.Hypot(rest, values[rank-1])
		if !(size*rest <= negligible*in.gamma) {
			break
		}
		rank--
	}
	return rank
}

// findGroups numbers the different rows.
func (in *instance) findGroups() {
	index := map[string]int{}
	var key []byte
	for i := range in.n {
		key = key[:0]
		for _, v := range in.row(i) {
			key = binary.LittleEndian.AppendUint64(key, math.Float64bits(v+0)) // −0 + 0 = 0
		}
		g, ok := index[string(key)]
		if !ok {
			g = in.groups
			index[string(key)] = g
			in.groups++
		}
		in.group = append(in.group, g)
	}
}

// collectUnique copies one row of each group.
func (in *instance) collectUnique() {
	in.unique = make([]float64, in.groups*in.d)
	for i, g := range in.group {
		copy(in.unique[g*in.d:(g+1)*in.d], in.row(i))
	}
}

// merge sums w (n×c) over equal rows (groups×c).
func (in *instance) merge(w []float64) []float64 {
	c := in.c
	out := make([]float64, in.groups*c)
	for i, g := range in.group {
		short.Axpy(1, w[i*c:(i+1)*c], out[g*c:(g+1)*c])
	}
	return out
}

// boundReduction measures how far the rows are from the basis' span and the
// basis from orthonormal.
func (in *instance) boundReduction(x *mat.Dense) {
	full, rank := in.basis.Dims()
	var gram mat.Dense
	in.algebra.Mul(&gram, in.basis.T(), in.basis)
	for k := range rank {
		gram.Set(k, k, gram.At(k, k)-1)
	}
	in.stretch = 1 + mat.Norm(&gram, 2) + 8*float64(full*rank)*machineEpsilon
	// Twice what the verifier takes its roundings of x̃ and of the rest for.
	size := mat.Norm(in.basis, 2)
	roundings := 8 * float64(full+rank) * machineEpsilon * (1 + size)
	in.missed = make([]float64, in.n)
	rest := make([]float64, full)
	for i := range in.n {
		for k := range rest {
			rest[k] = x.At(i, k) - short.Dot(in.basis.RawRowView(k), in.row(i))
		}
		in.missed[i] = short.Norm(rest) + roundings*(short.Norm(x.RawRowView(i))+size*short.Norm(in.row(i)))
	}
}

// inflate turns a bound on max ‖Wᵀ(X̃u)₊‖ over the reduced directions into one
// on h(W): with z = Vᵀu, x_iᵀu = x̃_iᵀz + e_iᵀu and (·)₊ is 1-Lipschitz, so
// h(W) ≤ ‖V‖ max ‖Wᵀ(X̃z)₊‖ + Σ ‖w_i‖‖e_i‖.
func (in *instance) inflate(h float64, w []float64) float64 {
	if in.basis == nil {
		return h
	}
	h *= in.stretch
	for i, e := range in.missed {
		h += e * short.Norm(w[i*in.c:(i+1)*in.c])
	}
	return h * (1 + float64(in.n+8)*2*machineEpsilon)
}

// row returns x_i (d values, shared).
func (in *instance) row(i int) []float64 { return in.x[i*in.d : (i+1)*in.d] }

// activations writes (Xu)₊ into dst (n values).
func (in *instance) activations(dst, u []float64) {
	for i := range in.n {
		dst[i] = max(0, short.Dot(in.row(i), u))
	}
}

// value returns ‖Wᵀ(Xu)₊‖ for a unit u; w is n×c row-major and f is scratch of
// length c that receives Wᵀ(Xu)₊.
func (in *instance) value(w, u, f []float64) float64 {
	clear(f)
	for i := range in.n {
		if t := short.Dot(in.row(i), u); t > 0 {
			short.Axpy(t, w[i*in.c:(i+1)*in.c], f)
		}
	}
	return short.Norm(f)
}

// project maps a direction of the original space into the instance's and
// returns it with unit length, or nil when nothing is left of it.
func (in *instance) project(direction []float64) []float64 {
	u := make([]float64, in.d)
	if in.basis == nil {
		copy(u, direction)
	} else {
		for k, v := range direction {
			short.Axpy(v, in.basis.RawRowView(k), u)
		}
	}
	if !normalise(u) {
		return nil
	}
	return u
}

// lift maps a direction back to the original space.
func (in *instance) lift(u []float64) []float64 {
	if in.basis == nil {
		return append([]float64(nil), u...)
	}
	full, _ := in.basis.Dims()
	out := make([]float64, full)
	for k := range out {
		out[k] = short.Dot(in.basis.RawRowView(k), u)
	}
	return out
}

// residual spreads w (n×c) over the original rows; a zero row gets its target,
// which is its residual whatever the network.
func (in *instance) residual(w []float64, p problem.Problem) *mat.Dense {
	out := mat.DenseCopyOf(p.Y)
	for i, r := range in.rows {
		out.SetRow(r, w[i*in.c:(i+1)*in.c])
	}
	return out
}

func squared(v []float64) float64 { return short.Dot(v, v) }

// normalise scales v to unit length and reports whether that was possible.
func normalise(v []float64) bool {
	scale := 0.0
	for _, x := range v {
		scale = max(scale, math.Abs(x))
	}
	if !(scale > 0) || math.IsInf(scale, 0) {
		return false
	}
	s := 0.0
	for _, x := range v {
		s += (x / scale) * (x / scale)
	}
	s = scale * math.Sqrt(s)
	for i := range v {
		v[i] /= s
	}
	return true
}
