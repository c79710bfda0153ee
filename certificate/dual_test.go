package certificate

import (
	"math"
	"testing"

	"github.com/relift/relift/lift"
	"github.com/relift/relift/problem"
	"gonum.org/v1/gonum/mat"
)

// term is one entry of a symmetric matrix that is linear in a variable.
type term struct {
	i, j int // i ≤ j
	v    float64
}

// solveDual maximises ⟨W,Y⟩ − ½‖W‖² over all multipliers of a tiny problem with
// distinct nonparallel nonzero rows, by a textbook barrier method on K ⪰ 0 with a
// dense Newton system in every entry of W, Φ, Ψ, Ω.  barrier is the last weight:
// the value is within barrier·(number of constraints) of the optimum.
func solveDual(t testing.TB, p problem.Problem, barrier float64) lift.Multipliers {
	t.Helper()
	n, d, c := p.Dims()
	order := n + d + c
	var terms [][]term   // derivative of K
	var sign []bool      // variable must be ≥ 0
	var linear []float64 // targets of W entries, 0 for others
	var isW []bool
	variable := func(nonnegative, w bool, y float64, ts ...term) {
		terms = append(terms, ts)
		sign = append(sign, nonnegative)
		isW = append(isW, w)
		linear = append(linear, y)
	}
	add := func(ts []term, i, j int, v float64) []term {
		if v == 0 {
			return ts
		}
		return append(ts, term{min(i, j), max(i, j), v})
	}
	for i := range n {
		for k := range c {
			variable(false, true, p.Y.At(i, k), term{i, n + d + k, 1})
		}
	}
	for i := range n {
		for j := i; j < n; j++ {
			variable(true, false, 0, term{i, j, -1})
		}
	}
	for i := range n {
		for j := range n {
			var ts []term
			if i == j {
				ts = add(ts, i, i, -2)
			} else {
				ts = add(ts, i, j, -1)
			}
			for k := range d {
				ts = add(ts, i, n+k, p.X.At(j, k))
			}
			variable(i != j, false, 0, ts...)
		}
	}
	for i := range n {
		for j := i; j < n; j++ {
			ts := add(nil, i, j, -1)
			for k := range d {
				ts = add(ts, i, n+k, p.X.At(j, k))
				if i != j {
					ts = add(ts, j, n+k, p.X.At(i, k))
				}
				for l := k; l < d; l++ {
					if i == j {
						ts = add(ts, n+k, n+l, -p.X.At(i, k)*p.X.At(j, l))
					} else {
						ts = add(ts, n+k, n+l, -p.X.At(i, k)*p.X.At(j, l)-p.X.At(j, k)*p.X.At(i, l))
					}
				}
			}
			variable(true, false, 0, ts...)
		}
	}
	count := len(terms)
	x := make([]float64, count)
	form := func(x []float64) *mat.SymDense {
		k := mat.NewSymDense(order, nil)
		for i := range d + c {
			k.SetSym(n+i, n+i, p.Gamma)
		}
		for a, ts := range terms {
			for _, e := range ts {
				k.SetSym(e.i, e.j, k.At(e.i, e.j)+x[a]*e.v)
			}
		}
		return k
	}
	// Strictly feasible start: small positive multipliers, diag Ψ very negative.
	position := n * c
	for i := range n {
		for j := i; j < n; j++ {
			x[position] = 1e-3 * p.Gamma
			position++
		}
	}
	for i := range n {
		for j := range n {
			x[position] = 1e-3 * p.Gamma
			if i == j {
				x[position] = -0.1 * p.Gamma
			}
			position++
		}
	}
	for ; position < count; position++ {
		x[position] = 1e-3 * p.Gamma
	}
	value := func(x []float64, mu float64) float64 {
		sum := 0.0
		for a, v := range x {
			if isW[a] {
				sum -= v*linear[a] - v*v/2
			} else if sign[a] {
				if v <= 0 {
					return math.Inf(1)
				}
				sum -= mu * math.Log(v)
			}
		}
		var chol mat.Cholesky
		if !chol.Factorize(form(x)) {
			return math.Inf(1)
		}
		return sum - mu*chol.LogDet()
	}
	for scale := p.Gamma; math.IsInf(value(x, 1), 1); scale /= 4 {
		if scale < 1e-12 {
			t.Fatal("solveDual: no strictly feasible start")
		}
		for a := range x {
			x[a] /= 4
		}
	}
	mu := 1.0
	for range 400 {
		k := form(x)
		var chol mat.Cholesky
		if !chol.Factorize(k) {
			t.Fatal("solveDual: iterate left the cone")
		}
		var zs mat.SymDense
		if err := chol.InverseTo(&zs); err != nil && mu > 1e-6 {
			t.Fatal(err)
		}
		z := mat.DenseCopyOf(&zs)
		gradient := make([]float64, count)
		hessian := mat.NewSymDense(count, nil)
		for a, ts := range terms {
			g := 0.0
			m := mat.NewDense(order, order, nil) // Z K_a Z
			for _, e := range ts {
				weight := 2.0
				if e.i == e.j {
					weight = 1
				}
				g += weight * e.v * z.At(e.i, e.j)
				zi, zj := z.RawRowView(e.i), z.RawRowView(e.j)
				for r := range order {
					row := m.RawRowView(r)
					addScaled(row, e.v*zi[r], zj)
					if e.i != e.j {
						addScaled(row, e.v*zj[r], zi)
					}
				}
			}
			gradient[a] = -mu * g
			for b := a; b < count; b++ {
				h := 0.0
				for _, e := range terms[b] {
					weight := 2.0
					if e.i == e.j {
						weight = 1
					}
					h += weight * e.v * m.At(e.i, e.j)
				}
				hessian.SetSym(a, b, mu*h)
			}
			if isW[a] {
				gradient[a] -= linear[a] - x[a]
				hessian.SetSym(a, a, hessian.At(a, a)+1)
			}
			if sign[a] {
				gradient[a] -= mu / x[a]
				hessian.SetSym(a, a, hessian.At(a, a)+mu/(x[a]*x[a]))
			}
		}
		scale := make([]float64, count)
		for a := range scale {
			scale[a] = 1 / math.Sqrt(hessian.At(a, a))
		}
		for a := range count {
			for b := a; b < count; b++ {
				hessian.SetSym(a, b, hessian.At(a, b)*scale[a]*scale[b])
			}
			hessian.SetSym(a, a, hessian.At(a, a)+1e-13)
		}
		var newton mat.Cholesky
		if !newton.Factorize(hessian) {
			break
		}
		right := mat.NewVecDense(count, nil)
		for a, g := range gradient {
			right.SetVec(a, -g*scale[a])
		}
		var step mat.VecDense
		_ = newton.SolveVecTo(&step, right)
		decrement := mat.Dot(&step, right)
		current := value(x, mu)
		length, moved := 1.0, false
		trial := make([]float64, count)
		for range 30 {
			for a := range trial {
				trial[a] = x[a] + length*scale[a]*step.AtVec(a)
			}
			if v := value(trial, mu); v <= current-1e-4*length*decrement || decrement < 1e-8*mu && v <= current+1e-13*math.Abs(current) {
				moved = true
				break
			}
			length /= 2
		}
		if moved {
			copy(x, trial)
		}
		if decrement < 0.1*mu || !moved {
			if mu <= barrier || !moved && mu <= 1e3*barrier {
				break
			}
			mu *= 0.3
		}
	}
	w, phi, psi, omega := mat.NewDense(n, c, nil), mat.NewDense(n, n, nil), mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	position = 0
	next := func() float64 { position++; return x[position-1] }
	for i := range n {
		for k := range c {
			w.Set(i, k, next())
		}
	}
	for i := range n {
		for j := i; j < n; j++ {
			v := next()
			phi.Set(i, j, v)
			phi.Set(j, i, v)
		}
	}
	for i := range n {
		for j := range n {
			psi.Set(i, j, next())
		}
	}
	for i := range n {
		for j := i; j < n; j++ {
			v := next()
			omega.Set(i, j, v)
			omega.Set(j, i, v)
		}
	}
	return lift.SparseMultipliers(w, phi, psi, omega)
}
