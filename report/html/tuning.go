package html

import (
	"fmt"

	"github.com/relift/relift/report"
	"github.com/relift/relift/report/chart"
)

// validationLine is one γ of the table.
type validationLine struct {
	Gamma, Mean, Deviation, Width string
	Chosen                        bool
}

func validationLines(t *report.Tuning) []validationLine {
	var out []validationLine
	if t == nil {
		return nil
	}
	for k, p := range t.Path {
		out = append(out, validationLine{
			chart.Number(float64(p.Gamma)), chart.Number(float64(p.Mean)), chart.Number(float64(p.Deviation)), fmt.Sprintf("%.0f", float64(p.Width)), k == t.Chosen,
		})
	}
	return out
}
