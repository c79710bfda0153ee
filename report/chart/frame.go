package chart

// The size of charts.
const (
	Width  = 460.0
	Height = 330.0
)

// Where a chart lies in its drawing; the left side depends on the labels there.
const (
	titleRoom  = 22.0 // for the upright title
	rightRoom  = 16.0
	topRoom    = 14.0
	bottomRoom = 48.0
	gap        = 7.0 // between labels and axis
)

// Chart is a drawing with two axes.
type Chart struct {
	*Drawing
	X, Y Scale
}

// NewChart draws grid, labels and titles of the axes into a drawing; below is room under them.
func NewChart(d *Drawing, x, y Axis, below float64) *Chart {
	bottom := d.Height - below - bottomRoom
	rows, powerY := y.ticks(max(2, int((bottom-topRoom)/34)))
	widest := 0.0
	for i := range rows {
		rows[i].label = Clip(rows[i].label, 12)
		widest = max(widest, TextWidth(rows[i].label))
	}
	left := titleRoom + widest + gap
	c := &Chart{d, Scale{x, left, d.Width - rightRoom}, Scale{y, bottom, topRoom}}
	columns, powerX := c.columns()
	for _, t := range columns {
		at := c.X.At(t.value)
		c.Line("grid", at, c.Y.start, at, c.Y.end)
		// A label at the end does not leave the drawing.
		at = min(at, d.Width-1-TextWidth(t.label)/2)
		c.Text("tick", "middle", at, c.Y.start+17, t.label)
	}
	for _, t := range rows {
		at := c.Y.At(t.value)
		c.Line("grid", c.X.start, at, c.X.end, at)
		c.Text("tick", "end", c.X.start-gap, at+4, t.label)
	}
	c.Line("axis", c.X.start, c.Y.start, c.X.end, c.Y.start)
	c.Line("axis", c.X.start, c.Y.start, c.X.start, c.Y.end)
	c.Text("label", "middle", (c.X.start+c.X.end)/2, c.Y.start+38, title(x.Title, powerX, c.X.end-c.X.start))
	c.Upright("label", 14, (c.Y.start+c.Y.end)/2, title(y.Title, powerY, c.Y.start-c.Y.end))
	return c
}

// columns returns as many ticks of the horizontal axis as have room beside each other.
func (c *Chart) columns() ([]tick, int) {
	width := c.X.end - c.X.start
	for most := 6; ; most-- {
		ticks, power := c.X.ticks(most)
		room := width
		if len(ticks) > 1 {
			room = c.X.At(ticks[1].value) - c.X.At(ticks[0].value)
			for i := 2; i < len(ticks); i++ {
				room = min(room, c.X.At(ticks[i].value)-c.X.At(ticks[i-1].value))
			}
		}
		fits := true
		for _, t := range ticks {
			fits = fits && TextWidth(t.label)+8 <= room
		}
		if fits {
			return ticks, power
		}
		if most == 1 || c.X.Names != nil {
			for i := range ticks {
				ticks[i].label = Clip(ticks[i].label, int((room-8)/TextWidth("m")))
			}
			return ticks, power
		}
	}
}

// title is an axis' title with the power of ten of its labels, clipped to a length.
func title(text string, power int, length float64) string {
	suffix := ""
	if power != 0 {
		suffix = " (× " + Power(power) + ")"
	}
	return Clip(text, int((length-TextWidth(suffix))/TextWidth("m"))) + suffix
}

// At returns the place of a pair of numbers.
func (c *Chart) At(x, y float64) Point { return Point{c.X.At(x), c.Y.At(y)} }

// Left, Right, Top and Bottom are the sides of the chart in the drawing.
func (c *Chart) Left() float64   { return c.X.start }
func (c *Chart) Right() float64  { return c.X.end }
func (c *Chart) Top() float64    { return c.Y.end }
func (c *Chart) Bottom() float64 { return c.Y.start }

// Entry is a line of a legend: what it names, and how to draw a sample of it around a place.
type Entry struct {
	Name string
	Draw func(x, y float64)
}

// legendLine is the height of a line of a legend.
const legendLine = 22.0

// legendColumns is the number of entries in a line of a legend.
func legendColumns(entries []Entry) int {
	widest := 0.0
	for _, e := range entries {
		widest = max(widest, TextWidth(Clip(e.Name, 24))+32)
	}
	return max(1, min(4, len(entries), int((Width-40)/max(widest, 1))))
}

// LegendHeight is the room that a legend needs below a chart.
func LegendHeight(names []string) float64 {
	entries := make([]Entry, len(names))
	for i, name := range names {
		entries[i].Name = name
	}
	columns := legendColumns(entries)
	return legendLine * float64((len(names)+columns-1)/columns)
}

// Legend names marks and curves below the chart.
func (c *Chart) Legend(entries []Entry) {
	columns := legendColumns(entries)
	step := (c.Width - 40) / float64(columns)
	top := c.Y.start + bottomRoom + 6
	for i, e := range entries {
		x, y := 30+step*float64(i%columns), top+legendLine*float64(i/columns)
		e.Draw(x, y)
		c.Text("tick", "start", x+16, y+4, Clip(e.Name, 24))
	}
}
