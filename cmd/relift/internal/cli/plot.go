package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/explain"
	"github.com/relift/relift/network"
	"github.com/relift/relift/report/chart"
	"github.com/relift/relift/report/figure"
	"github.com/relift/relift/table/recipe"
)

const plotLong = `Draw one picture of a trained network on a table, or of a run, the same that relift
train --report shows, into a file: .svg (light or dark as its reader likes), .png or .pdf.

FIGURE of MODEL and DATA is one of

  regions       what is predicted along two features, and where neurons switch; the
                others are held at their median or most frequent category (--features)
  response      the outputs along one feature (--features), with the kinks of the neurons
  residuals     of a regression: prediction less true value; --target for another than
                the first
  roc           of a classification: the receiver operating characteristic of each class
  calibration   of a classification: outputs against the fraction of rows of the class

Without --features the most influential ones are taken. FIGURE of the file that relift
train --log wrote is one of

  convergence   the certified bound and the network's objective against time
  gap           the gap between them
  tree          the leaves of the branch and bound on signs, and the open ones`

// drawing draws one figure.
type drawing func(f *plotFlags, m *network.Model, data *recipe.Encoded, e *explain.Explanation) (*figure.Figure, error)

// drawings are the figures of relift plot.
var drawings = map[string]drawing{
	"regions": func(f *plotFlags, m *network.Model, data *recipe.Encoded, e *explain.Explanation) (*figure.Figure, error) {
		s, err := sliceOf(m, data, e, f.features)
		return figure.Regions(s), err
	},
	"response": func(f *plotFlags, m *network.Model, data *recipe.Encoded, e *explain.Explanation) (*figure.Figure, error) {
		feature := e.Features[0].Feature
		if f.features != nil {
			feature = f.features[0]
		}
		r, err := explain.NewResponse(m, data, e, feature)
		if err != nil {
			return nil, badInputf("--features: %w", err)
		}
		return figure.Response("response", r), nil
	},
	"residuals": func(f *plotFlags, m *network.Model, data *recipe.Encoded, _ *explain.Explanation) (*figure.Figure, error) {
		if m.Encoding.Task != recipe.TaskRegression {
			return nil, badInputf("residuals: the model is a classification; expected roc or calibration")
		}
		output := 0
		if f.target != nil {
			if output = slices.Index(m.Encoding.Targets, f.target[0]); len(f.target) > 1 || output < 0 {
				return nil, badInputf("--target %s: expected one of the model's targets %s", strings.Join(f.target, ","), strings.Join(m.Encoding.Targets, ", "))
			}
		}
		return figure.Residuals(errorsOf(m, data, "rows of the table", output)), nil
	},
	"roc":         ofClasses("roc", figure.ROC),
	"calibration": ofClasses("calibration", figure.Calibration),
}

// ofClasses is a figure that only classifications have.
func ofClasses(name string, draw func(*figure.Scores) *figure.Figure) drawing {
	return func(_ *plotFlags, m *network.Model, data *recipe.Encoded, _ *explain.Explanation) (*figure.Figure, error) {
		if m.Encoding.Task != recipe.TaskClassification {
			return nil, badInputf("%s: the model is a regression; expected residuals", name)
		}
		f := draw(scoresOf(m, data, "rows of the table"))
		if f == nil {
			return nil, badInputf("%s: no class has both rows of it and others in the table; expected rows of at least two classes", name)
		}
		return f, nil
	}
}

// plotFlags are the flags of relift plot.
type plotFlags struct {
	readFlags
	output   string
	target   []string
	features []string
}

func newPlot() *cobra.Command {
	var f plotFlags
	c := &cobra.Command{
		Use:   "plot FIGURE MODEL DATA",
		Short: "Draw one picture of a network or a run",
		Long:  plotLong,
		Example: "  relift plot roc iris.model.json iris.csv -o roc.svg\n" +
			"  relift plot response iris.model.json iris.csv --features petal_length -o response.png\n" +
			"  relift plot convergence run.log -o convergence.pdf",
		GroupID: "main",
		Args:    arguments(2, 3, "FIGURE", "MODEL", "DATA"),
		RunE: func(c *cobra.Command, args []string) error {
			return f.plot(c.Context(), args[0], args[1:])
		},
	}
	f.bind(c)
	bind(c, "output", &f.output)
	bind(c, "features", &f.features)
	bind(c, "target", &f.target)
	return c
}

func (f *plotFlags) plot(ctx context.Context, name string, inputs []string) error {
	draw, ok := drawings[name]
	course, ofRun := courses[name]
	switch {
	case !ok && !ofRun:
		return badInputf("figure %q: expected regions, response, residuals, roc or calibration, or of a run convergence, gap or tree", name)
	case ofRun && len(inputs) != 1:
		return badInputf("%s: argument %q is one too many; expected relift plot %s LOG", name, inputs[1], name)
	case ok && len(inputs) != 2:
		return badInputf("%s: DATA is missing; expected relift plot %s MODEL DATA", name, name)
	}
	if f.output == "" {
		return badInputf("--output is missing; expected a file whose name ends in .svg, .png or .pdf")
	}
	if _, err := chart.Format(f.output); err != nil {
		return badInputf("--output %w", err)
	}
	if want := map[string]int{"regions": 2, "response": 1}[name]; f.features != nil && len(f.features) != want {
		return badInputf("--features: %d names; %s takes %d", len(f.features), name, want)
	}
	if f.target != nil && name != "residuals" {
		return badInputf("--target %s: only residuals are of a target; expected no --target for %s", strings.Join(f.target, ","), name)
	}
	if err := checkOutputs(inputs, output{"output", f.output}); err != nil {
		return err
	}
	if ofRun {
		return f.plotRun(name, course, inputs[0])
	}
	model, data, err := openExplained(ctx, inputs, &f.readFlags)
	if err != nil {
		return err
	}
	if data.Y == nil && name != "regions" && name != "response" {
		return badInputf("%s: has no column %s; %s needs the true values", inputs[1], strings.Join(model.Encoding.Targets, ", "), name)
	}
	e, err := explain.New(model, data)
	if err != nil {
		return internal(err)
	}
	picture, err := draw(f, model, data, e)
	if err != nil {
		return err
	}
	if picture == nil {
		return internal(errors.New("the table has nothing to draw"))
	}
	return f.save(picture)
}

// sliceOf is the slice along two features, by default the two most influential ones.
func sliceOf(m *network.Model, data *recipe.Encoded, e *explain.Explanation, features []string) (*explain.Slice, error) {
	var two [2]string
	if features == nil {
		var err error
		if two, err = e.Influential(); err != nil {
			return nil, badInput(err)
		}
	} else {
		copy(two[:], features)
	}
	s, err := explain.NewSlice(m, data, e, two, explain.SliceOptions{Cells: 240})
	if err != nil && features != nil {
		err = fmt.Errorf("--features: %w", err)
	}
	return s, badInput(err)
}

// errorsOf are the errors of a regression on some rows.
func errorsOf(m *network.Model, data *recipe.Encoded, rows string, output int) *figure.Errors {
	return &figure.Errors{
		Target: m.Encoding.Targets[output], Rows: rows, Predicted: mat.Col(nil, output, m.Outputs(data.X)), True: mat.Col(nil, output, data.Y),
	}
}

// scoresOf are the scores of a classification on some rows: the probabilities, where its loss has them, else its outputs, which
// estimate the fractions of the classes as well.
func scoresOf(m *network.Model, data *recipe.Encoded, rows string) *figure.Scores {
	outputs := m.Outputs(data.X)
	scores := m.Probabilities(outputs)
	if scores == nil {
		scores = m.Encoding.Scores(outputs)
		if m.Encoding.Coding == recipe.CodingSign { // from −1 to 1
			scores.Apply(func(_, _ int, v float64) float64 { return (1 + v) / 2 }, scores)
		}
	}
	return &figure.Scores{Classes: m.Encoding.Classes, Rows: rows, Outputs: scores, Actual: recipe.Argmax(m.Encoding.Scores(data.Y))}
}
