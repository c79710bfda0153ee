package figure

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/engine"
	"github.com/relift/relift/explain"
	"github.com/relift/relift/report"
	"github.com/relift/relift/report/chart"
	"github.com/relift/relift/table/recipe"
)

func TestConvergenceWithoutANetworkAtFirst(t *testing.T) {
	nan := math.NaN()
	f := Convergence([]engine.Event{
		{Bound: math.Inf(-1), Network: nan, Elapsed: time.Second},
		{Bound: 1e5, Network: 1.2e6, Elapsed: 2 * time.Second},
		{Bound: 2e5, Network: 1.1e6, Elapsed: 3 * time.Second},
	})
	if f == nil {
		t.Fatal("no figure")
	}
	svg := f.Inline()
	// The axis reaches the objective: its last tick is 1.2 millions.
	for _, want := range []string{"objective (× 10⁶)", ">1.2</text>", "the certified bound is 200000 and the network&#39;s objective 1100000"} {
		if !strings.Contains(svg, want) {
			t.Errorf("%q is not in %s", want, svg)
		}
	}
	if Convergence([]engine.Event{{Bound: 1, Network: 2}}) != nil {
		t.Error("a curve through one moment")
	}
}

// TestConvergenceShowsBoundsAsProved: a bound is not rounded up, nor an objective down.
func TestConvergenceShowsBoundsAsProved(t *testing.T) {
	svg := Convergence([]engine.Event{
		{Bound: 1, Network: 3, Elapsed: time.Second},
		{Bound: 1.99999996, Network: 2.00000004, Elapsed: 2 * time.Second},
	}).Inline()
	if want := "the certified bound is 1.999999 and the network&#39;s objective 2.000001;"; !strings.Contains(svg, want) {
		t.Errorf("%q is not in %s", want, svg)
	}
}

// TestConvergenceBeginsWithTheRun: what came before the first step, such as a cross-validation, has no room, and a bound of the last moment is seen.
func TestConvergenceBeginsWithTheRun(t *testing.T) {
	svg := Convergence([]engine.Event{
		{Bound: math.NaN(), Network: 5, Elapsed: 57 * time.Second},
		{Bound: math.NaN(), Network: 3, Elapsed: 60 * time.Second},
		{Bound: 1, Network: 3, Elapsed: 61 * time.Second},
	}).Inline()
	if strings.Contains(svg, ">20</text>") || !strings.Contains(svg, ">58</text>") || strings.Count(svg, "<circle") != 2 {
		t.Errorf("picture %s", svg)
	}
}

func TestConvergenceNamesLieApart(t *testing.T) {
	for _, end := range []sample{{3, 1, 1}, {3, 0.99, 1}, {3, 0, 1}, {3, 0.5, 1}} {
		c := chart.NewChart(chart.New("c", chart.Width, chart.Height, "", ""), chart.Axis{Max: 3}, chart.Axis{Max: 1.08}, 0)
		nameEnds(c, end, true, true)
		svg := c.Inline()
		var y [2]float64
		for i, name := range []string{"network", "bound"} {
			at := strings.Index(svg, `<text class="`+name+`-name"`)
			if at < 0 {
				t.Fatalf("no name of the %s", name)
			}
			var x float64
			if _, err := fmt.Sscanf(svg[at:], `<text class="`+name+`-name" text-anchor="end" x="%f" y="%f">`, &x, &y[i]); err != nil {
				t.Fatal(err)
			}
		}
		if y[1]-y[0] < 14 || y[0] < c.Top() || y[1] > c.Bottom() {
			t.Errorf("%+v: names at %v in a chart from %v to %v", end, y, c.Top(), c.Bottom())
		}
	}
}

func TestGapEndsWhereItIs(t *testing.T) {
	f := Gap([]engine.Event{{Bound: 1, Network: 2, Elapsed: time.Second}, {Bound: 1.5, Network: 2, Elapsed: 2 * time.Second}})
	if f == nil || !strings.Contains(f.Inline(), "ends at 25 %") {
		t.Errorf("picture %s", f.Inline()[:600])
	}
	if Gap([]engine.Event{{Bound: math.NaN(), Network: 2, Elapsed: time.Second}, {Bound: 1, Network: 2, Elapsed: 9 * time.Second}, {Bound: 1.5, Network: 2, Elapsed: 9*time.Second + time.Millisecond}}) != nil {
		t.Error("a curve of a gap that was known for a moment")
	}
	if Gap([]engine.Event{{Bound: 1, Network: math.NaN()}, {Bound: 2, Network: math.NaN(), Elapsed: time.Second}}) != nil {
		t.Error("a gap without a network")
	}
}

func TestTreeCountsLeaves(t *testing.T) {
	rows := []engine.Event{
		{Phase: "network", Outer: 7, Elapsed: time.Second},
		{Phase: "signs", Outer: 1, Inner: 1, Elapsed: 2 * time.Second},
		{Phase: "signs", Outer: 4, Inner: 3, Elapsed: 3 * time.Second},
		{Phase: "signs", Outer: 9, Inner: 2, Elapsed: 4 * time.Second},
	}
	f := Tree(rows)
	if f == nil || !strings.Contains(f.Inline(), "After 4 seconds the tree has 9 leaves, of which 2 open.") || !strings.Contains(f.Inline(), ">open leaves</text>") {
		t.Errorf("figure %v", f)
	}
	if Tree(rows[:2]) != nil || Tree(nil) != nil {
		t.Error("a course of one moment")
	}
}

func TestROC(t *testing.T) {
	// Of the four pairs of a row of class b and another, three are in order.
	s := &Scores{
		Classes: []string{"a", "b"}, Rows: "rows", Actual: []int{0, 1, 0, 1},
		Outputs: mat.NewDense(4, 2, []float64{0, 0.1, 0, 0.4, 0, 0.35, 0, 0.8}),
	}
	points, area := s.roc(1)
	if area != 1 || points[len(points)-1] != (chart.Point{X: 1, Y: 1}) {
		t.Errorf("area %v, points %v", area, points)
	}
	s.Outputs = mat.NewDense(4, 2, []float64{0, 0.1, 0, 0.3, 0, 0.35, 0, 0.8})
	if _, area := s.roc(1); area != 0.75 {
		t.Errorf("area %v, want 3/4", area)
	}
	s.Outputs = mat.NewDense(4, 2, nil) // all rows alike: chance
	if points, area := s.roc(1); area != 0.5 || len(points) != 2 {
		t.Errorf("area %v, points %v", area, points)
	}
	s.Actual = []int{1, 1, 1, 1}
	if ROC(s) != nil {
		t.Error("a curve without rows of other classes")
	}
}

func TestCalibrationOfProbabilitiesIsTheDiagonal(t *testing.T) {
	const n = 400
	s := &Scores{Classes: []string{"a", "b"}, Rows: "rows", Outputs: mat.NewDense(n, 2, nil), Actual: make([]int, n)}
	for i := range n {
		p := 0.1 + 0.2*float64(i%5)
		s.Outputs.(*mat.Dense).Set(i, 1, p)
		if (i/5)%10 < int(math.Round(10*p)) { // a fraction p of the rows with output p
			s.Actual[i] = 1
		}
	}
	points := s.calibration(1)
	if len(points) != 10 {
		t.Fatalf("%d bins", len(points))
	}
	for _, p := range points {
		if math.Abs(p.X-p.Y) > 0.06 {
			t.Errorf("output %v, fraction %v", p.X, p.Y)
		}
	}
	if f := Calibration(s); f == nil || !strings.Contains(f.Inline(), "mark c0") {
		t.Error("no marks")
	}
}

func TestPathMarksTheProofs(t *testing.T) {
	nothing := report.Number(math.NaN())
	p := &report.Path{
		Best: 0.5, Points: []report.PathPoint{
			{Gamma: 1, Objective: 4, LowerBound: 3, Proof: 0.5}, {Gamma: 0.5, Objective: 3, LowerBound: 2.5, Proof: 0.5}, {Gamma: 0.25, Objective: 2, Proof: nothing},
		},
		Tuning: &report.Tuning{Gamma: 0.5, Metric: "deviance", Folds: 2, Chosen: 1, Path: []report.TuningPoint{{Gamma: 1, Mean: 2}, {Gamma: 0.5, Mean: 1}, {Gamma: 0.25, Mean: 3}}},
	}
	f := Path(p)
	if svg := f.Inline(); strings.Count(svg, "<circle") != 1 || !strings.Contains(svg, "3 weight decays, and the certified bounds; 0.5 is recommended") || !strings.Contains(svg, "curve network") {
		t.Errorf("picture %s", svg)
	}
	if f.Height != 2*chart.Height || !strings.Contains(f.Caption, "cross-validation") || !strings.Contains(f.Caption, "shaded band") {
		t.Errorf("height %v, caption %q", f.Height, f.Caption)
	}
	p.Tuning.Gamma, p.Tuning.Chosen = 1, 0 // by the rule of one standard error
	if svg := Path(p).Inline(); !strings.Contains(svg, "; 1 is recommended") {
		t.Errorf("picture %s", svg)
	}
	p.Points, p.Tuning.Path = p.Points[:1], p.Tuning.Path[:1]
	if Path(p) != nil || Bounds(nil) != nil {
		t.Error("a curve through one γ")
	}
}

func TestValidationMarksWhatWasChosen(t *testing.T) {
	tuning := &report.Tuning{
		Gamma: 0.1, Metric: "accuracy", Folds: 2, Chosen: 1, Path: []report.TuningPoint{
			{Gamma: 1, Mean: 0.5, Deviation: 0.25, Folds: []report.Number{0.25, 0.75}}, {Gamma: 0.1, Mean: 0.75, Deviation: 0.125, Folds: []report.Number{0.625, 0.875}},
		},
	}
	f := Validation(tuning)
	if svg := f.Inline(); strings.Count(svg, "<circle") != 4 || !strings.Contains(svg, "the chosen weight decay is 0.1, with 0.75") || !strings.Contains(f.Caption, "the best mean") {
		t.Errorf("caption %q, picture %s", f.Caption, svg)
	}
	tuning.Path = tuning.Path[:1]
	if Validation(tuning) != nil || Validation(nil) != nil {
		t.Error("a curve through one γ")
	}
}

func TestFiguresWithoutDataAreNone(t *testing.T) {
	if Residuals(nil) != nil || Residuals(&Errors{}) != nil || ROC(nil) != nil || Calibration(&Scores{}) != nil || Regions(nil) != nil || Response("r", nil) != nil {
		t.Error("a figure of nothing")
	}
}

func TestRegionsOfManyClassesNameWhatTheyCan(t *testing.T) {
	names := make([]string, 15)
	for k := range names {
		names[k] = fmt.Sprintf("class %d", k)
	}
	f := Regions(&explain.Slice{
		Task: recipe.TaskClassification, Outputs: names, Axes: [2]explain.Axis{{Feature: "<a>", Max: 1}, {Feature: "b", Max: 1}},
		Columns: 2, Rows: 2, Class: []int{0, 1, 14, 14}, Points: []explain.Point{{X: 0.5, Y: 0.5, Class: 14}},
	})
	svg := f.Inline()
	for _, want := range []string{"class 10", "and 4 more", "&lt;a&gt;", `class="region c6"`} {
		if !strings.Contains(svg, want) {
			t.Errorf("%q is not in the picture", want)
		}
	}
	if strings.Contains(svg, "class 11<") {
		t.Error("the legend is too long")
	}
}

func TestResponseShowsKinksAndCategories(t *testing.T) {
	r := &explain.Response{
		Axis: explain.Axis{Feature: "a", Max: 2}, Outputs: []string{"y"}, X: []float64{0, 1, 2}, Y: [][]float64{{0}, {0}, {5}},
		Kinks: []explain.Kink{{X: 1, Neuron: 1, Share: 0.5}},
	}
	if svg := Response("r", r).Inline(); strings.Count(svg, `class="strong"`) != 1 || !strings.Contains(svg, "between 0 and 5; 1 neuron switches") {
		t.Errorf("picture %s", svg)
	}
	r = &explain.Response{Axis: explain.Axis{Feature: "a", Min: -0.5, Max: 1.5, Categories: []string{"red", "blue"}}, Outputs: []string{"y", "z"}, X: []float64{0, 1}, Y: [][]float64{{0, 1}, {2, 3}}}
	if svg := Response("r", r).Inline(); strings.Contains(svg, `class="curve`) || !strings.Contains(svg, ">blue</text>") {
		t.Errorf("picture %s", svg)
	}
}
