package explain

import (
	"bytes"
	"fmt"
	"image/color"
	"io"
	"math"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/relift/relift/internal/atomicfile"
	"github.com/relift/relift/table/recipe"
)

// Palette returns the colour of class k: those of Okabe and Ito, which readers
// with any colour vision tell apart, over and over.
func Palette(k int) color.RGBA {
	colours := [...]color.RGBA{
		{0x00, 0x72, 0xb2, 255}, {0xe6, 0x9f, 0x00, 255}, {0x00, 0x9e, 0x73, 255}, {0xcc, 0x79, 0xa7, 255},
		{0x56, 0xb4, 0xe9, 255}, {0xd5, 0x5e, 0x00, 255}, {0xf0, 0xe4, 0x42, 255}, {0x7a, 0x7a, 0x7a, 255},
	}
	return colours[k%len(colours)]
}

// Ramp returns the colour of a value in [0, 1], dark blue to light yellow, each
// lighter than the one before.
func Ramp(t float64) color.RGBA {
	stops := [...]color.RGBA{{0x1d, 0x2f, 0x6f, 255}, {0x2c, 0x7f, 0xb8, 255}, {0x7f, 0xcd, 0xbb, 255}, {0xff, 0xff, 0xcc, 255}}
	t = min(max(t, 0), 1) * float64(len(stops)-1)
	i := min(int(t), len(stops)-2)
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + (t-float64(i))*(float64(b)-float64(a)))) }
	a, b := stops[i], stops[i+1]
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}

// PictureFormat returns the format that a file's name asks for: png, svg or
// pdf.
func PictureFormat(path string) (string, error) {
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".png", ".svg", ".pdf":
		return ext[1:], nil
	default:
		return "", fmt.Errorf("%s: extension %q; expected .png, .svg or .pdf", path, ext)
	}
}

// SavePicture draws the slice into a file in the format of its extension, whole
// or not at all.
func (s *Slice) SavePicture(path string) error {
	format, err := PictureFormat(path)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := s.WritePicture(&b, format); err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := b.WriteTo(w)
		return err
	})
}

// WritePicture draws the slice in a format of PictureFormat.
func (s *Slice) WritePicture(w io.Writer, format string) error {
	p := plot.New()
	p.Title.Text = "Decision regions"
	if s.Task == recipe.TaskRegression {
		p.Title.Text = "Predicted " + s.Outputs[0]
	}
	if text := s.Sentence(); text != "" {
		p.Title.Text += "\n" + clip(text, 90)
	}
	p.Title.Padding = vg.Points(6)
	for i, axis := range []*plot.Axis{&p.X, &p.Y} {
		a := s.Axes[i]
		axis.Label.Text, axis.Min, axis.Max = clip(a.Feature, 60), a.Min, a.Max
		if a.Categories != nil {
			axis.Tick.Marker = categoryTicks(a.Categories)
		}
	}
	lo, hi := span(s.Value)
	p.Add(regions{s, lo, hi})
	if err := s.addTraces(p); err != nil {
		return err
	}
	if err := s.addPoints(p, lo, hi); err != nil {
		return err
	}
	if s.Task == recipe.TaskRegression {
		for i := range 5 {
			t := float64(4-i) / 4
			p.Legend.Add(short(lo+t*(hi-lo)), swatch(Ramp(t)))
		}
	}
	const width, height, side = 18 * vg.Centimeter, 14 * vg.Centimeter, 3.6 * vg.Centimeter
	canvas, err := draw.NewFormattedCanvas(width, height, format)
	if err != nil {
		return err
	}
	area := draw.New(canvas)
	legend := p.Legend // beside the plot, where it hides nothing
	legend.Top, legend.Left, legend.Padding = true, true, vg.Points(3)
	p.Legend = plot.NewLegend()
	p.BackgroundColor = color.White
	area.FillPolygon(color.White, []vg.Point{{}, {X: width}, {X: width, Y: height}, {Y: height}})
	p.Draw(draw.Crop(area, 0, -side, 0, -vg.Points(4)))
	legend.Draw(draw.Crop(area, width-side+vg.Points(8), 0, 0, -1.5*vg.Centimeter))
	_, err = canvas.WriteTo(w)
	return err
}

func (s *Slice) addTraces(p *plot.Plot) error {
	for _, t := range s.Traces {
		line, err := plotter.NewLine(plotter.XYs{{X: t.X0, Y: t.Y0}, {X: t.X1, Y: t.Y1}})
		if err != nil {
			return err
		}
		line.Width = vg.Points(0.6)
		line.Color = color.NRGBA{0, 0, 0, uint8(40 + 150*min(1, 5*t.Share))}
		p.Add(line)
	}
	return nil
}

func (s *Slice) addPoints(p *plot.Plot, lo, hi float64) error {
	if s.Task == recipe.TaskRegression || len(s.Points) > 0 && s.Points[0].Class < 0 {
		for _, q := range s.Points {
			scatter, err := plotter.NewScatter(plotter.XYs{{X: q.X, Y: q.Y}})
			if err != nil {
				return err
			}
			scatter.Shape, scatter.Radius, scatter.Color = draw.CircleGlyph{}, vg.Points(2.6), color.Gray{40}
			if !math.IsNaN(q.Value) {
				p.Add(scatter)
				inner, err := plotter.NewScatter(plotter.XYs{{X: q.X, Y: q.Y}})
				if err != nil {
					return err
				}
				inner.Shape, inner.Radius, inner.Color = draw.CircleGlyph{}, vg.Points(2), Ramp(fraction(q.Value, lo, hi))
				p.Add(inner)
				continue
			}
			p.Add(scatter)
		}
		return nil
	}
	shapes := []draw.GlyphDrawer{draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, draw.CrossGlyph{}}
	for k, name := range s.Outputs {
		var points plotter.XYs
		for _, q := range s.Points {
			if q.Class == k {
				points = append(points, plotter.XY{X: q.X, Y: q.Y})
			}
		}
		if len(points) == 0 {
			p.Legend.Add(clip(name, 14), swatch(Palette(k)))
			continue
		}
		scatter, err := plotter.NewScatter(points)
		if err != nil {
			return err
		}
		scatter.GlyphStyle = draw.GlyphStyle{Color: Palette(k), Radius: vg.Points(3), Shape: shapes[(k+k/8)%len(shapes)]}
		p.Add(scatter)
		p.Legend.Add(clip(name, 14), scatter)
	}
	return nil
}

// regions paints the cells.
type regions struct {
	s      *Slice
	lo, hi float64
}

// Plot implements plot.Plotter.
func (r regions) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	s := r.s
	for row := range s.Rows {
		y0, y1 := s.Axes[1].edge(row, s.Rows), s.Axes[1].edge(row+1, s.Rows)
		for from := 0; from < s.Columns; {
			to := from + 1
			colour := r.colour(row*s.Columns + from)
			for to < s.Columns && r.colour(row*s.Columns+to) == colour {
				to++
			}
			a, b := toX(s.Axes[0].edge(from, s.Columns)), toX(s.Axes[0].edge(to, s.Columns))
			bottom, top := toY(y0), toY(y1)
			if row+1 < s.Rows {
				top += (top - bottom) / 5 // no hairline between rows
			}
			c.FillPolygon(colour, []vg.Point{{X: a, Y: bottom}, {X: b, Y: bottom}, {X: b, Y: top}, {X: a, Y: top}})
			from = to
		}
	}
}

// colour of a cell: pale for a class, one of 24 levels for a value.
func (r regions) colour(cell int) color.RGBA {
	if r.s.Class != nil {
		c := Palette(r.s.Class[cell])
		pale := func(v uint8) uint8 { return uint8(255 - (255-int(v))*3/10) }
		return color.RGBA{pale(c.R), pale(c.G), pale(c.B), 255}
	}
	return Ramp(math.Round(24*fraction(r.s.Value[cell], r.lo, r.hi)) / 24)
}

// edge returns the lower end of cell i of n.
func (a Axis) edge(i, n int) float64 { return a.Min + (a.Max-a.Min)*float64(i)/float64(n) }

// span returns the range of the values.
func span(x []float64) (lo, hi float64) {
	if len(x) == 0 {
		return 0, 1
	}
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, v := range x {
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi
}

// fraction returns where v lies between lo and hi.
func fraction(v, lo, hi float64) float64 {
	if !(hi > lo) {
		return 0.5
	}
	return (v - lo) / (hi - lo)
}

// categoryTicks names the categories of an axis.
type categoryTicks []string

// Ticks implements plot.Ticker.
func (c categoryTicks) Ticks(_, _ float64) []plot.Tick {
	var ticks []plot.Tick
	for i, name := range c {
		ticks = append(ticks, plot.Tick{Value: float64(i), Label: clip(name, 16)})
	}
	return ticks
}

// swatch is a legend's patch of colour.
type swatch color.RGBA

// Thumbnail implements plot.Thumbnailer.
func (s swatch) Thumbnail(c *draw.Canvas) {
	c.FillPolygon(color.RGBA(s), []vg.Point{c.Min, {X: c.Max.X, Y: c.Min.Y}, c.Max, {X: c.Min.X, Y: c.Max.Y}})
}

// clip shortens a text to at most n characters.
func clip(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return text
}

var (
	_ plot.Plotter     = regions{}
	_ plot.Ticker      = categoryTicks{}
	_ plot.Thumbnailer = swatch{}
)
