package reproduce

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/relift/relift/baseline/kernel"
	"github.com/relift/relift/exact"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/report"
	"github.com/relift/relift/round"
	"gonum.org/v1/gonum/mat"
)

const (
	// sgdWidth is the width of the networks of the classification.
	sgdWidth = 300
	// exactClassGap is where the branch and bound over directions may stop on
	// classification data, which have three dimensions and more.
	exactClassGap = 0.05
	// exactClassTime ends it where that takes long.
	exactClassTime = 2 * time.Minute
	// recordEvery is the distance of the rounding iterates that are looked at.
	recordEvery = 10
)

// planClassification compares test accuracies.
func planClassification(o Options) []Job {
	e := o.effort()
	var jobs []Job
	for _, name := range e.data {
		for _, gamma := range e.gammas {
			for _, bias := range e.biases {
				settings := Settings{Experiment: Classification, Data: name, Source: describe(name), Gamma: gamma, Bias: bias}
				jobs = append(jobs, classificationJobs(e, settings, classification(name, bias, o.BankNotes))...)
			}
		}
	}
	return jobs
}

// hardness is the rough relative duration of a data set's jobs.
var hardness = map[string]float64{"iris": 1, iris40: 0.2, "ionosphere": 6, "pima_indians": 15, bankNotes: 20, "mnist20": 60}

func classificationJobs(e effort, settings Settings, data func() (source, error)) []Job {
	prefix := fmt.Sprintf("classification/%s/%s/%s/", settings.Data, gammaName(settings.Gamma), biasName(settings.Bias))
	var jobs []Job
	add := func(method string, weight float64, limits map[string]float64, run func(context.Context, source) ([]Row, error)) {
		s := settings
		s.Method, s.Limits = method, limits
		jobs = append(jobs, Job{ID: prefix + method, Settings: s, weight: weight * hardness[s.Data], data: data, run: run})
	}
	gamma := settings.Gamma
	for _, kind := range []kernel.Kind{kernel.NNGP, kernel.NTK} {
		add(map[kernel.Kind]string{kernel.NNGP: "nngp", kernel.NTK: "ntk"}[kind], 0.1, nil, func(_ context.Context, s source) ([]Row, error) {
			row, err := kernelRow(kind, s, gamma)
			return []Row{row}, err
		})
	}
	add("sgd", 40, map[string]float64{"width": sgdWidth, "seeds": float64(e.seeds), "iterations": float64(e.sgdClass)}, func(ctx context.Context, s source) ([]Row, error) {
		rows, w, err := gradientDescent(ctx, s.problem(gamma), sgdWidth, e.seeds, e.sgdClass)
		if err != nil {
			return nil, err
		}
		best := rows[0]
		for _, r := range rows {
			if r.Objective < best.Objective {
				best = r
			}
		}
		best.Accuracy, best.History, best.Seconds = s.accuracies(w), nil, 0
		for _, r := range rows {
			best.Seconds += r.Seconds
		}
		return []Row{best}, nil
	})
	tuned := fineTuningOf(settings.Data)
	limits := map[string]float64{
		"outer": float64(e.relaxOuter), "inner": float64(e.relaxInner), "gap": e.relaxGap, "splitting": float64(e.splittingOf(settings.Data)),
		"lbfgs": tuned.iterations, "newton": tuned.newton, "grow": tuned.grow,
	}
	if !slices.Contains(e.relaxed, settings.Data) {
		return jobs
	}
	add("sdp", 60, limits, func(ctx context.Context, s source) ([]Row, error) {
		return classRoundings(ctx, s, gamma, e, tuned, e.splittingOf(settings.Data))
	})
	if settings.Data == "iris" && e.relaxGap < 1e-3 {
		add("exact", 60, map[string]float64{"gap": exactClassGap, "seconds": exactClassTime.Seconds()}, func(ctx context.Context, s source) ([]Row, error) {
			row, err := exactRow(ctx, s.problem(gamma), exact.Options{Gap: exactClassGap, TimeLimit: exactClassTime})
			if err != nil {
				return nil, err
			}
			row.Method = methodColumns
			row.Accuracy, row.Network = s.accuracies(row.Network.weights()), nil
			return []Row{row}, nil
		})
	}
	return jobs
}

// methodColumns is the column generation of package exact on classification
// data, which stops at exactClassGap.
const methodColumns = "column generation"

// splittingOf is the number of iterations of the published rounding, ten times
// as many for MNIST.
func (e effort) splittingOf(name string) int {
	if name == "mnist20" {
		return 10 * e.splitting
	}
	return e.splitting
}

// accuracies applies a network to training and test rows.
func (s source) accuracies(w problem.Weights) *Accuracies {
	_, c := s.y.Dims()
	a := accuraciesOf(w.Output(s.x, c), s.y, w.Output(s.testX, c), s.testY)
	return &a
}

func kernelRow(kind kernel.Kind, s source, ridge float64) (Row, error) {
	begin := time.Now()
	predictor, err := kernel.Fit(kind, s.x, s.y, ridge, kernel.Params{})
	if err != nil {
		return Row{}, err
	}
	train, err := predictor.Predict(s.x)
	if err != nil {
		return Row{}, err
	}
	test, err := predictor.Predict(s.testX)
	if err != nil {
		return Row{}, err
	}
	row := newRow(kind.String())
	a := accuraciesOf(train, s.y, test, s.testY)
	row.Accuracy = &a
	return timed(row, begin), nil
}

// classRoundings solves the relaxation and makes networks of it in both ways,
// with their accuracies.
func classRoundings(ctx context.Context, s source, gamma float64, e effort, tuned tuning, iterations int) ([]Row, error) {
	p := s.problem(gamma)
	begin := time.Now()
	r, err := relaxation(ctx, p, relaxLimits{outer: e.relaxOuter, inner: e.relaxInner, gap: e.relaxGap})
	if err != nil {
		return nil, err
	}
	rows := []Row{relaxationRow(r, begin)}
	row, w, err := networkFrom(ctx, p, r, tuned.options())
	if err != nil {
		return nil, err
	}
	row.Accuracy = s.accuracies(w)
	published, err := splittingAccuracies(ctx, s, p, r, iterations)
	return append(rows, row, published), err
}

// splittingAccuracies runs the published rounding.  Argmax and Threshold are
// those of the iterate with the best training accuracy under argmax, the one
// with the lowest training objective among equals; Published is the best over
// all iterates on the test rows.
func splittingAccuracies(ctx context.Context, s source, p problem.Problem, r *relaxed, iterations int) (Row, error) {
	_, c := s.y.Dims()
	begin := time.Now()
	var chosen, best Accuracies
	var objective float64
	var width int
	first := true
	look := func(it round.Iterate) {
		train, test := it.Weights.Output(s.x, c), it.Weights.Output(s.testX, c)
		if !finite(train) || !finite(test) {
			return
		}
		a := accuraciesOf(train, s.y, test, s.testY)
		f, _ := p.Objective(it.Weights)
		if first || a.Train > chosen.Train || a.Train == chosen.Train && f < objective {
			chosen, objective, width = a, f, it.Weights.Width()
		}
		best.Published = max(best.Published, a.Published)
		first = false
	}
	_, err := round.Splitting(ctx, p, r.reduced.PublishedFactor(r.result.Factor), round.SplittingOptions{
		Iterations: iterations, Every: recordEvery, Step: stepOf(c), Record: look,
	})
	row := newRow(methodPublished)
	switch {
	case errors.Is(err, round.ErrDiverged):
		row.Status = "diverged"
	case err != nil:
		return Row{}, err
	}
	if !first {
		chosen.Published = best.Published
		row.Accuracy, row.Objective, row.Width = &chosen, report.Number(objective), width
	}
	return timed(row, begin), nil
}

// stepOf is the published step of the splitting: smaller for MNIST, the one
// data set with ten classes.
func stepOf(classes int) float64 {
	if classes == 10 {
		return 0.1
	}
	return 0.75
}

func finite(m *mat.Dense) bool {
	s := mat.Sum(m)
	return s-s == 0
}
