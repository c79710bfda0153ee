package figure

import (
	"fmt"
	"math"
	"strings"

	"github.com/relift/relift/explain"
	"github.com/relift/relift/report/chart"
	"github.com/relift/relift/table/recipe"
)

// mostNames is the number of classes that a legend names.
const mostNames = 12

// Regions draws a slice: the class or the value that is predicted, where neurons switch, and the rows.
func Regions(sl *explain.Slice) *Figure {
	if sl == nil {
		return nil
	}
	classification := sl.Task == recipe.TaskClassification
	const size = 420.0
	names := legendNames(sl.Outputs)
	below := 44.0
	title := fmt.Sprintf("Predicted %s along %s and %s", sl.Outputs[0], sl.Axes[0].Feature, sl.Axes[1].Feature)
	if classification {
		below = chart.LegendHeight(names)
		title = fmt.Sprintf("Decision regions along %s and %s", sl.Axes[0].Feature, sl.Axes[1].Feature)
	}
	d := chart.New("regions", chart.Width, size+below, title, describeRegions(sl))
	c := chart.NewChart(d, sliceAxis(sl.Axes[0]), sliceAxis(sl.Axes[1]), below)
	lo, hi := span(sl.Value)
	style := func(cell int) string { return "cell " + chart.LevelStyle(sl.Value[cell], lo, hi) }
	if classification {
		style = func(cell int) string { return "region " + chart.ClassStyle(sl.Class[cell]) }
	}
	fill(c, sl, style)
	for _, t := range sl.Traces {
		c.Line(traceStyle(t.Share), c.X.At(t.X0), c.Y.At(t.Y0), c.X.At(t.X1), c.Y.At(t.Y1))
	}
	every := 1 + (len(sl.Points)-1)/mostPoints
	for i := 0; i < len(sl.Points); i += every {
		p := sl.Points[i]
		at := c.At(p.X, p.Y)
		switch {
		case p.Class >= 0:
			c.Mark(p.Class, at.X, at.Y, 3)
		case !math.IsNaN(p.Value):
			c.Circle("ring "+chart.LevelStyle(p.Value, lo, hi), at.X, at.Y, 3)
		}
	}
	if classification {
		c.Legend(classEntries(c, names, len(sl.Outputs)))
	} else {
		rampLegend(c, lo, hi)
	}
	return &Figure{d, regionsCaption(sl)}
}

func sliceAxis(a explain.Axis) chart.Axis {
	return chart.Axis{Title: a.Feature, Min: a.Min, Max: a.Max, Names: a.Categories}
}

// fill paints the cells, each style as horizontal runs.
func fill(c *chart.Chart, sl *explain.Slice, style func(cell int) string) {
	var order []string
	boxes := map[string][]chart.Box{}
	edgeX := func(i int) float64 { return c.Left() + (c.Right()-c.Left())*float64(i)/float64(sl.Columns) }
	edgeY := func(i int) float64 { return c.Bottom() + (c.Top()-c.Bottom())*float64(i)/float64(sl.Rows) }
	for row := range sl.Rows {
		for from := 0; from < sl.Columns; {
			s := style(row*sl.Columns + from)
			to := from + 1
			for to < sl.Columns && style(row*sl.Columns+to) == s {
				to++
			}
			if boxes[s] == nil {
				order = append(order, s)
			}
			boxes[s] = append(boxes[s], chart.Box{X: edgeX(from), Y: edgeY(row + 1), Width: edgeX(to) - edgeX(from), Height: edgeY(row) - edgeY(row+1)})
			from = to
		}
	}
	for _, s := range order {
		c.Boxes(s, boxes[s]...)
	}
}

// legendNames are the names in a legend; the last one stands for those without room.
func legendNames(names []string) []string {
	if len(names) <= mostNames {
		return names
	}
	return append(append([]string{}, names[:mostNames-1]...), fmt.Sprintf("and %d more", len(names)-mostNames+1))
}

func classEntries(c *chart.Chart, names []string, classes int) []chart.Entry {
	var entries []chart.Entry
	for k, name := range names {
		draw := func(x, y float64) { c.Mark(k, x, y, 4.5) }
		if len(names) < classes && k == len(names)-1 {
			draw = func(float64, float64) {}
		}
		entries = append(entries, chart.Entry{Name: name, Draw: draw})
	}
	return entries
}

// rampLegend shows which colour is which value.
func rampLegend(c *chart.Chart, lo, hi float64) {
	width, top := (c.Right()-c.Left())/chart.Levels, c.Bottom()+52
	for k := range chart.Levels {
		middle := lo + (float64(k)+0.5)/chart.Levels*(hi-lo)
		c.Boxes("cell "+chart.LevelStyle(middle, lo, hi), chart.Box{X: c.Left() + width*float64(k), Y: top, Width: width, Height: 12})
	}
	c.Text("tick", "start", c.Left(), top+27, chart.Number(lo))
	c.Text("tick", "end", c.Right(), top+27, chart.Number(hi))
}

// describeRegions says how much of the plane each class takes.
func describeRegions(sl *explain.Slice) string {
	if sl.Task != recipe.TaskClassification {
		lo, hi := span(sl.Value)
		return fmt.Sprintf("Predictions between %s and %s.", chart.Number(lo), chart.Number(hi))
	}
	counts := make([]int, len(sl.Outputs))
	for _, k := range sl.Class {
		counts[k]++
	}
	var parts []string
	for k, name := range sl.Outputs {
		parts = append(parts, fmt.Sprintf("%s %.0f %%", name, 100*float64(counts[k])/float64(len(sl.Class))))
	}
	return "Parts of the plane by predicted class: " + strings.Join(parts, ", ") + "."
}

func regionsCaption(sl *explain.Slice) string {
	what := "Predicted class"
	if sl.Task != recipe.TaskClassification {
		what = "Prediction of " + sl.Outputs[0]
	}
	text := fmt.Sprintf("%s along %s and %s", what, sl.Axes[0].Feature, sl.Axes[1].Feature)
	if held := sl.Sentence(); held != "" {
		text += ", with " + held
	}
	text += ". Lines: where a neuron switches"
	if sl.Hidden > 0 {
		text += fmt.Sprintf(" (%d with smaller shares left out)", sl.Hidden)
	}
	text += "."
	if len(sl.Points) > 0 {
		text += " Points: the rows of the data"
		if len(sl.Fixed) > 0 {
			text += ", whose other features differ, so that a point may lie outside its region"
		}
		text += "."
	}
	return text
}
