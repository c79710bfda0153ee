package descent

import (
	"math"
	"math/rand/v2"
)

const (
	// batchRows are the rows of a batch, and batchFrom the rows of a problem from which batches pay.
	batchRows = 256
	batchFrom = 1024
	// batchPasses are the passes over the data in batches: few, as L-BFGS gets further sooner.
	batchPasses = 10
	// batchRate is the length of the first steps, in units of the size of the weights.
	batchRate = 0.1

	// roundIterations of L-BFGS are made at a time; then neurons that have vanished are dropped.
	roundIterations = 100
	// slowPart of the objective in a round is too little to go on with it.
	slowPart = 1e-3
)

// first trains the network start with its sprouts or, where it has no neurons, a wide one at random.
func (t *training) first(start []float64) {
	theta := start
	switch {
	case len(start) == 0:
		t.sketch()
		theta = t.wide()
	case t.o.Sprouts > 0:
		theta = t.beside(start, t.sprouts(start, t.random(t.o.Sprouts, t.rng)))
	}
	last := math.Inf(1)
	for !t.over() {
		theta = t.descend(theta, roundIterations, false)
		f := t.consider(theta)
		if last-f < slowPart*last {
			break
		}
		last = f
	}
	t.shrink(theta)
	t.narrowed(theta)
}

// wide makes a wide random network and, where there are many rows, trains it on batches.
func (t *training) wide() []float64 {
	if t.o.Width > 0 && t.o.Width < leastWidth { // a network that fits, at once
		t.consider(t.descend(t.random(t.o.Width, t.rng), roundIterations, false))
	}
	width := min(max(int(startNumber/float64(t.n*(t.d+t.c))), leastWidth), t.enough(startWidth))
	theta := t.random(width, t.rng)
	if t.n >= batchFrom {
		theta = t.stochastic(theta)
	}
	return theta
}

// enough limits a number of neurons to some times what any optimum needs, which is n·c (see Reduce).
func (t *training) enough(m int) int { return min(m, max(16, 8*t.n*t.c)) }

// random returns m random neurons whose outputs together have the size of the targets.
func (t *training) random(m int, rng *rand.Rand) []float64 {
	theta := make([]float64, (t.d+t.c)*m)
	u, v := 1/t.rowSize, t.ySize/math.Sqrt(float64(m))
	for i := range theta {
		size := u
		if i >= t.d*m {
			size = v
		}
		theta[i] = size * rng.NormFloat64()
	}
	// Every fourth neuron treats all axes alike, however small the features along them.
	largest := 0.0
	for _, l := range t.s.lambda {
		largest = max(largest, l)
	}
	for i, l := range t.s.lambda {
		axis := math.Sqrt(float64(t.n)/(float64(t.d)*(l+1e-4*largest))) * t.rowSize
		for j := 0; j < m; j += 4 {
			theta[i*m+j] *= axis
		}
	}
	return theta
}

// stochastic makes steps of Adam on batches of rows, at a rate that falls to zero by half a cosine.
func (t *training) stochastic(theta []float64) []float64 {
	m := len(theta) / (t.d + t.c)
	x, g := make([]float32, len(theta)), make([]float32, len(theta))
	roundTo(x, theta)
	a := newAdam[float32](len(theta))
	u, v := batchRate/t.rowSize, batchRate*t.ySize/math.Sqrt(float64(m))
	steps := batchPasses * t.n / batchRows
	for s := range steps {
		if t.over() {
			break
		}
		lo := t.rng.IntN(t.n/batchRows) * batchRows
		if math.IsInf(t.single.value(t.ctx, x, g, lo, lo+batchRows), 1) {
			break
		}
		rate := (1 + math.Cos(math.Pi*float64(s)/float64(steps))) / 2
		a.step(x, g, t.d*m, u*rate, v*rate)
		t.spend(float64(batchRows)/float64(t.n), m)
		if t.due(m) {
			widen(theta, x)
			t.consider(theta)
		}
	}
	widen(theta, x)
	t.consider(theta)
	return balanceTheta(theta, t.d, t.c, vanished)
}

// roundTo rounds x to single precision.
func roundTo(to []float32, x []float64) {
	for i, v := range x {
		to[i] = float32(v)
	}
}

// widen is the inverse of roundTo.
func widen(to []float64, x []float32) {
	for i, v := range x {
		to[i] = float64(v)
	}
}
