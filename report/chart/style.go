package chart

import (
	"fmt"
	"image/color"
	"math"
	"strings"
)

// classColours is the number of colours of classes.
const classColours = 8

// ClassStyle is the style of class k.
func ClassStyle(k int) string { return fmt.Sprintf("c%d", k%classColours) }

// CurveStyle is the style of a curve of class k, a colour and a dash.
func CurveStyle(k int) string { return fmt.Sprintf("curve d%d s%d", k%len(dashes), k%classColours) }

// Levels is the number of colours of a ramp.
const Levels = 33

// LevelStyle is the style of v in a ramp from lo to hi, dark to light.
func LevelStyle(v, lo, hi float64) string {
	k := Levels / 2
	if hi > lo {
		k = min(max(int(Levels*(v-lo)/(hi-lo)), 0), Levels-1)
	}
	return fmt.Sprintf("r%d", k)
}

// hue is a colour on light and on dark ground.
type hue struct{ name, light, dark string }

// hues are all colours but those of the ramp, which is the same on any ground.
var hues = []hue{
	{"ground", "#ffffff", "#14171b"},
	{"ink", "#1b1f24", "#e6e9ed"},
	{"soft", "#57606a", "#a3adb8"},
	{"rule", "#d5dae1", "#3a424c"},
	{"bound", "#0b5cad", "#7cb8f5"},
	{"network", "#b34700", "#ffab66"},
	{"c0", "#0072b2", "#4aa8e0"},
	{"c1", "#e69f00", "#f0b429"},
	{"c2", "#009e73", "#2fc79a"},
	{"c3", "#cc79a7", "#e39ac6"},
	{"c4", "#56b4e9", "#8fd0f7"},
	{"c5", "#d55e00", "#ff8a3d"},
	{"c6", "#c9b800", "#f0e442"},
	{"c7", "#7a7a7a", "#b0b0b0"},
}

// level is the k-th of the colours of the ramp: one of its stops, or between two of them.
func level(k int) string {
	at := float64(k) / (Levels - 1) * float64(len(ramp)-1)
	i := min(int(at), len(ramp)-2)
	a, b := onLight(ramp[i], 1), onLight(ramp[i+1], 1)
	mix := func(a, b uint8) int { return int(math.Round(float64(a) + (at-float64(i))*(float64(b)-float64(a)))) }
	return fmt.Sprintf("#%02x%02x%02x", mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B))
}

// ramp goes from dark blue to light yellow, each lighter than the one before.
var ramp = [...]string{
	"#1d2f6f", "#21458a", "#255ba1", "#2a71b4", "#3b8ab9", "#56a2ba", "#70bdbb", "#8dd1be", "#add9c0", "#cce4c3", "#e5f0c8", "#ffffcc",
}

var dashes = [...][]float64{nil, {7, 4}, {2, 3}, {9, 3, 2, 3}}

// style is how something is drawn; what is zero is left to styles before it.
type style struct {
	name          string
	fill, stroke  string // names of hues, or a colour
	width         float64
	opacity       float64 // of fill and stroke
	dash          []float64
	size          float64 // of a text
	bold, haloed  bool
	unantialiased bool // areas that touch each other
}

// styles are all styles, later ones before earlier ones.
var styles = func() []style {
	s := []style{
		{name: "grid", stroke: "rule", width: 1, opacity: 0.7},
		{name: "axis", stroke: "soft", width: 1},
		{name: "curve", stroke: "ink", width: 2.2},
		{name: "guide", stroke: "soft", width: 1, dash: []float64{4, 4}},
		{name: "bound", stroke: "bound"},
		{name: "network", stroke: "network", dash: dashes[1]},
		{name: "bound-end", fill: "bound"},
		{name: "network-end", fill: "network"},
		{name: "between", fill: "bound", opacity: 0.13},
		{name: "bar", fill: "bound", opacity: 0.75},
		{name: "mark", stroke: "ground", width: 0.8},
		{name: "dot", fill: "c0", opacity: 0.75},
		{name: "ring", stroke: "#1b1f24", width: 1}, // around colours of the ramp, on any ground
		{name: "weak", stroke: "ink", width: 0.8, opacity: 0.2},
		{name: "trace", stroke: "ink", width: 0.8, opacity: 0.45},
		{name: "strong", stroke: "ink", width: 1.5, opacity: 0.8},
		{name: "label", fill: "ink", size: 13},
		{name: "tick", fill: "soft", size: 12},
		{name: "name", fill: "ink", size: 13, bold: true, haloed: true},
		{name: "bound-name", fill: "bound", size: 13, bold: true, haloed: true},
		{name: "network-name", fill: "network", size: 13, bold: true, haloed: true},
		{name: "region", opacity: 0.28, unantialiased: true},
		{name: "cell", unantialiased: true},
	}
	for k := range classColours {
		name := ClassStyle(k)
		s = append(s, style{name: name, fill: name}, style{name: fmt.Sprintf("s%d", k), stroke: name})
	}
	for k, d := range dashes {
		s = append(s, style{name: fmt.Sprintf("d%d", k), dash: d})
	}
	for k := range Levels {
		s = append(s, style{name: fmt.Sprintf("r%d", k), fill: level(k)})
	}
	return s
}()

// Variables are the colours as declarations of CSS.
func Variables(dark bool) string {
	var b strings.Builder
	for _, h := range hues {
		value := h.light
		if dark {
			value = h.dark
		}
		fmt.Fprintf(&b, "--%s:%s;", h.name, value)
	}
	return b.String()
}

// Family is the font of texts.
const Family = `system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif`

// Rules are the styles as rules of CSS, for the drawings within elements that a selector names.
func Rules(selector string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s :is(path,line,circle){fill:none}%s text{font-family:%s}", selector, selector, Family)
	for _, s := range styles {
		var rules []string
		set := func(format string, arguments ...any) { rules = append(rules, fmt.Sprintf(format, arguments...)) }
		if s.fill != "" {
			set("fill:%s", reference(s.fill))
		}
		if s.stroke != "" {
			set("stroke:%s", reference(s.stroke))
		}
		if s.width != 0 {
			set("stroke-width:%s", number(s.width))
		}
		if s.opacity != 0 {
			set("fill-opacity:%s;stroke-opacity:%s", number(s.opacity), number(s.opacity))
		}
		if s.dash != nil {
			parts := make([]string, len(s.dash))
			for i, v := range s.dash {
				parts[i] = number(v)
			}
			set("stroke-dasharray:%s", strings.Join(parts, " "))
		}
		if s.size != 0 {
			set("font-size:%spx", number(s.size))
		}
		if s.bold {
			set("font-weight:600")
		}
		if s.haloed {
			set("paint-order:stroke;stroke:var(--ground);stroke-width:4;stroke-linejoin:round")
		}
		if s.unantialiased {
			set("shape-rendering:crispEdges")
		}
		if s.name == "curve" {
			set("stroke-linejoin:round")
		}
		if len(rules) > 0 {
			fmt.Fprintf(&b, "%s .%s{%s}", selector, s.name, strings.Join(rules, ";"))
		}
	}
	return b.String()
}

func reference(colour string) string {
	if strings.HasPrefix(colour, "#") {
		return colour
	}
	return "var(--" + colour + ")"
}

// look is what a list of names of styles comes to.
func look(names string) style {
	var out style
	for _, s := range styles {
		for name := range strings.FieldsSeq(names) {
			if s.name != name {
				continue
			}
			if s.fill != "" {
				out.fill = s.fill
			}
			if s.stroke != "" {
				out.stroke = s.stroke
			}
			if s.width != 0 {
				out.width = s.width
			}
			if s.opacity != 0 {
				out.opacity = s.opacity
			}
			if s.dash != nil {
				out.dash = s.dash
			}
			if s.size != 0 {
				out.size = s.size
			}
			out.bold, out.haloed = out.bold || s.bold, out.haloed || s.haloed
			out.unantialiased = out.unantialiased || s.unantialiased
		}
	}
	if out.opacity == 0 {
		out.opacity = 1
	}
	return out
}

// onLight returns a colour on light ground.
func onLight(colour string, opacity float64) color.NRGBA {
	for _, h := range hues {
		if h.name == colour {
			colour = h.light
		}
	}
	var r, g, b uint8
	if _, err := fmt.Sscanf(colour, "#%02x%02x%02x", &r, &g, &b); err != nil {
		panic("chart: no colour " + colour) // a style names one that there is not
	}
	return color.NRGBA{r, g, b, uint8(math.Round(255 * opacity))}
}

// ClassColour is the colour of class k on light ground.
func ClassColour(k int) color.RGBA { return color.RGBA(onLight(ClassStyle(k), 1)) }
