package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/relift/relift"
	"github.com/relift/relift/network"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/report"
	"github.com/relift/relift/report/html"
)

// solveFlags are the flags of the commands that solve a problem: train, bound, path and audit, each of which has some of them.
type solveFlags struct {
	data        dataFlags
	reg         float64
	tuning      tuneFlags
	method      string
	relaxation  string
	width       int64
	effort      int64
	seed        int64
	timeLimit   time.Duration
	gap         float64
	threads     int64
	certificate string
	log         string
	report      string
	history     html.History // of the run, for the report
	lines       bytes.Buffer // of the log,
	course      *report.Log  // which goes into them
	json        bool
	quiet       bool
}

// bind gives c the flags of its settings.
func (f *solveFlags) bind(c *cobra.Command) {
	f.data.bind(c)
	f.data.bindObjective(c)
	bind(c, "relaxation", &f.relaxation)
	f.tuning.bind(c, &f.reg)
	bind(c, "seed", &f.seed)
	bind(c, "time-limit", &f.timeLimit)
	bind(c, "threads", &f.threads)
	bind(c, "certificate", &f.certificate)
	bind(c, "log", &f.log)
	bind(c, "report", &f.report)
	bind(c, "json", &f.json)
	bind(c, "quiet", &f.quiet)
}

// prepare reads the data after the threads were set; the table test, if it is
// named, is for testing.  Warnings about the data go to stderr at once.
func (f *solveFlags) prepare(ctx context.Context, source, test string, stderr io.Writer) (*prepared, error) {
	useThreads(int(f.threads))
	if f.data.memory > 0 {
		debug.SetMemoryLimit(f.data.memory) // the collector works harder as the limit comes near
	}
	f.data.finish(f.seed)
	if f.timeLimit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, f.timeLimit)
		defer cancel()
	}
	table, err := f.data.open(ctx, source)
	if err != nil {
		return nil, err
	}
	p, err := encode(source, table, f.data.Plan)
	if err != nil {
		return nil, err
	}
	f.data.settleLoss(p.encoding)
	if err := p.pose(f.data.objective); err != nil {
		return nil, err
	}
	if test != "" {
		if table, err = f.data.open(ctx, test); err != nil {
			return nil, err
		}
		p.warnings = append(p.warnings, table.Warnings...)
		if err := p.useTest(table); err != nil {
			return nil, err
		}
	}
	f.warn(stderr, p.warnings)
	return p, nil
}

// solver is relift.Train or relift.Bound.
type solver func(context.Context, relift.Problem, relift.Options) (*relift.Result, error)

// run solves the prepared problem with a progress table on stderr.  The time limit counts from begin.
func (f *solveFlags) run(ctx context.Context, solve solver, p *prepared, begin time.Time, stderr io.Writer) (*relift.Result, error) {
	options := f.options(begin)
	options.Reserve = f.tuning.rough.Weights
	var to tee
	if !f.quiet {
		table := report.NewTable(raw(stderr), isTerminal(stderr))
		defer table.Close()
		to = append(to, table)
	}
	if f.report != "" {
		to = append(to, &f.history)
	}
	if f.log != "" {
		f.course = report.NewLog(&f.lines)
		to = append(to, f.course)
	}
	if len(to) > 0 {
		options.Progress = to
	}
	result, err := solve(ctx, p.problem(f.reg), options)
	if err != nil {
		return nil, p.failure(err)
	}
	if len(result.Cut) > 0 { // what is left to do must not wait for it
		blas().Abandon()
	}
	return result, nil
}

// options are those of a run; the time limit counts from begin.
func (f *solveFlags) options(begin time.Time) relift.Options {
	return relift.Options{
		Method: relift.Method(f.method), Relaxation: relift.RelaxationChoice(f.relaxation), Width: int(f.width), Effort: int(f.effort), Seed: uint64(f.seed), TimeLimit: f.timeLimit, Begin: begin,
		Gap: f.gap, Threads: int(f.threads), MemoryLimit: f.data.memory, LinearAlgebra: blas(),
	}
}

// failure is the error of a run with its exit status.
func (p *prepared) failure(err error) error {
	switch {
	case errors.Is(err, problem.ErrInvalid), errors.Is(err, relift.ErrOptions), errors.Is(err, relift.ErrMemory):
		return badInput(fmt.Errorf("%s: %w", p.source, err))
	case errors.Is(err, relift.ErrContradiction):
		return unverified(fmt.Errorf("%s: %w", p.source, err))
	}
	return internal(err)
}

// isTerminal reports whether w is a terminal on which a line can be rewritten.
func isTerminal(w io.Writer) bool {
	file, ok := raw(w).(*os.File)
	return ok && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(file.Fd()))
}

// raw is the writer beneath the one that makes text printable.
func raw(w io.Writer) io.Writer {
	if wrapped, ok := w.(interface{ Unwrap() io.Writer }); ok {
		return wrapped.Unwrap()
	}
	return w
}

// forPrograms is where output goes that another program may read: as it is,
// but for a terminal.
func forPrograms(w io.Writer) io.Writer {
	if isTerminal(w) {
		return w
	}
	return raw(w)
}

// warn writes warnings to w unless quiet.
func (f *solveFlags) warn(w io.Writer, warnings []string) {
	if f.quiet {
		return
	}
	for _, text := range warnings {
		fmt.Fprintln(w, "warning: "+oneLine(text))
	}
}

// summary collects what train and bound report in the same way.
func (f *solveFlags) summary(p *prepared, r *relift.Result, begin time.Time) *report.Summary {
	data := p.describe()
	data.ZeroRows, data.Distinct = r.ZeroRows, r.Representatives
	s := &report.Summary{
		Status: r.Status.String(), StatusMeaning: r.Status.Meaning(), Method: string(r.Method),
		LowerBound: report.Number(r.LowerBound), BoundSource: source(r.Proof),
		UpperBound: report.Number(r.UpperBound), RelativeGap: report.Number(r.RelativeGap),
		Data:     data,
		Settings: f.settings(p, r.TimeLimit),
		Tuning:   f.tuning.outcome,
		Warnings: append(p.warnings, r.Warnings...),
		Version:  relift.Version,
	}
	if x := r.Relaxation; x != nil {
		s.Relaxation = &report.Relaxation{
			Status: x.Status, Value: report.Number(x.Value), LowerBound: report.Number(x.LowerBound),
			Rank: x.Rank, OuterIterations: x.Outer, InnerIterations: x.Inner, Seconds: report.Number(x.Elapsed.Seconds()),
		}
	}
	if x := r.Tree; x != nil {
		s.Tree = &report.Tree{
			Status: x.Status, Leaves: x.Leaves, Open: x.Open, Value: report.Number(x.Value), Trees: x.Trees,
			Seconds: report.Number(x.Elapsed.Seconds()),
		}
	}
	s.Seconds = report.Number(time.Since(begin).Seconds())
	return s
}

// describe says what the table is, without what presolve finds.
func (p *prepared) describe() report.Data {
	e := p.encoding
	n, d := p.train.X.Dims()
	_, c := p.train.Y.Dims()
	data := report.Data{
		Source: p.source, Task: string(e.Task), Rows: n, Features: len(e.Features), Columns: d, Outputs: c,
		Classes: e.Classes, Targets: e.Targets, Digest: "sha256:" + p.train.Digest(),
	}
	if p.test != nil {
		data.TestRows, _ = p.test.X.Dims()
	}
	return data
}

// settings are those of a run with a time limit.
func (f *solveFlags) settings(p *prepared, limit time.Duration) report.Settings {
	return report.Settings{
		Reg: f.reg, RegPerRow: report.Number(f.reg / p.problem(f.reg).TotalWeight()), RegFrom: f.tuning.from(), Loss: f.data.lossName(), HuberDelta: f.data.delta(), Intercept: f.data.Intercept, Weight: f.data.Weight, ClassWeight: string(f.data.ClassWeight),
		Scale: string(f.data.Scale), Bias: f.data.Bias, Missing: string(f.data.Missing), Split: f.data.Split,
		Method: f.method, Relaxation: f.relaxation, Width: int(f.width), Effort: int(f.effort), Seed: uint64(f.seed), TimeLimit: limit.Seconds(), Gap: f.gap,
		Threads: threads(), BLAS: blasName(),
	}
}

// conclude writes the files that were asked for and prints the summary, whatever became of them.
func (f *solveFlags) conclude(c *cobra.Command, args []string, p *prepared, r *relift.Result, s *report.Summary, model *network.Model, files *written, begin time.Time) error {
	var warning string
	if s.Files.Certificate, warning = f.saveCertificate(files, p, r); warning != "" {
		s.Warnings = append(s.Warnings, warning)
		if f.quiet { // what was asked for is missing
			fmt.Fprintln(c.ErrOrStderr(), oneLine(warning))
		}
	}
	s.Seconds = report.Number(time.Since(begin).Seconds())
	s.Files.Log = f.saveLog(files, s)
	s.Files.Report = f.saveReport(files, c, args, p, s, model)
	f.warn(c.ErrOrStderr(), s.Warnings[len(p.warnings):]) // those came before the training
	if err := f.write(c.OutOrStdout(), s); err != nil {
		return err
	}
	f.next(c.ErrOrStderr(), s)
	return files.err()
}

// source says what a bound was proved with.
func source(p relift.Proof) string {
	if p == nil {
		return "a sum of squares is not negative"
	}
	return p.Source()
}

// write prints the summary as text or JSON.
func (f *solveFlags) write(w io.Writer, s *report.Summary) error {
	if f.json {
		return internal(s.WriteJSON(forPrograms(w)))
	}
	return internal(s.WriteText(w))
}
