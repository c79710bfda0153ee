package chart

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"sync"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgpdf"
)

// pixel is a unit of drawings: a CSS pixel is 1/96 of an inch.
const pixel = vg.Inch / 96

// writePNG writes the drawing on light ground, with two dots for each pixel.
func (d *Drawing) writePNG(w io.Writer) error {
	canvas := vgimg.NewWith(vgimg.UseWH(vg.Length(d.Width)*pixel, vg.Length(d.Height)*pixel), vgimg.UseDPI(2*96))
	d.draw(canvas)
	_, err := vgimg.PngCanvas{Canvas: canvas}.WriteTo(w)
	return err
}

// writePDF writes the drawing on light ground.
func (d *Drawing) writePDF(w io.Writer) error {
	canvas := vgpdf.New(vg.Length(d.Width)*pixel, vg.Length(d.Height)*pixel)
	d.draw(canvas)
	_, err := canvas.WriteTo(w)
	return err
}

// pen draws on a canvas whose vertical axis points upwards.
type pen struct {
	vg.Canvas
	height float64
}

func (p pen) at(q Point) vg.Point {
	return vg.Point{X: vg.Length(finite(q.X)) * pixel, Y: vg.Length(p.height-finite(q.Y)) * pixel}
}

func (d *Drawing) draw(canvas vg.Canvas) {
	vg.Initialize(canvas)
	p := pen{canvas, d.Height}
	canvas.SetColor(onLight("ground", 1))
	canvas.Fill(p.outline(shape{points: []Point{{0, 0}, {d.Width, 0}, {d.Width, d.Height}, {0, d.Height}}, closed: true}))
	for _, i := range d.items {
		s := look(i.style)
		if i.text != "" {
			p.write(i, s)
			continue
		}
		for _, shape := range i.shapes {
			p.shape(shape, s)
		}
	}
}

func (p pen) shape(s shape, look style) {
	if look.unantialiased {
		s = onDots(s)
	}
	path := p.outline(s)
	if look.fill != "" {
		p.SetColor(onLight(look.fill, look.opacity))
		p.Fill(path)
	}
	if look.stroke != "" && look.width > 0 {
		dash := make([]vg.Length, len(look.dash))
		for i, v := range look.dash {
			dash[i] = vg.Length(v) * pixel
		}
		p.SetLineDash(dash, 0)
		p.SetLineWidth(vg.Length(look.width) * pixel)
		p.SetColor(onLight(look.stroke, look.opacity))
		p.Stroke(path)
	}
}

func (p pen) outline(s shape) vg.Path {
	var path vg.Path
	if s.radius > 0 {
		centre, r := p.at(s.points[0]), vg.Length(s.radius)*pixel
		path.Move(vg.Point{X: centre.X + r, Y: centre.Y})
		path.Arc(centre, r, 0, 2*math.Pi)
		path.Close()
		return path
	}
	for i, q := range s.points {
		if i == 0 {
			path.Move(p.at(q))
		} else {
			path.Line(p.at(q))
		}
	}
	if s.closed {
		path.Close()
	}
	return path
}

// onDots moves the corners of a shape onto dots of a PNG, so that neighbours leave no seam.
func onDots(s shape) shape {
	points := make([]Point, len(s.points))
	for i, q := range s.points {
		points[i] = Point{math.Round(2*q.X) / 2, math.Round(2*q.Y) / 2}
	}
	s.points = points
	return s
}

// fonts are parsed when the first text is drawn: it takes longer than the start of the program, which most commands end without a picture.
var fonts = sync.OnceValue(func() *font.Cache { return font.NewCache(liberation.Collection()) })

func (p pen) write(i item, look style) {
	// There is one weight: vgpdf finds no bold face.
	face := fonts().Lookup(font.Font{Typeface: "Liberation", Variant: "Sans"}, vg.Length(look.size)*pixel)
	width := face.Width(i.text)
	var shift vg.Length
	switch i.anchor {
	case "middle":
		shift = -width / 2
	case "end":
		shift = -width
	}
	at := p.at(i.at)
	if look.haloed {
		p.SetColor(color.NRGBA{255, 255, 255, 200})
		p.Fill(p.outline(shape{closed: true, points: around(i.at, float64(shift/pixel), float64(width/pixel), look.size)}))
	}
	p.SetColor(onLight(look.fill, look.opacity))
	if !i.turned {
		p.FillString(face, vg.Point{X: at.X + shift, Y: at.Y}, i.text)
		return
	}
	p.Push()
	p.Translate(at)
	p.Rotate(math.Pi / 2)
	p.FillString(face, vg.Point{X: shift}, i.text)
	p.Pop()
}

// around is the box of a text.
func around(at Point, shift, width, size float64) []Point {
	left, right, top, bottom := at.X+shift-2, at.X+shift+width+2, at.Y-size, at.Y+size/4
	return []Point{{left, top}, {right, top}, {right, bottom}, {left, bottom}}
}

// Write writes the drawing in a format of Format.
func (d *Drawing) Write(w io.Writer, format string) error {
	switch format {
	case "svg":
		return d.WriteSVG(w)
	case "png":
		return d.writePNG(w)
	case "pdf":
		return d.writePDF(w)
	}
	return fmt.Errorf("format %q; expected png, svg or pdf", format)
}
