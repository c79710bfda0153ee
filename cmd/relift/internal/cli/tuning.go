package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/dispatch"
	"github.com/relift/relift/network"
	"github.com/relift/relift/report"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/recipe"
	"github.com/relift/relift/tune"
)

// tuneFlags say how --reg auto chooses γ.
type tuneFlags struct {
	auto             bool
	folds            int64
	groups           string
	ordered          bool
	metric           string
	oneStandardError bool
	outcome          *report.Tuning // nil where γ was given
}

// bind gives c the flags, with --reg, whose value goes to reg.
func (t *tuneFlags) bind(c *cobra.Command, reg *float64) {
	bindAuto(c, "reg", reg, &t.auto)
	bind(c, "folds", &t.folds)
	bind(c, "groups", &t.groups)
	bind(c, "fold-order", &t.ordered)
	bind(c, "metric", &t.metric)
	bind(c, "one-standard-error", &t.oneStandardError)
	c.MarkFlagsMutuallyExclusive("groups", "fold-order")
}

// exclude keeps the column of the groups out of the features.
func (t *tuneFlags) exclude(data *dataFlags) {
	if t.groups != "" && !slices.Contains(data.Drop, t.groups) {
		data.Drop = append(slices.Clone(data.Drop), t.groups)
	}
}

// state adds to the settings of a model how γ was chosen, and γ/n.
func (t *tuneFlags) state(settings map[string]string) {
	if t.outcome == nil {
		return
	}
	settings["reg-from"] = fmt.Sprintf("auto: %s in %d folds", t.metric, t.outcome.Folds)
	settings["reg-per-row"] = strconv.FormatFloat(float64(t.outcome.GammaPerRow), 'g', -1, 64)
	for name, set := range map[string]bool{"fold-order": t.ordered, "one-standard-error": t.oneStandardError} {
		if set {
			settings[name] = "true"
		}
	}
	if t.groups != "" {
		settings["groups"] = t.groups
	}
}

// mostTuningRows is how many rows take part in a cross-validation at most: with more the best γ/n hardly changes.
const mostTuningRows = 20_000

// tuningShare is the share of the time limit for the cross-validation.
const tuningShare = 0.5

// tune chooses γ where --reg auto asks for it, with a table of its progress on stderr.
func (f *solveFlags) tune(ctx context.Context, p *prepared, begin time.Time, stderr io.Writer) error {
	t := &f.tuning
	if !t.auto {
		return nil
	}
	metric, err := metricOf(t.metric, p.encoding)
	if err != nil {
		return err
	}
	training, err := p.encoding.TrainingRows(p.table, f.data.Split)
	if err != nil {
		return badInput(err)
	}
	rows, division, err := t.divide(p, training, uint64(f.seed))
	if err != nil {
		return badInput(fmt.Errorf("%s: --reg auto: %w", p.source, err))
	}
	if f.timeLimit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, begin.Add(time.Duration(tuningShare*float64(f.timeLimit))))
		defer cancel()
	}
	started := time.Now()
	out := &report.Tuning{
		Metric: t.metric, Higher: metric.higher, Folds: len(rows), Division: division, OneStandardError: t.oneStandardError,
	}
	folds := make([]tune.Fold, len(rows))
	for k, r := range rows {
		fit, judge, err := p.encoding.Fold(training, f.data.Options, p.train, r.Train, r.Test)
		if err != nil {
			return badInput(fmt.Errorf("--reg auto: fold %d: %w", k+1, err))
		}
		folds[k] = tune.Fold{Train: p.posed(fit, f.reg), TestX: judge.X, TestY: judge.Y, TestWeights: judge.Weights}
		out.Rows = max(out.Rows, len(r.Train)+len(r.Test))
	}
	path, err := tune.Choose(ctx, p.problem(f.reg), folds, tune.Options{
		Error: metric.error, OneStandardError: t.oneStandardError, Width: int(f.width), Seed: uint64(f.seed),
		Executor: dispatch.NewParallel(dispatch.Budget{Threads: threads()}, tune.Kind(blas())),
		Progress: func(path *tune.Path) {
			if f.quiet {
				return
			}
			if len(path.Points) == 1 {
				fmt.Fprintln(stderr, report.TuningHeader(t.metric))
			}
			fmt.Fprintln(stderr, metric.point(path.Points[len(path.Points)-1]))
		},
	})
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return badInputf("%s: --reg auto: the first cross-validation takes longer than half of --time-limit; expected a longer limit, or a number for --reg", p.source)
	case errors.Is(err, context.Canceled):
		return &failure{exitInterrupted, fmt.Errorf("%s: interrupted before γ was chosen", p.source)}
	case errors.Is(err, tune.ErrFolds):
		return badInput(fmt.Errorf("%s: --reg auto: %w; expected a number for --reg", p.source, err))
	case err != nil:
		return internal(err)
	}
	f.reg = path.Gamma()
	out.Gamma, out.GammaPerRow, out.GammaMax = report.Number(f.reg), report.Number(f.reg/path.TotalRows), report.Number(path.GammaMax)
	out.Status, out.Best, out.Chosen = path.Status.String(), path.Best, path.Chosen
	for _, q := range path.Points {
		out.Path = append(out.Path, metric.point(q))
	}
	out.Seconds = report.Number(time.Since(started).Seconds())
	if path.Status == tune.Interrupted {
		p.warnings = append(p.warnings, fmt.Sprintf("--reg auto: the cross-validation was ended early, after %s; a smaller γ may be better",
			report.Plural(len(path.Points), "weight decay", "weight decays")))
		f.warn(stderr, p.warnings[len(p.warnings)-1:])
	}
	t.outcome = out
	return nil
}

// divide returns the folds of the training rows, and what they are divided by.
func (t *tuneFlags) divide(p *prepared, training *table.Table, seed uint64) (folds []tune.Rows, division string, err error) {
	n, _ := p.train.X.Dims()
	part := make([]int, n) // the rows that take part
	for i := range part {
		part[i] = i
	}
	if n > mostTuningRows {
		if t.ordered {
			part = part[n-mostTuningRows:]
		} else {
			part = rand.New(rand.NewPCG(seed, 0x74756e65)).Perm(n)[:mostTuningRows]
			slices.Sort(part)
		}
	}
	k := int(t.folds)
	switch {
	case t.ordered:
		division = "order"
		folds, err = tune.DivideOrder(len(part), k)
	case t.groups != "":
		division = "groups"
		var groups []int
		if groups, err = groupsOf(p, training, t.groups, part); err == nil {
			folds, err = tune.DivideGroups(groups, k, seed)
		}
	case p.encoding.Task == recipe.TaskClassification:
		division = "classes"
		classes := recipe.Argmax(p.encoding.Scores(p.train.Y))
		strata := make([]int, len(part))
		for j, i := range part {
			strata[j] = classes[i]
		}
		folds, err = tune.DivideStrata(strata, k, seed)
	default:
		division = "random"
		folds, err = tune.Divide(len(part), k, seed)
	}
	for k, f := range folds {
		folds[k] = tune.Rows{Train: through(part, f.Train), Test: through(part, f.Test)}
	}
	return folds, division, err
}

// through are the rows that places among part stand for.
func through(part, places []int) []int {
	rows := make([]int, len(places))
	for k, at := range places {
		rows[k] = part[at]
	}
	return rows
}

// groupsOf numbers the entries of a column in some of the encoded rows; missing entries are one group.
func groupsOf(p *prepared, training *table.Table, column string, rows []int) ([]int, error) {
	at, err := training.Find("group", column)
	if err != nil {
		return nil, err
	}
	c := training.Columns[at]
	number := map[string]int{}
	groups := make([]int, len(rows))
	for k, i := range rows {
		text := ""
		if row := p.train.Rows[i]; !c.Missing(row) {
			text = c.Value(row)
		}
		if _, known := number[text]; !known {
			number[text] = len(number)
		}
		groups[k] = number[text]
	}
	return groups, nil
}

// metric is what a cross-validation judges by.
type tuningMetric struct {
	error  tune.Error // nil for the deviance of the loss
	higher bool       // what is shown is one less the error
}

// metricOf returns the metric of --metric for what the recipe predicts.
func metricOf(name string, e *recipe.Recipe) (tuningMetric, error) {
	classes := map[string]func(*network.Classification) float64{
		"accuracy":          func(c *network.Classification) float64 { return 1 - c.Accuracy },
		"balanced-accuracy": func(c *network.Classification) float64 { return 1 - c.BalancedAccuracy },
	}
	numbers := map[string]func(*network.Regression) float64{
		"rmse": func(r *network.Regression) float64 { return r.RMSE },
		"mae":  func(r *network.Regression) float64 { return r.MAE },
		"r2": func(r *network.Regression) float64 {
			if r.R2 == nil {
				return 1 // a target that does not vary explains nothing
			}
			return 1 - *r.R2
		},
	}
	classification := e.Task == recipe.TaskClassification
	switch {
	case name == "deviance":
		return tuningMetric{}, nil
	case classification && classes[name] != nil:
		return tuningMetric{higher: true, error: func(outputs, targets *mat.Dense, _ []float64) float64 {
			return classes[name](network.Classify(e.Classes, e.Scores(outputs), e.Scores(targets)))
		}}, nil
	case !classification && numbers[name] != nil:
		return tuningMetric{higher: name == "r2", error: func(outputs, targets *mat.Dense, _ []float64) float64 {
			return numbers[name](network.Regress(e.Targets, outputs, targets))
		}}, nil
	case classification:
		return tuningMetric{}, badInputf("--metric %s: the task is a classification; expected deviance, accuracy or balanced-accuracy", name)
	}
	return tuningMetric{}, badInputf("--metric %s: the task is a regression; expected deviance, rmse, mae or r2", name)
}

// point is a point of the path as it is shown.
func (m tuningMetric) point(q tune.Point) report.TuningPoint {
	shown := func(e float64) report.Number {
		if m.higher {
			e = 1 - e
		}
		return report.Number(e)
	}
	p := report.TuningPoint{Gamma: report.Number(q.Gamma), Mean: shown(q.Mean), Deviation: report.Number(q.Deviation), Width: report.Number(q.Width)}
	for _, e := range q.Errors {
		p.Folds = append(p.Folds, shown(e))
	}
	return p
}
