package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/relift/relift/network"
	"github.com/relift/relift/report"
	"github.com/spf13/cobra"
)

const evaluateLong = `Compare a trained network's predictions with the targets of a table.

A classification gets its accuracy and the confusion matrix, a regression the
root mean squared error and the coefficient of determination R².`

func newEvaluate() *cobra.Command {
	var in applyFlags
	var asJSON bool
	c := &cobra.Command{
		Use:     "evaluate MODEL DATA",
		Short:   "Compare a network's predictions with a table's targets",
		Long:    evaluateLong,
		Example: "  relift evaluate iris.model.json test.csv",
		GroupID: "main",
		Args:    arguments(2, 2, "MODEL", "DATA"),
		RunE: func(c *cobra.Command, args []string) error {
			model, table, err := openBoth(c.Context(), args[0], args[1], &in.readFlags)
			if err != nil {
				return err
			}
			metrics, err := model.EvaluateWith(table, in.options())
			if err != nil {
				return badInput(err)
			}
			warnAbout(c.ErrOrStderr(), table, metrics.Account, "is left out", "are left out")
			if asJSON {
				return internal(report.WriteJSON(forPrograms(c.OutOrStdout()), metrics))
			}
			return internal(writeMetrics(c.OutOrStdout(), metrics))
		},
	}
	in.bind(c)
	bind(c, "json", &asJSON)
	return c
}

// writeMetrics writes an evaluation as text.
func writeMetrics(w io.Writer, m *network.Metrics) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%-9s %s\n", "result", metric(m))
	if m.Skipped > 0 {
		fmt.Fprintf(&b, "%-9s %s\n", "skipped", report.Plural(m.Skipped, "row", "rows"))
	}
	fmt.Fprintf(&b, "%-9s %.7g\n", "loss", m.Loss)
	if c := m.Classification; c != nil {
		writeConfusion(&b, c)
	}
	if r := m.Regression; r != nil && len(r.Outputs) > 1 {
		for _, o := range r.Outputs {
			fmt.Fprintf(&b, "%-9s RMSE %.7g, mean absolute error %.7g\n", o.Target, o.RMSE, o.MAE)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeConfusion writes the confusion matrix, a true class to a line.
func writeConfusion(b *strings.Builder, c *network.Classification) {
	width := 9
	for _, name := range c.Classes {
		width = max(width, len([]rune(name)))
	}
	fmt.Fprintf(b, "\n%-*s", width, "true")
	for _, name := range c.Classes {
		fmt.Fprintf(b, " %*s", width, name)
	}
	b.WriteString("   (columns: predicted)\n")
	for i, row := range c.Confusion {
		fmt.Fprintf(b, "%-*s", width, c.Classes[i])
		for _, count := range row {
			fmt.Fprintf(b, " %*d", width, count)
		}
		b.WriteString("\n")
	}
}
