package descent

import (
	"math"
	"math/rand/v2"

	"golang.org/x/sync/errgroup"

	"github.com/relift/relift/problem"
)

const (
	// freshLeast to freshMost neurons, one for two rows, make a further random network.
	freshLeast = 50
	freshMost  = 200
	// mostFresh networks are trained side by side.
	mostFresh = 4
)

// source is a way to neurons that may improve the best network.  Which one pays depends on the data: where there are few
// features the directions on which rows change sign, where there are many the neurons of other random networks.
type source struct {
	neurons func(precise bool) []float64
	rate    float64 // gain for its work, lately
	last    int     // round of its last use, −1: none
}

type sources []*source

func (t *training) sources() sources {
	all := sources{
		{neurons: func(precise bool) []float64 { return t.fresh(t.randomStart, precise) }},
		{neurons: func(precise bool) []float64 { return t.fresh(t.convexStart, precise) }},
		{neurons: func(bool) []float64 { return t.disturbed(t.best) }},
	}
	for _, s := range all {
		s.last = -1
	}
	return all
}

// another rounds the source that has waited longest gets its turn, else the one that gains most for its work.
const another = 4

// choose returns the source of a round.
func (all sources) choose(round int) *source {
	best, idle := all[0], all[0]
	for _, s := range all {
		if s.rate > best.rate {
			best = s
		}
		if s.last < idle.last {
			idle = s
		}
	}
	if idle.last < 0 || round%another == 0 {
		best = idle
	}
	best.last = round
	return best
}

// observe notes the gain, relative to the objective, and the work of a round.
func (s *source) observe(gain, work float64) {
	const memory = 0.5
	s.rate = memory*s.rate + (1-memory)*gain/max(work, 1)
}

// fresh trains networks from new starts, side by side where a pass is too short to be shared, and returns all their neurons.
func (t *training) fresh(start func(rng *rand.Rand) []float64, precise bool) []float64 {
	count := 1
	if t.n*t.d*freshMost < 2*sharedWork {
		count = min(t.o.Threads, mostFresh)
	}
	networks, widths, calls := make([][]float64, count), make([]int, count), make([]int, count)
	var group errgroup.Group
	for i := range networks {
		rng := rand.New(rand.NewPCG(t.rng.Uint64(), uint64(i)))
		single, double := t.single, t.double
		if count > 1 {
			single, double = single.alone(), double.alone()
		}
		group.Go(func() error {
			theta := start(rng)
			widths[i] = len(theta) / (t.d + t.c)
			networks[i], _, calls[i] = t.descent(theta, exploreIterations, precise, single, double, false)
			return nil
		})
	}
	_ = group.Wait() // the starts return no errors
	var all []float64
	for i, theta := range networks {
		t.status.Evaluations += calls[i]
		t.spend(float64(calls[i]), widths[i])
		all = t.beside(all, theta)
	}
	return all
}

// randomStart is a random network.
func (t *training) randomStart(rng *rand.Rand) []float64 {
	return t.random(t.enough(min(max(t.n/2, freshLeast), freshMost)), rng)
}

// convexStart is a fit of the output layer for random directions, many of which lie where rows change sign.  Where that would be too
// large, it is a random network.
func (t *training) convexStart(rng *rand.Rand) []float64 {
	k := t.enough(min(max(50+10*min(t.d, mostSets), min(t.n/2, mostStarts)), fewDirections(t.n, t.d)))
	if !t.convexFits(k) {
		return t.randomStart(rng)
	}
	directions := startDirections(t.p, problem.Weights{}, k, rng)
	if t.n*k*t.c < ridgeFrom {
		w, _ := refit(t.ctx, t.p, directions.T(), problem.Weights{}, 1e-3, 10)
		return t.pack(w)
	}
	return t.pack(ridgeStart(t.p, directions))
}

// disturbed returns copies of the neurons, turned a little at three scales, and some at random.
func (t *training) disturbed(theta []float64) []float64 {
	const largest, ratio, random = 0.3, 0.3, 10.0
	out := append([]float64(nil), theta...)
	m := len(theta) / (t.d + t.c)
	for j := range m {
		norm := 0.0
		for i := range t.d {
			norm += theta[i*m+j] * theta[i*m+j]
		}
		size := largest * math.Pow(ratio, float64(t.rng.IntN(3)))
		if t.rng.IntN(4) == 0 {
			size = random
		}
		size *= math.Sqrt(norm / float64(t.d))
		for i := range t.d {
			out[i*m+j] += size * t.rng.NormFloat64()
		}
	}
	return out
}

// pack is the inverse of unpack.
func (t *training) pack(w problem.Weights) []float64 {
	theta := make([]float64, (t.d+t.c)*w.Width())
	pack(w, theta)
	return theta
}

func (t *training) unpack(theta []float64) problem.Weights {
	return unpack(theta, len(theta)/(t.d+t.c), t.d, t.c)
}
