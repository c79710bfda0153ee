package signs

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/short"
)

// margin finds the direction in a cone {u : a_kᵀu ≥ 0} that is farthest from its sides, by its dual: the point of least
// norm in the convex hull of the unit vectors a_k.  The centre is that point, its norm is min_k a_kᵀu/‖u‖; a norm of zero
// says that the cone has no interior, and the weights λ say why: Σ λ_k a_k = 0.
//
// The algorithm is P. Wolfe's (Finding the nearest point in a polytope, Mathematical Programming 11, 1976).
type margin struct {
	centre  []float64
	support []int     // vectors with λ > 0
	lambda  []float64 // of the support, summing to 1
}

// Constants of the algorithm.
const (
	marginSteps     = 500
	marginTolerance = 1e-12
	emptyBelow      = 1e-10 // norms under which the hull is taken to hold the origin
)

func newMargin(a [][]float64) margin {
	d := len(a[0])
	first := 0
	mg := margin{support: []int{first}, lambda: []float64{1}}
	point := append([]float64(nil), a[first]...)
	for range marginSteps {
		at, least := -1, short.Dot(point, point)-marginTolerance
		for k, v := range a {
			if t := short.Dot(point, v); t < least {
				at, least = k, t
			}
		}
		if at < 0 || contains(mg.support, at) {
			break
		}
		mg.support, mg.lambda = append(mg.support, at), append(mg.lambda, 0)
		for len(mg.support) > 1 {
			target, ok := affine(a, mg.support)
			if !ok {
				// The support is affinely dependent: the new vector adds nothing.
				mg.support, mg.lambda = mg.support[:len(mg.support)-1], mg.lambda[:len(mg.lambda)-1]
				break
			}
			theta := 1.0
			for j, t := range target {
				if t < 0 {
					theta = min(theta, mg.lambda[j]/(mg.lambda[j]-t))
				}
			}
			kept := 0
			for j, t := range target {
				v := (1-theta)*mg.lambda[j] + theta*t
				if theta < 1 && v <= 1e-15 {
					continue
				}
				mg.support[kept], mg.lambda[kept] = mg.support[j], max(v, 0)
				kept++
			}
			all := kept == len(mg.support)
			mg.support, mg.lambda = mg.support[:kept], mg.lambda[:kept]
			if all {
				break
			}
		}
		before := short.Dot(point, point)
		point = combine(a, mg.support, mg.lambda, d)
		if after := short.Dot(point, point); !(after < before) || after < emptyBelow*emptyBelow {
			break
		}
	}
	mg.centre = combine(a, mg.support, mg.lambda, d)
	return mg
}

// size is the margin: 0 for a cone without interior.
func (mg margin) size() float64 { return short.Norm(mg.centre) }

func contains(set []int, k int) bool {
	for _, v := range set {
		if v == k {
			return true
		}
	}
	return false
}

func combine(a [][]float64, support []int, lambda []float64, d int) []float64 {
	out := make([]float64, d)
	for j, k := range support {
		short.Axpy(lambda[j], a[k], out)
	}
	return out
}

// affine returns the weights, summing to 1, of the point of least norm in the affine hull.
func affine(a [][]float64, support []int) ([]float64, bool) {
	s := len(support)
	gram := mat.NewSymDense(s, nil)
	for i := range s {
		for j := i; j < s; j++ {
			gram.SetSym(i, j, 1+short.Dot(a[support[i]], a[support[j]]))
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(gram) || chol.Cond() > 1e14 {
		return nil, false
	}
	ones := mat.NewVecDense(s, nil)
	for i := range s {
		ones.SetVec(i, 1)
	}
	var y mat.VecDense
	if err := chol.SolveVecTo(&y, ones); err != nil {
		return nil, false
	}
	sum := mat.Sum(&y)
	out := make([]float64, s)
	for i := range out {
		out[i] = y.AtVec(i) / sum
		if math.IsNaN(out[i]) || math.IsInf(out[i], 0) {
			return nil, false
		}
	}
	return out, true
}

// emptiness is a float-safe proof that only u = 0 has a_kᵀu ≥ 0 for the support: with ρ = Σ λ_k a_k,
// Σ_{k≠l} λ_kλ_l a_ka_lᵀ = ρρᵀ − Σ λ_k² a_ka_kᵀ is negative definite although every such product is ≥ 0.
func (mg margin) emptiness(a [][]float64) bool {
	if mg.size() > emptyBelow {
		return false
	}
	d := len(mg.centre)
	if len(mg.support) <= d {
		return false
	}
	form := mat.NewSymDense(d, nil)
	for j, k := range mg.support {
		form.SymRankOne(form, mg.lambda[j]*mg.lambda[j], mat.NewVecDense(d, a[k]))
	}
	form.SymRankOne(form, -1, mat.NewVecDense(d, mg.centre))
	var eig mat.EigenSym
	if !eig.Factorize(form, false) {
		return false
	}
	return eig.Values(nil)[0] > emptyForm
}

// emptyForm is the least eigenvalue of the form for an empty side to be believed.
const emptyForm = 1e-7
