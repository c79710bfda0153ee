package cli

import (
	"time"

	"github.com/relift/relift"
	"github.com/relift/relift/network/onnx"
	"github.com/relift/relift/report"
	"github.com/spf13/cobra"
)

const trainLong = `Train a two-layer ReLU network on a table and prove how good it is.

DATA is a file, - for standard input, or a built-in table such as builtin:iris
(see relift help formats). The progress goes to standard error, the summary to
standard output. The progress shows bounds as they are claimed; the one in the
summary was verified. It holds for every two-layer ReLU network of any width on
these data, after encoding and scaling.`

const trainExample = `  relift train builtin:iris
  relift train iris.csv --target species --reg 0.5 -o iris.model.json --certificate iris.cert.npz
  relift train patients.csv --target outcome --groups patient
  relift train house.csv --target price --holdout 0.2 --time-limit 5m --json`

func newTrain() *cobra.Command {
	var f solveFlags
	var test, out string
	c := &cobra.Command{
		Use:     "train DATA",
		Short:   "Train a network and prove how good it is",
		Long:    trainLong,
		Example: trainExample,
		GroupID: "main",
		Args:    arguments(1, 1, "DATA"),
		RunE: func(c *cobra.Command, args []string) error {
			begin := time.Now()
			if err := checkOutputs([]string{args[0], test},
				output{"output", out}, output{"certificate", f.certificate}, output{"log", f.log}, output{"report", f.report}); err != nil {
				return err
			}
			if err := checkModelName("output", out); err != nil {
				return err
			}
			f.tuning.exclude(&f.data)
			p, err := f.prepare(c.Context(), args[0], test, c.ErrOrStderr())
			if err != nil {
				return err
			}
			if err := f.tune(c.Context(), p, begin, c.ErrOrStderr()); err != nil {
				return err
			}
			result, err := f.run(c.Context(), relift.Train, p, begin, c.ErrOrStderr())
			if err != nil {
				return err
			}
			s := f.summary(p, result, begin)
			s.Network = &report.Network{
				Width: result.Weights.Width(), Objective: report.Number(result.UpperBound), DataLoss: report.Number(result.DataLoss),
			}
			model, err := f.model(p, result)
			if err != nil {
				return err
			}
			s.Metrics = p.metrics(model)
			if text := useless(s.Metrics); text != "" {
				s.Warnings = append(s.Warnings, text)
			}
			var files written
			if out != "" {
				s.Files.Model = files.file("output", out, func(path string) error { return writeModel(path, model, onnx.Double) })
			}
			return f.conclude(c, args, p, result, s, model, &files, begin)
		},
	}
	f.bind(c)
	bind(c, "method", &f.method)
	bind(c, "width", &f.width)
	bind(c, "effort", &f.effort)
	bind(c, "gap", &f.gap)
	bind(c, "test", &test)
	bind(c, "output", &out)
	c.MarkFlagsMutuallyExclusive("test", "holdout")
	c.MarkFlagsMutuallyExclusive("test", "split")
	return c
}
