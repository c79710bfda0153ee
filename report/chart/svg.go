package chart

import (
	"fmt"
	"html"
	"io"
	"math"
	"strconv"
	"strings"
)

// Inline returns the drawing as an svg element for an HTML page that has Variables and Rules.
func (d *Drawing) Inline() string { return d.svg("") }

// WriteSVG writes the drawing as a file of its own, which is light or dark as its reader likes.
func (d *Drawing) WriteSVG(w io.Writer) error {
	style := "svg{" + Variables(false) + "}@media (prefers-color-scheme:dark){svg{" + Variables(true) + "}}" + Rules("svg")
	// Curly brackets and quotation marks are text in XML.
	_, err := io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+d.svg("<style>"+style+"</style>"+
		fmt.Sprintf(`<rect width="%s" height="%s" fill="var(--ground)"/>`, number(d.Width), number(d.Height)))+"\n")
	return err
}

// svg returns the element with what comes before its items.
func (d *Drawing) svg(first string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" role="img" aria-labelledby="%s-title %s-desc"`, number(d.Width), number(d.Height), d.ID, d.ID)
	if first != "" {
		fmt.Fprintf(&b, ` width="%s" height="%s"`, number(d.Width), number(d.Height))
	}
	fmt.Fprintf(&b, `><title id="%s-title">%s</title><desc id="%s-desc">%s</desc>%s`, d.ID, html.EscapeString(printable(d.Title)), d.ID, html.EscapeString(printable(d.Description)), first)
	for _, i := range d.items {
		i.svg(&b)
	}
	b.WriteString("</svg>")
	return b.String()
}

func (i item) svg(b *strings.Builder) {
	if i.text != "" {
		place := fmt.Sprintf(`x="%s" y="%s"`, number(i.at.X), number(i.at.Y))
		if i.turned {
			place = fmt.Sprintf(`transform="translate(%s %s) rotate(-90)"`, number(i.at.X), number(i.at.Y))
		}
		fmt.Fprintf(b, `<text class="%s" text-anchor="%s" %s>%s</text>`, i.style, i.anchor, place, html.EscapeString(i.text))
		return
	}
	if len(i.shapes) == 1 && i.shapes[0].radius > 0 {
		s := i.shapes[0]
		fmt.Fprintf(b, `<circle class="%s" cx="%s" cy="%s" r="%s"/>`, i.style, number(s.points[0].X), number(s.points[0].Y), number(s.radius))
		return
	}
	var path strings.Builder
	for _, s := range i.shapes {
		s.path(&path)
	}
	if path.Len() > 0 {
		fmt.Fprintf(b, `<path class="%s" d="%s"/>`, i.style, path.String())
	}
}

// path writes a chain of points as commands of a path.
func (s shape) path(b *strings.Builder) {
	for i, p := range s.points {
		x, y := number(p.X), number(p.Y)
		switch {
		case i == 0:
			b.WriteString("M" + x + " " + y)
		case y == number(s.points[i-1].Y):
			b.WriteString("H" + x)
		case x == number(s.points[i-1].X):
			b.WriteString("V" + y)
		default:
			b.WriteString("L" + x + " " + y)
		}
	}
	if s.closed {
		b.WriteString("z")
	}
}

// number writes a coordinate with at most two decimals.
func number(v float64) string {
	return strconv.FormatFloat(math.Round(finite(v)*100)/100+0, 'f', -1, 64)
}
