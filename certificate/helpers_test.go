package certificate

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/relift/relift/certificate/verify"
	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/reduce"
	"gonum.org/v1/gonum/mat"
)

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x5eed)) }

func gaussian(rng *rand.Rand, rows, cols int) *mat.Dense {
	m := mat.NewDense(rows, cols, nil)
	for i := range rows {
		for j := range cols {
			m.Set(i, j, rng.NormFloat64())
		}
	}
	return m
}

// plainGrouping is the grouping without any merge.
func plainGrouping(n int) reduce.Grouping {
	g := reduce.Grouping{Representatives: make([]int, n), MergedInto: make([]int, n), MergeScale: make([]float64, n)}
	for i := range n {
		g.Representatives[i], g.MergedInto[i], g.MergeScale[i] = i, i, 1
	}
	return g
}

// randomMultipliers has entries of size about scale; W and ψ have either sign.
func randomMultipliers(rng *rand.Rand, n, c, m int, scale float64) lift.Multipliers {
	part := func(rows, cols int) *mat.Dense { return scaledCopy(scale, gaussian(rng, rows, cols)) }
	return lift.SparseMultipliers(part(n, c), part(m, m), part(m, m), part(m, m))
}

// withMerges returns a problem with zero rows, duplicates and rows that are exact
// negative and positive multiples of others, shuffled.
func withMerges(rng *rand.Rand, distinct, d, c int, gamma float64) problem.Problem {
	base := gaussian(rng, distinct, d)
	var rows [][]float64
	for i := range distinct {
		rows = append(rows, base.RawRowView(i))
		for _, s := range []float64{1, -1, 0.5, -4, 0} {
			if rng.IntN(3) == 0 {
				row := make([]float64, d)
				for j := range row {
					row[j] = s * base.At(i, j)
				}
				rows = append(rows, row)
			}
		}
	}
	rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	x := mat.NewDense(len(rows), d, nil)
	for i, row := range rows {
		x.SetRow(i, row)
	}
	return problem.Problem{X: x, Y: gaussian(rng, len(rows), c), Gamma: gamma}
}

func presolved(t testing.TB, p problem.Problem) reduce.Grouping {
	t.Helper()
	r, err := lift.Presolve(p)
	if err != nil {
		t.Fatal(err)
	}
	return r.Grouping
}

func mustRepair(t testing.TB, p problem.Problem, g reduce.Grouping, mu lift.Multipliers) *Certificate {
	t.Helper()
	c, err := Repair(p, g, mu)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustVerify(t testing.TB, c *Certificate) {
	t.Helper()
	if r := verify.Verify(c.Claims()); !r.OK() {
		t.Fatalf("the verifier refuses the certificate:\n%v", r)
	}
}

// dualNorm returns the largest ‖Wᵀ(Xu)₊‖/‖u‖ over many random u.
func dualNorm(rng *rand.Rand, c *Certificate, tries int) float64 {
	n, d, outputs, _ := c.Dims()
	largest := 0.0
	for range tries {
		u := make([]float64, d)
		for j := range u {
			u[j] = rng.NormFloat64()
		}
		out := make([]float64, outputs)
		for i := range n {
			addScaled(out, max(linalg.Dot(c.X.RawRowView(i), u), 0), c.W.RawRowView(i))
		}
		largest = max(largest, math.Sqrt(sumOfSquares(out)/sumOfSquares(u)))
	}
	return largest
}

// sharedData returns the path of a file of the data shared beside the
// repository, or skips the test.
func sharedData(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Skip("no go.mod above the test")
		}
		dir = parent
	}
	path := filepath.Join(filepath.Dir(dir), "shared", "data", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the shared data are not here: %v", err)
	}
	return path
}

func spiral(t testing.TB) problem.Problem {
	t.Helper()
	raw, err := os.ReadFile(sharedData(t, "spiral.csv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")[1:]
	p := problem.Problem{X: mat.NewDense(len(lines), 2, nil), Y: mat.NewDense(len(lines), 3, nil), Gamma: 0.1}
	for i, line := range lines {
		fields := strings.Split(strings.TrimSpace(line), ",")
		for j := range 2 {
			v, err := strconv.ParseFloat(fields[j], 64)
			if err != nil {
				t.Fatal(err)
			}
			p.X.Set(i, j, v)
		}
		p.Y.Set(i, int(fields[2][0]-'a'), 1)
	}
	return p
}
