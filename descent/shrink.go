package descent

import (
	"sort"

	"gonum.org/v1/gonum/mat"
)

// shrink brings the network theta down to Options.Width neurons, the weakest first, with some training between.
func (t *training) shrink(theta []float64) {
	const part, iterations = 0.7, 50
	for t.o.Width > 0 && len(theta) > t.o.Width*(t.d+t.c) {
		m := len(theta) / (t.d + t.c)
		target := max(t.o.Width, int(part*float64(m)))
		if t.ctx.Err() != nil {
			target = t.o.Width
		}
		theta = t.strongest(theta, target)
		if t.over() {
			t.consider(theta)
		} else {
			theta = t.descend(theta, iterations, false)
		}
	}
	t.consider(theta)
}

// narrowWork is the most work, in multiplications, that the choice of one neuron to remove may be for narrow to be used.
const narrowWork = 2e8

// narrowed brings the network theta down to Options.Width neurons with care, where that is few enough; false where it is not.
func (t *training) narrowed(theta []float64) bool {
	m := 2*t.o.Width + 20
	if !t.plain || t.o.Width == 0 || float64(m*m/2)*float64(m*t.n*(t.d+t.c)) > narrowWork || !t.convexFits(m) || t.ctx.Err() != nil {
		return false
	}
	w := t.unpack(t.strongest(theta, 2*m))
	w, st := narrow(t.ctx, t.p, w, Status{}, Options{Width: t.o.Width, Seed: t.o.Seed, Iterations: 300, NewtonIterations: 50, Tolerance: 1e-11})
	t.status.Iterations += st.Iterations
	t.status.NewtonIterations += st.NewtonIterations
	t.spend(float64(st.Evaluations), t.o.Width)
	t.consider(t.pack(w))
	return true
}

// strongest keeps k neurons of theta, those of the largest ‖u_j‖‖v_j‖.
func (t *training) strongest(theta []float64, k int) []float64 {
	theta = balanceTheta(theta, t.d, t.c, 0)
	w := t.unpack(theta)
	if w.Width() <= k {
		return theta
	}
	order, size := make([]int, w.Width()), make([]float64, w.Width())
	for j := range order {
		order[j], size[j] = j, mat.Norm(w.V.RowView(j), 2)
	}
	sort.SliceStable(order, func(a, b int) bool { return size[order[a]] > size[order[b]] })
	return t.pack(selectNeurons(w, order[:k]))
}
