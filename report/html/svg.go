package html

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// svg builds a picture of a fixed drawing size that scales with the page.
type svg struct {
	b             strings.Builder
	id            string
	width, height float64
}

// newSVG begins a picture with a title and a description for those who do not
// see it.  The id distinguishes the pictures of a page.
func newSVG(id string, width, height float64, title, description string) *svg {
	s := &svg{id: id, width: width, height: height}
	fmt.Fprintf(&s.b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" role="img" aria-labelledby="%s-title %s-desc">`, num(width), num(height), id, id)
	fmt.Fprintf(&s.b, `<title id="%s-title">%s</title><desc id="%s-desc">%s</desc>`, id, escape(title), id, escape(description))
	return s
}

// html ends the picture.
func (s *svg) html() template.HTML {
	return template.HTML(s.b.String() + "</svg>") // text was escaped on its way in
}

func (s *svg) line(class string, x0, y0, x1, y1 float64) {
	fmt.Fprintf(&s.b, `<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s"/>`, class, num(x0), num(y0), num(x1), num(y1))
}

func (s *svg) rect(class string, x, y, w, h float64) {
	fmt.Fprintf(&s.b, `<rect class="%s" x="%s" y="%s" width="%s" height="%s"/>`, class, num(x), num(y), num(w), num(h))
}

func (s *svg) path(class, d string) { fmt.Fprintf(&s.b, `<path class="%s" d="%s"/>`, class, d) }

// text writes a text; anchor is start, middle or end.
func (s *svg) text(class, anchor string, x, y float64, text string) {
	fmt.Fprintf(&s.b, `<text class="%s" text-anchor="%s" x="%s" y="%s">%s</text>`, class, anchor, num(x), num(y), escape(text))
}

// upright writes a text from bottom to top around a point.
func (s *svg) upright(x, y float64, text string) {
	fmt.Fprintf(&s.b, `<text class="label" text-anchor="middle" transform="translate(%s %s) rotate(-90)">%s</text>`, num(x), num(y), escape(text))
}

// mark draws the marker of class k, a shape and a colour of its own.
func (s *svg) mark(k int, x, y, r float64) {
	class := fmt.Sprintf("mark c%d", k%8)
	switch (k + k/8) % 4 { // the colours repeat after eight, with other shapes
	case 1:
		s.rect(class, x-r, y-r, 2*r, 2*r)
	case 2:
		s.path(class, fmt.Sprintf("M%s %sl%s %sh%sz", num(x), num(y-1.2*r), num(1.2*r), num(2.2*r), num(-2.4*r)))
	case 3:
		s.path(class, fmt.Sprintf("M%s %sl%s %sl%s %sl%s %sz", num(x), num(y-1.3*r), num(1.3*r), num(1.3*r), num(-1.3*r), num(1.3*r), num(-1.3*r), num(-1.3*r)))
	default:
		fmt.Fprintf(&s.b, `<circle class="%s" cx="%s" cy="%s" r="%s"/>`, class, num(x), num(y), num(r))
	}
}

func escape(text string) string { return html.EscapeString(text) }

// printable replaces the characters that XML does not allow.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == 0xfffe || r == 0xffff {
			return '\ufffd'
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
}

// num writes a coordinate with at most two decimals.
func num(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		v = 0
	}
	return strconv.FormatFloat(math.Round(v*100)/100+0, 'f', -1, 64)
}

// clip shortens a text to at most n characters.
func clip(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return text
}
