package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/relift/relift/engine"
)

var update = flag.Bool("update", false, "write the golden files")

func example() *Summary {
	accuracy := Number(0.9866666)
	return &Summary{
		Status: "done", StatusMeaning: "the relaxation was solved; what is left of the gap is its own", Method: "sdp",
		LowerBound: 1.67712345678, BoundSource: "semidefinite relaxation", UpperBound: 2.58412345678,
		RelativeGap: Number(engine.RelativeGap(1.67712345678, 2.58412345678)),
		Relaxation:  &Relaxation{Status: "converged", Value: 1.6774, LowerBound: 1.67712345678, Rank: 9, OuterIterations: 12, InnerIterations: 345, Seconds: 1.25},
		Tree:        &Tree{Status: "interrupted", Leaves: 36, Open: 29, Value: 1.018765, Trees: 1, Seconds: 42},
		Network:     &Network{Width: 7, Objective: 2.58412345678, DataLoss: 1.2},
		Metrics:     &Metrics{Train: &Metric{Rows: 75, Accuracy: &accuracy}},
		Data: Data{Source: "builtin:iris", Task: "classification", Rows: 75, Features: 4, Columns: 5, Outputs: 3,
			Classes: []string{"setosa", "versicolor", "virginica"}, Targets: []string{"species"}, Distinct: 74, Digest: "sha256:00"},
		Settings: Settings{Reg: 0.1, RegPerRow: 0.001, RegFrom: "given", Scale: "standard", Bias: true, Missing: "error", Method: "auto", Relaxation: "auto", Seed: 1, Gap: 0.001, Threads: 2, BLAS: "gonum"},
		Files:    Files{Model: "iris.model.json", Certificate: "iris.cert.npz"},
		Warnings: []string{}, Version: "0.1.0", Seconds: 2.5,
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := "testdata/" + name
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test ./report -update writes it):\n%s", path, got)
	}
}

func TestText(t *testing.T) {
	var b bytes.Buffer
	if err := example().WriteText(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "summary.txt", b.Bytes())
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	if err := example().WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "summary.json", b.Bytes())
	var s Summary
	if err := json.Unmarshal(b.Bytes(), &s); err != nil {
		t.Fatal(err)
	}
	if s.LowerBound != example().LowerBound {
		t.Errorf("the bound came back as %v", s.LowerBound)
	}
}

// TestTreeSaysNoMoreThanItProved: an upper bound is not rounded down.
func TestTreeSaysNoMoreThanItProved(t *testing.T) {
	if text := (&Tree{Leaves: 1, Value: 1.00000004, Trees: 1}).sentence(); !strings.Contains(text, "≤ 1.000001γ") {
		t.Errorf("a bound of 1.00000004: %s", text)
	}
}

func TestJSONWithoutNetwork(t *testing.T) {
	s := Summary{UpperBound: Number(math.Inf(1)), RelativeGap: 1, LowerBound: 3}
	var b bytes.Buffer
	if err := s.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `"upper_bound": null`) {
		t.Errorf("no upper bound should be null:\n%s", b.String())
	}
	if m := s.Meaning(); !strings.Contains(m, "below 3 on these data.") {
		t.Errorf("meaning %q", m)
	}
}

func TestNumber(t *testing.T) {
	var x Number
	if err := json.Unmarshal([]byte("null"), &x); err != nil || !math.IsNaN(float64(x)) {
		t.Errorf("null is %v, %v", x, err)
	}
}

func TestRelativeGap(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct{ lower, upper, want float64 }{
		{1, 2, 0.5}, {2, 2, 0}, {0, 0, 0}, {-1, 2, 1}, {2 + 4e-16, 2, 0}, {3, 2, -0.5}, {1, inf, 1}, {nan, 1, 1}, {1, nan, 1}, {-1, 0, 0},
	} {
		if got := engine.RelativeGap(c.lower, c.upper); got != c.want {
			t.Errorf("gap of %v and %v is %v, want %v", c.lower, c.upper, got, c.want)
		}
	}
}

func TestPercentRoundsUp(t *testing.T) {
	for f, want := range map[float64]string{
		0: "0 %", 0.5: "50 %", 0.35201: "35.3 %", 1: "100 %", 0.000123: "0.0123 %", 0.0099999: "1 %", 1e-12: "less than 0.0000001 %",
	} {
		if got := Percent(f); got != want {
			t.Errorf("%v is %q, want %q", f, got, want)
		}
	}
}

func TestLeft(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "-", -time.Second: "-", time.Millisecond: "1s", 1500 * time.Millisecond: "2s", 100 * time.Second: "100s", 101 * time.Second: "2m", 100 * time.Minute: "100m", 101 * time.Minute: "2h", 1e5 * time.Hour: "999h",
	} {
		if got := Left(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func TestGapColumnFits(t *testing.T) {
	for f := 1.0; f > 1e-13; f /= 1.37 {
		if text := gapColumn(f); len(text) > 9 {
			t.Errorf("%v is %q, wider than 9", f, text)
		}
	}
}

func rows() []engine.Event {
	nan := math.NaN()
	return []engine.Event{
		{Phase: "network", Relaxed: nan, Bound: nan, Network: 31.5, Elapsed: 10 * time.Millisecond},
		{Phase: "network", Relaxed: nan, Bound: nan, Network: 30.5, Elapsed: 20 * time.Millisecond},
		{Phase: "relax", Relaxed: nan, Bound: nan, Network: 30.5, Begins: true}, // shown on a terminal only
		{Phase: "relax", Outer: 1, Inner: 10, Relaxed: 14.2, Bound: 9.87654321, Network: 30.5, Rank: 8, Elapsed: time.Second},
		{Phase: "relax", Outer: 1, Inner: 21, Relaxed: 14.5, Bound: 9.87654321, Network: 30.5, Rank: 8, Elapsed: 2 * time.Second, Left: 3 * time.Second},
		{Phase: "relax", Outer: 2, Inner: 30, Relaxed: 1.474349e+22, Bound: -1.47431234e-22, Network: 16.592999999, Rank: 9, Elapsed: 3000 * time.Second},
	}
}

func TestTableToAFile(t *testing.T) {
	var b bytes.Buffer
	table := NewTable(&b, false)
	for _, r := range rows() {
		table.Record(r)
	}
	table.Close()
	table.Close()
	table.Record(rows()[0])
	golden(t, "progress.txt", b.Bytes())
	for line := range strings.Lines(b.String()) {
		if len([]rune(strings.TrimSuffix(line, "\n"))) != len(Header()) {
			t.Errorf("line of another width: %q", line)
		}
	}
}

func TestTableRepeatsTheHeader(t *testing.T) {
	var b bytes.Buffer
	table := NewTable(&b, false)
	for i := range 45 {
		table.Record(engine.Event{Phase: "relax", Outer: i})
	}
	table.Close()
	if got := strings.Count(b.String(), Header()); got != 3 {
		t.Errorf("45 rows have %d headers, want 3:\n%s", got, b.String())
	}
	if lines := strings.Count(b.String(), "\n"); lines != 48 {
		t.Errorf("45 rows and 3 headers are %d lines", lines)
	}
}

func TestTableOnATerminal(t *testing.T) {
	var b bytes.Buffer
	table := NewTable(&b, true)
	for _, r := range rows() {
		table.Record(r)
	}
	table.Close()
	if lines := strings.Count(b.String(), "\n"); lines != 4 {
		t.Errorf("three finished rows and a header are %d lines: %q", lines, b.String())
	}
	if !strings.Contains(b.String(), "\r"+rowText(rows()[2])+"\x1b[K\r"+rowText(rows()[3])+"\x1b[K\r"+rowText(rows()[4])) {
		t.Errorf("the row is not rewritten in place: %q", b.String())
	}
	if !strings.HasSuffix(b.String(), "\n") {
		t.Error("the last row is not finished")
	}
}

// TestAdvice: a wide gap comes with its likely cause and what narrows it, a narrow one without.
func TestAdvice(t *testing.T) {
	s := &Summary{Network: &Network{}, RelativeGap: 0.7, BoundSource: "diagonal multipliers", Data: Data{Rows: 768, Columns: 9}}
	if text := s.Advice(); !strings.Contains(text, "768 rows of 9 columns") || !strings.Contains(text, "--time-limit 1m") {
		t.Errorf("diagonal multipliers: %q", text)
	}
	s.BoundSource, s.Settings.TimeLimit = "semidefinite relaxation", 40
	if text := s.Advice(); strings.Contains(text, "quickest") || !strings.Contains(text, "--time-limit 120s") {
		t.Errorf("the relaxation: %q", text)
	}
	if s.RelativeGap = 0.01; s.Advice() != "" {
		t.Errorf("a narrow gap: %q", s.Advice())
	}
}
