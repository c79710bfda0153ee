package reproduce

import (
	"bytes"
	"fmt"
	"image/color"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/relift/relift/internal/atomicfile"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// figure is one picture of the report, of one or more plots side by side.
type figure struct {
	name    string // of its files
	title   string
	caption string
	plots   []*plot.Plot
	square  bool // as high as wide
	wide    bool
}

const (
	plotWidth  = 15 * vg.Centimeter
	plotHeight = 10.5 * vg.Centimeter
	margin     = 3 * vg.Millimeter
)

// Colours that readers with any colour vision tell apart (M. Okabe and K. Ito).
var (
	black  = color.RGBA{0, 0, 0, 255}
	orange = color.RGBA{0xe6, 0x9f, 0x00, 255}
	sky    = color.RGBA{0x56, 0xb4, 0xe9, 255}
	green  = color.RGBA{0x00, 0x9e, 0x73, 255}
	blue   = color.RGBA{0x00, 0x72, 0xb2, 255}
	red    = color.RGBA{0xd5, 0x5e, 0x00, 255}
	purple = color.RGBA{0xcc, 0x79, 0xa7, 255}
	grey   = color.RGBA{0x80, 0x80, 0x80, 255}
)

// render draws the figure on a canvas of its size.
func (f *figure) render(c vg.CanvasSizer) {
	area := draw.New(c)
	width := (area.Max.X - area.Min.X) / vg.Length(len(f.plots))
	for i, p := range f.plots {
		left := vg.Length(i) * width
		p.Draw(draw.Crop(area, left+margin, left+width-(area.Max.X-area.Min.X)-margin, margin, -margin))
	}
}

func (f *figure) size() (w, h vg.Length) {
	w = plotWidth
	switch {
	case f.square:
		w = plotHeight
	case f.wide:
		w = 2 * plotWidth
	}
	return w * vg.Length(len(f.plots)), plotHeight
}

func (f *figure) png() ([]byte, error) {
	w, h := f.size()
	c := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(120))}
	f.render(c)
	return encode(c)
}

func (f *figure) svg() ([]byte, error) {
	c := vgsvg.New(f.size())
	f.render(c)
	return encode(c)
}

func encode(from io.WriterTo) ([]byte, error) {
	var b bytes.Buffer
	_, err := from.WriteTo(&b)
	return b.Bytes(), err
}

// write stores the figure as PNG and SVG and returns the PNG.
func (f *figure) write(dir string) (png []byte, files []string, err error) {
	if png, err = f.png(); err != nil {
		return nil, nil, fmt.Errorf("figure %s: %w", f.name, err)
	}
	svg, err := f.svg()
	if err != nil {
		return nil, nil, fmt.Errorf("figure %s: %w", f.name, err)
	}
	for _, out := range []struct {
		extension string
		content   []byte
	}{{".png", png}, {".svg", svg}} {
		path := filepath.Join(dir, f.name+out.extension)
		if err := atomicfile.Write(path, func(w io.Writer) error { _, err := w.Write(out.content); return err }); err != nil {
			return nil, nil, err
		}
		files = append(files, path)
	}
	return png, files, nil
}

// newPlot returns a plot with a grid and its texts.
func newPlot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.Padding = 2 * vg.Millimeter
	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = color.Gray{0xe4}, color.Gray{0xe4}
	p.Add(grid)
	p.Legend.TextStyle.Font.Size = 8
	p.Legend.ThumbnailWidth = 7 * vg.Millimeter
	return p
}

// addLine adds a line and its entry in the legend.
func addLine(p *plot.Plot, name string, points plotter.XYs, colour color.Color, width float64, dashes ...float64) error {
	line, err := plotter.NewLine(points)
	if err != nil {
		return fmt.Errorf("line %s: %w", name, err)
	}
	line.Color, line.Width = colour, vg.Points(width)
	for _, d := range dashes {
		line.Dashes = append(line.Dashes, vg.Points(d))
	}
	p.Add(line)
	p.Legend.Add(name, line)
	return nil
}

// figures draws what the results have.
func figures(results []*Result, e effort) ([]*figure, error) {
	tight, class, cost := collect(results, Tightness), collect(results, Classification), collect(results, Cost)
	var list []*figure
	for _, draw := range []func() (*figure, error){
		func() (*figure, error) { return descentFigure(tight, "random000", e) },
		func() (*figure, error) { return descentFigure(tight, spiralData, e) },
		func() (*figure, error) { return gapFigure(tight, e) },
		func() (*figure, error) { return spiralFigure(results) },
		func() (*figure, error) { return accuracyFigure(class) },
		func() (*figure, error) { return costFigure(cost, "random") },
		func() (*figure, error) { return costFigure(cost, "mnist20") },
	} {
		f, err := draw()
		if err != nil {
			return nil, err
		}
		if f != nil {
			list = append(list, f)
		}
	}
	return list, nil
}

// descentFigure draws objectives against iterations with the bounds as dashed
// lines, one plot for each γ.
func descentFigure(problems []*problemResults, data string, e effort) (*figure, error) {
	f := &figure{
		name: "convergence-" + data, title: "Objective against iteration: " + data,
		caption: "Gradient descent of several widths (first seed) and Frank–Wolfe; dashed: the exact optimum and the certified bound of the relaxation, below which no network of any width can come.",
	}
	colours := []color.RGBA{purple, orange, sky, green, blue}
	for _, pr := range problems {
		if pr.data != data || pr.bias {
			continue
		}
		p := newPlot("γ = "+gammaName(pr.gamma), "iteration", "objective")
		p.Legend.Top = true
		longest := 1.0
		for i, width := range e.widths {
			row := pr.first(sgdMethod(width))
			points := row.History.points()
			if len(points) == 0 {
				continue
			}
			longest = max(longest, points[len(points)-1].X)
			if err := addLine(p, row.Method, points, colours[i%len(colours)], 1.5); err != nil {
				return nil, err
			}
		}
		if points := pr.first(methodFrankWolfe).History.points(); len(points) > 0 {
			longest = max(longest, points[len(points)-1].X)
			if err := addLine(p, methodFrankWolfe, points, grey, 1.5); err != nil {
				return nil, err
			}
		}
		for _, level := range []struct {
			name   string
			at     float64
			colour color.Color
		}{{methodExact, pr.optimum(), black}, {"certified bound", lowerOf(pr.first(methodRelaxation)), red}} {
			if math.IsNaN(level.at) || !(level.at > 0) {
				continue
			}
			if err := addLine(p, level.name, plotter.XYs{{X: 1, Y: level.at}, {X: longest, Y: level.at}}, level.colour, 1.5, 5, 3); err != nil {
				return nil, err
			}
		}
		if longest == 1 {
			continue // no curve, only bounds
		}
		logarithmic(&p.X)
		logarithmic(&p.Y)
		f.plots = append(f.plots, p)
	}
	if len(f.plots) == 0 {
		return nil, nil
	}
	return f, nil
}

// points are the history with iterations counted from 1, for a logarithmic axis.
func (h *History) points() plotter.XYs {
	if h == nil {
		return nil
	}
	var points plotter.XYs
	for i, it := range h.Iterations {
		points = append(points, plotter.XY{X: float64(it + 1), Y: h.Objectives[i]})
	}
	return points
}

// gapFigure draws the sorted relative gaps of the relaxation.
func gapFigure(problems []*problemResults, e effort) (*figure, error) {
	p := newPlot("How far the relaxation's certified bound is below the optimum", "random problem, sorted", "relative gap in %")
	colours := []color.RGBA{blue, red}
	drawn := false
	for i, gamma := range e.gammas {
		var gaps sample
		for _, pr := range problems {
			if pr.gamma == gamma && strings.HasPrefix(pr.data, "random") {
				gaps.add(100 * (pr.optimum() - lowerOf(pr.first(methodRelaxation))) / pr.optimum())
			}
		}
		slices.Sort(gaps)
		var points plotter.XYs
		for k, g := range gaps {
			points = append(points, plotter.XY{X: float64(k + 1), Y: g})
		}
		if len(points) < 2 {
			continue
		}
		scatter, err := plotter.NewScatter(points)
		if err != nil {
			return nil, err
		}
		scatter.Color, scatter.Shape, scatter.Radius = colours[i%2], []draw.GlyphDrawer{draw.CircleGlyph{}, draw.SquareGlyph{}}[i%2], vg.Points(3)
		p.Add(scatter)
		p.Legend.Add("γ = "+gammaName(gamma), scatter)
		drawn = true
	}
	if !drawn {
		return nil, nil
	}
	p.Legend.Top, p.Legend.Left = true, true
	p.Y.Min = 0
	return &figure{
		name: "gaps", title: "Gap of the relaxation, problem by problem",
		caption: "A tight relaxation would have its points on the axis.", plots: []*plot.Plot{p},
	}, nil
}

// accuracyFigure draws argmax accuracies, a column of points for each setting.
func accuracyFigure(problems []*problemResults) (*figure, error) {
	p := newPlot("Test accuracy (argmax)", "", "percent of test rows")
	var names []string
	for _, pr := range problems {
		names = append(names, fmt.Sprintf("%s\nγ=%s%s", pr.data, gammaName(pr.gamma), map[bool]string{true: "\nbias", false: ""}[pr.bias]))
	}
	styles := []struct {
		method string
		colour color.RGBA
		shape  draw.GlyphDrawer
	}{
		{methodNetwork, blue, draw.CircleGlyph{}}, {methodPublished, red, draw.CrossGlyph{}}, {methodColumns, sky, draw.TriangleGlyph{}},
		{sgdMethod(sgdWidth), orange, draw.SquareGlyph{}}, {methodNNGP, green, draw.PyramidGlyph{}}, {methodNTK, purple, draw.RingGlyph{}},
	}
	drawn := false
	for i, s := range styles {
		var points plotter.XYs
		for k, pr := range problems {
			if a := pr.first(s.method).Accuracy; a != nil {
				points = append(points, plotter.XY{X: float64(k) + 0.11*(float64(i)-2.5), Y: 100 * a.Argmax})
			}
		}
		if len(points) == 0 {
			continue
		}
		scatter, err := plotter.NewScatter(points)
		if err != nil {
			return nil, err
		}
		scatter.Color, scatter.Shape, scatter.Radius = s.colour, s.shape, vg.Points(3.5)
		p.Add(scatter)
		p.Legend.Add(s.method, scatter)
		drawn = true
	}
	if !drawn {
		return nil, nil
	}
	p.NominalX(names...)
	p.X.Tick.Label.Font.Size = 7
	p.X.Min, p.X.Max = -0.5, float64(len(names))-0.5
	p.Y.Min, p.Y.Max = p.Y.Min-0.35*(p.Y.Max-p.Y.Min)-1, 101
	return &figure{
		name: "accuracy", title: "Test accuracies", caption: "Rules other than argmax are in the table.", wide: len(names) > 6, plots: []*plot.Plot{p},
	}, nil
}

// costFigure draws time and memory against the number of rows.
func costFigure(problems []*problemResults, data string) (*figure, error) {
	time := newPlot("Time", "rows n", "seconds")
	memory := newPlot("Memory", "rows n", "MB of the Go heap")
	styles := map[string]color.RGBA{
		methodRelaxation: blue, sgdMethod(sgdWidth): orange, methodNTK: purple, methodExact: black, methodFrankWolfe: grey, methodCopositive: green,
	}
	drawn := false
	for _, method := range []string{methodRelaxation, methodExact, methodCopositive, methodFrankWolfe, sgdMethod(sgdWidth), methodNTK} {
		var times, bytes plotter.XYs
		for _, pr := range problems {
			for _, r := range pr.find(method) {
				if pr.data == data {
					// Below these sizes the measurement says nothing.
					times = append(times, plotter.XY{X: float64(pr.size), Y: max(r.Seconds, 1e-4)})
					bytes = append(bytes, plotter.XY{X: float64(pr.size), Y: max(float64(r.PeakBytes)/1e6, 0.1)})
				}
			}
		}
		if len(times) < 2 {
			continue
		}
		drawn = true
		if err := addLine(time, method, times, styles[method], 1.8); err != nil {
			return nil, err
		}
		if err := addLine(memory, method, bytes, styles[method], 1.8); err != nil {
			return nil, err
		}
	}
	if !drawn {
		return nil, nil
	}
	for _, p := range []*plot.Plot{time, memory} {
		p.Legend.Top, p.Legend.Left = true, true
		logarithmic(&p.X)
		logarithmic(&p.Y)
		p.Y.Max *= 30 // room for the legend
	}
	return &figure{
		name: "cost-" + data, title: "Cost against the number of rows: " + data,
		caption: "One job at a time on one thread, logarithmic axes.", plots: []*plot.Plot{time, memory},
	}, nil
}

// logarithmic makes an axis logarithmic.
func logarithmic(a *plot.Axis) {
	a.Scale, a.Tick.Marker = plot.LogScale{}, logTicks{}
	if !(a.Min > 0) {
		a.Min = a.Max / 1e6
	}
}

// logTicks marks 1, 2 and 5 times the powers of ten, or the powers alone where
// there are many.
type logTicks struct{}

// Ticks implements plot.Ticker.
func (logTicks) Ticks(low, high float64) []plot.Tick {
	if !(low > 0 && low < high && high < math.Inf(1)) {
		return nil
	}
	if high/low < 5 {
		return plot.DefaultTicks{}.Ticks(low, high)
	}
	var ticks []plot.Tick
	first, last := math.Floor(math.Log10(low)), math.Ceil(math.Log10(high))
	for k := first; k <= last; k++ {
		for _, m := range []float64{1, 2, 5} {
			v := m * math.Pow(10, k)
			if v < low || v > high {
				continue
			}
			label := fmt.Sprintf("%g", v)
			if m != 1 && last-first > 3 {
				label = ""
			}
			ticks = append(ticks, plot.Tick{Value: v, Label: label})
		}
	}
	return ticks
}

var _ plot.Ticker = logTicks{}
