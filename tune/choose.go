package tune

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/relift/relift/descent"
	"github.com/relift/relift/dispatch"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/problem/loss"
	"github.com/relift/relift/reduce"
)

// Options of Choose.  The zero value asks for the defaults.
type Options struct {
	// Error judges networks; nil is Deviance of the loss.
	Error Error
	// Also, unless nil, judges the networks of the folds too, for Point.Also; it has no part in the choice.
	Also Error
	// OneStandardError takes the largest γ whose error is within a standard error of the best.
	OneStandardError bool
	// Effort are the passes of training for each fold and γ; see descent.TrainOptions.  0 means DefaultEffort.
	Effort int
	// Networks are the passes for each γ of a network that is trained on all rows along the path, beside those of the folds, for
	// Path.Networks; 0: there is none.
	Networks int
	// Width caps the networks, those of folds beside a cap of their own; 0: none.
	Width int
	Seed  uint64
	// Steps is the most γ that are tried; 0 means DefaultSteps.
	Steps int
	// Whole goes on to the end of the path however the errors rise.
	Whole bool
	// GammaMax is where the path begins, as Roughly or an earlier Choose found it for the problem; 0: it is estimated.
	GammaMax float64
	// Executor runs the trainings; it has to know Kind.  nil is one in this process with all processors.
	Executor dispatch.Executor
	// Progress, unless nil, is called with the path after each point.
	Progress func(*Path)
}

// The defaults.
const (
	DefaultEffort = 10
	DefaultSteps  = 16 // down to γ_max/65536
)

// mostWidth caps the networks of folds: wider ones take longer, and the errors of the folds are the same.
const mostWidth = 100

// ratio is that of a γ to the one before it.
const ratio = 0.5

// patience is how many points in a row have to be worse than the best one for the path to end.
const patience = 3

// ErrFolds is wrapped by the errors about folds.
var ErrFolds = errors.New("folds cannot be used")

// rounded keeps three significant digits, as people type them, so that what is printed can be read.
func rounded(v float64) float64 {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64)
	return v
}

// gamma returns the γ of a step of the path, counted from 0.
func (p *Path) gamma(step int) float64 { return rounded(p.GammaMax * math.Pow(ratio, float64(step+1))) }

// Choose finds the weight decay for the problem p, whose own is not used, by cross-validation on the folds.  A context that ends leaves the
// points that are complete, and is an error where there is none.
func Choose(ctx context.Context, p problem.Problem, folds []Fold, o Options) (*Path, error) {
	p.Gamma = 1
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if len(folds) < 2 {
		return nil, fmt.Errorf("%w: there are %d, expected at least 2", ErrFolds, len(folds))
	}
	for k, f := range folds {
		if err := f.check(); err != nil {
			return nil, fmt.Errorf("%w: fold %d: %w", ErrFolds, k+1, err)
		}
	}
	if o.Error == nil {
		o.Error = Deviance(p.Loss)
	}
	if o.Effort == 0 {
		o.Effort = DefaultEffort
	}
	if o.Steps == 0 {
		o.Steps = DefaultSteps
	}
	if o.Executor == nil {
		o.Executor = dispatch.NewParallel(dispatch.Budget{}, Kind(p.Algebra()))
	}
	if o.GammaMax == 0 {
		o.GammaMax = descent.LargestGamma(ctx, reduce.New(p, reduce.Wide).Reduced(), o.Seed) // in the row space of wide data it is the same
	}
	path := &Path{GammaMax: o.GammaMax, Folds: len(folds), TotalRows: p.TotalWeight()}
	if !(path.GammaMax > 0) {
		return nil, fmt.Errorf("%w: the targets do not vary, or the features do not; every weight decay gives the same network", ErrFolds)
	}
	w := &walk{path: path, loss: loss.OrSquared(p.Loss), o: o, steps: make([]step, o.Steps)}
	for k, f := range folds {
		if err := ctx.Err(); err != nil {
			return nil, err // before one more is laid out
		}
		w.chains = append(w.chains, &chain{name: fmt.Sprintf("fold %d", k+1), fold: f.inRowSpace(), effort: o.Effort, width: capped(o.Width)})
	}
	if o.Networks > 0 {
		w.chains = append(w.chains, &chain{name: "all rows", fold: Fold{Train: p}, effort: o.Networks, width: o.Width})
	}
	return path, w.run(ctx)
}

// walk is a cross-validation under way.
type walk struct {
	path   *Path
	chains []*chain // the folds, then all rows where networks for them are wanted
	o      Options
	loss   loss.Loss
	steps  []step
	names  map[string][2]int // chain and step of a job
}

// chain is the trainings on the same rows, each from the network of the one before.
type chain struct {
	name    string
	fold    Fold // without test rows where nothing is judged
	effort  int
	width   int // at most; 0: no cap
	content dispatch.Digest
}

// capped is the cap of the networks of folds.
func capped(width int) int {
	if width == 0 {
		return mostWidth
	}
	return min(width, mostWidth)
}

// step collects the folds of one γ.
type step struct {
	done    int
	errors  []float64
	also    float64         // the sum of Options.Also over the folds
	width   int             // the sum of those of the folds
	network problem.Weights // for all rows
}

// run takes the folds along the path, each as fast as it gets on, until the points that are complete say that it is enough.
func (w *walk) run(ctx context.Context) error {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	w.names = map[string][2]int{}
	for _, c := range w.chains {
		if err := ctx.Err(); err != nil {
			return err
		}
		content, err := c.fold.content()
		if err != nil {
			return err
		}
		c.content = w.o.Executor.Put(content)
		defer w.o.Executor.Drop(c.content)
	}
	batch := w.o.Executor.Batch(inner)
	for k := range w.chains {
		if err := w.submit(batch, k, 0, nil); err != nil {
			return err
		}
	}
	var failed error
	for {
		r, more := batch.Next()
		if !more {
			break
		}
		if inner.Err() != nil {
			continue // what still runs is not needed
		}
		if err := w.take(batch, r); err != nil {
			failed = err
			cancel()
		} else if w.path.Status != 0 {
			cancel()
		}
	}
	switch {
	case failed != nil:
		return failed
	case len(w.path.Points) == 0:
		return ctx.Err()
	case w.path.Status == 0:
		w.path.Status = Interrupted
	}
	return nil
}

// submit sends the training of chain k at a step to the executor; before is the output of the step before.
func (w *walk) submit(batch dispatch.Batch, k, at int, before []byte) error {
	c := w.chains[k]
	f := c.fold
	s := settings{
		Gamma: w.path.gamma(at) * f.Train.TotalWeight() / w.path.TotalRows, Intercept: f.Train.Intercept,
		Effort: c.effort, Width: c.width, Seed: w.o.Seed + uint64(k), Warm: before != nil,
		Loss: w.loss.Name(), Delta: loss.Delta(w.loss),
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	n, d, outputs := f.Train.Dims()
	j := dispatch.Job{
		Kind: kindName, Name: fmt.Sprintf("%s, step %d", c.name, at+1), Settings: text, Inputs: []dispatch.Digest{c.content},
		Priority: -float64(at), // those that are behind come first
		Needs:    dispatch.Estimate{Bytes: 24 * uint64(n) * uint64(d+outputs)},
	}
	if before != nil {
		start := w.o.Executor.Put(before)
		defer w.o.Executor.Drop(start)
		j.Inputs = append(j.Inputs, start)
	}
	w.names[j.Name] = [2]int{k, at}
	batch.Submit(j)
	return nil
}

// take judges a network, sends its fold on, and adds the points that are complete to the path.
func (w *walk) take(batch dispatch.Batch, r dispatch.Result) error {
	k, at := w.names[r.Job.Name][0], w.names[r.Job.Name][1]
	if r.Err != nil {
		return fmt.Errorf("cross-validation: %s: %w", r.Job.Name, r.Err)
	}
	t, err := trainedOf(bytes.NewReader(r.Output))
	if err != nil {
		return fmt.Errorf("cross-validation: %s: %w", r.Job.Name, err)
	}
	s := &w.steps[at]
	if k < w.path.Folds {
		if err := w.judge(s, k, t); err != nil {
			return err
		}
	} else {
		s.network = t.weights
	}
	s.done++
	if at+1 < w.o.Steps {
		if err := w.submit(batch, k, at+1, r.Output); err != nil {
			return err
		}
	}
	for next := len(w.path.Points); w.path.Status == 0 && next < w.o.Steps && w.steps[next].done == len(w.chains); next++ {
		s := w.steps[next]
		point := newPoint(w.path.gamma(next), s.errors, float64(s.width)/float64(w.path.Folds))
		if w.o.Also != nil {
			point.Also = s.also / float64(w.path.Folds)
		}
		w.path.add(point, w.o.OneStandardError)
		if w.o.Networks > 0 {
			w.path.Networks = append(w.path.Networks, s.network)
		}
		if w.o.Progress != nil {
			w.o.Progress(w.path)
		}
		switch {
		case next+1 == w.o.Steps:
			w.path.Status = Complete
		case !w.o.Whole && next-w.path.Best >= patience:
			w.path.Status = Rising
		}
	}
	return nil
}

// judge takes the network of fold k at a step.
func (w *walk) judge(s *step, k int, t trained) error {
	if s.errors == nil {
		s.errors = make([]float64, w.path.Folds)
	}
	f := w.chains[k].fold
	s.errors[k] = w.o.Error(t.outputs, f.TestY, f.TestWeights)
	if math.IsNaN(s.errors[k]) {
		return fmt.Errorf("%w: the error of fold %d is not a number: the metric is not defined on its rows, as the area under the ROC curve of rows of one class", ErrFolds, k+1)
	}
	if w.o.Also != nil {
		s.also += w.o.Also(t.outputs, f.TestY, f.TestWeights)
	}
	s.width += t.weights.Width()
	return nil
}
