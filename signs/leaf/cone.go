package leaf

import (
	"math"

	"github.com/relift/relift/internal/short"
)

// Second-order cones Q^{q+1} = {(x_0, x̄) : ‖x̄‖ ≤ x_0}, several of them stored one after the other.

// determinant returns x_0² − ‖x̄‖².
func determinant(x []float64) float64 {
	tail := short.Norm(x[1:])
	return (x[0] - tail) * (x[0] + tail)
}

// invert writes x⁻¹ of the Jordan algebra into dst.
func invert(dst, x []float64) {
	det := determinant(x)
	dst[0] = x[0] / det
	for i, v := range x[1:] {
		dst[i+1] = -v / det
	}
}

// reach returns the largest step a with x + a·dx in the cone, +Inf if all are.
func reach(x, dx []float64) float64 {
	a := determinantOf(dx, dx)
	b := determinantOf(x, dx)
	c := determinantOf(x, x)
	best := math.Inf(1)
	if dx[0] < 0 {
		best = -x[0] / dx[0]
	}
	disc := b*b - a*c
	if disc < 0 {
		return best
	}
	root := math.Sqrt(disc)
	for _, r := range [2]float64{(-b - root) / a, (-b + root) / a} {
		if r > 0 && r < best {
			best = r
		}
	}
	if a == 0 && b < 0 {
		best = min(best, -c/(2*b))
	}
	return best
}

// determinantOf is the bilinear form x_0y_0 − x̄ᵀȳ.
func determinantOf(x, y []float64) float64 { return x[0]*y[0] - short.Dot(x[1:], y[1:]) }

// scaling is the Nesterov–Todd scaling W = η·(2w̄w̄ᵀ − J)^½ of a cone pair: W⁻¹s = Wz.
type scaling struct {
	eta float64
	w   []float64 // unit: w_0² − ‖w̄‖² = 1
}

func newScaling(s, z []float64) scaling {
	ds, dz := math.Sqrt(determinant(s)), math.Sqrt(determinant(z))
	inner := 0.0
	for i := range s {
		inner += (s[i] / ds) * (z[i] / dz)
	}
	g := math.Sqrt((1 + inner) / 2)
	w := make([]float64, len(s))
	w[0] = (s[0]/ds + z[0]/dz) / (2 * g)
	for i := 1; i < len(s); i++ {
		w[i] = (s[i]/ds - z[i]/dz) / (2 * g)
	}
	return scaling{eta: math.Sqrt(ds / dz), w: w}
}

// apply writes Wx, or W⁻¹x, into dst.
func (t scaling) apply(dst, x []float64, inverse bool) {
	sign, eta := 1.0, t.eta
	if inverse {
		sign, eta = -1, 1/t.eta
	}
	inner := sign * short.Dot(t.w[1:], x[1:])
	dst[0] = eta * (t.w[0]*x[0] + inner)
	f := x[0] + inner/(1+t.w[0])
	for i := 1; i < len(x); i++ {
		dst[i] = eta * (x[i] + sign*t.w[i]*f)
	}
}

// square returns the entry (i, j) of W².
func (t scaling) square(i, j int) float64 {
	v := 2 * t.w[i] * t.w[j]
	switch {
	case i == j && i == 0:
		v--
	case i == j:
		v++
	}
	return t.eta * t.eta * v
}

// product writes the Jordan product x∘y into dst, which may be neither.
func product(dst, x, y []float64) {
	dst[0] = short.Dot(x, y)
	for i := 1; i < len(x); i++ {
		dst[i] = x[0]*y[i] + y[0]*x[i]
	}
}

// divide writes the y with x∘y = r into dst, which may not be x or r.
func divide(dst, x, r []float64) {
	dst[0] = determinantOf(x, r) / determinant(x)
	for i := 1; i < len(x); i++ {
		dst[i] = (r[i] - dst[0]*x[i]) / x[0]
	}
}
