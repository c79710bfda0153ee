package engine

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/relift/relift/internal/settings"
	"github.com/relift/relift/problem"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/proof/check"
	"github.com/relift/relift/relax"
)

// teacher returns a small random problem with a zero row and a doubled row.
func teacher(seed uint64, n, d, c int) Problem {
	rng := rand.New(rand.NewPCG(seed, 0))
	x, y := mat.NewDense(n, d, nil), mat.NewDense(n, c, nil)
	for i := range n {
		for j := range d {
			x.Set(i, j, rng.NormFloat64())
		}
		for k := range c {
			y.Set(i, k, math.Abs(x.At(i, 0))+rng.NormFloat64()/4)
		}
	}
	x.SetRow(0, make([]float64, d))
	for j := range d {
		x.Set(1, j, -2*x.At(2, j))
	}
	return Problem{X: x, Y: y, Gamma: 0.1}
}

// checkResult checks what holds for every result.
func checkResult(t *testing.T, p Problem, r *Result) {
	t.Helper()
	total, dataLoss := p.Objective(r.Weights)
	if total != r.UpperBound || dataLoss != r.DataLoss {
		t.Errorf("objective %v and loss %v are stated as %v and %v", total, dataLoss, r.UpperBound, r.DataLoss)
	}
	if !(r.LowerBound <= r.UpperBound) {
		t.Errorf("bound %v is above the network's %v", r.LowerBound, r.UpperBound)
	}
	if r.RelativeGap != RelativeGap(r.LowerBound, r.UpperBound) {
		t.Errorf("gap %v", r.RelativeGap)
	}
	if r.Proof == nil && r.LowerBound == 0 {
		return // nothing is needed for that
	}
	if r.Proof == nil || r.Proof.Bound() != r.LowerBound {
		t.Fatalf("the proof is not of the bound %v", r.LowerBound)
	}
	if err := r.Proof.Verify(t.Context()); err != nil {
		t.Errorf("the proof is not accepted: %v", err)
	}
	if strings.Contains(r.Status.String(), "Status(") || r.Method == MethodAuto || r.Method == "" {
		t.Errorf("status %v, method %q", r.Status, r.Method)
	}
}

func TestTrain(t *testing.T) {
	for _, method := range []Method{"", MethodSDP, MethodDescent, MethodExact} {
		p := teacher(1, 12, 2, 2)
		var events iterations
		r, err := Train(t.Context(), p, Options{Method: method, Progress: &events})
		if err != nil {
			t.Fatalf("%s: %v", method, err)
		}
		checkResult(t, p, r)
		if r.ZeroRows != 1 || r.Representatives != 10 {
			t.Errorf("%d zero rows and %d representatives, want 1 and 10", r.ZeroRows, r.Representatives)
		}
		if (method == MethodDescent) != (events == 0) {
			t.Errorf("%s: %d iterations", method, events)
		}
	}
}

// iterations counts the solvers' iterations.
type iterations int

func (n *iterations) Record(e Event) {
	if e.Iteration != nil {
		*n++
	}
}

func TestBound(t *testing.T) {
	p := teacher(2, 12, 2, 2)
	r, err := Bound(t.Context(), p, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Proof.Verify(t.Context()); err != nil || !(r.LowerBound > 0) {
		t.Errorf("bound %v: %v", r.LowerBound, err)
	}
	if !math.IsInf(r.UpperBound, 1) || r.RelativeGap != 1 || r.Relaxation == nil {
		t.Errorf("a bound alone came with %v, gap %v, relaxation %v", r.UpperBound, r.RelativeGap, r.Relaxation)
	}
	trained, err := Train(t.Context(), p, Options{Method: MethodDescent})
	if err != nil {
		t.Fatal(err)
	}
	if !(r.LowerBound <= trained.UpperBound) {
		t.Errorf("bound %v is above a network of %v", r.LowerBound, trained.UpperBound)
	}
}

// TestRowBlocks bounds a problem by blocks of its rows: by less than the relaxation of all, and more than nothing.
func TestRowBlocks(t *testing.T) {
	p := teacher(5, 40, 3, 2)
	whole, err := Bound(t.Context(), p, Options{})
	if err != nil {
		t.Fatal(err)
	}
	last := whole.LowerBound / 10
	for _, by := range []partition{{count: 2, apart: true}, {count: 2, families: 1}} {
		s, err := newState(p, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if s.needsBlocks(1) {
			t.Error("a small problem needs no blocks")
		}
		reduced, _, err := s.reduced()
		if err != nil {
			t.Fatal(err)
		}
		if err := s.rowBlocks(t.Context(), s.record.access(), reduced, by); err != nil {
			t.Fatal(err)
		}
		s.record.settle(t.Context())
		best, _, _, _, warnings := s.record.outcome()
		if best == nil || !(best.Bound() > last && best.Bound() < whole.LowerBound) || len(warnings) != 1 {
			t.Fatalf("blocks %+v give %v, before %v, all rows %v; warnings %q", by, best, last, whole.LowerBound, warnings)
		}
		last = best.Bound()
		path := filepath.Join(t.TempDir(), "blocks.npz")
		if err := best.Save(path, Origin{Source: "teacher"}); err != nil {
			t.Fatal(err)
		}
		r, err := check.File(t.Context(), path, check.Options{})
		if err != nil || !r.OK() || r.ProvenBound < best.Bound() {
			t.Errorf("the file: %v, %v", r, err)
		}
	}
}

func TestPartition(t *testing.T) {
	s, err := newState(teacher(5, 400, 3, 2), Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.freeWork = relax.BlocksWork(8, 50, 3, 2)
	plenty := s.partition(1)
	if plenty.apart || plenty.count > 9 {
		t.Errorf("with the work of 8 blocks: %+v", plenty)
	}
	s.freeWork /= 3
	if less := s.partition(1); less.apart || less.count <= plenty.count {
		t.Errorf("with a third of the work: %+v, before %+v", less, plenty)
	}
	s.freeWork = 1
	if least := s.partition(1); !least.apart || least.count != 400/fewestApart {
		t.Errorf("without work: %+v", least)
	}
	if plenty.families != 1 {
		t.Errorf("with the memory of the machine: %+v", plenty)
	}
	s.freeWork, s.budget.Bytes = relax.BlocksWork(8, 50, 3, 2), heapInUse()+2*relax.BlocksMemory(4, 50, 3, 2)
	if half := s.partition(1); half.apart || half.families < 2 {
		t.Errorf("with half the memory of 8 blocks: %+v", half)
	}
	s.budget.Bytes = 1
	if none := s.partition(1); !none.apart {
		t.Errorf("without memory: %+v", none)
	}
}

// interruptAfter cancels a run at its k-th record.
type interruptAfter struct {
	left   int
	cancel context.CancelFunc
}

func (i *interruptAfter) Record(Event) {
	if i.left--; i.left == 0 {
		i.cancel()
	}
}

func TestInterruptionAtAnyMoment(t *testing.T) {
	p := teacher(5, 20, 3, 2)
	for k := 1; k <= 12; k++ {
		ctx, cancel := context.WithCancel(t.Context())
		r, err := Train(ctx, p, Options{Method: MethodSDP, Progress: &interruptAfter{k, cancel}})
		cancel()
		if err != nil {
			t.Fatalf("at record %d: %v", k, err)
		}
		checkResult(t, p, r)
		if r.Status != Interrupted {
			t.Logf("at record %d: status %v", k, r.Status)
		}
	}
}

func TestTimeLimit(t *testing.T) {
	p := teacher(6, 60, 6, 3)
	for _, method := range []Method{MethodAuto, MethodSDP, MethodExact} {
		r, err := Train(t.Context(), p, Options{Method: method, Gap: 1e-9, TimeLimit: 50 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		checkResult(t, p, r)
		if r.Status != TimeLimit || r.TimeLimit != 50*time.Millisecond {
			t.Errorf("%s: status %v, limit %v", method, r.Status, r.TimeLimit)
		}
	}
}

func TestBadInput(t *testing.T) {
	good := teacher(7, 5, 2, 1)
	for name, c := range map[string]struct {
		problem Problem
		options Options
		want    error
	}{
		"γ NaN":        {Problem{X: good.X, Y: good.Y, Gamma: math.NaN()}, Options{}, problem.ErrInvalid},
		"γ zero":       {Problem{X: good.X, Y: good.Y}, Options{}, problem.ErrInvalid},
		"no data":      {Problem{}, Options{}, problem.ErrInvalid},
		"method":       {good, Options{Method: "magic"}, ErrOptions},
		"width":        {good, Options{Width: -1}, ErrOptions},
		"time limit":   {good, Options{TimeLimit: -1}, ErrOptions},
		"gap NaN":      {good, Options{Gap: math.NaN()}, ErrOptions},
		"gap":          {good, Options{Gap: 1}, ErrOptions},
		"threads":      {good, Options{Threads: -1}, ErrOptions},
		"memory limit": {good, Options{MemoryLimit: -1}, ErrOptions},
		"memory":       {good, Options{MemoryLimit: 100}, ErrMemory},
	} {
		if _, err := Train(t.Context(), c.problem, c.options); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
		if name == "method" {
			continue
		}
		if _, err := Bound(t.Context(), c.problem, c.options); !errors.Is(err, c.want) {
			t.Errorf("%s in Bound: got %v, want %v", name, err, c.want)
		}
	}
}

// TestCheck: what Check refuses is what Train does, before any work.
func TestCheck(t *testing.T) {
	p := teacher(4, 12, 2, 1)
	weighted := p
	weighted.Weights = []float64{1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2}
	if err := (Options{Method: MethodSDP}).Check(weighted); err != nil {
		t.Errorf("weights of the squared loss are scales of rows, which every method knows: %v", err)
	}
	intercept := p
	intercept.Intercept = true
	for name, c := range map[string]struct {
		problem Problem
		options Options
		want    error
	}{
		"problem": {Problem{X: p.X, Y: p.Y}, Options{}, problem.ErrInvalid},
		"options": {p, Options{Gap: 2}, ErrOptions},
		"method":  {intercept, Options{Method: MethodSDP}, ErrOptions},
		"start":   {p, Options{Start: Weights{U: mat.NewDense(1, 3, nil), V: mat.NewDense(1, 1, nil)}}, ErrOptions},
		"memory":  {p, Options{MemoryLimit: 100}, ErrMemory},
	} {
		if err := c.options.Check(c.problem); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestStart: a run begins with the network that it is given, which a run without any time returns with its bound.
func TestStart(t *testing.T) {
	p := teacher(4, 12, 2, 1)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	w := Weights{U: mat.NewDense(1, 2, []float64{1, 0}), V: mat.NewDense(1, 1, []float64{0.5})}
	given, _ := p.Objective(w)
	r, err := Train(over, p, Options{Start: w})
	if err != nil {
		t.Fatal(err)
	}
	if r.UpperBound != given || r.Weights.Width() != 1 || !(r.LowerBound <= given) {
		t.Errorf("objective %v with %d neurons, began with %v", r.UpperBound, r.Weights.Width(), given)
	}
	bound, err := Bound(over, p, Options{Start: w, Relaxation: RelaxationPublished})
	if err != nil || bound.Weights.Width() > 0 || !math.IsInf(bound.UpperBound, 1) {
		t.Errorf("a bound comes with %d neurons and an objective of %v (%v)", bound.Weights.Width(), bound.UpperBound, err)
	}
	for name, w := range map[string]Weights{
		"features": {U: mat.NewDense(1, 3, []float64{1, 1, 1}), V: w.V}, "no outputs": {U: w.U}, "intercept": {U: w.U, V: w.V, B: []float64{1}},
	} {
		if _, err := Train(over, p, Options{Start: w}); !errors.Is(err, ErrOptions) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestInterruptedRunsHaveANetwork: one that is interrupted before it has a network trains one for a moment, from that in reserve where there is one, and never
// returns less than that.
func TestInterruptedRunsHaveANetwork(t *testing.T) {
	p := teacher(4, 12, 2, 1)
	none, _ := p.Objective(Weights{})
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for name, solve := range map[string]func(context.Context, Problem, Options) (*Result, error){"train": Train, "bound": Bound} {
		r, err := solve(over, p, Options{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if name == "train" && (r.Status != Interrupted && r.Status != GapReached || r.Weights.Width() == 0 || !(r.UpperBound < none/2)) || !(r.LowerBound > 0) {
			t.Errorf("%s: %v, objective %v of %d neurons, %v of none, bound %v", name, r.Status, r.UpperBound, r.Weights.Width(), none, r.LowerBound)
		}
	}
	best, err := Train(t.Context(), p, Options{Method: MethodDescent, Effort: 500})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := Train(over, p, Options{Reserve: best.Weights}); err != nil || r.UpperBound > best.UpperBound {
		t.Errorf("objective %v, in reserve were %v (%v)", r.UpperBound, best.UpperBound, err)
	}
	// A run with time trains from scratch: a poor network in reserve changes nothing.
	poor := Weights{U: mat.NewDense(1, 2, []float64{1, 0}), V: mat.NewDense(1, 1, []float64{0.5})}
	o := Options{Method: MethodDescent, Effort: 50, Threads: 1}
	alone, err := Train(t.Context(), p, o)
	o.Reserve = poor
	if reserved, other := Train(t.Context(), p, o); err != nil || other != nil || reserved.UpperBound != alone.UpperBound {
		t.Errorf("objectives %v and, with a network in reserve, %v (%v, %v)", alone.UpperBound, reserved.UpperBound, err, other)
	}
}

func TestWidthCap(t *testing.T) {
	p := teacher(8, 15, 2, 2)
	r, err := Train(t.Context(), p, Options{Method: MethodSDP, Width: 1})
	if err != nil {
		t.Fatal(err)
	}
	checkResult(t, p, r)
	if r.Weights.Width() > 1 {
		t.Errorf("width %d with a cap of 1", r.Weights.Width())
	}
}

func TestDefaultsAreThoseOfTheTable(t *testing.T) {
	o, err := Options{}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	if gap, _ := settings.Lookup("gap").ParseReal(settings.Lookup("gap").Default); gap != o.Gap {
		t.Errorf("default gap is %v here and %v in the table", o.Gap, gap)
	}
	if method := settings.Lookup("method").Default; method != string(o.Method) {
		t.Errorf("default method is %v here and %v in the table", o.Method, method)
	}
	for _, name := range settings.Lookup("method").Choices {
		if _, err := (Options{Method: Method(name)}).withDefaults(); err != nil {
			t.Error(err)
		}
	}
}

func TestStatusText(t *testing.T) {
	for s := GapReached; s <= Interrupted; s++ {
		if strings.Contains(s.String(), "(") || s.Meaning() == "unknown" {
			t.Errorf("status %d has no text", int(s))
		}
	}
	if Status(0).String() != "Status(0)" {
		t.Error("the zero status is not marked as none")
	}
}

func TestAutoPicksByTheRank(t *testing.T) {
	for _, c := range []struct {
		d     int
		limit time.Duration
		want  Method
	}{{2, 0, MethodExact}, {3, time.Second, MethodExact}, {8, time.Second, MethodSDP}} {
		p := teacher(10, 20, c.d, 1)
		r, err := Train(t.Context(), p, Options{TimeLimit: c.limit, Gap: 0.01})
		if err != nil {
			t.Fatal(err)
		}
		checkResult(t, p, r)
		if r.Method != c.want {
			t.Errorf("d = %d: method %s, want %s", c.d, r.Method, c.want)
		}
	}
	// Columns that repeat add nothing to the rank.
	p := teacher(11, 12, 2, 1)
	n, _, _ := p.Dims()
	wide := mat.NewDense(n, 8, nil)
	for j := range 8 {
		for i := range n {
			wide.Set(i, j, p.X.At(i, j%2))
		}
	}
	p.X = wide
	if r, err := Train(t.Context(), p, Options{}); err != nil || r.Method != MethodExact {
		t.Errorf("rank 2 in 8 columns: %+v, %v", r, err)
	}
}
