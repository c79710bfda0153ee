package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/relift/relift"
	"github.com/relift/relift/internal/atomicfile"
	"github.com/relift/relift/network/onnx"
	"github.com/relift/relift/report"
	"github.com/relift/relift/report/chart"
	"github.com/relift/relift/report/figure"
	"github.com/relift/relift/report/html"
	"github.com/relift/relift/tune"
)

const pathLong = `Compute the regularisation path of a table: for each weight decay γ, from the largest
useful one downwards by halves, a network, a certified lower bound on the objective of
every network, and what cross-validation says about other rows.

One proof bounds the whole path; --proofs says how many runs look for one, the first
at the recommended γ. Every bound is what relift verify FILE --reg γ proves of a file in
the folder of --folder, which also has a model for every γ, for relift predict and the
other commands.

The table goes to standard output, or with --csv and --json the same with every digit;
--plot draws it. The recommended γ is the one with the best metric; beside it stands the
largest γ within a standard error of it, which --one-standard-error recommends instead.`

const pathExample = `  relift path examples/penguins.csv --target species --missing drop
  relift path builtin:iris --folder iris.path --plot iris.path.svg
  relift path house.csv --target price --metric mae --time-limit 2m --csv`

// pathFlags are the flags of relift path.
type pathFlags struct {
	solveFlags
	steps, proofs int64
	folder, plot  string
	csv           bool
}

func newPath() *cobra.Command {
	var f pathFlags
	var test string
	c := &cobra.Command{
		Use:     "path DATA",
		Short:   "Train networks for all weight decays and bound them",
		Long:    pathLong,
		Example: pathExample,
		GroupID: "main",
		Args:    arguments(1, 1, "DATA"),
		RunE: func(c *cobra.Command, args []string) error {
			return f.path(c, args, test)
		},
	}
	f.data.bind(c)
	f.data.bindObjective(c)
	f.tuning.bindFolds(c)
	bind(c, "steps", &f.steps)
	bind(c, "proofs", &f.proofs)
	bind(c, "method", &f.method)
	bind(c, "relaxation", &f.relaxation)
	bind(c, "width", &f.width)
	bind(c, "effort", &f.effort)
	bind(c, "gap", &f.gap)
	bind(c, "seed", &f.seed)
	bind(c, "time-limit", &f.timeLimit)
	bind(c, "threads", &f.threads)
	bind(c, "test", &test)
	bind(c, "folder", &f.folder)
	bind(c, "plot", &f.plot)
	bind(c, "report", &f.report)
	bind(c, "csv", &f.csv)
	bind(c, "json", &f.json)
	bind(c, "quiet", &f.quiet)
	c.MarkFlagsMutuallyExclusive("test", "holdout")
	c.MarkFlagsMutuallyExclusive("test", "split")
	c.MarkFlagsMutuallyExclusive("csv", "json")
	return c
}

// path computes the path and writes everything that was asked for.
func (f *pathFlags) path(c *cobra.Command, args []string, test string) error {
	begin := time.Now()
	if err := f.checkFiles(args[0], test); err != nil {
		return err
	}
	f.tuning.exclude(&f.data)
	p, err := f.prepare(c.Context(), args[0], test, c.ErrOrStderr())
	if err != nil {
		return err
	}
	f.reg = 1 // of problems whose γ is not used
	v, err := f.validation(p, "")
	if err != nil {
		return err
	}
	if err := v.encode(c.Context(), &f.solveFlags, p, ""); errors.Is(err, context.Canceled) {
		return interrupted(p)
	} else if err != nil {
		return err
	}
	path, err := f.compute(c.Context(), p, v, begin, c.ErrOrStderr())
	if err != nil {
		return err
	}
	s := f.outcome(p, v, path)
	var files written
	if err := f.fill(p, path, s, &files); err != nil {
		return err
	}
	f.draw(c, args, s, &files)
	s.Seconds = report.Number(time.Since(begin).Seconds())
	f.warn(c.ErrOrStderr(), s.Warnings[len(p.warnings):])
	if err := f.print(c.OutOrStdout(), s); err != nil {
		return err
	}
	return files.err()
}

// checkFiles refuses, before a long run, files and a folder that cannot be written.
func (f *pathFlags) checkFiles(inputs ...string) error {
	if f.plot != "" {
		if _, err := chart.Format(f.plot); err != nil {
			return badInputf("--plot %w", err)
		}
	}
	if err := checkOutputs(inputs, output{"plot", f.plot}, output{"report", f.report}); err != nil || f.folder == "" {
		return err
	}
	entries, err := os.ReadDir(f.folder)
	if len(entries) > 0 {
		return badInputf("--folder %s: is not empty; expected a new folder, so that what is in it is one path", f.folder)
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = os.MkdirAll(f.folder, 0o755)
	}
	if err != nil {
		return badInputf("--folder %s: %w; expected a folder that can be made and written to", f.folder, err)
	}
	return writable(output{"folder", filepath.Join(f.folder, tableName)})
}

// compute computes the path, with its progress on stderr.
func (f *pathFlags) compute(ctx context.Context, p *prepared, v *validation, begin time.Time, stderr io.Writer) (*relift.RegularizationPath, error) {
	if f.timeLimit > 0 {
		v.until = begin.Add(time.Duration(tuningShare * float64(f.timeLimit)))
	}
	o := relift.PathOptions{Tune: v.options(&f.solveFlags, int(f.steps), stderr), Run: f.options(begin), Proofs: int(f.proofs)}
	if !f.quiet {
		o.Progress = func(path *relift.RegularizationPath) { fmt.Fprintln(stderr, f.progress(path)) }
	}
	path, err := relift.Path(ctx, p.problem(f.reg), v.folds, o)
	switch {
	case err == nil:
		return path, nil
	case errors.Is(err, context.DeadlineExceeded):
		return nil, badInputf("%s: the first γ takes longer than half of --time-limit; expected a longer limit", p.source)
	case errors.Is(err, context.Canceled):
		return nil, interrupted(p)
	case errors.Is(err, tune.ErrFolds):
		return nil, badInput(fmt.Errorf("%s: %w", p.source, err))
	}
	return nil, p.failure(err)
}

// interrupted is the error about a path without a point.
func interrupted(p *prepared) error {
	return &failure{exitInterrupted, fmt.Errorf("%s: interrupted before there was a network", p.source)}
}

// progress says what the last run found.
func (f *pathFlags) progress(path *relift.RegularizationPath) string {
	for _, q := range path.Points {
		if n := len(path.Proofs); n > 0 && q.Gamma == path.Proofs[n-1].Gamma {
			return fmt.Sprintf("proof %d, at γ = %.4g: bound %s, objective %s, gap %s", n, q.Gamma,
				report.Below(report.Number(q.LowerBound)), report.Above(report.Number(q.Objective)), report.Percent(q.RelativeGap()))
		}
	}
	return "nothing beyond 0 is proved yet"
}

// outcome is the path as it is shown, without its networks' figures and files.
func (f *pathFlags) outcome(p *prepared, v *validation, path *relift.RegularizationPath) *report.Path {
	t := path.Tuning
	f.reg = t.Gamma()
	f.tuning.outcome = v.report(&f.tuning, t)
	s := &report.Path{
		Status: path.Status.String(), StatusMeaning: path.Status.Meaning(),
		Best: report.Number(t.Points[t.Best].Gamma), OneStandardError: report.Number(t.Points[t.WithinOneStandardError()].Gamma),
		Tuning: f.tuning.outcome, Data: p.describe(), Settings: f.settings(p, f.timeLimit),
		Warnings: append(p.warnings, path.Warnings...), Version: relift.Version,
	}
	s.Data.ZeroRows, s.Data.Distinct = path.ZeroRows, path.Representatives
	for _, proof := range path.Proofs {
		s.Proofs = append(s.Proofs, report.Number(proof.Gamma))
	}
	for _, q := range path.Points {
		point := report.PathPoint{
			Gamma: report.Number(q.Gamma), GammaPerRow: report.Number(q.Gamma / t.TotalRows), Objective: report.Number(q.Objective), DataLoss: report.Number(q.DataLoss),
			LowerBound: report.Number(q.LowerBound), RelativeGap: report.Number(q.RelativeGap()), Proof: report.Number(math.NaN()), Width: q.Weights.Width(),
		}
		if q.Proof >= 0 {
			point.Proof = s.Proofs[q.Proof]
		}
		s.Points = append(s.Points, point)
	}
	return s
}

// The files of the folder.
const (
	tableName       = "path.csv"
	modelName       = "gamma-%v.model.json"
	certificateName = "gamma-%v.cert.npz"
)

// fill evaluates the networks and writes the folder.
func (f *pathFlags) fill(p *prepared, path *relift.RegularizationPath, s *report.Path, files *written) error {
	certificates := make([]string, len(path.Proofs))
	if f.folder != "" {
		for k, proof := range path.Proofs { // before the models, so that their points name what there is
			certificates[k] = files.file("folder", f.inFolder(certificateName, proof.Gamma), func(path string) error { return f.save(proof, path, p) })
		}
	}
	for k, q := range path.Points {
		result := &relift.Result{Status: path.Status, Weights: q.Weights, UpperBound: q.Objective, DataLoss: q.DataLoss, LowerBound: q.LowerBound}
		model, err := f.modelFor(p, result, q.Gamma)
		if err != nil {
			return err
		}
		point := &s.Points[k]
		point.Metrics = p.metrics(model)
		if f.folder == "" {
			continue
		}
		point.Model = files.file("folder", f.inFolder(modelName, q.Gamma), func(path string) error { return writeModel(path, model, onnx.Double) })
		if q.Proof >= 0 {
			point.Certificate = certificates[q.Proof]
		}
	}
	if f.folder == "" {
		return nil
	}
	s.Files.Folder = f.folder
	files.file("folder", filepath.Join(f.folder, tableName), func(path string) error { return atomicfile.Write(path, s.WriteCSV) })
	return nil
}

// inFolder is the path of the file of a γ.
func (f *pathFlags) inFolder(name string, gamma float64) string {
	return filepath.Join(f.folder, fmt.Sprintf(name, strconv.FormatFloat(gamma, 'g', -1, 64)))
}

// draw writes the picture and the page.
func (f *pathFlags) draw(c *cobra.Command, args []string, s *report.Path, files *written) {
	if f.plot != "" {
		if picture := figure.Path(s); picture != nil {
			s.Files.Plot = files.file("plot", f.plot, picture.Save)
		} else {
			s.Warnings = append(s.Warnings, fmt.Sprintf("--plot %s: not written, because there is one γ only", f.plot))
		}
	}
	if f.report != "" {
		page := &html.PathPage{Path: s, Command: typed(c, args), Created: time.Now()}
		s.Files.Report = files.file("report", f.report, page.Save)
	}
}

// print prints the path as text, CSV or JSON.
func (f *pathFlags) print(w io.Writer, s *report.Path) error {
	switch {
	case f.json:
		return internal(report.WriteJSON(forPrograms(w), s))
	case f.csv:
		return internal(s.WriteCSV(forPrograms(w)))
	}
	return internal(s.WriteText(w))
}
