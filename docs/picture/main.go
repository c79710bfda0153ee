// Command picture draws docs/spiral.png, the picture of the README: a network
// trained on the spiral with its decision regions and hyperplanes, and how the
// certified bound and the best network closed in on each other.
//
//	go run ./docs/picture
package main

import (
	"context"
	"fmt"
	"image/color"
	"io"
	"log"
	"math"
	"os"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"github.com/relift/relift"
	"github.com/relift/relift/internal/atomicfile"
	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/read"
	"github.com/relift/relift/table/recipe"
)

func main() {
	log.SetFlags(0)
	if err := run("docs/spiral.png"); err != nil {
		log.Fatal(err)
	}
}

// progress keeps the rows of a run.
type progress struct{ rows []relift.Event }

func (p *progress) Record(r relift.Event) { p.rows = append(p.rows, r) }

func run(path string) error {
	algebra, err := linalg.FromEnvironment()
	if err != nil {
		return err
	}
	frame, err := read.Open("builtin:spiral", table.FormatAuto)
	if err != nil {
		return err
	}
	encoding, data, err := recipe.FitApply(frame, recipe.DefaultOptions())
	if err != nil {
		return err
	}
	var rows progress
	problem := relift.Problem{X: data.X, Y: data.Y, Gamma: 0.1}
	result, err := relift.Train(context.Background(), problem, relift.Options{Progress: &rows, LinearAlgebra: algebra})
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "bound %.6f, network %.6f of width %d\n", result.LowerBound, result.UpperBound, result.Weights.Width())

	left, err := regions(result.Weights, data, encoding)
	if err != nil {
		return err
	}
	right, err := closing(rows.rows)
	if err != nil {
		return err
	}
	canvas := vgimg.NewWith(vgimg.UseWH(26*vg.Centimeter, 12*vg.Centimeter), vgimg.UseDPI(110))
	area := draw.New(canvas)
	half := area.Max.X / 2
	left.Draw(draw.Crop(area, 0, -half-4*vg.Millimeter, 0, 0))
	right.Draw(draw.Crop(area, half+4*vg.Millimeter, -4*vg.Millimeter, 0, 0))
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := vgimg.PngCanvas{Canvas: canvas}.WriteTo(w)
		return err
	})
}

// palette are three colours that readers with any colour vision tell apart.
var palette = []color.RGBA{{0x00, 0x72, 0xb2, 255}, {0xe6, 0x9f, 0x00, 255}, {0x00, 0x9e, 0x73, 255}}

// regions draws the classes over the plane, the training rows and the lines on
// which a neuron switches.
func regions(w relift.Weights, data *recipe.Encoded, e *recipe.Recipe) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = fmt.Sprintf("Decision regions and the %d neurons' hyperplanes", w.Width())
	p.X.Label.Text, p.Y.Label.Text = "x1 (scaled)", "x2 (scaled)"
	const reach = 2.4
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -reach, reach, -reach, reach
	p.Add(background{w, len(e.Classes), reach})
	for j := range w.Width() {
		u := w.U.RawRowView(j)
		line, err := plotter.NewLine(boundary(u, reach))
		if err != nil {
			continue // the hyperplane does not cross the picture
		}
		line.Color, line.Width = color.RGBA{0, 0, 0, 90}, vg.Points(0.7)
		p.Add(line)
	}
	classes := recipe.Argmax(data.Y)
	for k, colour := range palette[:len(e.Classes)] {
		var points plotter.XYs
		for i, class := range classes {
			if class == k {
				points = append(points, plotter.XY{X: data.X.At(i, 0), Y: data.X.At(i, 1)})
			}
		}
		scatter, err := plotter.NewScatter(points)
		if err != nil {
			return nil, err
		}
		scatter.GlyphStyle = draw.GlyphStyle{Color: colour, Radius: vg.Points(3.2), Shape: draw.CircleGlyph{}}
		p.Add(scatter)
		p.Legend.Add(e.Classes[k], scatter)
	}
	p.Legend.Top = true
	return p, nil
}

// boundary returns the ends of {x : u₀x₀ + u₁x₁ + u₂ = 0} in the square, or
// nothing.
func boundary(u []float64, reach float64) plotter.XYs {
	var ends plotter.XYs
	for _, side := range []float64{-reach, reach} {
		if y := -(u[0]*side + u[2]) / u[1]; math.Abs(y) <= reach {
			ends = append(ends, plotter.XY{X: side, Y: y})
		}
		if x := -(u[1]*side + u[2]) / u[0]; math.Abs(x) < reach {
			ends = append(ends, plotter.XY{X: x, Y: side})
		}
	}
	if len(ends) < 2 {
		return nil
	}
	return ends[:2]
}

// background colours the plane by class.
type background struct {
	w       relift.Weights
	classes int
	reach   float64
}

// Plot implements plot.Plotter.
func (b background) Plot(c draw.Canvas, p *plot.Plot) {
	const cells = 220
	toX, toY := p.Transforms(&c)
	step := 2 * b.reach / cells
	for i := range cells {
		y := -b.reach + step*float64(i)
		x := mat.NewDense(cells, 3, nil)
		for j := range cells {
			x.SetRow(j, []float64{-b.reach + step*(float64(j)+0.5), y + step/2, 1})
		}
		classes := recipe.Argmax(b.w.Output(x, b.classes))
		for from := 0; from < cells; {
			to := from
			for to < cells && classes[to] == classes[from] {
				to++
			}
			colour := palette[classes[from]]
			colour.R, colour.G, colour.B = pale(colour.R), pale(colour.G), pale(colour.B)
			x0, x1 := toX(-b.reach+step*float64(from)), toX(-b.reach+step*float64(to))
			c.FillPolygon(colour, []vg.Point{{X: x0, Y: toY(y)}, {X: x1, Y: toY(y)}, {X: x1, Y: toY(y + 1.2*step)}, {X: x0, Y: toY(y + 1.2*step)}})
			from = to
		}
	}
}

func pale(v uint8) uint8 { return uint8(255 - (255-int(v))*3/10) }

// closing draws bound and network against the steps of the run.
func closing(rows []relift.Event) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = "No network of any width lies below the certified bound"
	p.X.Label.Text, p.Y.Label.Text = "step", "objective"
	var bound, network plotter.XYs
	for i, r := range rows {
		if !math.IsNaN(r.Bound) {
			bound = append(bound, plotter.XY{X: float64(i), Y: r.Bound})
		}
		if r.Network <= 1.5*rows[len(rows)-1].Network { // not the network of width 0
			network = append(network, plotter.XY{X: float64(i), Y: r.Network})
		}
	}
	for _, s := range []struct {
		name   string
		points plotter.XYs
		colour color.RGBA
	}{{"best network", network, color.RGBA{0xd5, 0x5e, 0x00, 255}}, {"certified bound", bound, palette[0]}} {
		line, err := plotter.NewLine(s.points)
		if err != nil {
			return nil, err
		}
		line.Color, line.Width = s.colour, vg.Points(2)
		p.Add(line)
		p.Legend.Add(s.name, line)
	}
	p.Add(plotter.NewGrid())
	p.Y.Min = 0
	return p, nil
}
