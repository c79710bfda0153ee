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
	changed          func(flag string) bool // whether the caller gave it
	rough            tune.Rough             // before the cross-validation
	outcome          *report.Tuning         // nil where γ was given or comes from the rule of thumb
}

// bind gives c the flags, with --reg, whose value goes to reg.
func (t *tuneFlags) bind(c *cobra.Command, reg *float64) {
	bindAuto(c, "reg", reg, &t.auto)
	t.bindFolds(c)
}

// bindFolds gives c the flags of the folds and what they are judged by.
func (t *tuneFlags) bindFolds(c *cobra.Command) {
	t.changed = c.Flags().Changed
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

// state adds to the settings of a model for γ, where there was a cross-validation, γ/n and, of the γ that it chose, how.
func (t *tuneFlags) state(settings map[string]string, gamma, perRow float64) {
	if t.outcome == nil {
		return
	}
	settings["reg-per-row"] = strconv.FormatFloat(perRow, 'g', -1, 64)
	if gamma != float64(t.outcome.Gamma) {
		return
	}
	settings["reg-from"] = fmt.Sprintf("auto: %s in %d folds", t.metric, t.outcome.Folds)
	for name, set := range map[string]bool{"fold-order": t.ordered, "one-standard-error": t.oneStandardError} {
		if set {
			settings[name] = "true"
		}
	}
	if t.groups != "" {
		settings["groups"] = t.groups
	}
}

// from says in two words where γ comes from.
func (t *tuneFlags) from() string {
	switch {
	case t.outcome != nil:
		return "cross-validation"
	case t.auto:
		return "rule of thumb"
	}
	return "given"
}

// mostTuningRows is how many rows take part in a cross-validation at most: with more the best γ/n hardly changes.
const mostTuningRows = 20_000

// The shares of the time limit for the cross-validation, and in that for the training of a first network.
const (
	tuningShare = 0.5
	roughShare  = 0.05
)

// afterInterruption is how long a run that is interrupted before it has a network goes on for γ and a first one.
const afterInterruption = 150 * time.Millisecond

// lingering is a context that ends with ctx, or a moment later where that is cancelled.
func lingering(ctx context.Context) (context.Context, context.CancelFunc) {
	inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if errors.Is(ctx.Err(), context.Canceled) {
			time.AfterFunc(afterInterruption, cancel)
		} else {
			cancel()
		}
	})
	return inner, func() { stop(); cancel() }
}

// tune chooses γ where --reg auto asks for it, with its progress on stderr.  A network that is trained roughly before that is in reserve for a run that ends before it has
// a better one.
func (f *solveFlags) tune(ctx context.Context, p *prepared, begin time.Time, stderr io.Writer) error {
	t := &f.tuning
	if !t.auto {
		return nil
	}
	if err := f.options(begin).Check(p.problem(1)); err != nil { // before the work, not after it
		return badInput(fmt.Errorf("%s: %w", p.source, err))
	}
	v, err := f.validation(p, autoFlag)
	if t.refuses(err) {
		return err
	}
	within := ctx
	if f.timeLimit > 0 {
		var cancel context.CancelFunc
		until := begin.Add(time.Duration(tuningShare * float64(f.timeLimit)))
		within, cancel = context.WithDeadline(ctx, until)
		defer cancel()
		if v != nil {
			v.until = until
		}
	}
	if err := f.roughly(within, p, stderr); err != nil {
		return err
	}
	var path *tune.Path
	if err == nil {
		path, err = f.crossValidate(within, p, v, stderr)
	}
	switch {
	case err == nil:
		f.chose(p, v, path, stderr)
		return nil
	case t.refuses(err):
		return err
	case errors.Is(err, context.DeadlineExceeded):
		err = fmt.Errorf("%s: %sthe first cross-validation takes longer than half of --time-limit", p.source, autoFlag)
	case errors.Is(err, context.Canceled):
		err = fmt.Errorf("%s: %sinterrupted before γ was chosen", p.source, autoFlag)
	case !errors.Is(err, tune.ErrFolds):
		return internal(err)
	}
	f.reg = t.rough.Gamma
	p.warnings = append(p.warnings, fmt.Sprintf("%v; took %v by a rule of thumb, --reg says otherwise", err, f.reg))
	f.warn(stderr, p.warnings[len(p.warnings)-1:])
	return nil
}

// autoFlag goes before messages about the choice of γ.
const autoFlag = "--reg auto: "

// refuses says whether an error about what folds are made of ends the run, where it is no reason for a rule of thumb: where folds were asked for, and where it is not
// about them.
func (t *tuneFlags) refuses(err error) bool {
	_, given := errors.AsType[*failure](err)
	return given && (t.changed("folds") || !errors.Is(err, tune.ErrFolds))
}

// crossValidate encodes the folds and trains on them.
func (f *solveFlags) crossValidate(ctx context.Context, p *prepared, v *validation, stderr io.Writer) (*tune.Path, error) {
	if err := v.encode(ctx, f, p, autoFlag); err != nil {
		return nil, err
	}
	o := v.options(f, tune.DefaultSteps, stderr)
	o.GammaMax, o.Executor = f.tuning.rough.GammaMax, dispatch.NewParallel(dispatch.Budget{Threads: threads()}, tune.Kind(blas()))
	path, err := tune.Choose(ctx, p.problem(f.reg), v.folds, o)
	if errors.Is(err, tune.ErrFolds) {
		err = fmt.Errorf("%s: %s%w", p.source, autoFlag, err)
	}
	return path, err
}

// roughly takes γ by a rule of thumb and trains a first network for that, of which it tells on stderr.
func (f *solveFlags) roughly(ctx context.Context, p *prepared, stderr io.Writer) (err error) {
	ctx, cancel := lingering(ctx)
	defer cancel()
	t := &f.tuning
	last, told := time.Now(), ""
	show := func(r tune.Rough) {
		objective, _ := p.problem(r.Gamma).Objective(r.Weights)
		line := fmt.Sprintf("a first network, for γ = %v by a rule of thumb, has the objective %s and %s\n", r.Gamma, report.Above(report.Number(objective)), report.Plural(r.Weights.Width(), "neuron", "neurons"))
		if line != told {
			fmt.Fprint(stderr, line)
		}
		last, told = time.Now(), line
	}
	o := tune.RoughOptions{Width: int(f.width), Seed: uint64(f.seed), Limit: time.Duration(roughShare * float64(f.timeLimit))}
	if !f.quiet {
		o.Progress = func(r tune.Rough) {
			if time.Since(last) > showEvery {
				show(r)
			}
		}
	}
	if t.rough, err = tune.Roughly(ctx, p.problem(1), o); err != nil {
		return internal(err)
	}
	if !f.quiet && t.rough.Weights.Width() > 0 {
		show(t.rough)
	}
	return nil
}

// showEvery is how often the first network is told of while it is trained.
const showEvery = 500 * time.Millisecond

// chose takes the γ that a cross-validation chose.
func (f *solveFlags) chose(p *prepared, v *validation, path *tune.Path, stderr io.Writer) {
	f.reg = path.Gamma()
	if path.Status == tune.Interrupted {
		p.warnings = append(p.warnings, fmt.Sprintf("--reg auto: the cross-validation was ended early, after %s; a smaller γ may be better",
			report.Plural(len(path.Points), "weight decay", "weight decays")))
		f.warn(stderr, p.warnings[len(p.warnings)-1:])
	}
	f.tuning.outcome = v.report(&f.tuning, path)
}

// validation is a cross-validation that is about to begin.
type validation struct {
	metric   tuningMetric
	newRows  network.Metric // what people judge networks by
	training *table.Table   // the rows for training,
	divided  []tune.Rows    // divided into folds,
	division string         // by this,
	folds    []tune.Fold    // and encoded
	until    time.Time      // when it has to end; zero: when it is done
	rows     int            // that take part
	begin    time.Time
}

// validation divides the rows into folds, which encode makes; what goes before messages.
func (f *solveFlags) validation(p *prepared, what string) (*validation, error) {
	t := &f.tuning
	metric, err := t.judge(p)
	if err != nil {
		return nil, err
	}
	v := &validation{metric: metric, begin: time.Now()}
	if v.training, err = p.encoding.TrainingRows(p.table, f.data.Split); err != nil {
		return nil, badInput(err)
	}
	if v.divided, v.division, err = t.divide(p, v.training, uint64(f.seed)); err != nil {
		return nil, badInput(fmt.Errorf("%s: %s%w", p.source, what, err))
	}
	for k, r := range v.divided {
		if len(r.Train) < 2 { // nothing can vary; asked before thousands of columns are looked at
			return nil, badInput(fmt.Errorf("%s: %s%w: fold %d has %s to train on; expected at least 2", p.source, what, tune.ErrFolds, k+1, report.Plural(len(r.Train), "row", "rows")))
		}
		v.rows = max(v.rows, len(r.Train)+len(r.Test))
	}
	familiar := "r2"
	if p.encoding.Task == recipe.TaskClassification {
		familiar = "accuracy"
	}
	if v.newRows, err = network.MetricNamed(familiar, p.encoding, p.loss); err != nil {
		return nil, internal(err)
	}
	return v, nil
}

// encode makes the folds; when ctx ends its error is returned.
func (v *validation) encode(ctx context.Context, f *solveFlags, p *prepared, what string) error {
	for k, r := range v.divided {
		fit, judge, err := p.encoding.Fold(ctx, v.training, f.data.Options, p.train, r.Train, r.Test)
		switch {
		case err != nil && ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return badInput(fmt.Errorf("%s%w: fold %d: %w", what, tune.ErrFolds, k+1, err))
		}
		v.folds = append(v.folds, tune.Fold{Train: p.posed(fit, f.reg), TestX: judge.X, TestY: judge.Y, TestWeights: judge.Weights})
	}
	return nil
}

// options are those of the cross-validation, with a table of its progress on stderr.
func (v *validation) options(f *solveFlags, steps int, stderr io.Writer) tune.Options {
	t, begin := &f.tuning, time.Now()
	return tune.Options{
		Error: v.metric.error(), Also: v.newRows.Error, OneStandardError: t.oneStandardError, Steps: steps, Width: int(f.width), Seed: uint64(f.seed),
		Progress: func(path *tune.Path) {
			if f.quiet {
				return
			}
			k := len(path.Points)
			if k == 1 {
				fmt.Fprintln(stderr, report.TuningHeader(t.metric)+"  left at most")
			}
			fmt.Fprintf(stderr, "%v  %12s\n", v.metric.point(path.Points[k-1]), report.Left(v.left(begin, time.Now(), k, steps)))
		},
	}
}

// left is how long a cross-validation that began at a time and has k points of its path can still take now: for as many as there are at most, or until its end.
func (v *validation) left(begin, now time.Time, k, steps int) time.Duration {
	left := now.Sub(begin) / time.Duration(k) * time.Duration(steps-k)
	if !v.until.IsZero() {
		left = min(left, v.until.Sub(now))
	}
	return left
}

// report is the outcome as it is shown.
func (v *validation) report(t *tuneFlags, path *tune.Path) *report.Tuning {
	out := &report.Tuning{
		Gamma: report.Number(path.Gamma()), GammaPerRow: report.Number(path.Gamma() / path.TotalRows), GammaMax: report.Number(path.GammaMax),
		Metric: t.metric, Higher: v.metric.higher(), Folds: len(v.folds), Division: v.division, Rows: v.rows, OneStandardError: t.oneStandardError,
		Status: path.Status.String(), Best: path.Best, Chosen: path.Chosen, Seconds: report.Number(time.Since(v.begin).Seconds()),
	}
	for _, q := range path.Points {
		out.Path = append(out.Path, v.metric.point(q))
	}
	out.NewRows = report.NewRows{Metric: v.newRows.Name, Mean: report.Number(v.newRows.FromError(path.Points[path.Chosen].Also))}
	return out
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
	fewer := func(things int) int { // folds, where there are few things to divide
		if t.changed("folds") {
			return k
		}
		return max(2, min(k, things))
	}
	switch {
	case t.ordered:
		division = "order"
		folds, err = tune.DivideOrder(len(part), fewer(len(part)-1))
	case t.groups != "":
		division = "groups"
		var groups []int
		if groups, err = groupsOf(p, training, t.groups, part); err == nil {
			folds, err = tune.DivideGroups(groups, fewer(slices.Max(groups)+1), seed)
		}
	case p.encoding.Task == recipe.TaskClassification:
		division = "classes"
		classes := recipe.Argmax(p.encoding.Scores(p.train.Y))
		strata := make([]int, len(part))
		for j, i := range part {
			strata[j] = classes[i]
		}
		folds, err = tune.DivideStrata(strata, fewer(tune.Judged(strata)), seed)
	default:
		division = "random"
		folds, err = tune.Divide(len(part), fewer(len(part)), seed)
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

// tuningMetric is what a cross-validation judges by.
type tuningMetric struct{ *network.Metric } // nil for the deviance of the loss

// deviance is the metric that is there for every task and loss.
const deviance = "deviance"

// judge returns the metric of --metric for what is predicted.
func (t *tuneFlags) judge(p *prepared) (tuningMetric, error) {
	if t.metric == deviance {
		return tuningMetric{}, nil
	}
	m, err := network.MetricNamed(t.metric, p.encoding, p.loss)
	if err != nil {
		return tuningMetric{}, badInputf("--metric %s: %w", t.metric, err)
	}
	return tuningMetric{&m}, nil
}

// error is nil for the deviance.
func (m tuningMetric) error() tune.Error {
	if m.Metric == nil {
		return nil
	}
	return m.Error
}

func (m tuningMetric) higher() bool { return m.Metric != nil && m.Higher }

// point is a point of the path as it is shown.
func (m tuningMetric) point(q tune.Point) report.TuningPoint {
	shown := func(e float64) report.Number {
		if m.Metric != nil {
			e = m.FromError(e)
		}
		return report.Number(e)
	}
	p := report.TuningPoint{Gamma: report.Number(q.Gamma), Mean: shown(q.Mean), Deviation: report.Number(q.Deviation), Width: report.Number(q.Width)}
	for _, e := range q.Errors {
		p.Folds = append(p.Folds, shown(e))
	}
	return p
}
