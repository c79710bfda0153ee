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

// tuningShare is the share of the time limit for the cross-validation.
const tuningShare = 0.5

// afterInterruption is how long a run that is interrupted before it has a network goes on for γ, and again for a first network.
const afterInterruption = 150 * time.Millisecond

// aMoment is a context that is interrupted a moment from now.
func aMoment(ctx context.Context) context.Context {
	short, cancel := context.WithCancel(context.WithoutCancel(ctx))
	time.AfterFunc(afterInterruption, cancel)
	return short
}

// tune chooses γ where --reg auto asks for it, with a table of its progress on stderr.  What follows uses the context that it returns: that of an interrupted
// cross-validation ends a moment later, so that there is a network.
func (f *solveFlags) tune(ctx context.Context, p *prepared, begin time.Time, stderr io.Writer) (context.Context, error) {
	t := &f.tuning
	if !t.auto {
		return ctx, nil
	}
	if err := f.options(begin).Check(p.problem(1)); err != nil { // before the work, not after it
		return nil, badInput(fmt.Errorf("%s: %w", p.source, err))
	}
	const what = "--reg auto: "
	v, err := f.validation(p, what)
	switch {
	case errors.Is(err, tune.ErrFolds) && !t.changed("folds"):
		f.ruleOfThumb(ctx, p, err, stderr)
		return ctx, nil
	case err != nil:
		return nil, err
	}
	within := ctx
	if f.timeLimit > 0 {
		var cancel context.CancelFunc
		within, cancel = context.WithDeadline(ctx, begin.Add(time.Duration(tuningShare*float64(f.timeLimit))))
		defer cancel()
	}
	o := v.options(f, stderr)
	o.Executor = dispatch.NewParallel(dispatch.Budget{Threads: threads()}, tune.Kind(blas()))
	path, err := tune.Choose(within, p.problem(f.reg), v.folds, o)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		f.ruleOfThumb(ctx, p, fmt.Errorf("%s: %sthe first cross-validation takes longer than half of --time-limit", p.source, what), stderr)
		return ctx, nil
	case errors.Is(err, context.Canceled):
		f.ruleOfThumb(aMoment(ctx), p, fmt.Errorf("%s: %sinterrupted before γ was chosen", p.source, what), stderr)
		return aMoment(ctx), nil
	case errors.Is(err, tune.ErrFolds):
		f.ruleOfThumb(ctx, p, fmt.Errorf("%s: %s%w", p.source, what, err), stderr)
		return ctx, nil
	case err != nil:
		return nil, internal(err)
	}
	f.reg = path.Gamma()
	if path.Status == tune.Interrupted {
		p.warnings = append(p.warnings, fmt.Sprintf("--reg auto: the cross-validation was ended early, after %s; a smaller γ may be better",
			report.Plural(len(path.Points), "weight decay", "weight decays")))
		f.warn(stderr, p.warnings[len(p.warnings)-1:])
	}
	t.outcome = v.report(t, path)
	if ctx.Err() != nil {
		return aMoment(ctx), nil
	}
	return ctx, nil
}

// validation is a cross-validation that is about to begin.
type validation struct {
	metric   tuningMetric
	newRows  network.Metric // what people judge networks by
	folds    []tune.Fold
	division string // of the rows
	rows     int    // that take part
	begin    time.Time
}

// validation makes the folds; what goes before messages.
func (f *solveFlags) validation(p *prepared, what string) (*validation, error) {
	t := &f.tuning
	metric, err := t.judge(p)
	if err != nil {
		return nil, err
	}
	training, err := p.encoding.TrainingRows(p.table, f.data.Split)
	if err != nil {
		return nil, badInput(err)
	}
	rows, division, err := t.divide(p, training, uint64(f.seed))
	if err != nil {
		return nil, badInput(fmt.Errorf("%s: %s%w", p.source, what, err))
	}
	familiar := "r2"
	if p.encoding.Task == recipe.TaskClassification {
		familiar = "accuracy"
	}
	newRows, err := network.MetricNamed(familiar, p.encoding, p.loss)
	if err != nil {
		return nil, internal(err)
	}
	v := &validation{metric: metric, newRows: newRows, division: division, begin: time.Now()}
	for k, r := range rows {
		if len(r.Train) < 2 { // nothing can vary; asked before thousands of columns are looked at
			return nil, badInput(fmt.Errorf("%s: %s%w: fold %d has %s to train on; expected at least 2", p.source, what, tune.ErrFolds, k+1, report.Plural(len(r.Train), "row", "rows")))
		}
		fit, judge, err := p.encoding.Fold(training, f.data.Options, p.train, r.Train, r.Test)
		if err != nil {
			return nil, badInput(fmt.Errorf("%s%w: fold %d: %w", what, tune.ErrFolds, k+1, err))
		}
		v.folds = append(v.folds, tune.Fold{Train: p.posed(fit, f.reg), TestX: judge.X, TestY: judge.Y, TestWeights: judge.Weights})
		v.rows = max(v.rows, len(r.Train)+len(r.Test))
	}
	return v, nil
}

// options are those of the cross-validation, with a table of its progress on stderr.
func (v *validation) options(f *solveFlags, stderr io.Writer) tune.Options {
	t := &f.tuning
	return tune.Options{
		Error: v.metric.error(), Also: v.newRows.Error, OneStandardError: t.oneStandardError, Width: int(f.width), Seed: uint64(f.seed),
		Progress: func(path *tune.Path) {
			if f.quiet {
				return
			}
			if len(path.Points) == 1 {
				fmt.Fprintln(stderr, report.TuningHeader(t.metric))
			}
			fmt.Fprintln(stderr, v.metric.point(path.Points[len(path.Points)-1]))
		},
	}
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

// ruleOfThumb takes a γ that suits many tables where cross-validation cannot choose one, and warns of it, with the reason.
func (f *solveFlags) ruleOfThumb(ctx context.Context, p *prepared, reason error, stderr io.Writer) {
	f.reg = tune.RuleOfThumb(ctx, p.problem(1), uint64(f.seed))
	p.warnings = append(p.warnings, fmt.Sprintf("%v; took %v by a rule of thumb, --reg says otherwise", reason, f.reg))
	f.warn(stderr, p.warnings[len(p.warnings)-1:])
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
