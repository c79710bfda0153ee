package html

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/relift/relift/internal/atomicfile"
	"github.com/relift/relift/report"
	"github.com/relift/relift/report/chart"
	"github.com/relift/relift/report/figure"
)

// PathPage is a regularisation path as a page.
type PathPage struct {
	Path    *report.Path
	Command string    // that made it, as it can be typed again
	Created time.Time // zero: not shown
}

//go:embed path.html
var pathSource string

var pathTemplate = framed("path", pathSource)

// pathLine is one γ of the table.
type pathLine struct {
	Gamma, PerRow, Mean, Deviation, Bound, Objective, Gap, Width, Proof string
	Chosen                                                              bool
}

// Save writes the page into a file, whole or not at all.
func (p *PathPage) Save(path string) error { return atomicfile.Write(path, p.Write) }

// Write writes the page.
func (p *PathPage) Write(w io.Writer) error {
	view := struct {
		*PathPage
		Frame                  frame
		Best, OneStandardError string
		Pictures               []*picture
		Lines                  []pathLine
	}{PathPage: p, Frame: newFrame("path", p.Path.Data.Source, p.Path.Version, p.Created), Best: chart.Number(float64(p.Path.Best)), OneStandardError: chart.Number(float64(p.Path.OneStandardError))}
	for _, f := range []*figure.Figure{figure.Validation(p.Path.Tuning), figure.Bounds(p.Path)} {
		if f != nil {
			view.Pictures = append(view.Pictures, pictureOf(f))
		}
	}
	for k, q := range p.Path.Points {
		t := p.Path.Tuning.Path[k]
		line := pathLine{
			Gamma: chart.Number(float64(q.Gamma)), PerRow: chart.Number(float64(q.GammaPerRow)), Mean: chart.Number(float64(t.Mean)), Deviation: chart.Number(float64(t.Deviation)),
			Bound: typeset(report.Below(q.LowerBound)), Objective: typeset(report.Above(q.Objective)),
			Gap: unbroken(report.Percent(float64(q.RelativeGap))), Width: strconv.Itoa(q.Width), Proof: "–", Chosen: q.Gamma == p.Path.Tuning.Gamma,
		}
		if !math.IsNaN(float64(q.Proof)) {
			line.Proof = chart.Number(float64(q.Proof))
		}
		view.Lines = append(view.Lines, line)
	}
	var b bytes.Buffer
	if err := pathTemplate.Execute(&b, view); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, err := io.WriteString(w, printable(b.String()))
	return err
}
