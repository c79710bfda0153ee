package leaf

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/internal/short"
)

// iterate is a primal and dual point and the conditions that are active.
type iterate struct {
	problem    Problem
	algebra    linalg.Algebra
	allow      bool // cones may enter
	rank       int  // most rows of P
	most       int  // unknowns of the system
	m, d, c, f int
	n          int        // N = m + d + c
	lines      *mat.Dense // the numbered lines, then those of the cones (K×N)
	base       int        // numbered lines
	cost       *mat.Dense // C

	z, s *mat.Dense // N×N
	tau  [2]float64
	psi  []float64 // m

	pairs []pair    // of the inequalities E[ℓ_aℓ_b] ≥ 0
	mul   []float64 // their multipliers M
	slack []float64 // and slacks

	project   *mat.Dense  // P (q×d)
	folds     map[int]int // open row, or −1, → its first line
	cones     []cone
	coneMul   []float64 // ζ, q+1 each
	coneSlack []float64
}

type pair struct{ a, b int32 }

// cone is ℓ with the images of P u under the reflection fold.
type cone struct{ line, fold int }

func newIterate(p Problem, o Options) *iterate {
	m, d, c, f := p.dims()
	it := &iterate{
		problem: p, algebra: p.Algebra, allow: p.Positive && o.Cones, rank: o.ConeRank, most: o.Unknowns, m: m, d: d, c: c, f: f, n: m + d + c, lines: p.base(), cost: p.cost(),
		psi: make([]float64, m), folds: map[int]int{},
	}
	it.base = 2*m + f + p.signs()
	return it
}

// width is q+1, the order of one cone.
func (it *iterate) width() int {
	if it.project == nil {
		return 0
	}
	q, _ := it.project.Dims()
	return q + 1
}

// degree is the order of the complementarity: tr(ZS) + Σ… = degree·μ.
func (it *iterate) degree() int { return it.n + len(it.pairs) + len(it.cones) }

// complementarity is ⟨Z, S⟩ + Σ sM + Σ sᵀζ.
func (it *iterate) complementarity() float64 {
	return short.Dot(it.z.RawMatrix().Data, it.s.RawMatrix().Data) + short.Dot(it.slack, it.mul) + short.Dot(it.coneSlack, it.coneMul)
}

// unknowns lists the pairs of lines of all multipliers but τ: ψ, M, ζ.
func (it *iterate) unknowns() []pair {
	all := make([]pair, 0, it.m+len(it.pairs)+len(it.coneMul))
	for i := range it.m {
		all = append(all, pair{int32(i), int32(it.m + i)})
	}
	all = append(all, it.pairs...)
	for _, k := range it.cones {
		all = append(all, pair{int32(k.line), int32(it.base - 1)})
		first := it.folds[k.fold]
		for j := range it.width() - 1 {
			all = append(all, pair{int32(k.line), int32(first + j)})
		}
	}
	return all
}

// multipliers lists the values of the unknowns.
func (it *iterate) multipliers() []float64 {
	all := make([]float64, 0, it.m+len(it.mul)+len(it.coneMul))
	all = append(all, it.psi...)
	all = append(all, it.mul...)
	return append(all, it.coneMul...)
}

// addFold makes the lines of Pρ_k(u) known.
func (it *iterate) addFold(fold int) {
	if _, known := it.folds[fold]; known {
		return
	}
	k, _ := it.lines.Dims()
	q, _ := it.project.Dims()
	grown := mat.NewDense(k+q, it.n, nil)
	copy(grown.RawMatrix().Data, it.lines.RawMatrix().Data)
	for j := range q {
		row := grown.RawRowView(k + j)
		copy(row[it.m:it.m+it.d], it.project.RawRowView(j))
		if fold >= 0 {
			x := it.problem.Open.RawRowView(fold)
			short.Axpy(2*short.Dot(it.project.RawRowView(j), x), it.lines.RawRowView(it.m+fold), row)
		}
	}
	it.lines = grown
	it.folds[fold] = k
}

// adjoint returns Σ y_k sym(ℓ_a ℓ_bᵀ) in the coordinates in which the lines are the rows of l (K×N).
func adjoint(algebra linalg.Algebra, l *mat.Dense, pairs []pair, y []float64) *mat.Dense {
	k, n := l.Dims()
	gathered := mat.NewDense(k, n, nil)
	for j, p := range pairs {
		if y[j] != 0 {
			short.Axpy(y[j], l.RawRowView(int(p.b)), gathered.RawRowView(int(p.a)))
		}
	}
	var out mat.Dense
	algebra.Mul(&out, l.T(), gathered)
	symmetrise(&out)
	return &out
}

// symmetrise replaces a by (a + aᵀ)/2.
func symmetrise(a *mat.Dense) {
	n, _ := a.Dims()
	raw := a.RawMatrix()
	for i := range n {
		for j := range i {
			v := (raw.Data[i*raw.Stride+j] + raw.Data[j*raw.Stride+i]) / 2
			raw.Data[i*raw.Stride+j], raw.Data[j*raw.Stride+i] = v, v
		}
	}
}

// slackMatrix returns S for the given multipliers.
func (it *iterate) slackMatrix(tau [2]float64, pairs []pair, y []float64) *mat.Dense {
	s := adjoint(it.algebra, it.lines, pairs, y)
	s.Add(s, it.cost)
	s.Scale(-1, s)
	it.addTraces(s, tau)
	return s
}

// addTraces adds tau_u I_u + tau_v I_v.
func (it *iterate) addTraces(s *mat.Dense, tau [2]float64) {
	for i := it.m; i < it.n; i++ {
		t := tau[0]
		if i >= it.m+it.d {
			t = tau[1]
		}
		s.Set(i, i, s.At(i, i)+t)
	}
}

// traces returns tr A_uu and tr A_vv.
func (it *iterate) traces(a *mat.Dense) (t [2]float64) {
	for i := it.m; i < it.n; i++ {
		if i < it.m+it.d {
			t[0] += a.At(i, i)
		} else {
			t[1] += a.At(i, i)
		}
	}
	return t
}

// margin returns the smallest eigenvalue of the Schur complement of S onto (u, v): S − margin·(I_u + I_v) ⪰ 0.
// It is −Inf where the part of α is not positive definite.
func (it *iterate) margin(s *mat.Dense) float64 {
	rest := it.n - it.m
	complement := mat.NewSymDense(rest, nil)
	for i := range rest {
		for j := i; j < rest; j++ {
			complement.SetSym(i, j, s.At(it.m+i, it.m+j))
		}
	}
	if it.m > 0 {
		head := mat.NewDense(it.m, it.m, nil)
		head.Copy(s.Slice(0, it.m, 0, it.m))
		raw := head.RawMatrix()
		if !it.algebra.Cholesky(blas.Lower, it.m, raw.Data, raw.Stride) {
			return math.Inf(-1)
		}
		half := mat.NewDense(it.m, rest, nil)
		half.Copy(s.Slice(0, it.m, it.m, it.n))
		it.algebra.Trsm(blas.Left, blas.NoTrans, 1, blas64.Triangular{Uplo: blas.Lower, Diag: blas.NonUnit, N: it.m, Stride: raw.Stride, Data: raw.Data}, half.RawMatrix())
		it.algebra.Syrk(blas.Trans, -1, half.RawMatrix(), 1, complement.RawSymmetric())
	}
	low, ok := smallest(it.algebra, complement)
	if !ok {
		return math.Inf(-1)
	}
	return low
}

// smallest returns the smallest eigenvalue.
func smallest(algebra linalg.Algebra, a mat.Symmetric) (float64, bool) {
	values, _, ok := algebra.EigenSmallest(a, 1, false)
	if !ok {
		return 0, false
	}
	return values[0], true
}

// lift returns L A Lᵀ for a symmetric A (N×N).
func lift(algebra linalg.Algebra, l, a *mat.Dense) *mat.Dense {
	var half, out mat.Dense
	algebra.Mul(&half, l, a)
	algebra.Mul(&out, &half, l.T())
	return &out
}
