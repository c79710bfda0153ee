package audit

import (
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// TestAdvice: each way in which a network falls short has its own remedy.
func TestAdvice(t *testing.T) {
	p := randomProblem(7, 10, 2, 1)
	best := optimum(t, p).Weights
	scaled := func(u, v float64) problem.Weights {
		w := problem.Weights{U: mat.DenseCopyOf(best.U), V: mat.DenseCopyOf(best.V)}
		w.U.Scale(u, w.U)
		w.V.Scale(v, w.V)
		return w
	}
	one := problem.Weights{U: mat.NewDense(1, 2, []float64{1e-3, 0}), V: mat.NewDense(1, 1, []float64{1e-3})}
	for name, c := range map[string]struct {
		network problem.Weights
		want    []string
		not     string
	}{
		"optimal":            {best, []string{"Keep the network", "change the weight decay, the features or the data"}, "Train further"},
		"not balanced":       {scaled(3, 1.0/3), []string{"Train further: its neurons are not balanced", "cannot be gained"}, "no better than 0"},
		"bad second layer":   {scaled(1, 0.3), []string{"its hidden neurons are good", "solving for the second layer alone"}, "balanced"},
		"worse than nothing": {scaled(1, -1), []string{"no better than 0 for every row", "the order of its columns"}, "Keep"},
		"few neurons":        {one, []string{"Train further: its hidden layer lacks"}, "Keep"},
	} {
		r := run(t, p, c.network, Options{})
		for _, want := range c.want {
			if !strings.Contains(r.Advice, want) {
				t.Errorf("%s: the advice lacks %q: %s", name, want, r.Advice)
			}
		}
		if strings.Contains(r.Advice, c.not) || strings.Contains(r.Advice, "\n") {
			t.Errorf("%s: the advice is %s", name, r.Advice)
		}
	}
	undecided := &Report{Verdict: Undecided, Objective: 2, Best: 2, Zero: 5, RelativeGap: 0.25}
	if got := undecided.advise(); !strings.HasPrefix(got, "Nothing better was found and nothing rules it out: at most 25 %") || !strings.Contains(got, "--time-limit") {
		t.Errorf("undecided: %s", got)
	}
}
