package report

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/relift/relift/engine"
)

func TestLogHasALineForEachIteration(t *testing.T) {
	var b strings.Builder
	log := NewLog(&b)
	log.Record(engine.Event{Phase: "network"})
	log.Record(engine.Event{Phase: "relax", Outer: 3, Bound: 1.5, Network: math.NaN(), Iteration: &engine.Iteration{Method: "low-rank", Value: 2, Bound: 1.25, Penalty: math.NaN()}})
	if err := log.Err(); err != nil {
		t.Fatal(err)
	}
	var record map[string]any
	if err := json.Unmarshal([]byte(b.String()), &record); err != nil {
		t.Fatalf("%q: %v", b.String(), err)
	}
	for name, want := range map[string]any{"phase": "relax", "method": "low-rank", "outer": 3.0, "value": 2.0, "bound": 1.25, "best_bound": 1.5, "network": nil, "penalty": nil} {
		if record[name] != want {
			t.Errorf("%s is %v, want %v", name, record[name], want)
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
