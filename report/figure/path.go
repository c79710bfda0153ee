package figure

import (
	"fmt"
	"math"

	"github.com/relift/relift/report"
	"github.com/relift/relift/report/chart"
)

// Bounds draws the objective of the networks of a path and the certified bound against γ, with a dot where a run found a proof and an
// upright line at the recommended γ.
func Bounds(p *report.Path) *Figure {
	if p == nil || len(p.Points) < 2 {
		return nil
	}
	x := chart.Axis{Title: "weight decay γ (logarithmic)", Min: math.Inf(1), Logarithm: true}
	y := chart.Axis{Title: "objective"}
	for _, q := range p.Points {
		x.Min, x.Max = min(x.Min, float64(q.Gamma)), max(x.Max, float64(q.Gamma))
		y.Max = max(y.Max, 1.08*float64(q.Objective))
	}
	if !(y.Max > 0) {
		y.Max = 1
	}
	c := chart.NewChart(chart.New("bounds", chart.Width, chart.Height, "Objective and certified bound along the path",
		fmt.Sprintf("The objectives of networks for %d weight decays, and the certified bounds; %s is recommended.", len(p.Points), chart.Number(float64(p.Tuning.Gamma)))), x, y, 0)
	var network, bound []chart.Point
	for _, q := range p.Points {
		network = append(network, c.At(float64(q.Gamma), float64(q.Objective)))
		bound = append(bound, c.At(float64(q.Gamma), float64(q.LowerBound)))
	}
	c.Area("between", append(append([]chart.Point{}, network...), reversed(bound)...))
	at := c.X.At(float64(p.Tuning.Gamma))
	c.Line("axis", at, c.Bottom(), at, c.Top())
	c.Curve("curve network", network)
	c.Curve("curve bound", bound)
	for k, q := range p.Points {
		if q.Proof == q.Gamma {
			c.Circle("dot", bound[k].X, bound[k].Y, 3)
		}
	}
	return &Figure{c.Drawing, "Objective of the network of each γ (dashed) and certified lower bound (solid). The best possible objective of each γ lies in the shaded band. " +
		"Dots are where a run found a proof; the bounds beside them are what those proofs prove for other γ. The upright line is the recommended γ."}
}

// Path draws both pictures of a path into one, the cross-validation above the bounds; nil for a single γ.
func Path(p *report.Path) *Figure {
	above, below := Validation(p.Tuning), Bounds(p)
	if above == nil || below == nil {
		return nil
	}
	return &Figure{
		chart.Stack("path", "Regularisation path", above.Description+" "+below.Description, above.Drawing, below.Drawing),
		above.Caption + " " + below.Caption,
	}
}
