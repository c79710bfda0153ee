package figure

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/report/chart"
)

// Scores are a classifier's outputs (n×c) on some rows, and their classes.
type Scores struct {
	Classes []string
	Rows    string // which rows they are, such as "training rows"
	Outputs mat.Matrix
	Actual  []int
}

// shown are the classes that have curves: of two only the second, whose curve says all, and of many the first ones.
func (s *Scores) shown() []int {
	if len(s.Classes) == 2 {
		return []int{1}
	}
	var out []int
	for k := range min(len(s.Classes), mostCurves) {
		out = append(out, k)
	}
	return out
}

// leftOut says how many classes have no curve.
func (s *Scores) leftOut() string {
	if n := len(s.Classes) - mostCurves; n > 0 {
		return fmt.Sprintf(" The first %d classes are shown, %d are not.", mostCurves, n)
	}
	return ""
}

// score is what row i is ranked by for class k: its output, of two classes the difference.
func (s *Scores) score(i, k int) float64 {
	if len(s.Classes) == 2 {
		return s.Outputs.At(i, k) - s.Outputs.At(i, 1-k)
	}
	return s.Outputs.At(i, k)
}

// curve is a class with the places of its curve between 0 and 1.
type curve struct {
	name   string
	points []chart.Point
}

// ROC draws, for each class against all others, the rows of it that are found against the other
// rows that are taken for it, as the threshold on its score falls.
func ROC(s *Scores) *Figure {
	if s == nil || len(s.Actual) == 0 {
		return nil
	}
	var curves []curve
	description := "Area under the curve:"
	for _, k := range s.shown() {
		points, area := s.roc(k)
		if points == nil {
			continue
		}
		curves = append(curves, curve{fmt.Sprintf("%s  %.3f", chart.Clip(s.Classes[k], 14), area), points})
		description += fmt.Sprintf(" %s %.3f", s.Classes[k], area)
	}
	if curves == nil {
		return nil
	}
	c := unit("roc", "Receiver operating characteristic", description+".", "other rows that are taken for the class", "rows of the class that are found", curves)
	return &Figure{c.Drawing, "Receiver operating characteristic on the " + s.Rows + ", each class against the others, with the area under the curve: 1 separates them, the dotted diagonal is chance." + s.leftOut()}
}

// roc returns the curve of class k and the area under it; nil without rows of it or of others.
func (s *Scores) roc(k int) (points []chart.Point, area float64) {
	order := make([]int, len(s.Actual))
	of := 0
	for i := range order {
		order[i] = i
		if s.Actual[i] == k {
			of++
		}
	}
	others := len(order) - of
	if of == 0 || others == 0 {
		return nil, 0
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.score(b, k), s.score(a, k)) })
	points = []chart.Point{{X: 0, Y: 0}}
	found, taken := 0, 0
	for at, i := range order {
		if s.Actual[i] == k {
			found++
		} else {
			taken++
		}
		if at+1 < len(order) && s.score(order[at+1], k) == s.score(i, k) {
			continue // rows of one score go together
		}
		p := chart.Point{X: float64(taken) / float64(others), Y: float64(found) / float64(of)}
		last := points[len(points)-1]
		area += (p.X - last.X) * (p.Y + last.Y) / 2
		points = append(points, p)
	}
	return points, area
}

// Calibration draws, for each class, how many rows with an output are of it: a network trained on
// zeros and ones estimates that fraction.
func Calibration(s *Scores) *Figure {
	if s == nil || len(s.Actual) == 0 {
		return nil
	}
	var curves []curve
	worst := 0.0
	for _, k := range s.shown() {
		points := s.calibration(k)
		for _, p := range points {
			worst = max(worst, math.Abs(p.X-p.Y))
		}
		curves = append(curves, curve{s.Classes[k], points})
	}
	c := unit("calibration", "Calibration", fmt.Sprintf("Outputs and observed fractions differ by at most %.2f.", worst), "output for the class (mean of a bin)", "fraction of rows of the class", curves)
	for k, curve := range curves {
		for _, p := range curve.points {
			at := c.At(p.X, p.Y)
			c.Mark(k, at.X, at.Y, 3.4)
		}
	}
	return &Figure{c.Drawing, "Calibration on the " + s.Rows + ": the rows are put in bins of equally many by the output for a class, and for each bin the fraction of rows of that class is drawn against the mean output, which is cut off below 0 and above 1. On the dotted diagonal outputs are probabilities." + s.leftOut()}
}

// calibration returns, for bins of equally many rows, the mean output for class k and the fraction of rows of it.
func (s *Scores) calibration(k int) []chart.Point {
	n := len(s.Actual)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.Outputs.At(a, k), s.Outputs.At(b, k)) })
	bins := min(10, max(1, n/10))
	var out []chart.Point
	for bin := range bins {
		rows := order[bin*n/bins : (bin+1)*n/bins]
		mean, of := 0.0, 0
		for _, i := range rows {
			mean += min(max(s.Outputs.At(i, k), 0), 1) / float64(len(rows))
			if s.Actual[i] == k {
				of++
			}
		}
		out = append(out, chart.Point{X: mean, Y: float64(of) / float64(len(rows))})
	}
	return out
}

// unit draws curves in the unit square, with its diagonal and a legend.
func unit(id, title, description, x, y string, curves []curve) *chart.Chart {
	names := make([]string, len(curves))
	for k, curve := range curves {
		names[k] = curve.name
	}
	below := chart.LegendHeight(names)
	c := chart.NewChart(chart.New(id, chart.Width, 400+below, title, description), chart.Axis{Title: x, Max: 1}, chart.Axis{Title: y, Max: 1}, below)
	c.Line("guide", c.X.At(0), c.Y.At(0), c.X.At(1), c.Y.At(1))
	var entries []chart.Entry
	for k, curve := range curves {
		points := make([]chart.Point, len(curve.points))
		for i, p := range curve.points {
			points[i] = c.At(p.X, p.Y)
		}
		c.Curve(chart.CurveStyle(k), points)
		entries = append(entries, chart.Entry{Name: curve.name, Draw: func(x, y float64) { c.Line(chart.CurveStyle(k), x-12, y, x+12, y) }})
	}
	c.Legend(entries)
	return c
}
