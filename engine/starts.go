package engine

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/descent"
	"github.com/relift/relift/problem"
)

// furtherStarts is how many networks are trained from other random starts before a tree of signs (docs/signs.md has what they gain).
const furtherStarts = 3

// unionGrowth is how often neurons are added to the network of all their neurons.
const unionGrowth = 30

// starts returns the phase that trains further networks and one of the neurons of all: a tree of signs is worth as much as the network whose
// residual it has, and each better one that turns up costs it the bounds of leaves.
func (s *state) starts(until float64) Phase {
	return Phase{Name: "network", Until: until, Run: func(ctx context.Context) (func(), error) {
		a := s.record.access()
		best, _ := s.network()
		all := make([]problem.Weights, furtherStarts+1)
		all[furtherStarts] = best
		p := s.narrow().On(s.narrow().Algebra().WithThreads(1)) // the starts are beside each other
		var group errgroup.Group
		group.SetLimit(s.opts.threads())
		for k := range furtherStarts {
			group.Go(func() (err error) {
				all[k], _, err = descent.Train(ctx, p, descent.TrainOptions{Width: s.opts.Width, Seed: s.opts.Seed + uint64(k) + 1, Threads: 1, Effort: s.passes(treeEffort)})
				return err
			})
		}
		if err := group.Wait(); err != nil {
			return nil, fmt.Errorf("network from another start: %w", err)
		}
		for _, w := range all[:furtherStarts] {
			s.propose(a, w)
			a.Note(nil)
		}
		if ctx.Err() != nil || s.opts.Width > 0 {
			return nil, nil
		}
		w, _, err := descent.RefitOutput(ctx, s.narrow(), neurons(all))
		if err == nil {
			w, _, err = descent.Refine(ctx, s.narrow(), w, descent.Options{Seed: s.opts.Seed, GrowRounds: unionGrowth})
		}
		if err != nil {
			return nil, fmt.Errorf("network of the neurons of several: %w", err)
		}
		s.propose(a, w)
		a.Note(nil)
		return nil, nil
	}}
}

// neurons stacks the first layers of networks.
func neurons(all []problem.Weights) *mat.Dense {
	var rows []float64
	d := 0
	for _, w := range all {
		for j := range w.Width() {
			rows = append(rows, w.U.RawRowView(j)...)
			d = len(w.U.RawRowView(j))
		}
	}
	if d == 0 {
		return new(mat.Dense)
	}
	return mat.NewDense(len(rows)/d, d, rows)
}
