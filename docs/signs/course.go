package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"slices"
	"strconv"

	"github.com/relift/relift/internal/atomicfile"
	"github.com/relift/relift/report/chart"
)

// course is how the gap of a problem fell.
type course struct {
	name   string
	points []point
}

// point is what was proved with so many leaves: the relative gap, and the processor seconds until then.
type point struct {
	leaves       int
	gap, seconds float64
}

// add appends a point that proves more than the last one.
func (c *course) add(leaves int, gap, seconds float64) {
	if n := len(c.points); n == 0 || gap < c.points[n-1].gap {
		c.points = append(c.points, point{leaves, gap, seconds})
	}
}

// header names the columns of the file of courses.
var header = []string{"problem", "leaves", "gap", "processor_seconds"}

// readCourses reads a file of courses; none where there is no file.
func readCourses(path string) ([]*course, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var all []*course
	for i, row := range rows {
		if i == 0 {
			continue
		}
		leaves, err1 := strconv.Atoi(row[1])
		gap, err2 := strconv.ParseFloat(row[2], 64)
		seconds, err3 := strconv.ParseFloat(row[3], 64)
		if err := errors.Join(err1, err2, err3); err != nil {
			return nil, fmt.Errorf("%s: row %d: %w", path, i, err)
		}
		if len(all) == 0 || all[len(all)-1].name != row[0] {
			all = append(all, &course{name: row[0]})
		}
		last := all[len(all)-1]
		last.points = append(last.points, point{leaves, gap, seconds})
	}
	return all, nil
}

// replace puts c in the place of the course with its name, or at the end.
func replace(all []*course, c *course) []*course {
	if at := slices.IndexFunc(all, func(old *course) bool { return old.name == c.name }); at >= 0 {
		all[at] = c
		return all
	}
	return append(all, c)
}

// writeCourses writes a file of courses.
func writeCourses(path string, all []*course) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		out := csv.NewWriter(w)
		rows := [][]string{header}
		for _, c := range all {
			for _, p := range c.points {
				rows = append(rows, []string{c.name, strconv.Itoa(p.leaves), strconv.FormatFloat(p.gap, 'g', 4, 64), strconv.FormatFloat(p.seconds, 'f', 1, 64)})
			}
		}
		return out.WriteAll(rows)
	})
}

// leastGap is the lower end of the picture, in percent.
const leastGap = 1e-3

// draw draws the gaps against the leaves, both on logarithmic scales.
func draw(path string, all []*course) error {
	most, highest := 10, 1.0
	names := make([]string, len(all))
	for k, c := range all {
		names[k] = c.name
		for _, p := range c.points {
			most, highest = max(most, p.leaves), max(highest, 100*p.gap)
		}
	}
	const width, height = 2 * chart.Width, 1.5 * chart.Height
	below := chart.LegendHeight(names)
	d := chart.New("gap-by-leaves", width, height+below, "Gap against leaves", "How the proven gap of several problems falls with the leaves of the tree of signs.")
	c := chart.NewChart(d,
		chart.Axis{Title: "leaves", Min: 1, Max: decade(float64(most)), Logarithm: true},
		chart.Axis{Title: "gap in percent", Min: leastGap, Max: decade(highest), Logarithm: true}, below)
	var entries []chart.Entry
	for k, run := range all {
		var curve []chart.Point
		for _, p := range run.points {
			curve = append(curve, c.At(float64(p.leaves), 100*p.gap))
		}
		style := chart.CurveStyle(k)
		c.Curve(style, curve)
		entries = append(entries, chart.Entry{Name: run.name, Draw: func(x, y float64) { c.Line(style, x-10, y, x+10, y) }})
	}
	c.Legend(entries)
	return d.Save(path)
}

// decade is the power of ten that is at least v.
func decade(v float64) float64 { return math.Pow(10, math.Ceil(math.Log10(v))) }
