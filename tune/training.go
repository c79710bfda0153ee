package tune

import (
	"bytes"
	"context"
	"encoding/json"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/descent"
	"github.com/relift/relift/dispatch"
	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/internal/npy"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/problem/loss"
)

// kindName is the kind of job that trains a network on a fold.
const kindName = "tune.training"

// Kind is the kind of job that an executor has to know for Options.Executor.
// Its version names the linear algebra, which has a part in the numbers.
func Kind(a linalg.Algebra) dispatch.Kind {
	d := a.Description()
	return dispatch.Kind{Name: kindName, Version: "2, " + d.Name + " " + d.Config, Run: func(ctx context.Context, t dispatch.Task) ([]byte, error) {
		return train(ctx, a.WithThreads(t.Threads), t)
	}}
}

// coldEffort is how many times more passes a training has that begins with no network: from a random one it is a longer way.
const coldEffort = 5

// sprouts are the random neurons beside those of the γ before, which at the largest γ has them all in one direction.
const sprouts = 50

// settings of a job.  Its inputs are the content of the fold and, unless it is the first of the path, the output of the job before.
type settings struct {
	Gamma     float64 `json:"gamma"` // of the fold
	Loss      string  `json:"loss"`
	Delta     float64 `json:"delta,omitempty"` // of the loss of Huber
	Intercept bool    `json:"intercept,omitempty"`
	Effort    int     `json:"effort"`
	Width     int     `json:"width,omitempty"`
	Seed      uint64  `json:"seed"`
	Warm      bool    `json:"warm"` // there is a network to go on from
}

// train is the function of the kind.  Its output is an NPZ archive of the network and its outputs on the test rows.
func train(ctx context.Context, a linalg.Algebra, t dispatch.Task) ([]byte, error) {
	var s settings
	if err := json.Unmarshal(t.Settings, &s); err != nil {
		return nil, err
	}
	f, err := foldOf(t.Input(0))
	if err != nil {
		return nil, err
	}
	p := f.Train.On(a)
	p.Gamma, p.Intercept = s.Gamma, s.Intercept
	if p.Loss, err = loss.Named(s.Loss, s.Delta); err != nil {
		return nil, err
	}
	o := descent.TrainOptions{Width: s.Width, Seed: s.Seed, Threads: t.Threads, Effort: s.Effort}
	if s.Warm {
		before, err := trainedOf(t.Input(1))
		if err != nil {
			return nil, err
		}
		o.Start, o.Sprouts = before.weights, sprouts
	}
	if o.Start.Width() == 0 {
		o.Effort *= coldEffort
	}
	w, _, err := descent.Train(ctx, p, o)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err // a network whose training was cut off is not that of the job
	}
	out := trained{weights: w}
	if f.TestX != nil {
		_, _, c := p.Dims()
		out.outputs = w.OutputOn(a, f.TestX, c)
	}
	return out.content()
}

// trained is the output of a job.
type trained struct {
	weights problem.Weights
	outputs *mat.Dense // on the test rows; nil without
}

func (t trained) content() ([]byte, error) {
	var entries []npy.Entry
	if t.outputs != nil {
		entries = append(entries, npy.Entry{Name: "outputs", Array: npy.Matrix(t.outputs)})
	}
	if t.weights.Width() > 0 {
		entries = append(entries, npy.Entry{Name: "U", Array: npy.Matrix(t.weights.U)}, npy.Entry{Name: "V", Array: npy.Matrix(t.weights.V)})
	}
	if t.weights.B != nil {
		entries = append(entries, npy.Entry{Name: "b", Array: npy.Vector(t.weights.B)})
	}
	return archive(entries)
}

// trainedOf is the inverse of content.
func trainedOf(r *bytes.Reader) (t trained, err error) {
	a, err := open(r)
	if err != nil {
		return t, err
	}
	if a.Has("outputs") {
		if t.outputs, err = matrix(a, "outputs"); err != nil {
			return t, err
		}
	}
	if a.Has("U") {
		if t.weights.U, err = matrix(a, "U"); err != nil {
			return t, err
		}
		if t.weights.V, err = matrix(a, "V"); err != nil {
			return t, err
		}
	}
	if a.Has("b") {
		b, err := a.Array("b")
		if err != nil {
			return t, err
		}
		if t.weights.B, err = b.AsVector(); err != nil {
			return t, err
		}
	}
	return t, nil
}
