package reproduce

import (
	"context"
	"fmt"
	"runtime"
	"runtime/metrics"
	"time"

	"github.com/relift/relift/baseline/kernel"
	"github.com/relift/relift/exact"
)

// costGamma is the γ of the cost experiment.
const costGamma = 0.1

// planCost measures time and memory against the number of rows.  Its jobs run
// one at a time.
func planCost(o Options) []Job {
	e := o.effort()
	var jobs []Job
	for _, n := range e.sizes {
		reference := fmt.Sprintf("builtin:random?seed=0&n=%d", n)
		settings := Settings{Experiment: Cost, Data: "random", Source: reference, Gamma: costGamma, Size: n}
		jobs = append(jobs, costJobs(e, settings, plain(reference, false), true)...)
	}
	for _, n := range e.sizesMNIST {
		settings := Settings{Experiment: Cost, Data: "mnist20", Source: "builtin:mnist20.train", Gamma: costGamma, Size: n}
		load := classification("mnist20", false, "")
		data := func() (source, error) {
			s, err := load()
			if err != nil {
				return s, err
			}
			return s.first(n), nil
		}
		jobs = append(jobs, costJobs(e, settings, data, false)...)
	}
	return jobs
}

func costJobs(e effort, settings Settings, data func() (source, error), plane bool) []Job {
	var jobs []Job
	add := func(method string, weight float64, limits map[string]float64, run func(context.Context, source) (Row, error)) {
		s := settings
		s.Method, s.Limits = method, limits
		jobs = append(jobs, Job{
			ID:       fmt.Sprintf("cost/%s/%d/%s", s.Data, s.Size, method),
			Settings: s, weight: weight * float64(s.Size) / 100, alone: true, data: data,
			run: func(ctx context.Context, s source) ([]Row, error) {
				var row Row
				var err error
				peak := peakHeap(func() { row, err = run(ctx, s) })
				row.PeakBytes = peak
				return []Row{row}, err
			},
		})
	}
	limits := map[string]float64{"outer": float64(e.relaxOuter), "inner": float64(e.relaxInner), "gap": e.relaxGap}
	add("sdp", 10, limits, func(ctx context.Context, s source) (Row, error) {
		begin := time.Now()
		r, err := relaxation(ctx, s.problem(costGamma), relaxLimits{outer: e.relaxOuter, inner: e.relaxInner, gap: e.relaxGap})
		if err != nil {
			return Row{}, err
		}
		return relaxationRow(r, begin), nil
	})
	add("sgd", 2, map[string]float64{"width": sgdWidth, "iterations": float64(e.sgdClass)}, func(ctx context.Context, s source) (Row, error) {
		rows, _, err := gradientDescent(ctx, s.problem(costGamma), sgdWidth, 1, e.sgdClass)
		if err != nil {
			return Row{}, err
		}
		rows[0].History = nil
		return rows[0], nil
	})
	add("ntk", 0.1, nil, func(_ context.Context, s source) (Row, error) {
		begin := time.Now()
		_, err := kernel.Fit(kernel.NTK, s.x, s.y, costGamma, kernel.Params{})
		return timed(newRow(methodNTK), begin), err
	})
	if !plane {
		return jobs
	}
	add("exact", 1, map[string]float64{"gap": exactGap}, func(ctx context.Context, s source) (Row, error) {
		row, err := exactRow(ctx, s.problem(costGamma), exact.Options{Gap: exactGap})
		row.Network = nil
		return row, err
	})
	add("frankwolfe", 4, map[string]float64{"iterations": float64(e.frankWolfe)}, func(ctx context.Context, s source) (Row, error) {
		row, err := frankWolfe(ctx, s.problem(costGamma), e.frankWolfe)
		row.History = nil
		return row, err
	})
	if settings.Size <= copositiveLimit {
		add("copositive", 40, map[string]float64{"outer": float64(e.copositive)}, func(ctx context.Context, s source) (Row, error) {
			return copositiveRow(ctx, s.problem(costGamma), e.copositive)
		})
	}
	return jobs
}

// copositiveLimit is the largest n for which the copositive relaxation, which
// has 2n matrices and n² constraints on each, is solved.
const copositiveLimit = 50

// heapSample is how often the heap is looked at.
const heapSample = 5 * time.Millisecond

// peakHeap returns how many bytes the Go heap grew at most while work ran.
func peakHeap(work func()) uint64 {
	read := func() uint64 {
		s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	runtime.GC()
	before := read()
	stop, done := make(chan struct{}), make(chan uint64)
	go func() {
		ticker := time.NewTicker(heapSample)
		defer ticker.Stop()
		peak := before
		for {
			peak = max(peak, read())
			select {
			case <-stop:
				done <- max(peak, read())
				return
			case <-ticker.C:
			}
		}
	}()
	// The watcher ends also when work panics.
	var peak uint64
	func() {
		defer func() {
			close(stop)
			peak = <-done
		}()
		work()
	}()
	return peak - before
}
