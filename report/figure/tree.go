package figure

import (
	"fmt"

	"github.com/relift/relift/engine"
	"github.com/relift/relift/report"
	"github.com/relift/relift/report/chart"
)

// signsPhase is what events of the branch and bound on signs call it; their outer and inner numbers are its leaves and the open ones.
const signsPhase = "signs"

// Tree draws the course of the branch and bound on signs: its leaves, and those that are not closed, against time.
func Tree(rows []engine.Event) *Figure {
	var times []float64
	var leaves, open []int
	most := 0
	for _, r := range rows {
		if r.Phase != signsPhase || r.Outer == 0 {
			continue
		}
		times, leaves, open = append(times, max(r.Elapsed.Seconds(), 1e-3)), append(leaves, r.Outer), append(open, r.Inner)
		most = max(most, r.Outer)
	}
	last := len(times) - 1
	if last < 1 || times[last] == times[0] {
		return nil
	}
	names := []string{"leaves", "open leaves"}
	below := chart.LegendHeight(names)
	x := chart.Axis{Title: "seconds", Min: times[0], Max: times[last]}
	y := chart.Axis{Title: "leaves", Max: max(4, 1.08*float64(most))} // ticks at whole numbers
	c := chart.NewChart(chart.New("tree", chart.Width, chart.Height+below, "Course of the branch and bound on signs",
		fmt.Sprintf("After %s seconds the tree has %s, of which %d open.", chart.Number(times[last]), report.Plural(leaves[last], "leaf", "leaves"), open[last])), x, y, below)
	var entries []chart.Entry
	for k, counts := range [][]int{leaves, open} {
		var points []chart.Point
		for i, count := range counts {
			at := c.At(times[i], float64(count))
			if n := len(points); n > 0 && points[n-1].Y != at.Y {
				points = append(points, chart.Point{X: at.X, Y: points[n-1].Y})
			}
			points = append(points, at)
		}
		c.Curve(chart.CurveStyle(k), points)
		entries = append(entries, chart.Entry{Name: names[k], Draw: func(x, y float64) { c.Line(chart.CurveStyle(k), x-12, y, x+12, y) }})
	}
	c.Legend(entries)
	return &Figure{c.Drawing, "Course of the branch and bound on signs: the cones into which it has divided all directions (leaves), and those that it has not closed. A tree for another W begins anew; without open leaves its proof is whole."}
}
