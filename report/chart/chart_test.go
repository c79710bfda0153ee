package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sample has something in every style.
func sample() *Drawing {
	d := New("sample", 200, 100, "Title <&>", "description\x01")
	for _, s := range styles {
		if s.size != 0 {
			d.Text(s.name, "middle", 50, 50, `<script>alert("1")</script>`)
			continue
		}
		d.Area(s.name, []Point{{10, 10}, {20, 10}, {20, 20}})
	}
	d.Upright("label", 10, 50, "upwards")
	for k := range 12 {
		d.Mark(k, 10+10*float64(k), 80, 4)
		d.Curve(CurveStyle(k), []Point{{0, 0}, {math.NaN(), 5}, {20, 5}})
	}
	return d
}

func TestEveryFormat(t *testing.T) {
	dir := t.TempDir()
	for _, format := range []string{"svg", "png", "pdf"} {
		path := filepath.Join(dir, "d."+format)
		if err := sample().Save(path); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		switch format {
		case "svg":
			for d := xml.NewDecoder(bytes.NewReader(content)); ; {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatal(err)
				}
			}
			if bytes.Contains(content, []byte("<script")) || bytes.Contains(content, []byte("NaN")) {
				t.Errorf("the names are not text, or a coordinate is not a number: %s", content)
			}
		case "png":
			picture, err := png.Decode(bytes.NewReader(content))
			if err != nil {
				t.Fatal(err)
			}
			if size := picture.Bounds().Size(); size.X != 400 || size.Y != 200 {
				t.Errorf("%v dots, want 400×200", size)
			}
			if corner := color.RGBAModel.Convert(picture.At(399, 199)); corner != (color.RGBA{255, 255, 255, 255}) {
				t.Errorf("the ground is %v, want white", corner)
			}
		case "pdf":
			if !bytes.HasPrefix(content, []byte("%PDF")) {
				t.Error("not a PDF")
			}
		}
	}
	if err := sample().Save(filepath.Join(dir, "d.jpeg")); err == nil || !strings.Contains(err.Error(), "expected .png, .svg or .pdf") {
		t.Errorf("a JPEG: %v", err)
	}
}

// TestPenAndStyleSheetAgree compares a PNG's dots with the colours that the rules of CSS give.
func TestPenAndStyleSheetAgree(t *testing.T) {
	for k := range classColours {
		d := New("d", 10, 10, "", "")
		d.Boxes(ClassStyle(k), Box{0, 0, 10, 10})
		var b bytes.Buffer
		if err := d.Write(&b, "png"); err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(&b)
		if err != nil {
			t.Fatal(err)
		}
		if got := color.RGBAModel.Convert(picture.At(10, 10)); got != ClassColour(k) {
			t.Errorf("class %d is %v, want %v", k, got, ClassColour(k))
		}
		if name := ClassStyle(k); !strings.Contains(Rules("svg"), "svg ."+name+"{fill:var(--"+name+")") {
			t.Errorf("no rule for %s", name)
		}
	}
	if dark := Variables(true); dark == Variables(false) || strings.Count(dark, ";") != len(hues) {
		t.Errorf("dark colours: %s", dark)
	}
}

// luminance is the relative luminance of WCAG 2.
func luminance(c color.NRGBA) float64 {
	linear := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

func TestTextsStandOutFromTheGround(t *testing.T) {
	for _, name := range []string{"ink", "soft", "bound", "network"} {
		for _, h := range hues {
			if h.name != name {
				continue
			}
			for _, pair := range [][2]string{{h.light, hues[0].light}, {h.dark, hues[0].dark}} {
				a, b := luminance(onLight(pair[0], 1)), luminance(onLight(pair[1], 1))
				if contrast := (max(a, b) + 0.05) / (min(a, b) + 0.05); contrast < 4.5 {
					t.Errorf("%s %s on %s: contrast %.2f, want at least 4.5", name, pair[0], pair[1], contrast)
				}
			}
		}
	}
	for k := 1; k < Levels; k++ {
		if luminance(onLight(level(k), 1)) <= luminance(onLight(level(k-1), 1)) {
			t.Errorf("colour %d of the ramp is not lighter than the one before", k)
		}
	}
}

func TestScale(t *testing.T) {
	s := Scale{Axis{Min: 0.5, Max: 9.7}, 100, 0}
	if s.At(0.5) != 100 || s.At(9.7) != 0 || s.At(-5) != 100 || math.Abs(s.At(5.1)-50) > 1e-9 {
		t.Error("the linear scale is wrong")
	}
	s = Scale{Axis{Min: 0.01, Max: 100, Logarithm: true}, 0, 4}
	if math.Abs(s.At(1)-2) > 1e-12 || s.At(0) != 0 {
		t.Errorf("the logarithmic scale is wrong: %v", s.At(1))
	}
	if ticks, _ := s.ticks(9); len(ticks) != 5 {
		t.Errorf("ticks %v", ticks)
	}
	for _, degenerate := range []Scale{{Axis{Min: 1, Max: 1}, 0, 1}, {Axis{Min: 2, Max: 2, Logarithm: true}, 0, 1}} {
		if ticks, _ := degenerate.ticks(4); math.IsNaN(degenerate.At(3)) || len(ticks) == 0 {
			t.Errorf("degenerate scale %+v", degenerate)
		}
	}
}

func TestLargeNumbersShareAPowerOfTen(t *testing.T) {
	for _, c := range []struct {
		axis  Axis
		power int
		last  string
	}{
		{Axis{Max: 1.4e11}, 9, "140"},
		{Axis{Max: 1.2e6}, 6, "1.2"},
		{Axis{Min: -300, Max: 300}, 0, "300"},
		{Axis{Min: -2e-5, Max: 0}, -6, "0"},
		{Axis{Max: 99999}, 0, "80000"},
	} {
		ticks, power := c.axis.ticks(7)
		if last := ticks[len(ticks)-1].label; power != c.power || last != c.last {
			t.Errorf("%+v: last tick %s × 10^%d, want %s × 10^%d", c.axis, last, power, c.last, c.power)
		}
		for _, tick := range ticks {
			if tick.value < c.axis.Min-1e-9 || tick.value > c.axis.Max*(1+1e-9) || len(tick.label) > 7 {
				t.Errorf("%+v: tick %+v", c.axis, tick)
			}
		}
	}
	for v, want := range map[float64]string{0: "0", 1.5: "1.5", -254000: "−254000", 138786300000: "1.388·10¹¹", 1e-9: "10⁻⁹", -2.5e-7: "−2.5·10⁻⁷", math.NaN(): "–", 0.00123456: "0.001235"} {
		if got := Number(v); got != want {
			t.Errorf("%v is %q, want %q", v, got, want)
		}
	}
}

// TestFrameKeepsItsPartsApart looks at charts whose labels differ in width.
func TestFrameKeepsItsPartsApart(t *testing.T) {
	for _, y := range []Axis{{Title: "t", Max: 1}, {Title: "t", Max: 99999}, {Title: "t", Min: -99000, Max: 99000}, {Title: strings.Repeat("long ", 30), Max: 3, Names: []string{"a", "a rather long category", "ü"}}} {
		for _, x := range []Axis{{Title: "x", Max: 1}, {Title: "x", Min: -99000, Max: 99000}, {Title: "x", Min: -0.5, Max: 11.5, Names: strings.Fields(strings.Repeat("category ", 12))}} {
			c := NewChart(New("c", Width, Height, "", ""), x, y, 0)
			if c.Left() >= c.Right() || c.Bottom() <= c.Top() {
				t.Fatalf("%+v: no room for the chart", y)
			}
			var columns [][2]float64
			for _, i := range c.items {
				width := TextWidth(i.text)
				switch {
				case i.text == "":
				case i.turned:
					if i.at.Y-width/2 < 0 || i.at.Y+width/2 > Height {
						t.Errorf("%q leaves the drawing", i.text)
					}
				case i.anchor == "end":
					if i.at.X-width < titleRoom-1 {
						t.Errorf("%q runs into the title", i.text)
					}
				case i.style == "tick":
					columns = append(columns, [2]float64{i.at.X - width/2, i.at.X + width/2})
				}
			}
			for k := 1; k < len(columns); k++ {
				if columns[k][0] < columns[k-1][1] {
					t.Errorf("%+v: labels %d and %d overlap", x, k-1, k)
				}
			}
			if last := columns[len(columns)-1]; last[1] > Width {
				t.Errorf("%+v: the last label leaves the drawing", x)
			}
		}
	}
}

func TestStackKeepsPicturesApart(t *testing.T) {
	above, below := sample(), sample()
	both := Stack("both", "Both", "one above the other", above, below)
	if both.Width != 200 || both.Height != 200 || len(both.items) != len(above.items)+len(below.items) {
		t.Fatalf("%v×%v with %d items", both.Width, both.Height, len(both.items))
	}
	for k, was := range below.items {
		got := both.items[len(above.items)+k]
		if got.at.X != was.at.X || got.at.Y != was.at.Y+100 || got.text != was.text {
			t.Errorf("item %d is at %v, was at %v", k, got.at, was.at)
		}
		for j, s := range was.shapes {
			for i, q := range s.points {
				if r := got.shapes[j].points[i]; r.Y != q.Y+100 || r.X != q.X && q.X == q.X {
					t.Errorf("item %d has the point %v, was %v", k, r, q)
				}
			}
		}
	}
}
