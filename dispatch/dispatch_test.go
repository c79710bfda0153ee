package dispatch

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

func TestParallelRunsSideBySide(t *testing.T) {
	both := make(chan struct{}, 2)
	e := NewParallel(Budget{Threads: 2}, Kind{Name: "meet", Run: func(ctx context.Context, _ Task) ([]byte, error) {
		both <- struct{}{}
		for len(both) < 2 { // until the other one is there
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
		}
		return nil, nil
	}})
	b := e.Batch(t.Context())
	b.Submit(Job{Kind: "meet", Name: "a"})
	b.Submit(Job{Kind: "meet", Name: "b"})
	if list := rest(b); len(list) != 2 || list[0].Err != nil || list[1].Err != nil {
		t.Errorf("%+v", list)
	}
}

func TestDigestsTellJobsApart(t *testing.T) {
	e := NewSerial(Budget{}, concat, Kind{Name: "concat2", Version: "1", Run: concat.Run})
	newer := NewSerial(Budget{}, Kind{Name: "concat", Version: "2", Run: concat.Run})
	x, y := Of([]byte("x")), Of([]byte("y"))
	jobs := []Job{
		{Kind: "concat"}, {Kind: "concat2"}, {Kind: "concat", Settings: []byte("x")}, {Kind: "concat", Inputs: []Digest{x}},
		{Kind: "concat", Inputs: []Digest{x, y}}, {Kind: "concat", Inputs: []Digest{y, x}}, {Kind: "concat", Settings: x[:]},
	}
	seen := map[Digest]int{}
	for i, j := range jobs {
		d, err := e.Digest(j)
		if err != nil {
			t.Fatal(err)
		}
		if other, twice := seen[d]; twice {
			t.Errorf("jobs %d and %d have the same digest", other, i)
		}
		seen[d] = i
		j.Name, j.Priority, j.Needs = "name", 3, Estimate{Bytes: 5}
		if same, _ := e.Digest(j); same != d {
			t.Errorf("job %d: name, priority and estimate are part of the digest", i)
		}
	}
	other, err := newer.Digest(jobs[0])
	if _, twice := seen[other]; twice || err != nil {
		t.Errorf("another version has the same digest (%v)", err)
	}
	if text := other.String(); len(text) != 71 || !strings.HasPrefix(text, "sha256:") {
		t.Errorf("digest %v", text)
	}
}

func TestKeptOutputsAreNotMadeAgain(t *testing.T) {
	var runs atomic.Int32
	kind := func(version string) Kind {
		return Kind{Name: "count", Version: version, Run: func(_ context.Context, task Task) ([]byte, error) {
			runs.Add(1)
			return json.Marshal(map[string]string{"of": string(task.Settings)})
		}}
	}
	store := folder(t)
	run := func(version string) (kept int) {
		t.Helper()
		b := Keep(NewParallel(Budget{}, kind(version)), store).Batch(t.Context())
		for _, name := range []string{"some/a", "some/b", "some/c"} {
			b.Submit(named("count", name, 0))
		}
		for _, r := range rest(b) {
			var output map[string]string
			if err := json.Unmarshal(r.Output, &output); r.Err != nil || err != nil || output["of"] != r.Job.Name {
				t.Errorf("%s: %s, %v, %v", r.Job.Name, r.Output, r.Err, err)
			}
			if r.Kept {
				kept++
			}
		}
		return kept
	}
	if kept := run("1"); kept != 0 || runs.Load() != 3 {
		t.Errorf("first: %d kept, %d runs", kept, runs.Load())
	}
	if kept := run("1"); kept != 3 || runs.Load() != 3 {
		t.Errorf("again: %d kept, %d runs", kept, runs.Load())
	}
	damaged := filepath.Join(store.dir, "some__b.json")
	text, err := os.ReadFile(damaged)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(damaged, text[:len(text)/2], 0o644); err != nil {
		t.Fatal(err)
	}
	if kept := run("1"); kept != 2 || runs.Load() != 4 {
		t.Errorf("a damaged file: %d kept, %d runs", kept, runs.Load())
	}
	if kept := run("2"); kept != 0 || runs.Load() != 7 {
		t.Errorf("another version: %d kept, %d runs", kept, runs.Load())
	}
	if err := store.Remove(named("count", "some/a", 0)); err != nil {
		t.Fatal(err)
	}
	if kept := run("2"); kept != 2 || runs.Load() != 8 {
		t.Errorf("one removed: %d kept, %d runs", kept, runs.Load())
	}
}

// TestFailureOfTheStore is the error of the job whose output it does not keep.
func TestFailureOfTheStore(t *testing.T) {
	e := Keep(NewSerial(Budget{}, Kind{Name: "text", Run: func(context.Context, Task) ([]byte, error) { return []byte("no JSON"), nil }}), folder(t))
	b := e.Batch(t.Context())
	b.Submit(named("text", "a", 0))
	if r, _ := b.Next(); r.Err == nil || !strings.Contains(r.Err.Error(), "store: a: the output is not JSON") || r.Output != nil {
		t.Errorf("%s, %v", r.Output, r.Err)
	}
}

func TestRegistrationRefuses(t *testing.T) {
	for name, list := range map[string][]Kind{"twice": {concat, concat}, "no name": {{Run: concat.Run}}, "no function": {{Name: "f"}}} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("accepted")
				}
			}()
			NewSerial(Budget{}, list...)
		})
	}
}
