package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/relift/relift"
	"github.com/relift/relift/audit"
	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/network"
	"github.com/relift/relift/network/foreign"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/problem/loss"
	"github.com/relift/relift/report"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/recipe"
)

const auditLong = `Say how good a two-layer ReLU network is, whoever trained it: its objective on the
table, a certified lower bound on that of every network, whether it is globally
optimal to --gap, and the neuron that it misses most.

MODEL is a model that relift wrote (.json or .onnx), an ONNX model with two layers
and a Relu between them, or weights: U.npy and V.npy, or an .npz, .safetensors or
PyTorch file (.pt, a state dict) with the layers, which --weights names.

A model that relift wrote brings its encoding and its weight decay. For any other
the flags say what to do with the table, as for relift train, and its weight decay
has to be given: --reg, or as another library has it --weight-decay with
--mean-loss. Without --scale the scaling is the one with which the network fits
better.

The loss is --loss, else what the last operator of an ONNX model says, else the
squared one. One output for two classes is a logit (--loss logistic) or a number
(--loss squared, --task regression).

Biases are weights of a column of ones and decayed like any other weight; biases
of the second layer count as one more neuron on that column, or with
--decayed-biases=false as a free intercept.`

const auditExample = `  relift audit iris.model.json iris.csv
  relift audit torch.onnx iris.csv --target species --reg 0.1
  relift audit net.pt data.csv --target y --weight-decay 1e-4
  relift audit sklearn.onnx data.csv --target y --loss logistic --reg 1 --decayed-biases=false
  relift audit U.npy V.npy data.csv --target y --reg 0.5 --json`

// auditFlags are the flags of relift audit.
type auditFlags struct {
	solveFlags
	from          string
	weights       []string // names of arrays
	orientation   string
	weightDecay   float64
	meanLoss      string
	decayedBiases bool
}

func newAudit() *cobra.Command {
	var f auditFlags
	c := &cobra.Command{
		Use:     "audit MODEL DATA",
		Short:   "Say how good anyone's two-layer ReLU network is",
		Long:    auditLong,
		Example: auditExample,
		GroupID: "main",
		Args:    arguments(2, 3, "MODEL", "DATA"),
		RunE: func(c *cobra.Command, args []string) error {
			changed := c.Flags().Changed
			return f.audit(c.Context(), args[:len(args)-1], args[len(args)-1], changed, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	f.data.bind(c)
	f.data.bindLoss(c)
	bind(c, "reg", &f.reg)
	bind(c, "weight-decay", &f.weightDecay)
	bind(c, "mean-loss", &f.meanLoss)
	bind(c, "decayed-biases", &f.decayedBiases)
	bind(c, "weights", &f.weights)
	bind(c, "orientation", &f.orientation)
	bind(c, "gap", &f.gap)
	bind(c, "seed", &f.seed)
	bind(c, "time-limit", &f.timeLimit)
	bind(c, "threads", &f.threads)
	bind(c, "from-certificate", &f.from)
	bind(c, "certificate", &f.certificate)
	bind(c, "json", &f.json)
	bind(c, "quiet", &f.quiet)
	return c
}

// audited is a network and the problem it is audited on.
type audited struct {
	network  *foreign.Network
	weights  problem.Weights
	problem  problem.Problem
	encoding *recipe.Recipe
	origin   relift.Origin
	split    string
	scaling  string // a remark on the scaling
	decay    string // a remark on the weight decay
	from     string // where that comes from: given or model
	warnings []string

	orientation foreign.Orientation
}

func (f *auditFlags) audit(ctx context.Context, model []string, data string, changed func(string) bool, stdout, stderr io.Writer) error {
	if err := checkOutputs(append(slices.Clone(model), data, f.from), output{"certificate", f.certificate}); err != nil {
		return err
	}
	useThreads(int(f.threads))
	f.data.finish(f.seed)
	n, err := loadNetwork(model, f.weights)
	if err != nil {
		return err
	}
	var frame *table.Table
	if n.Model != nil {
		frame, err = openFor(ctx, n.Model, data, &f.data.readFlags)
	} else {
		frame, err = f.data.open(ctx, data)
	}
	if err != nil {
		return err
	}
	var a *audited
	if n.Model != nil {
		a, err = f.own(n.Model, frame, data, changed)
	} else {
		a, err = f.foreign(strings.Join(model, ", "), n, frame, data, changed)
	}
	if err != nil {
		return err
	}
	a.network = n
	a.warnings = append(slices.Clone(n.Warnings), a.warnings...)
	options := audit.Options{
		Gap: f.gap, TimeLimit: f.timeLimit, Threads: int(f.threads), MemoryLimit: f.data.memory, Seed: uint64(f.seed),
	}
	if f.from != "" {
		if options.Bound, err = audit.LoadCertificate(ctx, f.from, a.problem); err != nil {
			if errors.Is(err, audit.ErrUnverified) || ctx.Err() != nil {
				return unverified(err)
			}
			return badInput(err)
		}
	}
	result, err := f.solveAudit(ctx, a, options, stderr)
	if err != nil {
		return err
	}
	if f.certificate != "" {
		if result.Proof == nil {
			result.Warnings = append(result.Warnings, fmt.Sprintf("--certificate: the bound comes from %s, which has no certificate of its own; none was written", result.BoundSource))
		} else if err := result.Proof.Save(f.certificate, a.origin); err != nil {
			return internal(fmt.Errorf("--certificate %s: %w", f.certificate, err))
		}
	}
	result.Warnings = append(append([]string{}, a.warnings...), result.Warnings...)
	f.warn(stderr, result.Warnings)
	s := f.summarise(strings.Join(model, ", "), data, a, result)
	if f.json {
		return internal(report.WriteJSON(forPrograms(stdout), s))
	}
	return internal(s.writeText(stdout))
}

// solveAudit runs the audit with a progress table on stderr.
func (f *auditFlags) solveAudit(ctx context.Context, a *audited, options audit.Options, stderr io.Writer) (*audit.Report, error) {
	if !f.quiet {
		frame := report.NewTable(raw(stderr), isTerminal(stderr))
		defer frame.Close()
		options.Progress = frame
	}
	result, err := audit.Run(ctx, a.problem, a.weights, options)
	switch {
	case err == nil:
		return result, nil
	case errors.Is(err, problem.ErrInvalid), errors.Is(err, audit.ErrOptions), errors.Is(err, relift.ErrOptions):
		return nil, badInput(err)
	case errors.Is(err, relift.ErrContradiction):
		return nil, unverified(err)
	default:
		return nil, internal(err)
	}
}

// own prepares a model that relift wrote, on the rows it was trained on where
// the table has them.
func (f *auditFlags) own(m *network.Model, frame *table.Table, data string, changed func(string) bool) (*audited, error) {
	for _, name := range []string{"target", "task", "features", "drop", "categorical", "dates", "date-order", "missing", "scale", "bias", "loss", "huber-delta", "weight", "class-weight", "weights", "orientation", "weight-decay", "mean-loss", "decayed-biases"} {
		if changed(name) {
			return nil, badInputf("--%s: the model brings its own encoding; expected no such flag", name)
		}
	}
	a := &audited{encoding: m.Encoding, weights: m.Weights, warnings: slices.Clone(frame.Warnings)}
	split := f.data.Split
	if split == "" {
		split = m.Provenance.Settings["split"]
	}
	rows, err := m.Encoding.TrainingRows(frame, split)
	if err != nil {
		return nil, badInput(err)
	}
	a.split = split
	encoded, err := m.Encoding.Apply(rows)
	if err != nil {
		return nil, badInput(err)
	}
	if m.Provenance.DataDigest != "" && !m.TrainedOn(encoded) {
		if f.data.Split == "" && split != "" { // another table: all of its rows
			if encoded, err = m.Encoding.Apply(frame); err != nil {
				return nil, badInput(err)
			}
			a.split = ""
		}
		if !m.TrainedOn(encoded) {
			a.warnings = append(a.warnings, data+": these are not the rows that the model was trained on; it is audited on these")
		}
	}
	gamma := m.Provenance.Gamma
	a.from = "model"
	if changed("reg") {
		gamma, a.from = f.reg, "given"
	}
	a.problem = m.Problem(encoded).On(blas())
	a.problem.Gamma = gamma
	a.origin = relift.Origin{Source: data, Digest: "sha256:" + encoded.Digest()}
	if m.TrainedOn(encoded) {
		if a.origin.Recipe, err = json.Marshal(plan{m.Encoding.Plan(a.split), objectiveOf(a.problem).stated()}); err != nil {
			return nil, internal(err)
		}
	}
	return a, nil
}

// auditSummary is what relift audit prints.
type auditSummary struct {
	Model    string `json:"model"`
	Producer string `json:"producer,omitempty"`
	*audit.Report
	Columns  []string        `json:"columns"` // names of the entries of the missing neuron's direction
	Outputs  []string        `json:"outputs"` // names of the entries of its output
	Data     report.Data     `json:"data"`
	Settings report.Settings `json:"settings"`
	Version  string          `json:"version"`
	scaling  string
	decay    string
}

func (f *auditFlags) summarise(model, data string, a *audited, r *audit.Report) *auditSummary {
	n, d := a.problem.X.Dims()
	_, c := a.problem.Y.Dims()
	e := a.encoding
	return &auditSummary{
		Model: model, Producer: a.network.Producer, Report: r,
		Columns: e.FeatureNames(), Outputs: e.OutputNames(), scaling: a.scaling, decay: a.decay,
		Data: report.Data{
			Source: data, Task: string(e.Task), Rows: n, Features: len(e.Features), Columns: d, Outputs: c,
			Classes: e.Classes, Targets: e.Targets, Digest: a.origin.Digest,
		},
		Settings: report.Settings{
			Reg: a.problem.Gamma, RegPerRow: report.Number(a.problem.Gamma / a.problem.TotalWeight()), RegFrom: a.from, Loss: loss.OrSquared(a.problem.Loss).Name(), HuberDelta: loss.Delta(a.problem.Loss), Intercept: a.problem.Intercept,
			Weight: e.Weight, ClassWeight: string(e.ClassWeight), Scale: string(e.Scale), Bias: e.Bias, Missing: string(e.Missing), Split: a.split,
			Method: "audit", Relaxation: string(relift.RelaxationAuto), Seed: uint64(f.seed), TimeLimit: f.timeLimit.Seconds(), Gap: f.gap, Threads: threads(), BLAS: blasName(),
		},
		Version: relift.Version,
	}
}

// writeText writes the audit for people.
func (s *auditSummary) writeText(w io.Writer) error {
	var b strings.Builder
	line := func(label, format string, args ...any) {
		fmt.Fprintf(&b, "%-13s %s\n", label, fmt.Sprintf(format, args...))
	}
	line("network", "%s%s: %s", s.Model, map[bool]string{true: " (" + s.Producer + ")"}[s.Producer != ""], report.Plural(s.Width, "neuron", "neurons"))
	line("data", "%s: %s, %s of X, %s", s.Data.Source, report.Plural(s.Data.Rows, "row", "rows"),
		report.Plural(s.Data.Columns, "column", "columns"), report.Plural(s.Data.Outputs, "output", "outputs"))
	scaling := s.Settings.Scale
	if s.scaling != "" {
		scaling += " (" + s.scaling + ")"
	}
	reg := strconv.FormatFloat(s.Settings.Reg, 'g', 10, 64)
	if s.decay != "" {
		reg += " (" + s.decay + ")"
	}
	if l := s.Settings.Loss; l != "squared" {
		reg += ", " + l + " loss"
	}
	if s.Settings.Intercept {
		reg += ", a free intercept"
	}
	line("settings", "reg %s, scale %s, bias %s, tolerance %g", reg, scaling,
		map[bool]string{true: "yes", false: "no"}[s.Settings.Bias], float64(s.Tolerance))
	line("verdict", "%s", s.Meaning)
	line("objective", "%s  (data loss %.7g, weight decay %.7g)", report.Above(s.Objective), float64(s.DataLoss), float64(s.Decay))
	line("lower bound", "%s  certified (%s)", report.Below(s.LowerBound), s.BoundSource)
	line("gap", "%s", report.Percent(float64(s.RelativeGap)))
	line("can be had", "%s by balancing the layers, %s by refitting the second layer, %s is the best found", report.Above(s.Balanced), report.Above(s.Refitted), report.Above(s.Best))
	if float64(s.Objective) >= float64(s.Zero) {
		line("", "Predicting 0 for every row costs %s: the table, its scaling or the order of its columns may not be those of the network.", report.Above(s.Zero))
	}
	if m := s.Missing; m == nil {
		line("missing", "no neuron found: the largest ‖Wᵀ(Xu)₊‖/γ is %.7g, at most 1 at an optimum", float64(s.LargestViolation))
	} else {
		line("missing", "a neuron with ‖Wᵀ(Xu)₊‖ = %.6g·γ; with it the objective is %s, refitted %s", float64(m.Violation), report.Above(m.Objective), report.Above(m.Refitted))
		line("", "direction u: %s", named(s.Columns, m.Direction))
		line("", "its output:  %s", named(s.Outputs, m.Output))
	}
	line("advice", "%s", s.Advice)
	line("time", "%.1f s", float64(s.Seconds))
	_, err := io.WriteString(w, b.String())
	return err
}

// most is how many entries of a vector a text shows.
const most = 8

// named lists the largest entries of a vector with their names.
func named(names []string, values []float64) string {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch x, y := math.Abs(values[a]), math.Abs(values[b]); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	var parts []string
	for _, i := range order[:min(most, len(order))] {
		parts = append(parts, fmt.Sprintf("%s %+.4g", printable.Line(names[i]), values[i]))
	}
	text := strings.Join(parts, ", ")
	if left := len(order) - most; left > 0 {
		text += fmt.Sprintf(" and %s", report.Plural(left, "smaller one", "smaller ones"))
	}
	return text
}
