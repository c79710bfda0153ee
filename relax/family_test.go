package relax

import (
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/lift"
	"github.com/relift/relift/problem"
)

// partsOf presolves count parts of a problem, each with its share of γ.
func partsOf(t *testing.T, p problem.Problem, count int) []*lift.Reduced {
	t.Helper()
	n, d, c := p.Dims()
	var parts []*lift.Reduced
	for b := range count {
		lo, hi := b*n/count, (b+1)*n/count
		part := problem.Problem{
			X: mat.DenseCopyOf(p.X.Slice(lo, hi, 0, d)), Y: mat.DenseCopyOf(p.Y.Slice(lo, hi, 0, c)), Gamma: p.Gamma / float64(count),
		}
		parts = append(parts, presolve(t, part))
	}
	return parts
}

func TestOneBlockIsTheRelaxation(t *testing.T) {
	p := gaussian(t, 3, 14, 3, 2, 1)
	want := solve(t, presolve(t, p), Options{Method: InteriorPoint})
	var last BlocksIterate
	status, err := SolveBlocks(t.Context(), partsOf(t, p, 1), BlocksOptions{Tolerance: 1e-5, Record: func(it BlocksIterate) bool { last = it; return false }})
	if err != nil || status != Optimal {
		t.Fatalf("%v, %v", status, err)
	}
	if math.Abs(last.Value-want.Value) > 1e-4*want.Value || math.Abs(last.Bound()-want.Value) > 1e-4*want.Value {
		t.Errorf("value %v, bound %v; the relaxation has %v", last.Value, last.Bound(), want.Value)
	}
}

func TestBlocksWithCommonMoments(t *testing.T) {
	for _, c := range []int{1, 2} {
		p := gaussian(t, 5, 30, 3, c, 1)
		whole := solve(t, presolve(t, p), Options{}).Value
		parts := partsOf(t, p, 3)
		apart := 0.0
		for _, part := range parts {
			apart += solve(t, part, Options{}).Value
		}
		var blocks []Block
		var last BlocksIterate
		status, err := SolveBlocks(t.Context(), parts, BlocksOptions{Tolerance: 1e-5, Parallel: 2, Record: func(it BlocksIterate) bool {
			last, blocks = it, it.Blocks()
			if it.Outer%5 == 0 { // long before the end as well
				for b, got := range blocks {
					if low := leastEigenvalue(t, parts[b], got); low < -1e-9 {
						t.Errorf("c=%d: step %d: block %d has the eigenvalue %g", c, it.Outer, b, low)
					}
				}
			}
			return false
		}})
		if err != nil || status != Optimal {
			t.Fatalf("%v, %v", status, err)
		}
		if !(last.Value <= whole*(1+1e-4) && last.Value-apart > 0.3*(whole-apart)) {
			t.Errorf("c=%d: apart %v, with common moments %v, whole %v", c, apart, last.Value, whole)
		}
		// The forms add up to γI, and the multipliers prove them: S ⪰ 0 in (α̂, û, v) for every block.
		sum := mat.NewSymDense(3+c, nil)
		for b, got := range blocks {
			sum.AddSym(sum, got.Form)
			if low := leastEigenvalue(t, parts[b], got); low < -1e-9 {
				t.Errorf("c=%d: block %d has the eigenvalue %g", c, b, low)
			}
		}
		for i := range 3 + c {
			sum.SetSym(i, i, sum.At(i, i)-p.Gamma)
		}
		if size := mat.Norm(sum, 2); size > 1e-9 {
			t.Errorf("c=%d: the forms add up to γI but for %g", c, size)
		}
	}
}

// leastEigenvalue is that of the matrix of (û,v)ᵀForm(û,v) − 2vᵀWᵀα − αᵀΦα − 2αᵀΨβ − βᵀΩβ, without parallel rows.
func leastEigenvalue(t *testing.T, red *lift.Reduced, b Block) float64 {
	t.Helper()
	m, r, _ := red.Dims()
	x, c := red.Source.X, b.Form.SymmetricDim()-r
	l := mat.NewDense(m, m+r+c, nil) // β
	s := mat.NewSymDense(m+r+c, nil)
	for i := range m {
		l.Set(i, i, 1)
		for k := range r {
			l.Set(i, m+k, -x.At(i, k))
		}
		for k := range c {
			s.SetSym(i, m+r+k, -b.Multipliers.W.At(i, k))
		}
	}
	for i := range r + c {
		for j := i; j < r+c; j++ {
			s.SetSym(m+i, m+j, b.Form.At(i, j))
		}
	}
	a := mat.NewDense(m, m+r+c, nil)
	for i := range m {
		a.Set(i, i, 1)
	}
	minus := func(left, mid, right *mat.Dense) {
		var half, out mat.Dense
		half.Mul(left.T(), mid)
		out.Mul(&half, right)
		for i := range m + r + c {
			for j := i; j < m+r+c; j++ {
				s.SetSym(i, j, s.At(i, j)-out.At(i, j)/2-out.At(j, i)/2)
			}
		}
	}
	mu := b.Multipliers
	phi, psi, omega := mu.Dense()
	minus(a, phi, a)
	minus(a, psi, l)
	minus(a, psi, l)
	minus(l, omega, l)
	var eig mat.EigenSym
	if !eig.Factorize(s, false) {
		t.Fatal("eigenvalues did not converge")
	}
	return eig.Values(nil)[0]
}

func TestBlocksThatCannotShare(t *testing.T) {
	p := gaussian(t, 3, 6, 4, 1, 1) // three blocks of two rows span different planes
	if _, err := SolveBlocks(t.Context(), partsOf(t, p, 3), BlocksOptions{}); !errors.Is(err, ErrApart) {
		t.Errorf("error %v, expected ErrApart", err)
	}
}
