package exact

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/short"
)

// frame holds the coordinates of the cone search.  Directions are u = B z with
// B (d×d) chosen so that the rows of X B are spread out although those of X
// may be nearly parallel; ‖u‖ = ‖Bz‖ is used as it is.  B is what is stored:
// that it only approximates a whitening costs speed, not validity.
type frame struct {
	in     *instance
	b      []float64 // d×d row-major
	rows   []float64 // m×d, rows of X B (rows of X that are equal are merged)
	weight []float64 // m×c, W summed over equal rows
	length []float64 // m, ‖weight_j‖
	m      int
	reach  float64 // S = Σ_j ‖weight_j‖ max_k Σ_l |x_jl B_lk|: bounds ‖F‖ on the slice ‖z‖₁ = 1
	widest float64 // max_k ‖column k of B‖ ≥ ‖u‖ on the slice
	narrow float64 // ≤ ‖u‖ on the slice; 0 when B could not be shown to be invertible
}

// newFrame whitens the rows of X, each counted with the size of its weight.
func newFrame(in *instance, w []float64) *frame {
	n, d, c := in.n, in.d, in.c
	fr := &frame{in: in}
	second := mat.NewSymDense(d, nil)
	total := 0.0
	for i := range n {
		total += short.Norm(w[i*c : (i+1)*c])
	}
	for i := range n {
		x := in.row(i)
		omega := short.Norm(w[i*c:(i+1)*c])/(total+1e-300) + 0.1/float64(n)
		for j := range d {
			for k := j; k < d; k++ {
				second.SetSym(j, k, second.At(j, k)+omega*x[j]*x[k])
			}
		}
	}
	var eig mat.EigenSym
	fr.b = make([]float64, d*d)
	if eig.Factorize(second, true) {
		values := eig.Values(nil)
		var vectors mat.Dense
		eig.VectorsTo(&vectors)
		floor := 1e-8 * values[d-1]
		for k, lambda := range values {
			s := 1 / math.Sqrt(max(lambda, floor))
			for j := range d {
				fr.b[j*d+k] = vectors.At(j, k) * s
			}
		}
	} else {
		for k := range d {
			fr.b[k*d+k] = 1
		}
	}
	fr.m = in.groups
	fr.rows = make([]float64, fr.m*d)
	for j := range fr.m {
		for k, v := range in.unique[j*d : (j+1)*d] {
			short.Axpy(v, fr.b[k*d:(k+1)*d], fr.rows[j*d:(j+1)*d])
		}
	}
	fr.weight = in.merge(w)
	fr.length = make([]float64, fr.m)
	for j := range fr.m {
		fr.length[j] = short.Norm(fr.weight[j*c : (j+1)*c])
	}
	fr.measure(w)
	return fr
}

// measure fills in the constants of the error bound.
func (fr *frame) measure(w []float64) {
	in := fr.in
	d, c := in.d, in.c
	for i := range in.n {
		largest := 0.0
		for k := range d {
			s := 0.0
			for l, v := range in.row(i) {
				s += math.Abs(v * fr.b[l*d+k])
			}
			largest = max(largest, s)
		}
		fr.reach += short.Norm(w[i*c:(i+1)*c]) * largest
	}
	for k := range d {
		s := 0.0
		for l := range d {
			s += fr.b[l*d+k] * fr.b[l*d+k]
		}
		fr.widest = max(fr.widest, math.Sqrt(s))
	}
	fr.narrow = smallestStretch(fr.b, d) / math.Sqrt(float64(d))
}

// smallestStretch returns a proven lower bound on the smallest singular value
// of the d×d matrix B: with any C, ‖z‖ = ‖CBz + (I−CB)z‖ gives
// ‖Bz‖ ≥ (1 − ‖I−CB‖)/‖C‖·‖z‖.  It is 0 when C ≈ B⁻¹ is not good enough.
func smallestStretch(b []float64, d int) float64 {
	bm := mat.NewDense(d, d, b)
	var inverse, product mat.Dense
	if err := inverse.Inverse(bm); err != nil {
		if _, onlyCondition := err.(mat.Condition); !onlyCondition {
			return 0
		}
	}
	product.Mul(&inverse, bm)
	for k := range d {
		product.Set(k, k, product.At(k, k)-1)
	}
	size := mat.Norm(&inverse, 2)
	rest := mat.Norm(&product, 2) + 4*float64(d*d)*machineEpsilon*size*mat.Norm(bm, 2)
	if !(rest < 0.5) || !(size > 0) || math.IsInf(size, 0) {
		return 0
	}
	return (1 - rest) / size * (1 - 1e-12)
}

// inflate turns a threshold H, proven by cones of the given depth in floating
// point, into a bound that holds in exact arithmetic.
//
// On the slice ‖z‖₁ = 1 the cone generators are midpoints of midpoints of ±B's
// columns, exactly; what is rounded is x_jᵀp_k, p_k·p_l and F(p_k), each by a
// few ε per level.  Since (·)₊ is 1-Lipschitz a wrongly classified sign costs no
// more than the error of x_jᵀp_k.  In total Wᵀ(Xu)₊ is off by at most
//
//	ρ = 4c(D+4)(n+d+c+8) ε S,
//
// and the test ‖F‖² ≤ κ‖u‖² by at most η = 8(D+d²+2c+8) ε κ max‖u‖², where
// entries of the matrix tested are at most κ max‖u‖² once its diagonal is
// nonnegative.  Hence ‖Wᵀ(Xu)₊‖ ≤ (H(1 + η/(2κ min‖u‖²)) + ρ/min‖u‖)·‖u‖.
func (fr *frame) inflate(h float64, depth int) float64 {
	if !(fr.narrow > 0) {
		return math.Inf(1)
	}
	n, d, c, levels := float64(fr.in.n), float64(fr.in.d), float64(fr.in.c), float64(depth)
	rho := 4 * c * (levels + 4) * (n + d + c + 8) * machineEpsilon * fr.reach
	ratio := fr.widest / fr.narrow
	eta := 8 * (levels + d*d + 2*c + 8) * machineEpsilon * ratio * ratio
	return (h*(1+eta/2) + rho/fr.narrow) * (1 + 16*machineEpsilon)
}
