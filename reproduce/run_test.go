package reproduce

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// counted are jobs that count how often they run.
func counted(n int, runs *atomic.Int32, before func(i int) error) []Job {
	var jobs []Job
	for i := range n {
		jobs = append(jobs, Job{
			ID: fmt.Sprintf("test/%d", i), Settings: Settings{Experiment: Tightness, Data: "test", Gamma: 0.1, Limits: map[string]float64{"n": float64(i)}},
			weight: 1, data: func() (source, error) { return source{}, nil },
			run: func(context.Context, source) ([]Row, error) {
				runs.Add(1)
				if before != nil {
					if err := before(i); err != nil {
						return nil, err
					}
				}
				row := newRow("m")
				row.Objective = 1.0 / 3
				row.Seed = i
				return []Row{row}, nil
			},
		})
	}
	return jobs
}

func TestResumeSkipsWhatIsFinished(t *testing.T) {
	var runs atomic.Int32
	jobs := counted(5, &runs, nil)
	dir := t.TempDir()
	first, err := Run(t.Context(), jobs, Execution{Dir: dir, Jobs: 2})
	if err != nil || len(first.Results) != 5 || runs.Load() != 5 {
		t.Fatalf("%d results of %d runs, %v", len(first.Results), runs.Load(), err)
	}
	again, err := Run(t.Context(), jobs, Execution{Dir: dir, Resume: true})
	if err != nil || again.Kept != 5 || runs.Load() != 5 {
		t.Errorf("resumed: %d kept, %d runs, %v", again.Kept, runs.Load(), err)
	}
	for i, r := range again.Results {
		if r.ID != jobs[i].ID || r.Rows[0].Objective != first.Results[i].Rows[0].Objective || r.Rows[0].Seed != i {
			t.Errorf("result %d came back as %+v", i, r)
		}
		if lower := float64(r.Rows[0].Lower); lower == lower {
			t.Errorf("an unknown number came back as %v", lower)
		}
	}
	if _, err := Run(t.Context(), jobs, Execution{Dir: dir}); err != nil || runs.Load() != 10 {
		t.Errorf("without --resume: %d runs, %v; expected 10", runs.Load(), err)
	}
}

func TestInterruptionKeepsWhatIsFinished(t *testing.T) {
	var runs atomic.Int32
	ctx, cancel := context.WithCancel(t.Context())
	jobs := counted(6, &runs, func(i int) error {
		if i == 3 {
			cancel()
		}
		return nil
	})
	dir := t.TempDir()
	out, err := Run(ctx, jobs, Execution{Dir: dir, Jobs: 1})
	if !errors.Is(err, ErrInterrupted) || len(out.Results) != 3 || len(out.Missing) != 3 {
		t.Fatalf("%d results, %d missing, %v", len(out.Results), len(out.Missing), err)
	}
	runs.Store(0)
	jobs = counted(6, &runs, nil)
	out, err = Run(t.Context(), jobs, Execution{Dir: dir, Resume: true, Jobs: 1})
	if err != nil || out.Kept != 3 || runs.Load() != 3 || len(out.Results) != 6 {
		t.Errorf("after the interruption: %d kept, %d runs, %d results, %v", out.Kept, runs.Load(), len(out.Results), err)
	}
}

func TestOtherSettingsAndDamageAreDoneAgain(t *testing.T) {
	var runs atomic.Int32
	jobs := counted(3, &runs, nil)
	dir := t.TempDir()
	if _, err := Run(t.Context(), jobs, Execution{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	jobs[0].Settings.Limits = map[string]float64{"n": 7}
	damaged := filepath.Join(dir, "jobs", "test__1.json")
	text, err := os.ReadFile(damaged)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(damaged, text[:len(text)/2], 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := Run(t.Context(), jobs, Execution{Dir: dir, Resume: true})
	if err != nil || out.Kept != 1 || runs.Load() != 5 {
		t.Errorf("%d kept, %d runs, %v; expected 1 and 5", out.Kept, runs.Load(), err)
	}
}

func TestFailuresDoNotStopTheOthers(t *testing.T) {
	var runs atomic.Int32
	bad := errors.New("no such luck")
	jobs := counted(4, &runs, func(i int) error {
		switch i {
		case 1:
			return bad
		case 2:
			panic("out of luck")
		}
		return nil
	})
	out, err := Run(t.Context(), jobs, Execution{Dir: t.TempDir()})
	if !errors.Is(err, bad) || !strings.Contains(err.Error(), "test/1: no such luck") || !strings.Contains(err.Error(), "test/2: panic: out of luck") {
		t.Errorf("%v", err)
	}
	if len(out.Results) != 2 || len(out.Missing) != 2 {
		t.Errorf("%d results, missing %v", len(out.Results), out.Missing)
	}
}

func TestJobsAloneRunOneAtATimeAndLast(t *testing.T) {
	var runs, inside atomic.Int32
	jobs := counted(6, &runs, nil)
	for i := range 3 {
		jobs[i].alone = true
		jobs[i].run = func(context.Context, source) ([]Row, error) {
			if inside.Add(1) != 1 || runs.Load() != 3 {
				t.Errorf("job %d has company", i)
			}
			inside.Add(-1)
			return []Row{newRow("m")}, nil
		}
	}
	if _, err := Run(t.Context(), jobs, Execution{Dir: t.TempDir(), Jobs: 4}); err != nil {
		t.Error(err)
	}
}

func TestProgress(t *testing.T) {
	var runs atomic.Int32
	var lines, live bytes.Buffer
	jobs := counted(3, &runs, nil)
	dir := t.TempDir()
	if _, err := Run(t.Context(), jobs, Execution{Dir: dir, Progress: &lines}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(lines.String(), "\n"); n != 3 || !strings.Contains(lines.String(), "[3/3] test/") || strings.Contains(lines.String(), "\r") {
		t.Errorf("on a pipe: %q", lines.String())
	}
	if _, err := Run(t.Context(), jobs, Execution{Dir: dir, Progress: &live, Terminal: true}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(live.String(), "\n"); n != 1 || strings.Count(live.String(), "\r") != 3 {
		t.Errorf("on a terminal: %q", live.String())
	}
}

func TestPeakHeapSeesAnAllocation(t *testing.T) {
	const size = 64 << 20
	var keep []byte
	peak := peakHeap(func() { keep = make([]byte, size) })
	// The collector may free what earlier tests left behind meanwhile.
	const left = 1 << 20
	if keep[size-1] != 0 || peak < size-left || peak > 2*size {
		t.Errorf("peak of %d bytes, allocated %d", peak, size)
	}
}
