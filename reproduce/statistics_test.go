package reproduce

import (
	"math"
	"testing"
)

func TestStatisticsByHand(t *testing.T) {
	var s sample
	for _, v := range []float64{2, math.NaN(), 4, 4, 4, 5, 5, 7, 9} {
		s.add(v)
	}
	if len(s) != 8 || s.mean() != 5 {
		t.Errorf("%d numbers with mean %v, by hand 8 with mean 5", len(s), s.mean())
	}
	// Σ(v − 5)² = 9 + 1 + 1 + 1 + 0 + 0 + 4 + 16 = 32.
	if want := math.Sqrt(32.0 / 7); math.Abs(s.deviation()-want) > 1e-15 {
		t.Errorf("deviation %v, by hand %v", s.deviation(), want)
	}
	if s := (sample{3}); s.mean() != 3 || !math.IsNaN(s.deviation()) {
		t.Errorf("one number: mean %v, deviation %v; expected 3 and none", s.mean(), s.deviation())
	}
	if !math.IsNaN(sample(nil).mean()) || !math.IsNaN(sample(nil).farthest()) {
		t.Error("statistics of no numbers are numbers")
	}
	if far := (sample{1, -3, 2}).farthest(); far != -3 {
		t.Errorf("farthest from zero is %v, by hand −3", far)
	}
}

func TestShownNumbersErrOnTheSafeSide(t *testing.T) {
	for _, c := range []struct {
		v    float64
		side int
		want string
	}{{1.23456, down, "1.2345"}, {1.23451, up, "1.2346"}, {1.23456, nearest, "1.2346"}, {-1e-9, nearest, "0.0000"}, {math.NaN(), up, "–"}, {math.Inf(1), up, "–"}} {
		if got := value(c.v, c.side).text; got != c.want {
			t.Errorf("%v to side %d: %q, want %q", c.v, c.side, got, c.want)
		}
	}
	if c := percent(0.125); c.text != "12.50" || c.exact != "0.125" {
		t.Errorf("percent: %+v", c)
	}
}

func TestThinKeepsTheEnds(t *testing.T) {
	objectives := make([]float64, 1001)
	for i := range objectives {
		objectives[i] = float64(i)
	}
	h := thin(objectives)
	if h.Iterations[0] != 0 || h.Iterations[len(h.Iterations)-1] != 1000 || len(h.Iterations) > historyPoints+1 {
		t.Errorf("%v", h.Iterations)
	}
	for i, it := range h.Iterations {
		if h.Objectives[i] != float64(it) || i > 0 && it <= h.Iterations[i-1] {
			t.Fatalf("point %d is iteration %d with %v", i, it, h.Objectives[i])
		}
	}
	if thin(nil) != nil || len(thin([]float64{7}).Iterations) != 1 {
		t.Error("histories of no and of one point")
	}
}
