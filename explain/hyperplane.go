package explain

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/relift/relift/report"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/recipe"
)

// columns returns the names of the encoded columns without the bias.
func columns(e *recipe.Recipe) []string {
	names := e.FeatureNames()
	if e.Bias {
		names = names[:len(names)-1]
	}
	return names
}

// describe writes a neuron (u, v) in the units of the table.
func describe(e *recipe.Recipe, u, v []float64) Neuron {
	coefficients, offset := original(e, u)
	n := Neuron{Offset: report.Number(offset), Hyperplane: condition(columns(e), u, coefficients, offset)}
	for _, a := range coefficients {
		n.Coefficients = append(n.Coefficients, report.Number(a))
	}
	for _, w := range v {
		n.Outputs = append(n.Outputs, report.Number(w))
	}
	return n
}

// original returns a and b with xᵀu = Σ a_k v_k + b, where v_k are the entries
// of the table and 0/1 for categories.
func original(e *recipe.Recipe, u []float64) (a []float64, b float64) {
	at := 0
	for _, f := range e.Features {
		for range f.Width() {
			mean, deviation := f.Mean, f.Deviation
			if f.Kind == table.Categorical {
				mean, deviation = 0, 1
			}
			a = append(a, u[at]/deviation)
			b -= u[at] * (mean / deviation)
			at++
		}
	}
	if e.Bias {
		b += u[at]
	}
	return a, b
}

// mostTerms is the number of terms that the text of a hyperplane shows.
const mostTerms = 4

// rounding is the size, relative to a neuron's largest weight, up to which a
// weight is left out of the text.
const rounding = 1e-10

// condition says where Σ a_k v_k + b > 0, in the terms with the largest
// weights u_k, which compare across features because the encoded ones are
// scaled alike.
func condition(names []string, u, a []float64, b float64) string {
	largest := 0.0
	for k := range names {
		largest = max(largest, math.Abs(u[k]))
	}
	var order []int
	for k := range names {
		if math.Abs(u[k]) > rounding*largest {
			order = append(order, k)
		}
	}
	if len(order) == 0 {
		if b > 0 {
			return "everywhere"
		}
		return "nowhere"
	}
	slices.SortStableFunc(order, func(i, k int) int { return cmp.Compare(math.Abs(u[k]), math.Abs(u[i])) })
	more := len(order) - mostTerms
	if more == 1 {
		more = 0 // the term takes no more room than saying so
	}
	if more > 0 {
		order = order[:mostTerms]
	}
	var s strings.Builder
	for i, k := range order {
		switch {
		case i == 0 && a[k] < 0:
			s.WriteString("−")
		case i > 0 && a[k] < 0:
			s.WriteString(" − ")
		case i > 0:
			s.WriteString(" + ")
		}
		s.WriteString(short(math.Abs(a[k])) + "·" + names[k])
	}
	if more > 0 {
		fmt.Fprintf(&s, " + … (%d more)", more)
	}
	return s.String() + " > " + short(0-b)
}

// short renders a number with three significant digits.
func short(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64) // drops trailing zeros
	format := byte('f')
	if m := math.Abs(v); m != 0 && (m < 1e-4 || m >= 1e6) {
		format = 'g'
	}
	return strings.ReplaceAll(strconv.FormatFloat(v, format, -1, 64), "-", "−")
}
