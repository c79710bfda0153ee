package reproduce

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/relift/relift/baseline/copositive"
	"github.com/relift/relift/baseline/frankwolfe"
	"github.com/relift/relift/baseline/sgd"
	"github.com/relift/relift/descent"
	"github.com/relift/relift/exact"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/report"
	"github.com/relift/relift/round"
	"gonum.org/v1/gonum/mat"
)

// The methods, as rows and tables name them.  sgdMethod makes those of
// gradient descent.
const (
	methodExact      = "exact optimum"
	methodRelaxation = "SDP relaxation"
	methodNetwork    = "network from the SDP"
	methodPublished  = "SDP-NN, published rounding"
	methodRestarts   = "L-BFGS, best of restarts"
	methodFrankWolfe = "Frank–Wolfe"
	methodCopositive = "copositive relaxation"
	methodNNGP       = "NNGP"
	methodNTK        = "NTK"
)

func sgdMethod(width int) string { return fmt.Sprintf("SGD, %d neurons", width) }

// timed completes a row with the time since begin.
func timed(r Row, begin time.Time) Row {
	r.Seconds = time.Since(begin).Seconds()
	return r
}

// withNetwork completes a row with a network's objective and width.
func withNetwork(r Row, p problem.Problem, w problem.Weights) Row {
	total, _ := p.Objective(w)
	r.Objective, r.Width = report.Number(total), w.Width()
	return r
}

// relaxationRow is the row of a solved relaxation.
func relaxationRow(r *relaxed, begin time.Time) Row {
	row := newRow(methodRelaxation)
	row.Value, row.Lower, row.Status = report.Number(r.result.Value), report.Number(r.bound), r.status
	return timed(row, begin)
}

// fineTuning limits the training of a network from the relaxation, which takes
// very long on some problems at small γ for digits that no table shows.
var fineTuning = tuning{iterations: 1000, newton: 50, grow: 10}

// fineTuningOf is the same without growing for MNIST, where growing ends with some thousand neurons and takes
// longer than the relaxation.
func fineTuningOf(name string) tuning {
	t := fineTuning
	if name == "mnist20" {
		t.grow = -1
	}
	return t
}

// tuning are limits of package descent, as settings of a job have them.
type tuning struct{ iterations, newton, grow float64 }

func (t tuning) options() descent.Options {
	return descent.Options{Iterations: int(t.iterations), NewtonIterations: int(t.newton), GrowRounds: int(t.grow)}
}

// networkFrom trains a network from the directions of the relaxation's factor.
func networkFrom(ctx context.Context, p problem.Problem, r *relaxed, o descent.Options) (Row, problem.Weights, error) {
	begin := time.Now()
	w, status, err := round.Network(ctx, p, r.reduced.Directions(r.result.Factor), o)
	if err != nil {
		return Row{}, w, err
	}
	row := withNetwork(newRow(methodNetwork), p, w)
	row.Status = status.Reason.String()
	return timed(row, begin), w, nil
}

// publishedRounding runs the three-operator splitting and hands iterates to
// record.
func publishedRounding(ctx context.Context, p problem.Problem, r *relaxed, iterations, every int, record func(round.Iterate)) (Row, error) {
	begin := time.Now()
	last, err := round.Splitting(ctx, p, r.reduced.PublishedFactor(r.result.Factor), round.SplittingOptions{
		Iterations: iterations, Every: every, Record: record,
	})
	row := newRow(methodPublished)
	if errors.Is(err, round.ErrDiverged) {
		row.Status = "diverged"
		return timed(row, begin), nil
	}
	if err != nil {
		return Row{}, err
	}
	return timed(withNetwork(row, p, last.Weights), begin), nil
}

// exactRow solves p to a relative gap and verifies the certificate.
func exactRow(ctx context.Context, p problem.Problem, o exact.Options) (Row, error) {
	o.Threads = 1
	r, err := exact.Solve(ctx, p, o)
	if err != nil {
		return Row{}, err
	}
	row := newRow(methodExact)
	row.Objective, row.Lower, row.Width = report.Number(r.UpperBound), report.Number(r.LowerBound), r.Weights.Width()
	row.Status, row.Seconds, row.Network = r.Status.String(), r.Elapsed.Seconds(), networkOf(r.Weights)
	if r.Certificate != nil {
		if checked := r.Certificate.Verify(); !checked.OK() {
			check, _ := checked.FirstFailure()
			return Row{}, fmt.Errorf("the certificate was not accepted: %s: %s", check.Name, check.Detail)
		}
	}
	return row, nil
}

// gradientDescent trains networks of one width from several seeds.  The
// weights are those of the best.
func gradientDescent(ctx context.Context, p problem.Problem, width, seeds, iterations int) ([]Row, problem.Weights, error) {
	var rows []Row
	var best problem.Weights
	lowest := math.Inf(1)
	for seed := range seeds {
		r, err := sgd.Train(ctx, p, sgd.Options{Width: width, Iterations: iterations, Seed: uint64(seed)})
		if err != nil {
			return nil, best, err
		}
		row := newRow(sgdMethod(width))
		row.Seed, row.Objective, row.Width, row.Seconds = seed, report.Number(r.Objective), width, r.Elapsed.Seconds()
		row.History = thin(r.History)
		rows = append(rows, row)
		if r.Objective < lowest {
			lowest, best = r.Objective, r.Weights
		}
	}
	return rows, best, nil
}

func restarts(ctx context.Context, p problem.Problem, starts int) (Row, error) {
	begin := time.Now()
	runs, best, err := descent.Restarts(ctx, p, descent.Options{Starts: starts, GrowRounds: -1})
	if err != nil {
		return Row{}, err
	}
	row := withNetwork(newRow(methodRestarts), p, runs[best].Weights)
	row.Status = runs[best].Status.Reason.String()
	return timed(row, begin), nil
}

func frankWolfe(ctx context.Context, p problem.Problem, iterations int) (Row, error) {
	r, err := frankwolfe.Train(ctx, p, frankwolfe.Options{Iterations: iterations})
	if err != nil {
		return Row{}, err
	}
	row := newRow(methodFrankWolfe)
	row.Objective, row.Width, row.Seconds, row.History = report.Number(r.Objective), r.Weights.Width(), r.Elapsed.Seconds(), thin(r.History)
	if r.Exact {
		row.Lower = report.Number(r.Bound)
	}
	return row, nil
}

func copositiveRow(ctx context.Context, p problem.Problem, outer int) (Row, error) {
	r, err := copositive.Solve(ctx, p, copositive.Options{Outer: outer})
	if err != nil {
		return Row{}, err
	}
	row := newRow(methodCopositive)
	row.Value, row.Seconds, row.Status = report.Number(r.Value), r.Elapsed.Seconds(), "iteration_limit"
	if r.Complete {
		row.Lower = report.Number(r.Bound)
	}
	if r.Converged {
		row.Status = "optimal"
	}
	return row, nil
}

// historyPoints is how many iterations of a history are kept, about evenly
// spaced on a logarithmic axis.
const historyPoints = 120

// thin keeps some of the objectives, those before iteration 0, 1, 2, …
func thin(objectives []float64) *History {
	if len(objectives) == 0 {
		return nil
	}
	last := len(objectives) - 1
	h := &History{}
	for k := range historyPoints + 1 {
		i := int(math.Round(math.Pow(float64(last+1), float64(k)/historyPoints))) - 1
		if !slices.Contains(h.Iterations, i) {
			h.Iterations = append(h.Iterations, i)
			h.Objectives = append(h.Objectives, objectives[i])
		}
	}
	return h
}

func networkOf(w problem.Weights) *Network {
	if w.Width() == 0 {
		return nil
	}
	return &Network{U: rowsOf(w.U), V: rowsOf(w.V)}
}

func (n *Network) weights() problem.Weights {
	if n == nil || len(n.U) == 0 {
		return problem.Weights{}
	}
	return problem.Weights{U: matrixOf(n.U), V: matrixOf(n.V)}
}

func rowsOf(m *mat.Dense) [][]float64 {
	n, _ := m.Dims()
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = slices.Clone(m.RawRowView(i))
	}
	return rows
}

func matrixOf(rows [][]float64) *mat.Dense {
	m := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, r := range rows {
		m.SetRow(i, r)
	}
	return m
}
