package descent

import (
	"context"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
)

// coordinates express first-layer weights as u = Qz with orthonormal columns in Q, so that ‖u‖ = ‖z‖ and
// Xu = (XQ)z.  Where X has many more columns than rows, Q spans its row space, which holds the minimisers; and
// where that is cheap, its columns are the eigenvectors of XᵀX.
type coordinates struct {
	algebra linalg.Algebra
	q       *mat.Dense // d×r, nil for the identity
	x       *mat.Dense // n×r, XQ
	lambda  []float64  // r, the diagonal of (XQ)ᵀXQ
}

const (
	// wide is how many times as many columns as rows X has to have for its row space to be worth finding.
	wide = 2
	// mostAxes is the largest dimension whose eigenvectors are found at once, without looking at the context.
	mostAxes = 256
	// mostTurned is the largest size of X, in numbers, of which a rotated copy is made.
	mostTurned = 8_000_000
)

// newCoordinates finds coordinates for the rows x.  It is false where ctx ended before.
func newCoordinates(ctx context.Context, a linalg.Algebra, x *mat.Dense) (*coordinates, bool) {
	n, d := x.Dims()
	s := &coordinates{algebra: a, x: x}
	if d >= wide*n {
		q, ok := rowSpace(ctx, a, x)
		if !ok {
			return nil, false
		}
		s.q, s.x = q, mat.NewDense(n, q.RawMatrix().Cols, nil)
		a.Mul(s.x, x, q)
	}
	_, r := s.x.Dims()
	if r <= mostAxes && n*r <= mostTurned {
		axes, lambda := principalAxes(a, s.x)
		turned := mat.NewDense(n, r, nil)
		a.Mul(turned, s.x, axes)
		s.x, s.lambda = turned, lambda
		if s.q == nil {
			s.q = axes
		} else {
			q := mat.NewDense(d, r, nil)
			a.Mul(q, s.q, axes)
			s.q = q
		}
		return s, ctx.Err() == nil
	}
	s.lambda = make([]float64, r)
	for i := range n {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, false
		}
		for j, v := range s.x.RawRowView(i) {
			s.lambda[j] += v * v
		}
	}
	return s, true
}

// rowSpace returns an orthonormal basis of the row space of x as columns (d×r), by Gram–Schmidt on blocks of rows, each
// twice.  Rows that depend on those before them to rounding add nothing.
func rowSpace(ctx context.Context, a linalg.Algebra, x *mat.Dense) (*mat.Dense, bool) {
	const block = 32
	n, d := x.Dims()
	basis := mat.NewDense(n, d, nil) // rows
	rank := 0
	for lo := 0; lo < n; lo += block {
		if ctx.Err() != nil {
			return nil, false
		}
		b, before := min(block, n-lo), rank
		rows := mat.DenseCopyOf(x.Slice(lo, lo+b, 0, d))
		norms := make([]float64, b)
		for i := range b {
			norms[i] = floats.Norm(rows.RawRowView(i), 2)
		}
		for range 2 {
			if rank > 0 {
				found := basis.Slice(0, rank, 0, d).(*mat.Dense).RawMatrix()
				part := general(b, rank)
				a.Gemm(blas.NoTrans, blas.Trans, 1, rows.RawMatrix(), found, 0, part)
				a.Gemm(blas.NoTrans, blas.NoTrans, -1, part, found, 1, rows.RawMatrix())
			}
		}
		for i := range b {
			row := rows.RawRowView(i)
			for range 2 {
				for k := before; k < rank; k++ {
					q := basis.RawRowView(k)
					floats.AddScaled(row, -floats.Dot(q, row), q)
				}
			}
			if norm := floats.Norm(row, 2); norm > 1e-12*norms[i] {
				floats.ScaleTo(basis.RawRowView(rank), 1/norm, row)
				rank++
			}
		}
	}
	if rank == 0 {
		rank = 1 // X is zero: any direction will do
		basis.Set(0, 0, 1)
	}
	return mat.DenseCopyOf(basis.Slice(0, rank, 0, d).T()), true
}

// into returns the weights in these coordinates, as theta, without the part of u that X does not see.
func (s *coordinates) into(w problem.Weights) []float64 {
	m := w.Width()
	if m == 0 {
		return nil
	}
	if s.q != nil {
		z := mat.NewDense(m, len(s.lambda), nil)
		s.algebra.Mul(z, w.U, s.q)
		w.U = z
	}
	_, c := w.V.Dims()
	theta := make([]float64, (len(s.lambda)+c)*m)
	pack(w, theta)
	return theta
}

// out is the inverse of into.
func (s *coordinates) out(theta []float64, c int) problem.Weights {
	r := len(s.lambda)
	w := unpack(theta, len(theta)/(r+c), r, c)
	if s.q != nil && w.Width() > 0 {
		d, _ := s.q.Dims()
		u := mat.NewDense(w.Width(), d, nil)
		s.algebra.Mul(u, w.U, s.q.T())
		w.U = u
	}
	return w
}

// problem is p in these coordinates.
func (s *coordinates) problem(p problem.Problem) problem.Problem {
	p.X = s.x
	return p
}

// balanceTheta rescales the neurons of theta to ‖u_j‖ = ‖v_j‖ and drops those whose ‖u_j‖‖v_j‖ is below the part
// drop of the largest, or zero.
func balanceTheta(theta []float64, d, c int, drop float64) []float64 {
	m := len(theta) / (d + c)
	u, v := make([]float64, m), make([]float64, m)
	for i := range d + c {
		norm := u
		if i >= d {
			norm = v
		}
		for j, t := range theta[i*m : (i+1)*m] {
			norm[j] += t * t
		}
	}
	largest := 0.0
	for j := range m {
		u[j], v[j] = math.Sqrt(u[j]), math.Sqrt(v[j])
		largest = max(largest, u[j]*v[j])
	}
	var keep []int
	for j := range m {
		if s := u[j] * v[j]; s > 0 && s >= drop*largest {
			keep = append(keep, j)
		}
	}
	k := len(keep)
	out := make([]float64, (d+c)*k)
	for q, j := range keep {
		s := math.Sqrt(v[j] / u[j])
		for i := range d {
			out[i*k+q] = theta[i*m+j] * s
		}
		for i := d; i < d+c; i++ {
			out[i*k+q] = theta[i*m+j] / s
		}
	}
	return out
}
