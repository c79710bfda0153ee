package figure

import (
	"fmt"
	"math"

	"github.com/relift/relift/report/chart"
)

// Errors are a regression's predictions of one target, and the truth, on some rows.
type Errors struct {
	Target    string
	Rows      string // which rows they are, such as "training rows"
	Predicted []float64
	True      []float64 // as many
}

// Residuals draws prediction − truth against the prediction.
func Residuals(e *Errors) *Figure {
	if e == nil || len(e.Predicted) == 0 || len(e.Predicted) != len(e.True) {
		return nil
	}
	reach := 0.0
	for i, p := range e.Predicted {
		reach = max(reach, math.Abs(p-e.True[i]))
	}
	lo, hi := span(e.Predicted)
	x := chart.Axis{Title: "predicted " + e.Target}
	x.Min, x.Max = roomy(lo, hi, 0.04)
	y := chart.Axis{Title: "predicted − true", Min: -1.08 * reach, Max: 1.08 * reach}
	if reach == 0 {
		y.Min, y.Max = -1, 1
	}
	c := chart.NewChart(chart.New("residuals", chart.Width, chart.Height, "Residuals of "+e.Target,
		fmt.Sprintf("Prediction less true value against the prediction for %d rows; the largest in size is %s.", len(e.True), chart.Number(reach))), x, y, 0)
	c.Line("axis", c.Left(), c.Y.At(0), c.Right(), c.Y.At(0))
	every := 1 + (len(e.True)-1)/mostPoints
	for i := 0; i < len(e.True); i += every {
		at := c.At(e.Predicted[i], e.Predicted[i]-e.True[i])
		c.Circle("dot", at.X, at.Y, 2.6)
	}
	return &Figure{c.Drawing, "Residuals of " + e.Target + " on the " + e.Rows + ": prediction less true value against the prediction. A pattern in them is something the network has not learned."}
}
