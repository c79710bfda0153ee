package check

import (
	"context"
	"fmt"
	"math"
)

// rows are the rows r_i that the derivation speaks of, with the weights P_i and N_i
// that stand for W (package comment, rule rows).
//
// In units in which X is 2^−xExponent and W is 2^−wExponent times what the file says,
// row j of X is x_j = s_j V r_i + e_j with i = of[j].  A map t ↦ P t₊ + N(−t)₊ changes
// by at most max(‖P‖, ‖N‖) times what t changes, and ‖z‖ ≤ √ν‖u‖ for z = Vᵀu, so that
//
//	‖Wᵀ(Xu)₊‖ ≤ ‖Σ_i P_i(r_iᵀz)₊ + N_i(−r_iᵀz)₊‖ + moved·‖u‖,
//	moved = Σ_j ‖W_j‖‖e_j‖ + √ν Σ_i max(‖error of P_i‖, ‖error of N_i‖)‖r_i‖.
type rows struct {
	r, p, n    matrix    // m×k, m×c, m×c
	norms      []float64 // ≥ ‖r_i‖; 0 for a zero row, which no claim speaks of
	stretch    float64   // ν ≥ ‖V‖²
	moved      float64
	xExponent  int
	wExponent  int
	hasBasis   bool
	basis      matrix // V, d×k
	claim      form   // of the root
	claimInX   float64
	members    []int64 // of
	scales     []float64
	sharedRows bool    // whether the file has rows of its own
	room       float64 // by which bounds on roundings are taken larger
}

// sound bounds the entries of rows and weights in their units, and the claim's numbers
// with their inverses.
const sound = 0x1p40

func loadRows(a *arrays, p *Problem) (*rows, error) {
	s := &rows{room: 1, xExponent: int(a.integer("x_exponent")), wExponent: int(a.integer("w_exponent"))}
	s.claim.u, s.claim.v = a.scalar("claim_u"), a.scalar("claim_v")
	if a.has("rows") {
		s.sharedRows = true
		s.r, s.members, s.scales = a.matrix("rows"), a.integers("row_of"), a.vector("row_scale")
		if a.has("basis") {
			s.basis, s.hasBasis = a.matrix("basis"), true
		}
	}
	if a.has("claim_g") {
		g := a.matrix("claim_g")
		s.claim.g, s.claimInX = g.data, a.scalar("claim_in_x")
		if a.err == nil && (g.rows != g.cols || len(g.data) == 0) {
			return nil, fmt.Errorf("claim_g is %d×%d, expected a square matrix", g.rows, g.cols)
		}
	}
	if a.err != nil {
		return nil, a.err
	}
	if s.xExponent < -1100 || s.xExponent > 1100 || s.wExponent < -1100 || s.wExponent > 1100 {
		return nil, fmt.Errorf("x_exponent and w_exponent are %d and %d, expected at most 1100 in size", s.xExponent, s.wExponent)
	}
	return s, s.checkShapes(p)
}

func (s *rows) checkShapes(p *Problem) error {
	n, d := p.Rows, p.Features
	if s.sharedRows {
		k := d
		if s.hasBasis {
			k = s.basis.cols
			if s.basis.rows != d || k < 1 {
				return fmt.Errorf("basis is %d×%d, expected %d rows", s.basis.rows, k, d)
			}
		}
		if s.r.rows < 1 || s.r.rows > n || s.r.cols != k || k > maxLength {
			return fmt.Errorf("rows is %d×%d, expected between 1 and %d rows and %d columns", s.r.rows, s.r.cols, n, k)
		}
		if len(s.members) != n || len(s.scales) != n {
			return fmt.Errorf("row_of and row_scale have %d and %d entries, expected %d each", len(s.members), len(s.scales), n)
		}
		for j, i := range s.members {
			switch v := s.scales[j]; {
			case i < -1 || i >= int64(s.r.rows):
				return fmt.Errorf("row_of has %d at row %d, expected −1 or a row below %d", i, j, s.r.rows)
			case i == -1 && v != 0, i >= 0 && !(math.Abs(v) >= 1/sound && math.Abs(v) <= sound):
				return fmt.Errorf("row_scale has %v at row %d, which is multiple of row %d", v, j, i)
			}
		}
	}
	for _, v := range []float64{s.claim.u, s.claim.v} {
		if !(v >= 1/sound && v <= sound) {
			return fmt.Errorf("the root claims the form (%v, %v), expected numbers between %g and %g", s.claim.u, s.claim.v, 1/sound, sound)
		}
	}
	for _, v := range append(append(append([]float64(nil), s.r.data...), s.basis.data...), s.claim.g...) {
		if !(math.Abs(v) <= sound) {
			return fmt.Errorf("rows, basis and claim_g have %v, expected numbers of size at most %g", v, sound)
		}
	}
	return nil
}

// work estimates the operations of compute.
func (s *rows) work(p *Problem) float64 {
	n, d := float64(p.Rows), float64(p.Features)
	work := n * d * 4
	if s.hasBasis {
		k := float64(s.basis.cols)
		work += 2*n*d*k + d*k*k
	}
	if s.claim.g != nil {
		work += d * d * d
	}
	return work
}

// compute fills r, p, n, norms, stretch and moved.
func (s *rows) compute(ctx context.Context, p *Problem) error {
	n, d, c := p.Rows, p.Features, p.Outputs
	scaled := make([]float64, n*d)
	for i, v := range p.x.data {
		scaled[i] = math.Ldexp(v, -s.xExponent)
		if !(math.Abs(scaled[i]) <= sound) {
			return fmt.Errorf("the matrix X has %v at position %d, too large for x_exponent %d", v, i, s.xExponent)
		}
	}
	w := make([]float64, n*c)
	for i, v := range p.w.data {
		w[i] = math.Ldexp(v, -s.wExponent)
		if !(math.Abs(w[i]) <= sound) || math.Ldexp(w[i], s.wExponent) != v {
			return fmt.Errorf("the matrix W has %v at position %d, which w_exponent %d does not fit", v, i, s.wExponent)
		}
	}
	if !s.sharedRows {
		s.r = matrix{n, d, scaled}
		s.members, s.scales = make([]int64, n), make([]float64, n)
		for j := range n {
			s.members[j], s.scales[j] = int64(j), 1
		}
	}
	m := s.r.rows
	k := s.r.cols
	if s.claim.g != nil && len(s.claim.g) != k*k {
		return fmt.Errorf("claim_g has %d entries, expected %d×%d", len(s.claim.g), k, k)
	}
	for i := range s.claim.g {
		if s.claim.g[i] != s.claim.g[i%k*k+i/k] {
			return fmt.Errorf("claim_g is not symmetric")
		}
	}
	s.norms = make([]float64, m)
	for i := range m {
		s.norms[i] = norm(s.r.row(i))
		if s.norms[i] == 0 && s.sharedRows {
			return fmt.Errorf("row %d of rows is zero", i)
		}
	}
	if err := s.computeStretch(ctx); err != nil {
		return err
	}
	residual := make([]float64, d)
	for j := range n {
		if j%64 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		s.residual(p, j, scaled[j*d:(j+1)*d], residual)
		s.moved += up(norm(w[j*c:(j+1)*c]) * norm(residual))
	}
	s.gather(matrix{n, c, w})
	s.moved = up(s.moved)
	if !(s.moved <= sound) {
		return fmt.Errorf("the rows are %v away from X", s.moved)
	}
	return nil
}

// residual fills e with bounds on the entries of x_j − s_j V r_i in size.
func (s *rows) residual(p *Problem, j int, x, e []float64) {
	i := s.members[j]
	for l := range e {
		lost := 0.0 // by scaling
		if math.Ldexp(x[l], s.xExponent) != p.x.row(j)[l] {
			lost = tiny
		}
		switch {
		case i < 0:
			e[l] = math.Abs(x[l]) + lost
			continue
		case !s.hasBasis:
			r, t := s.r.row(int(i))[l], s.scales[j]
			v := t * r
			if t == 1 || v == x[l] && (v == 0 && r == 0 || math.Abs(v) > tiny && math.FMA(t, r, -v) == 0) {
				e[l] = math.Abs(x[l]-v) * (1 + 2*unit)
			} else {
				e[l] = up(math.Abs(x[l]-v)+s.room*unit*(2*math.Abs(v)+math.Abs(x[l]))) + tiny
			}
		default:
			v, err := inner(s.basis.row(l), s.r.row(int(i)))
			t := s.scales[j]
			e[l] = up(math.Abs(x[l]-t*v)+s.room*(math.Abs(t)*err+unit*(4*math.Abs(t*v)+2*math.Abs(x[l])))) + tiny
		}
		e[l] += lost
	}
}

// computeStretch bounds ‖V‖² by the largest row sum of |VᵀV|, and holds that the form
// of the root is at most claimInX in the coordinates of X.
func (s *rows) computeStretch(ctx context.Context) error {
	s.stretch = 1
	k := s.r.cols
	if !s.hasBasis {
		if s.claim.g == nil {
			s.claimInX = s.claim.u
			return nil
		}
		s.basis = matrix{k, k, make([]float64, k*k)}
		for i := range k {
			s.basis.data[i*k+i] = 1
		}
	} else {
		d := s.basis.rows
		transposed := make([]float64, k*d)
		for l := range d {
			for i, v := range s.basis.row(l) {
				transposed[i*d+l] = v
			}
		}
		s.stretch = 0
		for i := range k {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			sum := 0.0
			for j := range k {
				v, err := inner(transposed[i*d:(i+1)*d], transposed[j*d:(j+1)*d])
				sum += math.Abs(v) + s.room*err
			}
			s.stretch = max(s.stretch, up(sum))
		}
		if s.claim.g == nil {
			s.claimInX = above(s.claim.u * s.stretch)
			return nil
		}
	}
	if !(s.claimInX >= 1/sound && s.claimInX <= sound) {
		return fmt.Errorf("claim_in_x is %v, expected a number between %g and %g", s.claimInX, 1/sound, sound)
	}
	return s.proveClaimInX(ctx)
}

// proveClaimInX proves claimInX·I ⪰ V(uI + G)Vᵀ and adds what is missing.
func (s *rows) proveClaimInX(ctx context.Context) error {
	d, k := s.basis.rows, s.basis.cols
	difference := newSymmetric(d)
	relative := roundings(2*k + 16)
	half, sizes := make([]float64, d*k), make([]float64, d*k) // V(uI + G)
	for l := range d {
		for i := range k {
			v := s.basis.row(l)[i] * s.claim.u
			half[l*k+i], sizes[l*k+i] = v, math.Abs(v)
			for j, x := range s.basis.row(l) {
				t := x * s.claim.g[j*k+i]
				half[l*k+i] += t
				sizes[l*k+i] += math.Abs(t)
			}
		}
	}
	floor := make([]float64, d)
	for l := range d {
		floor[l] = s.claimInX // what is missing is charged at the largest D⁻², so all may as well be as large
		for o := range l + 1 {
			v, size := 0.0, 0.0
			for i, x := range s.basis.row(o) {
				v -= half[l*k+i] * x
				size += sizes[l*k+i] * math.Abs(x)
			}
			if l == o {
				v += s.claimInX
				size += s.claimInX
			}
			difference.set(l, o, v, relative*size)
		}
	}
	missing, err := difference.deficit(ctx, 0, floor, s.room)
	if err != nil {
		return fmt.Errorf("the form of the root is not at most claim_in_x = %v: %w", s.claimInX, err)
	}
	worst := 0.0
	for _, v := range missing.inverse {
		worst = max(worst, v)
	}
	s.claimInX = above(s.claimInX + up(missing.epsilon*worst))
	return nil
}

// gather sums W into P and N, and charges the roundings.
func (s *rows) gather(w matrix) {
	m, c := s.r.rows, w.cols
	s.p, s.n = matrix{m, c, make([]float64, m*c)}, matrix{m, c, make([]float64, m*c)}
	errors := [2][]float64{make([]float64, m*c), make([]float64, m*c)} // sizes of the terms
	counts := make([]int, m)
	for j, i := range s.members {
		if i < 0 {
			continue
		}
		to, sizes, t := s.p, errors[0], s.scales[j]
		if t < 0 {
			to, sizes, t = s.n, errors[1], -t
		}
		counts[i]++
		if t != 1 {
			counts[i]++
		}
		for q, v := range w.row(j) {
			to.row(int(i))[q] += t * v
			sizes[int(i)*c+q] += math.Abs(t * v)
		}
	}
	total := 0.0
	for i := range m {
		if counts[i] <= 1 { // nothing was rounded
			continue
		}
		g := roundings(counts[i] + 2)
		size := max(norm(errors[0][i*c:(i+1)*c]), norm(errors[1][i*c:(i+1)*c]))
		total += up((s.room*g*size + tiny) * s.norms[i])
	}
	s.moved += up(total * math.Sqrt(s.stretch))
}
