package dispatch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// makers are the implementations that every test of the suite runs on.
var makers = map[string]func(t *testing.T, b Budget, list ...Kind) Executor{
	"serial":   func(_ *testing.T, b Budget, list ...Kind) Executor { return NewSerial(b, list...) },
	"parallel": func(_ *testing.T, b Budget, list ...Kind) Executor { return NewParallel(b, list...) },
	"kept serial": func(t *testing.T, b Budget, list ...Kind) Executor {
		return Keep(NewSerial(b, list...), folder(t))
	},
	"kept parallel": func(t *testing.T, b Budget, list ...Kind) Executor {
		return Keep(NewParallel(b, list...), folder(t))
	},
}

func folder(t *testing.T) *Folder {
	f, err := OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// suite runs f for each implementation.
func suite(t *testing.T, f func(t *testing.T, start func(b Budget, list ...Kind) Executor)) {
	for name, maker := range makers {
		t.Run(name, func(t *testing.T) {
			f(t, func(b Budget, list ...Kind) Executor { return maker(t, b, list...) })
		})
	}
}

// concat is the kind whose output is the JSON text of its settings and inputs one after the other.
var concat = Kind{Name: "concat", Version: "1", Run: func(_ context.Context, t Task) ([]byte, error) {
	all := string(t.Settings)
	for k := range t.inputs {
		more, err := io.ReadAll(t.Input(k))
		if err != nil {
			return nil, err
		}
		all += string(more)
	}
	return []byte(strconv.Quote(all)), nil
}}

// rest takes all results of a batch.
func rest(b Batch) []Result {
	var list []Result
	for {
		r, more := b.Next()
		if !more {
			return list
		}
		list = append(list, r)
	}
}

func named(kind, name string, priority float64) Job {
	return Job{Kind: kind, Name: name, Settings: []byte(name), Priority: priority}
}

func TestOutputsAreThoseOfSettingsAndInputs(t *testing.T) {
	suite(t, func(t *testing.T, start func(Budget, ...Kind) Executor) {
		e := start(Budget{Threads: 3}, concat)
		x, y := e.Put([]byte("left ")), e.Put([]byte("right"))
		b := e.Batch(t.Context())
		for i := range 20 {
			j := Job{Kind: "concat", Name: fmt.Sprint(i), Settings: fmt.Appendf(nil, "%d: ", i), Inputs: []Digest{x, y}}
			if i%2 == 1 {
				j.Inputs = []Digest{y}
			}
			b.Submit(j)
		}
		e.Drop(x) // the jobs have it
		seen := map[string]bool{}
		for _, r := range rest(b) {
			want := strconv.Quote(r.Job.Name + ": left right")
			if i, _ := strconv.Atoi(r.Job.Name); i%2 == 1 {
				want = strconv.Quote(r.Job.Name + ": right")
			}
			if r.Err != nil || string(r.Output) != want || seen[r.Job.Name] {
				t.Errorf("job %s: %s, %v; expected %s, once", r.Job.Name, r.Output, r.Err, want)
			}
			if d, err := e.Digest(r.Job); err != nil || d != r.Digest {
				t.Errorf("job %s: digest %v, expected %v", r.Job.Name, r.Digest, d)
			}
			seen[r.Job.Name] = true
		}
		if len(seen) != 20 {
			t.Errorf("%d results of 20 jobs", len(seen))
		}
	})
}

func TestJobsThatFollowFromResults(t *testing.T) {
	suite(t, func(t *testing.T, start func(Budget, ...Kind) Executor) {
		e := start(Budget{Threads: 2}, concat)
		b := e.Batch(t.Context())
		for _, first := range []string{"a", "b", "c"} {
			b.Submit(named("concat", first, 0))
		}
		var longest []string
		for {
			r, more := b.Next()
			if !more {
				break
			}
			if r.Err != nil {
				t.Fatal(r.Err)
			}
			text, err := strconv.Unquote(string(r.Output))
			if err != nil {
				t.Fatal(err)
			}
			if len(text) == 8 {
				longest = append(longest, text)
				continue
			}
			b.Submit(Job{Kind: "concat", Name: text + "+", Settings: []byte(text), Inputs: []Digest{e.Put([]byte(text))}})
		}
		slices.Sort(longest)
		if !slices.Equal(longest, []string{"aaaaaaaa", "bbbbbbbb", "cccccccc"}) {
			t.Errorf("chains end in %q", longest)
		}
	})
}

func TestPriorities(t *testing.T) {
	suite(t, func(t *testing.T, start func(Budget, ...Kind) Executor) {
		var mu sync.Mutex
		var order []string
		gate := make(chan struct{})
		e := start(Budget{Threads: 1}, Kind{Name: "note", Run: func(_ context.Context, task Task) ([]byte, error) {
			if string(task.Settings) == "gate" {
				<-gate
				return []byte("0"), nil
			}
			mu.Lock()
			defer mu.Unlock()
			order = append(order, string(task.Settings))
			return []byte("0"), nil
		}})
		b := e.Batch(t.Context())
		b.Submit(named("note", "gate", math.Inf(1))) // while it runs the others wait
		for _, j := range []Job{named("note", "low", -1), named("note", "first", 2), named("note", "second", 2), named("note", "middle", 0.5)} {
			b.Submit(j)
		}
		close(gate)
		rest(b)
		if !slices.Equal(order, []string{"first", "second", "middle", "low"}) {
			t.Errorf("ran in the order %q", order)
		}
	})
}

func TestFailuresAreOfTheirJobsAlone(t *testing.T) {
	bad := errors.New("no such luck")
	suite(t, func(t *testing.T, start func(Budget, ...Kind) Executor) {
		e := start(Budget{Threads: 2, Bytes: 1000}, concat,
			Kind{Name: "fail", Run: func(context.Context, Task) ([]byte, error) { return []byte("7"), bad }},
			Kind{Name: "panic", Run: func(context.Context, Task) ([]byte, error) { panic("out of luck") }})
		b := e.Batch(t.Context())
		b.Submit(named("concat", "good", 0))
		b.Submit(named("fail", "fail", 0))
		b.Submit(named("panic", "panic", 0))
		b.Submit(named("nothing", "nothing", 0))
		b.Submit(Job{Kind: "concat", Name: "input", Inputs: []Digest{Of([]byte("never put"))}})
		b.Submit(Job{Kind: "concat", Name: "large", Needs: Estimate{Bytes: 1001}})
		want := map[string]error{"fail": bad, "nothing": ErrKind, "input": ErrInput, "large": ErrMemory}
		results := rest(b)
		if len(results) != 6 {
			t.Errorf("%d results of 6 jobs", len(results))
		}
		for _, r := range results {
			switch r.Job.Name {
			case "good":
				if r.Err != nil || string(r.Output) != `"good"` {
					t.Errorf("%s, %v", r.Output, r.Err)
				}
			case "panic":
				if r.Err == nil || !strings.Contains(r.Err.Error(), "panic: out of luck") {
					t.Errorf("panic: %v", r.Err)
				}
			default:
				if !errors.Is(r.Err, want[r.Job.Name]) || r.Output != nil {
					t.Errorf("%s: %q, %v; expected %v and no output", r.Job.Name, r.Output, r.Err, want[r.Job.Name])
				}
			}
		}
	})
}

func TestCancellation(t *testing.T) {
	suite(t, func(t *testing.T, start func(Budget, ...Kind) Executor) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var begun atomic.Int32
		e := start(Budget{Threads: 2}, Kind{Name: "wait", Run: func(ctx context.Context, _ Task) ([]byte, error) {
			begun.Add(1)
			cancel()
			<-ctx.Done()
			return nil, ctx.Err()
		}}, concat)
		b := e.Batch(ctx)
		for i := range 50 {
			b.Submit(named("wait", fmt.Sprint(i), 0))
		}
		results := rest(b)
		if len(results) != 50 {
			t.Errorf("%d results of 50 jobs", len(results))
		}
		for _, r := range results {
			if !errors.Is(r.Err, context.Canceled) {
				t.Errorf("job %s: %v; expected the context's error", r.Job.Name, r.Err)
			}
		}
		if begun.Load() > 2 {
			t.Errorf("%d jobs began", begun.Load())
		}
		other := e.Batch(t.Context()) // the end of a batch is not that of the executor
		other.Submit(named("concat", "alive", 0))
		if list := rest(other); len(list) != 1 || list[0].Err != nil {
			t.Errorf("a batch after the cancelled one: %+v", list)
		}
	})
}

func TestBudget(t *testing.T) {
	suite(t, func(t *testing.T, start func(Budget, ...Kind) Executor) {
		var threads, bytes, inside atomic.Int64
		kind := Kind{Name: "use", Run: func(_ context.Context, task Task) ([]byte, error) {
			inside.Add(1)
			defer inside.Add(-1)
			need, err := strconv.Atoi(string(task.Settings))
			if err != nil {
				return nil, err
			}
			if n := threads.Add(int64(task.Threads)); n > 4 {
				t.Errorf("%d threads at a time, expected at most 4", n)
			}
			if n := bytes.Add(int64(need)); n > 100 {
				t.Errorf("%d bytes at a time, expected at most 100", n)
			}
			if task.Threads == 4 && inside.Load() != 1 {
				t.Error("a job that needs all threads has company")
			}
			time.Sleep(time.Millisecond)
			threads.Add(-int64(task.Threads))
			bytes.Add(-int64(need))
			return []byte("0"), nil
		}}
		e := start(Budget{Threads: 4, Bytes: 100}, kind)
		b := e.Batch(t.Context())
		for i := range 60 {
			need := 1 + i*37%90
			b.Submit(Job{Kind: "use", Name: fmt.Sprint(i), Settings: []byte(strconv.Itoa(need)), Needs: Estimate{Bytes: uint64(need), Threads: i % 8}})
		}
		for _, r := range rest(b) {
			if r.Err != nil {
				t.Error(r.Err)
			}
		}
	})
}

// TestJobsDoNotShareMemory: what a job or its owner writes into bytes that it has does not reach another job.
func TestJobsDoNotShareMemory(t *testing.T) {
	suite(t, func(t *testing.T, start func(Budget, ...Kind) Executor) {
		e := start(Budget{Threads: 1}, Kind{Name: "scribble", Run: func(_ context.Context, task Task) ([]byte, error) {
			input, err := io.ReadAll(task.Input(0))
			if err != nil {
				return nil, err
			}
			output := append([]byte(strconv.Quote(string(task.Settings)+string(input))), ' ')
			for _, own := range [][]byte{task.Settings, input} {
				for i := range own {
					own[i] = '!'
				}
			}
			return output, nil
		}})
		shared := e.Put([]byte("shared"))
		settings := []byte("settings ")
		b := e.Batch(t.Context())
		for i := range 3 {
			b.Submit(Job{Kind: "scribble", Name: fmt.Sprint(i), Settings: settings, Inputs: []Digest{shared}})
		}
		for _, r := range rest(b) {
			if got := string(bytes.TrimSpace(r.Output)); r.Err != nil || got != `"settings shared"` {
				t.Errorf("job %s: %s, %v", r.Job.Name, got, r.Err)
			}
			for i := range r.Output {
				r.Output[i] = '?'
			}
		}
	})
}
