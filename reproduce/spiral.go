package reproduce

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/relift/relift/problem"
	"github.com/relift/relift/table/recipe"
)

// classColours are the colours of the spiral's arms.
var classColours = []color.RGBA{blue, orange, green}

// spiralReach is half the width of the square that is drawn; the arms end at
// radius ½.
const spiralReach = 0.56

// spiralFigure draws the spiral with the decision regions and the hyperplanes
// of networks without and with bias.
func spiralFigure(results []*Result) (*figure, error) {
	f := &figure{
		name: "spiral", title: "The spiral: decision regions and hyperplanes", square: true,
		caption: "Lines: where a neuron switches. Without bias every line goes through the origin and every region is a cone, so that no such network can follow the arms.",
	}
	for _, want := range []struct {
		method string
		bias   bool
		title  string
	}{{methodExact, false, "exact optimum, no bias"}, {methodNetwork, true, "network from the SDP, with bias"}} {
		for _, pr := range collect(results, Tightness) {
			row := pr.first(want.method)
			if pr.data != spiralData || pr.bias != want.bias || pr.gamma != 0.1 || row.Network == nil {
				continue
			}
			s, err := plain("builtin:spiral", want.bias)()
			if err != nil {
				return nil, err
			}
			w := row.Network.weights()
			p, err := regions(w, s, fmt.Sprintf("%s, γ = %s, %d neurons", want.title, gammaName(pr.gamma), w.Width()))
			if err != nil {
				return nil, err
			}
			f.plots = append(f.plots, p)
		}
	}
	if len(f.plots) == 0 {
		return nil, nil
	}
	return f, nil
}

// regions draws the classes over the plane, the rows and the lines on which
// a neuron switches.
func regions(w problem.Weights, s source, title string) (*plot.Plot, error) {
	p := plot.New()
	p.Title.TextStyle.Font.Size = 11
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, "x1", "x2"
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -spiralReach, spiralReach, -spiralReach, spiralReach
	_, d := s.x.Dims()
	_, c := s.y.Dims()
	p.Add(regionMap{w, d, c})
	for j := range w.Width() {
		ends := boundary(w.U.RawRowView(j))
		if ends == nil {
			continue
		}
		line, err := plotter.NewLine(ends)
		if err != nil {
			return nil, err
		}
		line.Width, line.Color = vg.Points(0.6), color.Gray{0x60}
		p.Add(line)
	}
	truth := recipe.Argmax(s.y)
	for k := range c {
		var points plotter.XYs
		for i, label := range truth {
			if label == k {
				points = append(points, plotter.XY{X: s.x.At(i, 0), Y: s.x.At(i, 1)})
			}
		}
		scatter, err := plotter.NewScatter(points)
		if err != nil {
			return nil, err
		}
		scatter.Shape, scatter.Radius, scatter.Color = draw.CircleGlyph{}, vg.Points(2.6), classColours[k%len(classColours)]
		p.Add(scatter)
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -spiralReach, spiralReach, -spiralReach, spiralReach
	return p, nil
}

// boundary returns the ends of the line u₁x + u₂y + u₃ = 0 in the square, u₃
// the bias if there is one; nil when it does not cross the square.
func boundary(u []float64) plotter.XYs {
	bias := 0.0
	if len(u) > 2 {
		bias = u[2]
	}
	var ends plotter.XYs
	add := func(x, y float64) {
		if math.Abs(x) <= spiralReach && math.Abs(y) <= spiralReach {
			ends = append(ends, plotter.XY{X: x, Y: y})
		}
	}
	for _, side := range []float64{-spiralReach, spiralReach} {
		if u[1] != 0 {
			add(side, -(u[0]*side+bias)/u[1])
		}
		if u[0] != 0 {
			add(-(u[1]*side+bias)/u[0], side)
		}
	}
	if len(ends) < 2 {
		return nil
	}
	return ends[:2]
}

// regionMap colours the plane by the class a network predicts.
type regionMap struct {
	w       problem.Weights
	d       int // 2, or 3 with a column of ones
	classes int
}

// Plot implements plot.Plotter.
func (r regionMap) Plot(c draw.Canvas, p *plot.Plot) {
	const cells = 240
	toX, toY := p.Transforms(&c)
	const step = 2 * spiralReach / cells
	for i := range cells {
		y := -spiralReach + step*float64(i)
		x := mat.NewDense(cells, r.d, nil)
		for j := range cells {
			at := []float64{-spiralReach + step*(float64(j)+0.5), y + step/2, 1}
			x.SetRow(j, at[:r.d])
		}
		classes := recipe.Argmax(r.w.Output(x, r.classes))
		for from := 0; from < cells; {
			to := from
			for to < cells && classes[to] == classes[from] {
				to++
			}
			colour := classColours[classes[from]%len(classColours)]
			colour.R, colour.G, colour.B = pale(colour.R), pale(colour.G), pale(colour.B)
			x0, x1 := toX(-spiralReach+step*float64(from)), toX(-spiralReach+step*float64(to))
			c.FillPolygon(colour, []vg.Point{{X: x0, Y: toY(y)}, {X: x1, Y: toY(y)}, {X: x1, Y: toY(y + 1.2*step)}, {X: x0, Y: toY(y + 1.2*step)}})
			from = to
		}
	}
}

var _ plot.Plotter = regionMap{}

func pale(v uint8) uint8 { return uint8(255 - (255-int(v))*3/10) }
