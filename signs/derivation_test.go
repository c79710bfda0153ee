package signs

import (
	"context"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/proof"
)

// walker evaluates formula (3) of package proof at every leaf, from the derivation alone.
type walker struct {
	t      *testing.T
	d      *proof.Derivation
	plus   *mat.Dense // P_i
	minus  *mat.Dense // N_i
	leaves int
	// worst is the smallest eigenvalue of S scaled to a unit diagonal.
	worst float64
}

type walkState struct {
	sign  map[int]int
	u     [][]float64
	vSign int
}

func (s walkState) row(i, side int, r []float64) walkState {
	next := walkState{sign: map[int]int{}, vSign: s.vSign}
	for k, v := range s.sign {
		next.sign[k] = v
	}
	next.sign[i] = side
	next.u = append(append([][]float64{}, s.u...), scaled(r, float64(side)))
	return next
}

func walk(t *testing.T, d *proof.Derivation) *walker {
	t.Helper()
	n, _, c := d.Problem.Dims()
	m, _ := d.Rows.R.Dims()
	w := &walker{t: t, d: d, plus: mat.NewDense(m, c, nil), minus: mat.NewDense(m, c, nil), worst: math.Inf(1)}
	for j := range n {
		if i := d.Rows.Of[j]; i >= 0 {
			s := d.Rows.Scale[j]
			if s > 0 {
				axpy(w.plus.RawRowView(i), s, d.W.RawRowView(j))
			} else {
				axpy(w.minus.RawRowView(i), -s, d.W.RawRowView(j))
			}
		}
	}
	w.visit(d.Root.(*proof.Balance).Node, walkState{sign: map[int]int{}})
	return w
}

func (w *walker) visit(nd proof.Node, s walkState) {
	switch nd := nd.(type) {
	case *proof.SplitRow:
		if s.sign[nd.Row] != 0 {
			w.t.Fatalf("row %d is split twice", nd.Row)
		}
		r := w.d.Rows.R.RawRowView(nd.Row)
		w.visit(nd.Active, s.row(nd.Row, 1, r))
		w.visit(nd.Inactive, s.row(nd.Row, -1, r))
	case *proof.SplitU:
		for k, child := range []proof.Node{nd.Positive, nd.Negative} {
			next := s
			next.u = append(append([][]float64{}, s.u...), scaled(nd.Normal, 1-2*float64(k)))
			w.visit(child, next)
		}
	case *proof.SplitV:
		up, down := s, s
		up.vSign, down.vSign = 1, -1
		w.visit(nd.Positive, up)
		w.visit(nd.Negative, down)
	case *proof.Multipliers:
		w.leaf(nd, s)
	default:
		w.t.Fatalf("unexpected node %T", nd)
	}
}

func (w *walker) leaf(nd *proof.Multipliers, s walkState) {
	w.leaves++
	m, d := w.d.Rows.R.Dims()
	_, _, c := w.d.Problem.Dims()
	var open []int
	for i := range m {
		if s.sign[i] == 0 {
			open = append(open, i)
		}
	}
	o := len(open)
	n := o + d + c
	var lines [][]float64
	addLine := func(f func(z []float64)) {
		z := make([]float64, n)
		f(z)
		lines = append(lines, z)
	}
	for k := range open {
		addLine(func(z []float64) { z[k] = 1 })
	}
	for k, i := range open {
		addLine(func(z []float64) { z[k] = 1; axpy(z[o:o+d], -1, w.d.Rows.R.RawRowView(i)) })
	}
	for _, a := range s.u {
		addLine(func(z []float64) { copy(z[o:o+d], a) })
	}
	if s.vSign != 0 {
		addLine(func(z []float64) { z[o+d] = float64(s.vSign) })
	}
	for _, b := range nd.Balls {
		size := dot(b.P, b.P)
		for j, k := range b.Rows {
			r := w.d.Rows.R.RawRowView(k)
			size += 2*b.S[j]*math.Abs(dot(b.P, r)) + b.S[j]*b.S[j]*dot(r, r)
		}
		if size > 1 || s.vSign == 0 {
			w.t.Errorf("a ball line of length² 1 + %g, with the sign %d of v", size-1, s.vSign)
		}
		addLine(func(z []float64) {
			z[o+d] = float64(s.vSign)
			axpy(z[o:o+d], -1, b.P)
			for j, k := range b.Rows {
				for at, i := range open {
					if i == k {
						z[at] -= 2 * b.S[j]
						axpy(z[o:o+d], b.S[j], w.d.Rows.R.RawRowView(k))
					}
				}
			}
		})
	}
	form := mat.NewDense(n, n, nil)
	for j := range d + c {
		v := w.d.Claim.U + nd.Tau
		if j >= d {
			v = w.d.Claim.V - nd.Tau
		}
		form.Set(o+j, o+j, v)
	}
	symmetric := func(value float64, a, b []float64) {
		for i := range n {
			for j := range n {
				form.Set(i, j, form.At(i, j)+value/2*(a[i]*b[j]+a[j]*b[i]))
			}
		}
	}
	for q := range c {
		v := make([]float64, n)
		v[o+d+q] = 1
		f := make([]float64, n)
		for k, i := range open {
			f[k] += w.plus.At(i, q) + w.minus.At(i, q)
			axpy(f[o:o+d], -w.minus.At(i, q), w.d.Rows.R.RawRowView(i))
		}
		for i, side := range s.sign {
			if side > 0 {
				axpy(f[o:o+d], w.plus.At(i, q), w.d.Rows.R.RawRowView(i))
			} else if side < 0 {
				axpy(f[o:o+d], -w.minus.At(i, q), w.d.Rows.R.RawRowView(i))
			}
		}
		symmetric(-2, v, f)
	}
	for _, p := range nd.Pairs {
		if !(p.Value > 0) || p.K >= p.L || p.L >= len(lines) || p.K < o && p.L == p.K+o {
			w.t.Fatalf("pair (%d, %d) with %g among %d lines", p.K, p.L, p.Value, len(lines))
		}
		symmetric(-2*p.Value, lines[p.K], lines[p.L])
	}
	for k, psi := range nd.Psi {
		symmetric(-psi, lines[k], lines[o+k])
	}
	unit := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			scale := math.Sqrt(form.At(i, i) * form.At(j, j))
			if !(scale > 0) {
				w.t.Fatalf("diagonal entries %g, %g of S", form.At(i, i), form.At(j, j))
			}
			unit.SetSym(i, j, form.At(i, j)/scale)
		}
	}
	var eig mat.EigenSym
	eig.Factorize(unit, false)
	w.worst = min(w.worst, eig.Values(nil)[0])
}

func TestDerivationHolds(t *testing.T) {
	for _, test := range []struct {
		name    string
		n, d, c int
		options Options
	}{
		{"one output", 16, 4, 1, Options{}},
		{"one output, no cones", 16, 4, 1, Options{NoCones: true}},
		{"two outputs", 12, 3, 2, Options{}},
		{"no sign of v", 12, 3, 1, Options{NoSign: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := gaussianProblem(test.n, test.d, test.c, 0.7, 5)
			tree, err := NewTree(p, p.Residual(trained(t, p)), test.options)
			if err != nil {
				t.Fatal(err)
			}
			status := tree.Run(context.Background())
			d, err := tree.Derivation()
			if err != nil {
				t.Fatal(err)
			}
			w := walk(t, d)
			t.Logf("%v with %d leaves, h/γ ≤ %.7f; %d leaves of the derivation, smallest eigenvalue %.2g", status, tree.Leaves(), tree.Value(), w.leaves, w.worst)
			if w.worst < -1e-11 {
				t.Errorf("S has the eigenvalue %g at unit diagonal", w.worst)
			}
		})
	}
}
