package cli

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/npy"
)

const twoClasses = "a,b,y\n1,2,no\n2,1,yes\n4,4,no\n0,3,no\n3,1,yes\n3,2,yes\n"

// twoClassRows are its features and classes.
var twoClassRows = []struct {
	a, b float64
	yes  bool
}{{1, 2, false}, {2, 1, true}, {4, 4, false}, {0, 3, false}, {3, 1, true}, {3, 2, true}}

// TestLossesOfForeignNetworks: what a network was trained with is asked, told or read from its last operator, and the objective is that.
func TestLossesOfForeignNetworks(t *testing.T) {
	_, data := file(t, "d.csv", twoClasses)
	matrix := func(rows, columns int, v ...float64) npy.Array { return npy.Matrix(mat.NewDense(rows, columns, v)) }
	u := matrix(3, 2, 1, -1, -1, 1, 0.5, 0.25)
	one := npz(t, "one.npz", map[string]npy.Array{"U": u, "V": matrix(3, 1, 1, -2, 0.5), "b2": npy.Vector([]float64{0.25})})
	two := npz(t, "two.npz", map[string]npy.Array{"U": u, "V": matrix(3, 2, -1, 1, 0.5, -2, 0.75, 0.5)})
	hidden := func(a, b float64) (g, h, k float64) { return max(a-b, 0), max(b-a, 0), 0.5*a + 0.25*b }
	logit := func(a, b float64) float64 { g, h, k := hidden(a, b); return g - 2*h + 0.5*k + 0.25 }
	pair := func(a, b float64) (no, yes float64) {
		g, h, k := hidden(a, b)
		return -g + 0.5*h + 0.75*k, g - 2*h + 0.5*k
	}
	sum := func(of func(a, b float64, yes bool) float64) (total float64) {
		for _, r := range twoClassRows {
			total += of(r.a, r.b, r.yes)
		}
		return total
	}
	sign := map[bool]float64{true: 1, false: -1}
	decayOne, decayTwo := 4.3125+5.25, 4.3125+1+1+0.25+4+0.5625+0.25
	logistic := sum(func(a, b float64, yes bool) float64 { return math.Log1p(math.Exp(-sign[yes] * logit(a, b))) })
	for _, c := range []struct {
		name, network string
		flags         []string
		data, decay   float64
		intercept     bool
		says          string
	}{
		{"logistic, decayed bias", one, []string{"--loss", "logistic"}, logistic, decayOne + 2*0.25, false, "are decayed"},
		{"logistic, free bias", one, []string{"--loss", "logistic", "--decayed-biases=false"}, logistic, decayOne, true, "are a free intercept"},
		{"squared in one output", one, []string{"--loss", "squared", "--decayed-biases=false"}, sum(func(a, b float64, yes bool) float64 {
			r := logit(a, b) - sign[yes]
			return r * r / 2
		}), decayOne, true, "are a free intercept"},
		{"squared in two outputs", two, nil, sum(func(a, b float64, yes bool) float64 {
			no, is := pair(a, b)
			target := (1 + sign[yes]) / 2
			return ((no-1+target)*(no-1+target) + (is-target)*(is-target)) / 2
		}), decayTwo, false, "audited with the squared loss"},
		{"softmax", two, []string{"--loss", "softmax"}, sum(func(a, b float64, yes bool) float64 {
			no, is := pair(a, b)
			return math.Log1p(math.Exp(-sign[yes] * (is - no)))
		}), decayTwo, false, ""},
		{"huber", two, []string{"--loss", "huber", "--huber-delta", "0.5"}, sum(func(a, b float64, yes bool) float64 {
			no, is := pair(a, b)
			target, total := (1+sign[yes])/2, 0.0
			for _, r := range []float64{no - 1 + target, is - target} {
				if r = math.Abs(r); r <= 0.5 {
					total += r * r / 2
				} else {
					total += 0.5 * (r - 0.25)
				}
			}
			return total
		}), decayTwo, false, ""},
	} {
		s := summaryOf(t, append([]string{c.network, data, "--reg", "0.5", "--scale", "none", "--time-limit", "1s"}, c.flags...)...)
		if got := float64(s.DataLoss); math.Abs(got-c.data) > 1e-12*c.data {
			t.Errorf("%s: data loss %v, want %v", c.name, got, c.data)
		}
		if got := float64(s.Decay); math.Abs(got-0.25*c.decay) > 1e-12 {
			t.Errorf("%s: weight decay %v, want %v", c.name, got, 0.25*c.decay)
		}
		if s.Settings.Intercept != c.intercept || !(s.LowerBound <= s.Best) || !(s.Best <= s.Objective) {
			t.Errorf("%s: intercept %v, bound %v, best %v, objective %v", c.name, s.Settings.Intercept, s.LowerBound, s.Best, s.Objective)
		}
		if all := strings.Join(s.Warnings, "\n"); !strings.Contains(all, c.says) || c.says == "" && all != "" {
			t.Errorf("%s: warnings %q, want %q", c.name, all, c.says)
		}
	}
	command(t, "audit", one, data, "--reg", "0.5").wantRefusal(t, "one.npz", "one output for the two classes", "--loss logistic")
	command(t, "audit", two, data, "--reg", "0.5", "--loss", "logistic").wantRefusal(t, "two.npz", "do not fit", "1 outputs")
	command(t, "audit", one, data, "--weight-decay", "0.5", "--weight", "a", "--loss", "logistic").wantRefusal(t, "--weight-decay", "expected --reg")
}

// TestLossOfTheLastOperator: scikit-learn's classifier of two classes ends in a sigmoid of one logit.
func TestLossOfTheLastOperator(t *testing.T) {
	_, data := file(t, "d.csv", "a,b,c,d,y\n1,0,-1,2,0\n2,1,3,-2,1\n-1,4,2,0,0\n0,1,1,5,1\n3,-2,0,1,1\n-2,1,-3,4,0\n")
	const exported = "../../../../network/onnx/testdata/exporters/"
	for name, want := range map[string]string{"sklearn_two_classes.onnx": "logistic", "sklearn_standard.onnx": "logistic"} {
		s := summaryOf(t, exported+name, data, "--reg", "1", "--decayed-biases=false", "--time-limit", "1s")
		if s.Settings.Loss != want || !s.Settings.Intercept || !strings.Contains(strings.Join(s.Warnings, "\n"), "audited with the "+want+" loss, by the operator that ends it; --loss") {
			t.Errorf("%s: loss %q, intercept %v, warnings %q", name, s.Settings.Loss, s.Settings.Intercept, s.Warnings)
		}
	}
}
