package report

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/relift/relift/engine"
)

// TestLogComesBack: a line for each event, with what a solver says of its iterations, and the outcome at the end.
func TestLogComesBack(t *testing.T) {
	var b strings.Builder
	log := NewLog(&b)
	log.Record(engine.Event{Phase: "network", Bound: math.Inf(-1), Network: 4, Relaxed: math.NaN()})
	log.Record(engine.Event{Phase: "relax", Outer: 3, Bound: 1.5, Network: math.NaN(), Iteration: &engine.Iteration{Method: "low-rank", Value: 2, Bound: 1.25, Penalty: math.NaN()}, Elapsed: 2 * time.Second})
	log.End(&Summary{LowerBound: 1.625, UpperBound: 3, Network: &Network{}, Seconds: 2.5})
	if err := log.Err(); err != nil {
		t.Fatal(err)
	}
	var record map[string]any
	if err := json.Unmarshal([]byte(strings.Split(b.String(), "\n")[1]), &record); err != nil {
		t.Fatalf("%q: %v", b.String(), err)
	}
	for name, want := range map[string]any{"phase": "relax", "method": "low-rank", "outer": 3.0, "value": 2.0, "bound": 1.25, "best_bound": 1.5, "network": nil, "penalty": nil} {
		if record[name] != want {
			t.Errorf("%s is %v, want %v", name, record[name], want)
		}
	}
	events, err := ReadLog(strings.NewReader(b.String()))
	if err != nil || len(events) != 3 {
		t.Fatalf("%d events: %v", len(events), err)
	}
	if e := events[0]; e.Phase != "network" || !math.IsNaN(e.Bound) || e.Network != 4 {
		t.Errorf("first %+v", e)
	}
	if e := events[2]; e.Phase != "result" || e.Bound != 1.625 || e.Network != 3 || e.Outer != 3 || e.Elapsed != 2500*time.Millisecond {
		t.Errorf("outcome %+v", e)
	}
	for _, text := range []string{"{}", "phase,outer", b.String() + "["} {
		if _, err := ReadLog(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), "line ") || !strings.Contains(err.Error(), "--log") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space") }

func TestLogKeepsItsFailure(t *testing.T) {
	log := NewLog(full{})
	log.Record(engine.Event{Iteration: &engine.Iteration{}})
	log.Record(engine.Event{Iteration: &engine.Iteration{}})
	if log.Err() == nil {
		t.Error("a failed write is no error")
	}
}
