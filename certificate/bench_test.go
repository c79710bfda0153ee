package certificate

import (
	"context"
	"testing"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/problem"
	"gonum.org/v1/gonum/mat"
)

// benchmarkRepairer is a Gaussian problem of 1000 rows with the multipliers that
// nothing is known about.
func benchmarkRepairer(b *testing.B) (*Repairer, lift.Multipliers) {
	b.Helper()
	algebra, err := linalg.FromEnvironment()
	if err != nil {
		b.Fatal(err)
	}
	rng := newRand(1)
	const n = 1000
	p := problem.Problem{X: gaussian(rng, n, 10), Y: gaussian(rng, n, 3), Gamma: 1}.On(algebra)
	r, err := NewRepairer(p, plainGrouping(n))
	if err != nil {
		b.Fatal(err)
	}
	zero := mat.NewDense(n, n, nil)
	return r, lift.SparseMultipliers(p.Y, zero, zero, zero)
}

func BenchmarkQuickRepair(b *testing.B)    { benchmarkRepair(b, Quick) }
func BenchmarkThoroughRepair(b *testing.B) { benchmarkRepair(b, Thorough) }

func benchmarkRepair(b *testing.B, effort Effort) {
	r, mu := benchmarkRepairer(b)
	for b.Loop() {
		c, err := r.Repair(context.Background(), mu, effort)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(c.LowerBound, "bound")
	}
}
