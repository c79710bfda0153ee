package engine

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/relift/relift/signs"
)

const (
	// proofPause is how many times longer than a proof takes to make and to check it is waited before the next
	// one: what an interruption can cost.
	proofPause = 8
	// growShare is the part of a phase in which the tree grows at least, and proofRoom how many times what a proof took is left for the last one where that is
	// less than the rest.
	growShare = 0.9
	proofRoom = 4
	// treeRows is the largest number of rows whose leaves are worth their time.
	treeRows = 1000
)

// signTree returns the phase that closes the gap by a branch and bound on the signs of the rows, from the best network so
// far.
func (s *state) signTree(until float64) Phase {
	return Phase{Name: "signs", Until: until, Needed: "the branch and bound on signs", Bytes: s.leafMemory, Run: func(ctx context.Context) (func(), error) {
		a := s.record.access()
		grow, cancel := context.WithCancel(ctx)
		defer cancel()
		leave, stop := s.growUntil(ctx, cancel)
		defer stop()
		var next time.Time
		var failed error
		options := signs.Options{
			Gap: s.opts.Gap, Seed: s.opts.Seed, Leaves: s.leaves, Rooted: s.rooted, Bytes: s.treeMemory(), Threads: s.opts.threads(),
			Progress: func(p signs.Progress) {
				if begin := s.clock.Now(); failed == nil && p.LowerBound > s.record.proved() && begin.After(next) {
					d, err := p.Derivation()
					if err == nil {
						err = s.prove(ctx, a, d, signSource)
					}
					failed = err
					end := s.clock.Now()
					next = end.Add(proofPause * end.Sub(begin))
					leave(end.Sub(begin))
				}
				a.Note(func(e *Event) { e.Phase, e.Outer, e.Inner = "signs", p.Leaves, p.Open })
			},
		}
		from, _ := s.record.Network()
		result, err := signs.Solve(grow, s.problem, from, options)
		if err != nil {
			return nil, fmt.Errorf("branch and bound on signs: %w", err)
		}
		a.Propose(result.Weights)
		if result.Tree != nil && result.LowerBound > s.record.proved() {
			d, err := result.Tree.Derivation()
			if err == nil {
				err = s.prove(context.WithoutCancel(ctx), a, d, signSource)
			}
			if err != nil {
				failed = err
			}
		}
		a.Note(nil)
		if failed != nil {
			return nil, fmt.Errorf("proof by signs: %w", failed)
		}
		if result.Status == signs.MemoryLimit {
			a.Warn(fmt.Sprintf("the branch and bound on signs ended with %d leaves, more of which do not fit into the memory that is allowed; expected a larger --memory-limit", result.Leaves))
		}
		return func() { s.tree = result }, nil
	}}
}

// growUntil has cancel called in time for the last proof before the deadline of ctx: at the end of growShare of the time until then and, once it is told how long a proof
// took, of proofRoom times that before the deadline where that is later.
func (s *state) growUntil(ctx context.Context, cancel func()) (took func(time.Duration), stop func()) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return func(time.Duration) {}, func() {}
	}
	most := time.Duration((1 - growShare) * float64(deadline.Sub(s.clock.Now())))
	arm := func(room time.Duration) func() bool {
		return s.clock.AfterFunc(deadline.Sub(s.clock.Now())-room, cancel)
	}
	disarm := arm(most)
	return func(took time.Duration) {
		disarm()
		disarm = arm(min(most, proofRoom*took))
	}, func() { disarm() }
}

// treeMemoryShare is the part of the free memory that the leaves of a tree may hold; its proof is made beside them.
const treeMemoryShare = 0.4

// treeMemory is what the leaves of a tree may hold, in bytes; 0 for no limit.
func (s *state) treeMemory() uint64 {
	free := treeMemoryShare * s.freeMemory()
	if math.IsInf(free, 1) {
		return 0
	}
	return max(1, uint64(free))
}

// leafMemory estimates the bytes of the leaves that are bounded side by side: about a dozen matrices of the order of a leaf, and
// the system of its conditions.
func (s *state) leafMemory() uint64 {
	n, d, c := s.problem.Dims()
	order := uint64(n + min(n, d) + c)
	conditions := 14*order + uint64(n*(c-1))
	return uint64(s.opts.threads()) * 8 * (12*order*order + conditions*conditions)
}
