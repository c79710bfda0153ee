package descent

import (
	"math"
)

const (
	// exploreIterations of L-BFGS are for a further start and for each combination: more of them find a better network
	// from one start, but fewer starts in the same time.
	exploreIterations = 150
	// mostActivations is the largest n·k for a convex refit of k candidates, which holds two such matrices.
	mostActivations = 6_000_000
	// staleRounds in a row, each with less than staleGain of the objective, end the search; polishRounds bring in Newton's method.
	staleRounds  = 12
	staleGain    = 1e-5
	polishRounds = 3
)

// explore improves the best network by others until it is over or nothing is gained any more.
func (t *training) explore() {
	precise, stale := false, 0
	sources := t.sources()
	for round := 0; !t.over(); round++ {
		before, spent := t.bestF, t.spent
		source := sources.choose(round)
		candidates := source.neurons(precise)
		if t.over() {
			return
		}
		theta := t.join(t.best, candidates)
		theta = t.descend(theta, exploreIterations, precise)
		if t.o.Width > 0 {
			if !t.narrowed(theta) {
				t.shrink(theta)
			}
		} else {
			t.consider(theta)
			t.refitBest()
		}
		gain := (before - t.bestF) / math.Abs(before)
		source.observe(gain, t.spent-spent)
		if gain > staleGain {
			stale = 0
		} else {
			stale++
		}
		precise = precise || gain < exactPart
		if stale >= polishRounds && stale%polishRounds == 0 {
			t.polish()
		}
		if stale >= staleRounds {
			t.status.Reason = Stalled
			return
		}
	}
}

// join returns a network of the neurons of best and of those candidates that lower the objective.
func (t *training) join(best, candidates []float64) []float64 {
	all := t.beside(best, candidates)
	if !t.convexFits(len(all) / (t.d + t.c)) {
		return t.beside(best, t.sprouts(best, candidates))
	}
	return t.refit(all, best, 1e-5, 4)
}

// beside puts the neurons of two networks side by side.
func (t *training) beside(a, b []float64) []float64 {
	ma, mb := len(a)/(t.d+t.c), len(b)/(t.d+t.c)
	out := make([]float64, 0, len(a)+len(b))
	for i := range t.d + t.c {
		out = append(append(out, a[i*ma:(i+1)*ma]...), b[i*mb:(i+1)*mb]...)
	}
	return out
}

// convexFits says whether there is a convex refit of k candidates and it is worth its memory and time.
func (t *training) convexFits(k int) bool { return t.n*k <= mostActivations }

// refit refits the output layer for the directions of theta, beginning with the output weights of warm, whose
// neurons are the first of theta.
func (t *training) refit(theta, warm []float64, tol float64, rounds int) []float64 {
	k := len(theta) / (t.d + t.c)
	if k == 0 {
		return theta
	}
	w, _ := refit(t.ctx, t.p, t.unpack(theta).U, t.unpack(warm), tol, rounds)
	t.spend(float64(k)/float64(4*(t.d+t.c)), k)
	return t.pack(w)
}

// refitBest refits the output layer of the best network, which drops neurons that do not pay.
func (t *training) refitBest() {
	if m := len(t.best) / (t.d + t.c); m > 0 && t.convexFits(m) && !t.over() {
		t.consider(t.refit(t.best, t.best, 1e-6, 2))
	}
}

// sprouts returns those candidates that lower the objective when they are added to the network theta, and makes them small: with the residual
// W a direction u, ‖u‖ = 1, does so if ‖Wᵀ(Xu)₊‖ > γ, with v along Wᵀ(Xu)₊.
func (t *training) sprouts(theta, candidates []float64) []float64 {
	const small = 0.1 // of the mean size of the network's neurons
	m, k := len(theta)/(t.d+t.c), len(candidates)/(t.d+t.c)
	zero := append([]float64(nil), candidates...)
	for j := range k {
		norm := 0.0
		for i := range t.d {
			norm += zero[i*k+j] * zero[i*k+j]
		}
		norm = math.Sqrt(norm)
		for i := range t.d {
			zero[i*k+j] /= norm
		}
	}
	clear(zero[t.d*k:])
	all := t.beside(theta, zero)
	x, g := make([]float32, len(all)), make([]float32, len(all))
	roundTo(x, all)
	t.single.value(t.ctx, x, g, 0, t.n)
	t.spend(1, m+k)
	size := 0.0
	for _, v := range theta {
		size += v * v
	}
	size = small * math.Sqrt(size/float64(2*max(m, 1)))
	for j := range k {
		h := 0.0
		for i := t.d; i < t.d+t.c; i++ {
			v := float64(g[i*(m+k)+m+j])
			zero[i*k+j] = -v
			h += v * v
		}
		h = math.Sqrt(h)
		s := 0.0
		if h > t.p.Gamma {
			s = size
		}
		for i := range t.d {
			zero[i*k+j] *= s
		}
		for i := t.d; i < t.d+t.c && h > 0; i++ {
			zero[i*k+j] *= s / h
		}
	}
	return balanceTheta(zero, t.d, t.c, 0)
}

// polish brings the best network close to a local minimiser by Newton's method, where that is small enough.
func (t *training) polish() {
	w := t.unpack(t.best)
	if !t.plain || !newtonFits(t.p, w) || !t.convexFits(w.Width()) {
		return
	}
	w, st := refine(t.ctx, t.p, w, Options{Iterations: roundIterations, NewtonIterations: 30, Tolerance: 1e-11})
	t.status.Iterations += st.Iterations
	t.status.NewtonIterations += st.NewtonIterations
	t.spend(float64(st.Evaluations), w.Width())
	if before := t.bestF; t.consider(t.pack(w)) < before {
		t.status.Stationarity = st.Stationarity
	}
}
