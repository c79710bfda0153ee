package descent

import "math/rand/v2"

// The sketch takes at most sketchNumber numbers of X and sketchIterations steps, a small part of a second, and is made where a pass of the wide
// network takes sketchFrom multiplications, which is longer than some runs have.
const (
	sketchFrom       = 5e7
	sketchWidth      = 16
	sketchNumber     = 200_000
	sketchIterations = 40
)

// sketch trains a few neurons on some of the rows, so that there is a network before the wide one has seen all of them.
func (t *training) sketch() {
	if float64(t.n*(t.d+t.c))*startWidth < sketchFrom {
		return
	}
	m := t.enough(sketchWidth)
	if t.o.Width > 0 {
		m = min(m, t.o.Width)
	}
	rows := min(t.n, max(batchRows, sketchNumber/(t.d+t.c)))
	theta := t.random(m, rand.New(rand.NewPCG(t.o.Seed, 0x736b65746368)))
	x, g := make([]float32, len(theta)), make([]float32, len(theta))
	l := newLBFGS(func(theta, grad []float64) float64 {
		t.spend(float64(rows)/float64(t.n), m)
		roundTo(x, theta)
		v := t.single.value(t.ctx, x, g, 0, rows) // they are in random order
		widen(grad, g)
		return v
	}, t.over, theta, t.curvature(theta))
	l.run(sketchIterations, 0)
	t.consider(l.x)
}
