package chart

import (
	"math"
	"strings"
	"unicode/utf8"
)

// Point is a place in a drawing.
type Point struct{ X, Y float64 }

// Drawing is a picture of a fixed size.  ID distinguishes the pictures of a page; Title and
// Description are for those who do not see it.
type Drawing struct {
	ID, Title, Description string
	Width, Height          float64
	items                  []item
}

// New begins a picture.
func New(id string, width, height float64, title, description string) *Drawing {
	return &Drawing{ID: id, Width: width, Height: height, Title: title, Description: description}
}

// item is one thing that is drawn: a shape or a text.
type item struct {
	style  string // names of styles, the last one decides
	shapes []shape
	text   string
	at     Point
	anchor string // start, middle or end
	turned bool   // reads from bottom to top
}

// shape is a chain of points, or a circle around the only one.
type shape struct {
	points []Point
	closed bool
	radius float64
}

func (d *Drawing) add(style string, shapes ...shape) {
	d.items = append(d.items, item{style: style, shapes: shapes})
}

// Line draws a line between two points.
func (d *Drawing) Line(style string, x0, y0, x1, y1 float64) {
	d.add(style, shape{points: []Point{{x0, y0}, {x1, y1}}})
}

// Curve draws lines through points, and nothing for less than two of them.
func (d *Drawing) Curve(style string, points []Point) {
	if len(points) > 1 {
		d.add(style, shape{points: points})
	}
}

// Area fills the inside of a polygon.
func (d *Drawing) Area(style string, points []Point) {
	d.add(style, shape{points: points, closed: true})
}

// Box is a rectangle: its upper left corner and its sides.
type Box struct{ X, Y, Width, Height float64 }

// Boxes fills rectangles of one style.
func (d *Drawing) Boxes(style string, boxes ...Box) {
	if len(boxes) == 0 {
		return
	}
	shapes := make([]shape, len(boxes))
	for i, b := range boxes {
		shapes[i] = shape{points: []Point{{b.X, b.Y}, {b.X + b.Width, b.Y}, {b.X + b.Width, b.Y + b.Height}, {b.X, b.Y + b.Height}}, closed: true}
	}
	d.add(style, shapes...)
}

// Circle fills a circle.
func (d *Drawing) Circle(style string, x, y, r float64) {
	d.add(style, shape{points: []Point{{x, y}}, radius: r})
}

// Mark draws the marker of class k, a shape and a colour of its own: the colours repeat after
// eight, with other shapes.
func (d *Drawing) Mark(k int, x, y, r float64) {
	style := "mark " + ClassStyle(k)
	switch (k + k/classColours) % 4 {
	case 1:
		d.Boxes(style, Box{x - r, y - r, 2 * r, 2 * r})
	case 2:
		d.Area(style, []Point{{x, y - 1.2*r}, {x + 1.2*r, y + r}, {x - 1.2*r, y + r}})
	case 3:
		d.Area(style, []Point{{x, y - 1.3*r}, {x + 1.3*r, y}, {x, y + 1.3*r}, {x - 1.3*r, y}})
	default:
		d.Circle(style, x, y, r)
	}
}

// Text writes a text; anchor says which part of it is at x: start, middle or end.
func (d *Drawing) Text(style, anchor string, x, y float64, text string) {
	d.items = append(d.items, item{style: style, text: printable(text), at: Point{x, y}, anchor: anchor})
}

// Upright writes a text from bottom to top with its middle at a point.
func (d *Drawing) Upright(style string, x, y float64, text string) {
	d.items = append(d.items, item{style: style, text: printable(text), at: Point{x, y}, anchor: "middle", turned: true})
}

// TextWidth estimates the width of a text from above: as digits are in a wide font of 13 pixels.
func TextWidth(text string) float64 { return 8.3 * float64(utf8.RuneCountInString(text)) }

// Clip shortens a text to at most n characters.
func Clip(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:max(n-1, 0)]) + "…"
	}
	return text
}

// printable replaces the characters that XML does not allow.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == 0xfffe || r == 0xffff {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(text, string(utf8.RuneError)))
}

// finite replaces what is no coordinate.
func finite(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}
