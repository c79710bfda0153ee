package proof

import (
	"context"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/exact"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/proof/check"
	"github.com/relift/relift/relax"
)

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0xd0)) }

func gaussian(rng *rand.Rand, rows, cols int) *mat.Dense {
	m := mat.NewDense(rows, cols, nil)
	for i := range rows {
		for j := range cols {
			m.Set(i, j, rng.NormFloat64())
		}
	}
	return m
}

// withMerges returns a problem some of whose rows are zero or exact multiples of others.
func withMerges(rng *rand.Rand, distinct, d, c int, gamma float64) problem.Problem {
	base := gaussian(rng, distinct, d)
	var rows [][]float64
	for i := range distinct {
		rows = append(rows, base.RawRowView(i))
		for _, s := range []float64{1, -1, 0.5, -4, 0} {
			if rng.IntN(4) == 0 {
				row := make([]float64, d)
				for j := range row {
					row[j] = s * base.At(i, j)
				}
				rows = append(rows, row)
			}
		}
	}
	x := mat.NewDense(len(rows), d, nil)
	for i, row := range rows {
		x.SetRow(i, row)
	}
	return problem.Problem{X: x, Y: gaussian(rng, len(rows), c), Gamma: gamma}
}

// relaxation returns the certificate of the relaxation of p.
func relaxation(t testing.TB, p problem.Problem) *certificate.Certificate {
	t.Helper()
	red, err := lift.Presolve(p)
	if err != nil {
		t.Fatal(err)
	}
	solved, err := relax.Solve(context.Background(), red, relax.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := certificate.Repair(p, red.Grouping, solved.Multipliers)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// optimum returns bounds on p*, from package exact.
func optimum(t testing.TB, p problem.Problem) *exact.Result {
	t.Helper()
	r, err := exact.Solve(context.Background(), p, exact.Options{Gap: 1e-7})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func mustCheck(t testing.TB, d *Derivation) *check.Report {
	t.Helper()
	r, err := d.Check(context.Background(), check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// repaired returns d with the slack its leaves need.
func repaired(t testing.TB, d *Derivation) *Derivation {
	t.Helper()
	if err := d.Repair(); err != nil {
		t.Fatal(err)
	}
	return d
}
