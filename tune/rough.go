package tune

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/relift/relift/descent"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/reduce"
)

// Rough is what is known of a problem before a cross-validation: about which weight decay suits it, and a network for that.
type Rough struct {
	GammaMax float64         // an estimate of the γ from which on no neuron pays
	Gamma    float64         // the part of it that suits many tables, with three digits; 1 where no γ makes a difference
	Weights  problem.Weights // trained for a few passes; of width 0 where ctx ended before there was one
}

const (
	// thumb is the part of GammaMax for Gamma.
	thumb = 1.0 / 32
	// roughRows are the rows that the network is trained on at most, and roughNumbers those that the passes over them see (see descent.TrainOptions), for about half a second,
	// if these are neither fewer nor more than some.
	roughRows                = 20_000
	roughNumbers             = 2_000_000
	fewestPasses, mostPasses = 10, 200
	// roughWidth caps the network, so that one of that width is the first that is trained, and soon there.
	roughWidth = 50
)

// RoughOptions of Roughly.  The zero value asks for the defaults.
type RoughOptions struct {
	Width    int // caps the network beside a cap of its own; 0: none
	Seed     uint64
	Limit    time.Duration // of the training; 0: none
	Progress func(Rough)   // unless nil, is called with each better network, from the goroutine of Roughly
}

// Roughly takes a weight decay by a rule of thumb and trains a network for it.  The γ of p is not used.  When ctx ends it returns what there is.  Errors
// are those of bad input.
func Roughly(ctx context.Context, p problem.Problem, o RoughOptions) (Rough, error) {
	p.Gamma = 1
	if err := p.Validate(); err != nil {
		return Rough{}, err
	}
	narrow := reduce.New(p, reduce.Wide)
	q := narrow.Reduced()
	r := Rough{GammaMax: descent.LargestGamma(ctx, q, o.Seed), Gamma: 1}
	if !(r.GammaMax > 0) {
		return r, nil
	}
	r.Gamma = rounded(r.GammaMax * thumb)
	q.Gamma = r.Gamma
	if n, _, _ := q.Dims(); n > roughRows {
		total := q.TotalWeight()
		rows := rand.New(rand.NewPCG(o.Seed, 0x726f756768)).Perm(n)[:roughRows]
		slices.Sort(rows)
		q = q.Subset(rows)
		q.Gamma *= q.TotalWeight() / total
	}
	n, d, c := q.Dims()
	width := roughWidth
	if o.Width > 0 {
		width = min(width, o.Width)
	}
	training := descent.TrainOptions{Width: width, Seed: o.Seed, Effort: min(max(roughNumbers/(n*(d+c)), fewestPasses), mostPasses)}
	if o.Progress != nil {
		training.Progress = func(w problem.Weights, _ float64) {
			if w.Width() > 0 {
				r.Weights = narrow.Invert(w)
				o.Progress(r)
			}
		}
	}
	if o.Limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.Limit)
		defer cancel()
	}
	w, _, err := descent.Train(ctx, q, training)
	if err != nil {
		return r, fmt.Errorf("a first network: %w", err)
	}
	r.Weights = narrow.Invert(w)
	return r, nil
}
