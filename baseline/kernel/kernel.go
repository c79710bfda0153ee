// Package kernel predicts with two-layer ReLU networks of infinite width: the
// Gaussian process that a random network is at initialisation (NNGP) and the
// kernel its training by gradient flow follows (NTK), both in closed form.
//
// A network f(x) = W₂ relu(W₁x + b₁) + b₂ in the parametrisation of the
// neural-tangents library (weights σ_w/√fan-in times standard normals, biases
// σ_b times standard normals) has, with K₁(x, z) = σ_w² xᵀz/d + σ_b² and the angle
// cos θ = K₁(x, z)/√(K₁(x, x) K₁(z, z)),
//
//	NNGP(x, z) = σ_w² √(K₁(x, x) K₁(z, z)) (sin θ + (π − θ) cos θ)/(2π) + σ_b²
//	NTK(x, z)  = NNGP(x, z) + σ_w² K₁(x, z) (π − θ)/(2π),
//
// the arc-cosine kernels of order 1 and 0 (Y. Cho and L. K. Saul, NIPS 2009; A.
// Jacot, F. Gabriel and C. Hongler, NeurIPS 2018).  The paper of Prakhya, Birdal
// and Yurtsever takes σ_w = 1 and no biases, which is what the zero Params mean
// here; σ_w then cancels from predictions, because the ridge is relative.
package kernel

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Kind selects a kernel.
type Kind int

// The kernels.
const (
	NNGP Kind = iota // neural network Gaussian process
	NTK              // neural tangent kernel
)

// String returns the usual abbreviation.
func (k Kind) String() string {
	switch k {
	case NNGP:
		return "NNGP"
	case NTK:
		return "NTK"
	}
	return fmt.Sprintf("Kind(%d)", int(k))
}

// Params are the standard deviations of weights and biases at initialisation.
type Params struct {
	WeightStd float64 // σ_w; 0 means 1
	BiasStd   float64 // σ_b; 0 means no biases
}

func (p Params) complete() (Params, error) {
	if !(p.WeightStd >= 0) || math.IsInf(p.WeightStd, 0) {
		return p, fmt.Errorf("kernel: WeightStd is %v, expected 0 (1) or a positive finite number", p.WeightStd)
	}
	if !(p.BiasStd >= 0) || math.IsInf(p.BiasStd, 0) {
		return p, fmt.Errorf("kernel: BiasStd is %v, expected 0 (no biases) or a positive finite number", p.BiasStd)
	}
	if p.WeightStd == 0 {
		p.WeightStd = 1
	}
	return p, nil
}

// Matrix returns the kernel between the rows of x (n×d) and those of z (m×d), an
// n×m matrix.
func Matrix(kind Kind, x, z mat.Matrix, params Params) (*mat.Dense, error) {
	params, err := params.complete()
	if err != nil {
		return nil, err
	}
	if kind != NNGP && kind != NTK {
		return nil, fmt.Errorf("kernel: unknown kernel %v, expected NNGP or NTK", kind)
	}
	n, d := x.Dims()
	m, dz := z.Dims()
	if d != dz || d == 0 || n == 0 || m == 0 {
		return nil, fmt.Errorf("kernel: tables of %d×%d and %d×%d values, expected rows in both and the same number of columns", n, d, m, dz)
	}
	weight, bias := params.WeightStd*params.WeightStd, params.BiasStd*params.BiasStd
	var k mat.Dense
	k.Mul(x, z.T())
	diagonal := func(a mat.Matrix) []float64 {
		rows, _ := a.Dims()
		out, row := make([]float64, rows), make([]float64, d)
		for i := range out {
			mat.Row(row, i, a)
			out[i] = weight*floats.Dot(row, row)/float64(d) + bias
		}
		return out
	}
	kx, kz := diagonal(x), diagonal(z)
	xs, zs := mat.DenseCopyOf(x), mat.DenseCopyOf(z)
	k.Apply(func(i, j int, dot float64) float64 {
		k1, scale := weight*dot/float64(d)+bias, math.Sqrt(kx[i])*math.Sqrt(kz[j])
		if scale == 0 {
			return bias
		}
		theta := math.Acos(math.Max(-1, math.Min(1, k1/scale)))
		if math.Abs(k1) > 0.999999*scale {
			theta = smallAngle(xs.RawRowView(i), zs.RawRowView(j), math.Sqrt(weight/float64(d)), params.BiasStd)
		}
		return entry(kind, k1, scale, theta, weight, bias)
	}, &k)
	for _, v := range k.RawMatrix().Data {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, errors.New("kernel: an entry is not finite, expected finite data of moderate size")
		}
	}
	return &k, nil
}

// entry is the kernel from K₁(x, z), scale = √(K₁(x, x) K₁(z, z)) and θ.
func entry(kind Kind, k1, scale, theta, weight, bias float64) float64 {
	sin, cos := math.Sincos(theta)
	nngp := weight*scale*(sin+(math.Pi-theta)*cos)/(2*math.Pi) + bias
	if kind == NNGP {
		return nngp
	}
	return nngp + weight*k1*(math.Pi-theta)/(2*math.Pi)
}

// smallAngle is the angle between (s·x, b) and (s·z, b), accurate where they are
// nearly parallel and the arc cosine is not: 2 atan2(‖p − q‖, ‖p + q‖) with the
// unit vectors p, q (W. Kahan).
func smallAngle(x, z []float64, s, b float64) float64 {
	nx, nz := math.Hypot(s*floats.Norm(x, 2), b), math.Hypot(s*floats.Norm(z, 2), b)
	minus, plus := b/nx-b/nz, b/nx+b/nz
	minus, plus = minus*minus, plus*plus
	for i := range x {
		p, q := s*x[i]/nx, s*z[i]/nz
		minus += (p - q) * (p - q)
		plus += (p + q) * (p + q)
	}
	return 2 * math.Atan2(math.Sqrt(minus), math.Sqrt(plus))
}

// Predictor is a fitted kernel ridge regression.
type Predictor struct {
	kind   Kind
	params Params
	x      *mat.Dense // n×d, training rows
	dual   *mat.Dense // n×c, (K + ridge·mean(diag K)·I)⁻¹ Y
}

// Fit returns the posterior mean of the Gaussian process with the given kernel
// and observation noise ridge·mean(diag K) on the training rows x (n×d) with
// targets y (n×c).  The ridge, > 0, is relative to the kernel's size, as
// neural-tangents' diag_reg is by default.
func Fit(kind Kind, x, y mat.Matrix, ridge float64, params Params) (*Predictor, error) {
	if !(ridge > 0) || math.IsInf(ridge, 0) {
		return nil, fmt.Errorf("kernel: ridge is %v, expected a positive finite number such as 0.1", ridge)
	}
	n, _ := x.Dims()
	if rows, _ := y.Dims(); rows != n {
		return nil, fmt.Errorf("kernel: %d rows and %d targets, expected the same number", n, rows)
	}
	k, err := Matrix(kind, x, x, params)
	if err != nil {
		return nil, err
	}
	system := mat.NewSymDense(n, nil)
	mean := mat.Trace(k) / float64(n)
	for i := range n {
		for j := i; j < n; j++ {
			system.SetSym(i, j, (k.At(i, j)+k.At(j, i))/2)
		}
		system.SetSym(i, i, system.At(i, i)+ridge*mean)
	}
	var chol mat.Cholesky
	if !chol.Factorize(system) {
		return nil, fmt.Errorf("kernel: the %v matrix with ridge %v is not positive definite, expected a larger ridge or rows that are not all zero", kind, ridge)
	}
	p := &Predictor{kind: kind, params: params, x: mat.DenseCopyOf(x), dual: new(mat.Dense)}
	var condition mat.Condition
	if err := chol.SolveTo(p.dual, y); err != nil && !errors.As(err, &condition) {
		return nil, fmt.Errorf("kernel: %w", err)
	}
	return p, nil
}

// Predict returns the scores (m×c) of the rows of x (m×d).
func (p *Predictor) Predict(x mat.Matrix) (*mat.Dense, error) {
	k, err := Matrix(p.kind, x, p.x, p.params)
	if err != nil {
		return nil, err
	}
	var out mat.Dense
	out.Mul(k, p.dual)
	return &out, nil
}
