package exact

import (
	"context"
	"testing"
	"time"

	"github.com/relift/relift/exact/verify"
	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
)

// BenchmarkSolve reports, per data set, the certified gap in percent, the cones
// and the two bounds.  Run one with -bench 'Solve/iris' -benchtime 1x -v.
func BenchmarkSolve(b *testing.B) {
	algebra, err := linalg.FromEnvironment()
	if err != nil {
		b.Fatal(err)
	}
	const minute = time.Minute
	for _, bm := range []struct {
		name        string
		file        string
		standardise bool
		gamma, gap  float64
		limit       time.Duration
	}{
		{"spiral/0.1", "spiral.csv", false, 0.1, 1e-4, minute},
		{"spiral/0.01", "spiral.csv", false, 0.01, 1e-4, minute},
		{"iris/raw/0.1", "iris.train.csv", false, 0.1, 1e-3, 2 * minute},
		{"iris/raw/0.01", "iris.train.csv", false, 0.01, 1e-3, 2 * minute},
		{"iris/standard/0.1", "iris.train.csv", true, 0.1, 1e-3, 2 * minute},
		{"iris/standard/0.01", "iris.train.csv", true, 0.01, 1e-3, 2 * minute},
		{"bank/raw/0.1", "bank_notes.train.csv", false, 0.1, 1e-2, 5 * minute},
		{"bank/standard/0.1", "bank_notes.train.csv", true, 0.1, 1e-2, 5 * minute},
		{"ionosphere/raw/0.1", "ionosphere.train.csv", false, 0.1, 1e-3, 2 * minute},
		{"pima/standard/0.1", "pima_indians.train.csv", true, 0.1, 1e-2, 10 * minute},
	} {
		b.Run(bm.name, func(b *testing.B) {
			p := classification(b, sharedData(b, bm.file), bm.gamma, bm.standardise)
			report(b, p.On(algebra), Options{Gap: bm.gap, TimeLimit: bm.limit, Seed: 1})
		})
	}
}

func report(b *testing.B, p problem.Problem, o Options) {
	last := time.Now()
	o.Progress = func(q Progress) {
		if testing.Verbose() && time.Since(last) > 5*time.Second {
			last = time.Now()
			b.Logf("%4d %5d %10d %.6f %.6f %.4f %v", q.Round, q.Columns, q.Cones, q.LowerBound, q.UpperBound, q.Violation, q.Elapsed)
		}
	}
	for b.Loop() {
		r, err := Solve(context.Background(), p, o)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(100*r.Gap, "gap%")
		b.ReportMetric(float64(r.Cones), "cones")
		b.ReportMetric(r.LowerBound, "lower")
		b.ReportMetric(r.UpperBound, "upper")
		b.ReportMetric(float64(r.Weights.Width()), "width")
		if r.Certificate == nil {
			continue
		}
		b.StopTimer()
		began := time.Now()
		claims := r.Certificate.Claims()
		if check := verify.Verify(claims); !check.OK() {
			b.Errorf("the certificate was rejected:\n%v", check)
		}
		b.ReportMetric(time.Since(began).Seconds(), "verify-s")
		b.ReportMetric(float64(claims.TreeBits)/8, "tree-bytes")
		b.StartTimer()
	}
}
