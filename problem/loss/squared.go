package loss

// Squared is ℓ(f, y) = ½‖f − y‖².
type Squared struct{}

var _ Loss = Squared{}

// Gradient implements Loss.
func (Squared) Gradient(f, y []float64, c int, weights []float64) float64 {
	sum := 0.0
	if weights == nil {
		for k, t := range y[:len(f)] {
			r := f[k] - t
			f[k] = r
			sum += r * r
		}
		return sum / 2
	}
	for k, t := range y[:len(f)] {
		w, r := weights[k/c], f[k]-t
		f[k] = w * r
		sum += w * r * r
	}
	return sum / 2
}

// Hessian implements Loss.
func (Squared) Hessian(_, _, p []float64, c int, weights []float64) {
	if weights == nil {
		return
	}
	for k := range p {
		p[k] *= weights[k/c]
	}
}

// Curvature implements Loss.
func (Squared) Curvature() float64 { return 1 }
