package exact

import (
	"context"
	"math"
	"slices"

	"github.com/relift/relift/internal/short"
)

// Column generation for rank(X) ≥ 3.
const (
	randomPerRound  = 200       // random starts of the local ascents in a round
	columnsPerRound = 100       // at most
	poolSize        = 400       // local maxima remembered as starts
	centrality      = 0.1       // share of the gap to which the restricted problem is solved
	proofShare      = 0.4       // of the work may go into proofs before the local search is exhausted
	treeCap         = 256 << 20 // bytes of tree kept for a certificate, one per cone

	// Where some directions have activations much larger than others', rounds may leave a violation of the constraint
	// that is farOff, in γ, or bring the bounds no nearer: there only a more accurate W helps, at once or after stillRounds.
	farOff      = 2
	stillRounds = 5
	mostStill   = 40 // after which it is as accurate as it gets, and bounded as it is
)

// runCones is the loop for rank(X) ≥ 3: local ascents find new directions,
// the cone search finds what they miss and proves the bound.
func (s *search) runCones(ctx context.Context) {
	in := s.in
	starts := s.starts()
	for i := range in.n {
		for _, sign := range []float64{1, -1} {
			u := append([]float64(nil), in.row(i)...)
			if normalise(u) {
				for k := range u {
					u[k] *= sign
				}
				starts = append(starts, u)
			}
		}
	}
	for _, u := range s.starts() {
		s.add(u)
	}
	var work float64 // done by column generation
	margin := 0.1    // of the H attempted before column generation ends above the largest value seen
	idle, excess := 0, 1.0
	for ctx.Err() == nil {
		s.rounds++
		accuracy := s.roundAccuracy()
		s.master.solve(ctx, max(masterTolerance, accuracy*max(0.1*s.care*s.options.Gap, centrality*excess)))
		s.offer(s.network())
		w := s.master.w
		fr := newFrame(in, w)
		all := append(starts, s.pool...)
		starts = nil
		for _, col := range s.master.columns {
			if col.size > 0 {
				all = append(all, col.u)
			}
		}
		all = append(all, s.randomStarts(fr, randomPerRound)...)
		peaks := s.climbAll(ctx, w, all, 0.9*in.gamma)
		s.worst = 0
		if len(peaks) > 0 {
			s.worst = peaks[0].value
		}
		s.pool = s.pool[:0]
		for _, p := range peaks[:min(len(peaks), poolSize)] {
			s.pool = append(s.pool, p.u)
		}
		excess = min(1, (s.upper-s.problem.DualBound(in.residual(w, s.problem), max(s.worst, in.gamma)))/s.upper)
		s.report()
		s.prune()
		grown := s.worst > in.gamma*(1+s.tolerance()) && s.still < mostStill && s.grow(peaks)
		if !grown {
			if !s.certify(ctx, fr, w, 0, math.MaxInt64) {
				idle++
				if s.done() || idle > 3 {
					return
				}
				s.care /= 10
				continue
			}
			idle = 0
			continue
		}
		idle = 0
		work += s.roundWork(len(all))
		h := (1 + margin) * max(s.worst, in.gamma)
		hope := s.problem.DualBound(in.residual(w, s.problem), in.inflate(h, w))
		budget := int64(proofShare*work) - s.proofWork
		if hope-s.lower > 0.1*(s.upper-s.lower) && budget > 1e7 {
			lower := s.lower
			s.certify(ctx, fr, w, h, budget)
			if s.done() {
				return
			}
			if s.lower > lower {
				margin = max(0.03, margin/3)
			} else {
				margin = min(30, 4*margin)
			}
		}
	}
}

// roundAccuracy returns the part of its usual tolerance to which the restricted problem is solved in the round that begins.
func (s *search) roundAccuracy() float64 {
	gap := s.upper - s.lower
	if s.still++; gap < s.lastGap*(1-roundProgress) {
		s.still = 0
	}
	s.lastGap = gap
	patience := stillRounds
	if s.worst > farOff*s.in.gamma {
		patience = 0
	}
	return math.Pow(4, -float64(max(0, s.still-patience)))
}

// roundWork estimates the operations of a round of ascents and of the
// restricted problem: counted rather than timed, so that a run can be repeated.
func (s *search) roundWork(starts int) float64 {
	n, d, c, m := float64(s.in.n), float64(s.in.d), float64(s.in.c), float64(len(s.master.columns))
	return float64(starts)*60*n*(d+c) + 25*m*m*(m+2*min(m, n))/10
}

// regulariser returns γ Σ ‖v_j‖, the regulariser's share of the restricted
// problem's value; a relative excess ε of h(W) over γ costs about ε times that.
func (s *search) regulariser() float64 {
	r := 0.0
	for _, col := range s.master.columns {
		r += col.size
	}
	return s.in.gamma * r
}

// tolerance is the relative excess of h(W) over γ that would cost the share
// care of the gap wanted.
func (s *search) tolerance() float64 {
	r := s.regulariser()
	if !(r > 0) {
		return 1e-9
	}
	return min(0.05, max(1e-9, s.care*s.options.Gap*s.upper/r))
}

// grow makes the best peaks above γ columns.
func (s *search) grow(peaks []peak) bool {
	room := columnsPerRound
	if len(peaks) == 0 {
		return false
	}
	gamma := s.in.gamma
	least := gamma + max(1e-9*gamma, 0.1*(peaks[0].value-gamma))
	added := 0
	for _, p := range peaks {
		if added >= room || !(p.value >= least) {
			break
		}
		if s.add(p.u) {
			added++
		}
	}
	return added > 0
}

// goal returns the largest H that proves the gap wanted with W, or 0 when no H ≥ γ does.
func (s *search) goal(w []float64) float64 {
	wy, ww := short.Dot(w, s.in.y), squared(w)
	want := s.upper*(1-0.9*s.options.Gap) - s.in.constant
	root := wy*wy - 2*ww*want
	if !(ww > 0) || !(root > 0) {
		return 0
	}
	t := (wy - math.Sqrt(root)) / ww
	if !(t > 0) || t > 1 {
		return 0
	}
	return s.in.gamma / t * (1 - 1e-7)
}

// certify runs the cone search.  With h = 0 it goes down a ladder of thresholds
// to the goal and returns whether new columns were found; otherwise it makes
// one attempt at h with about budget operations.
func (s *search) certify(ctx context.Context, fr *frame, w []float64, h float64, budget int64) bool {
	in := s.in
	if in.d > maxSearchDimension {
		return false
	}
	ladder := []float64{h}
	if h == 0 {
		goal := s.goal(w)
		if goal == 0 {
			goal = max(s.worst, in.gamma) * (1 + s.tolerance())
		}
		ladder = ladder[:0]
		for excess := 40.0; ; excess /= 2.5 {
			if next := in.gamma * (1 + excess); next > goal*1.001 {
				ladder = append(ladder, next)
				continue
			}
			break
		}
		ladder = append(ladder, goal)
	}
	for _, h := range ladder {
		if h < s.worst || s.problem.DualBound(in.residual(w, s.problem), in.inflate(h, w)) <= s.lower {
			continue
		}
		at := fr.prove(ctx, h, s.options.Threads, budget, treeCap)
		s.cones += at.nodes
		s.proofWork += at.work
		if at.proven && at.trees != nil {
			s.accept(w, in.inflate(at.bound, w), &tree{frame: fr, orthants: at.trees, nodes: at.nodes})
			s.report()
			if s.done() {
				return false
			}
		}
		// climb from the best cones' generators: what was found counts whether or not H was proven
		found := slices.DeleteFunc(at.peaks, func(p peak) bool { return !(p.value > 0.97*in.gamma) })
		slices.SortStableFunc(found, func(a, b peak) int {
			switch {
			case a.value > b.value:
				return -1
			case a.value < b.value:
				return 1
			default:
				return 0
			}
		})
		var from [][]float64
		for _, p := range found[:min(len(found), poolSize)] {
			from = append(from, p.u)
		}
		peaks := s.climbAll(ctx, w, from, in.gamma*(1+s.tolerance()))
		if len(peaks) > 0 && s.grow(peaks) {
			s.worst = max(s.worst, peaks[0].value)
			return true
		}
		if !at.proven {
			return false
		}
	}
	return false
}
