package verify

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0xa417)) }

// spread returns a number of either sign and very varied size.
func spread(rng *rand.Rand) float64 {
	return rng.NormFloat64() * math.Ldexp(1, rng.IntN(40)-20)
}

func exact(v float64) *big.Rat { return new(big.Rat).SetFloat64(v) }

// randomClaims have shapes that fit, a well-formed grouping and nothing else right.
func randomClaims(rng *rand.Rand, m, extra, d, c int) *Claims {
	n := m + extra
	matrix := func(rows, cols int) Matrix {
		v := Matrix{Rows: rows, Cols: cols, Data: make([]float64, rows*cols)}
		for k := range v.Data {
			if rng.IntN(8) > 0 {
				v.Data[k] = spread(rng)
			}
		}
		return v
	}
	out := &Claims{X: matrix(n, d), Y: matrix(n, c), Gamma: math.Abs(spread(rng)) + 1e-9, W: matrix(n, c), Phi: matrix(m, m), Omega: matrix(m, m), Psi: matrix(m, m)}
	for i := range m {
		for j := range i {
			out.Phi.Data[i*m+j] = out.Phi.At(j, i)
			out.Omega.Data[i*m+j] = out.Omega.At(j, i)
		}
	}
	for i := range n {
		if i < m {
			out.Representatives = append(out.Representatives, int64(i))
			out.MergedInto = append(out.MergedInto, int64(i))
			out.MergeScale = append(out.MergeScale, 1)
			continue
		}
		out.MergedInto = append(out.MergedInto, int64(rng.IntN(m+1)-1))
		out.MergeScale = append(out.MergeScale, spread(rng))
	}
	return out
}

// inUnits returns K in the verifier's units, in floating point and exactly.
func inUnits(t *testing.T, c *Claims) (*kMatrix, [][]*big.Rat) {
	t.Helper()
	u := newUnits(c)
	got, want := u.form(t.Context(), c), exactK(c)
	exponent := func(i int) int {
		switch m := len(u.rows); {
		case i < m:
			return -u.f / 2
		case i < m+u.d:
			return -u.f/2 - u.a
		}
		return u.f/2 - u.w
	}
	for i := range want {
		for j := range want {
			e := exponent(i) + exponent(j)
			power := new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(max(e, -e))))
			if e < 0 {
				power.Inv(power)
			}
			want[i][j] = new(big.Rat).Mul(want[i][j], power)
		}
	}
	return got, want
}

// Every entry of K lies within its error bound of the exact one, and the bound is
// not much more than one rounding.
func TestEntriesOfKAreWithinTheirBounds(t *testing.T) {
	for seed := uint64(1); seed <= 40; seed++ {
		rng := newRand(seed)
		c := randomClaims(rng, 1+rng.IntN(7), rng.IntN(6), 1+rng.IntN(4), 1+rng.IntN(3))
		got, want := inUnits(t, c)
		for i := range got.order {
			for j := range i + 1 {
				v := got.entries[i*got.order+j]
				bound := got.diagonal[i]
				if i != j {
					bound = got.entries[j*got.order+i]
				}
				difference := new(big.Rat).Sub(exact(v), want[i][j])
				if difference.Abs(difference).Cmp(exact(bound)) > 0 {
					t.Errorf("seed %d: K[%d,%d] is off by %v, the bound is %v", seed, i, j, difference.FloatString(40), bound)
				}
				if !(bound <= 0x1p-51*math.Abs(v)+1e-18) {
					t.Errorf("seed %d: K[%d,%d] = %v has a loose bound %v", seed, i, j, v, bound)
				}
			}
		}
	}
}

// Numbers of every size, denormal ones among them: products underflow and factors
// are rounded when their unit is changed.
func TestNumbersOfEverySizeStayWithinTheirBounds(t *testing.T) {
	sizes := []float64{0x1p-1060, 0x1p-600, 0x1p-540, 1e-165, 1, 1e100, 0x1p300}
	for seed := uint64(1); seed <= 200; seed++ {
		rng := newRand(seed)
		c := randomClaims(rng, 3, 2, 2, 1)
		for _, data := range [][]float64{c.X.Data, c.Omega.Data, c.Psi.Data, c.Phi.Data, c.W.Data} {
			size := sizes[rng.IntN(len(sizes))]
			for k := range data {
				data[k] *= size
				if rng.IntN(6) == 0 { // one number far below the others
					data[k] *= sizes[rng.IntN(4)]
				}
			}
		}
		for i := range 3 { // symmetric
			for j := range i {
				c.Phi.Data[i*3+j], c.Omega.Data[i*3+j] = c.Phi.At(j, i), c.Omega.At(j, i)
			}
		}
		got, want := inUnits(t, c)
		for i := range got.order {
			for j := range i {
				difference := new(big.Rat).Sub(exact(got.entries[i*got.order+j]), want[i][j])
				if difference.Abs(difference).Cmp(exact(got.entries[j*got.order+i])) > 0 {
					t.Errorf("seed %d: K[%d,%d] is outside its bound", seed, i, j)
				}
			}
			if i >= 3 { // γ is rounded down where its unit makes it tiny or huge
				continue
			}
			difference := new(big.Rat).Sub(exact(got.entries[i*got.order+i]), want[i][i])
			if difference.Abs(difference).Cmp(exact(got.diagonal[i])) > 0 {
				t.Errorf("seed %d: K[%d,%d] is outside its bound", seed, i, i)
			}
		}
	}
}

// Matrices whose smallest eigenvalue is near zero on either side: what floating
// point proves exact arithmetic must confirm.
func TestCholeskyProvesNothingFalse(t *testing.T) {
	proven, refused := 0, 0
	for seed := uint64(1); seed <= 300; seed++ {
		rng := newRand(seed)
		n := 2 + rng.IntN(9)
		rank := n - 1
		low := make([]float64, n*rank)
		for k := range low {
			low[k] = rng.NormFloat64()
		}
		k := &kMatrix{order: n, entries: make([]float64, n*n), diagonal: make([]float64, n)}
		rational := make([][]*big.Rat, n)
		shift := rng.NormFloat64() * math.Pow(10, -17+4*rng.Float64())
		for i := range n {
			rational[i] = make([]*big.Rat, n)
			for j := range i + 1 {
				v := 0.0
				for l := range rank {
					v += low[i*rank+l] * low[j*rank+l]
				}
				if i == j {
					v += shift
				}
				k.entries[i*n+j] = v
				rational[i][j] = exact(v)
			}
		}
		for i := range n {
			for j := i + 1; j < n; j++ {
				rational[i][j] = rational[j][i]
			}
		}
		truth := semidefinite(t.Context(), rational)
		if k.prove(t.Context()).proven {
			proven++
			if !truth {
				t.Errorf("seed %d: an indefinite matrix of order %d is called semidefinite", seed, n)
			}
		}
		if !truth {
			refused++
		}
	}
	if proven < 20 || refused < 20 {
		t.Errorf("%d proven and %d indefinite: the test does not test both sides", proven, refused)
	}
}

func TestCholeskyFactor(t *testing.T) {
	rng := newRand(7)
	const n = 150 // more than two blocks
	k := &kMatrix{order: n, entries: make([]float64, n*n), diagonal: make([]float64, n)}
	low := make([]float64, n*n)
	for i := range low {
		low[i] = rng.NormFloat64()
	}
	for i := range n {
		for j := range i + 1 {
			k.entries[i*n+j] = dot(low[i*n:(i+1)*n], low[j*n:(j+1)*n])
		}
		k.entries[i*n+i] += 1
	}
	a := append([]float64(nil), k.entries...)
	if at := k.cholesky(t.Context()); at >= 0 {
		t.Fatalf("stopped at row %d", at)
	}
	for i := range n {
		for j := range i + 1 {
			if got := dot(k.entries[i*n:i*n+j+1], k.entries[j*n:j*n+j+1]); !(math.Abs(got-a[i*n+j]) <= 1e-10) {
				t.Fatalf("LLᵀ[%d,%d] = %v, expected %v", i, j, got, a[i*n+j])
			}
		}
	}
}

func TestSmallestEigenvalueEstimate(t *testing.T) {
	k := &kMatrix{order: 3, entries: []float64{1, 0, 0, 0.5, 1, 0, 0, 0.5, 1}, diagonal: make([]float64, 3)}
	p := k.prove(t.Context())
	if want := 1 - math.Sqrt2/2; !p.proven || !(math.Abs(p.smallest-want) <= 1e-6) {
		t.Errorf("smallest eigenvalue %v, expected %v", p.smallest, want)
	}
}

func TestExactSemidefiniteness(t *testing.T) {
	for _, test := range []struct {
		rows [][]float64
		want bool
	}{
		{[][]float64{{0}}, true},
		{[][]float64{{-0x1p-1000}}, false},
		{[][]float64{{0, 1e-300}, {1e-300, 5}}, false},
		{[][]float64{{0, 0}, {0, 5}}, true},
		{[][]float64{{1, 1}, {1, 1}}, true},
		{[][]float64{{1, 1}, {1, math.Nextafter(1, 0)}}, false},
		{[][]float64{{1, 1}, {1, math.Nextafter(1, 2)}}, true},
		{[][]float64{{0, 0, 0}, {0, 1, 2}, {0, 2, 4}}, true},
		{[][]float64{{0, 0, 0}, {0, 1, 2}, {0, 2, 3}}, false},
		{[][]float64{{4, 2, -2}, {2, 1, -1}, {-2, -1, 1}}, true},
		{[][]float64{{4, 2, -2}, {2, 1, -1.5}, {-2, -1.5, 1}}, false},
	} {
		k := make([][]*big.Rat, len(test.rows))
		for i, row := range test.rows {
			for _, v := range row {
				k[i] = append(k[i], exact(v))
			}
		}
		if got := semidefinite(t.Context(), k); got != test.want {
			t.Errorf("%v: %v, expected %v", test.rows, got, test.want)
		}
	}
}

func TestExactProducts(t *testing.T) {
	third := 1.0 / 3
	for _, test := range []struct {
		s, v, a float64
		want    bool
	}{
		{2, third, 2 * third, true},
		{-4, third, -4 * third, true},
		{3, third, 1, false}, // rounds to 1 and is not 1
		{third, 3, 1, false},
		{0.5, 0x1p-1074, 0, false}, // underflows to 0 and is not 0
		{0.5, 0x1p-1073, 0x1p-1074, true},
		{0x1p-600, 0x1p-600, 0, false},
		{0x1p600, 0x1p-600, 1, true},
		{0x1p1000, 0x1p23, 0x1p1023, true},
		{0x1p1000, 0x1.8p23, 0x1p1023, false},
		{2, 0, 0, true},
		{2, math.Copysign(0, -1), 0, true},
		{2, 0, 1, false},
		{2, 1, 0, false},
		{1e-160, 1e-160, 1e-320, false},
	} {
		if got := isExactProduct(test.s, test.v, test.a); got != test.want {
			t.Errorf("%v = %v·%v: %v, expected %v", test.a, test.s, test.v, got, test.want)
		}
	}
}

func TestDualValueIsRoundedDown(t *testing.T) {
	for seed := uint64(1); seed <= 200; seed++ {
		rng := newRand(seed)
		n := 1 + rng.IntN(6)
		w, y := Matrix{n, 1, make([]float64, n)}, Matrix{n, 1, make([]float64, n)}
		want := new(big.Rat)
		for k := range n {
			w.Data[k], y.Data[k] = spread(rng), spread(rng)
			want.Add(want, new(big.Rat).Mul(exact(w.Data[k]), exact(y.Data[k])))
			square := new(big.Rat).Mul(exact(w.Data[k]), exact(w.Data[k]))
			want.Sub(want, square.Mul(square, big.NewRat(1, 2)))
		}
		got := dualValue(t.Context(), w, y)
		if exact(got).Cmp(want) > 0 || exact(math.Nextafter(got, math.Inf(1))).Cmp(want) <= 0 {
			t.Errorf("seed %d: %v is not the largest float64 below %v", seed, got, want.FloatString(30))
		}
	}
	if v := dualValue(t.Context(), Matrix{1, 1, []float64{1e300}}, Matrix{1, 1, []float64{1e300}}); !math.IsNaN(v) {
		t.Errorf("an overflow gives %v", v)
	}
}

func TestReportReads(t *testing.T) {
	r := newReport(1)
	r.add("shapes", "", "fine")
	r.add("signs", "Phi[0,1] is -1", "")
	if got, want := fmt.Sprint(r), "pass  shapes       fine\nFAIL  signs        Phi[0,1] is -1\n"; got != want {
		t.Errorf("%q, expected %q", got, want)
	}
}
