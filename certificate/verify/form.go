package verify

import (
	"context"
	"math"
	"runtime"
	"sync"
)

// kMatrix is K' in floating point with a bound on the error of each entry.
type kMatrix struct {
	order int
	// entries holds, row-major, K in its lower triangle and above the diagonal, at
	// (j, i) for j < i, the error bound of entry (i, j).
	entries  []float64
	diagonal []float64 // errors of the diagonal entries
}

func (k *kMatrix) set(i, j int, v, err float64) {
	if i < j {
		i, j = j, i
	}
	k.entries[i*k.order+j] = v
	if i == j {
		k.diagonal[i] = err
	} else {
		k.entries[j*k.order+i] = err
	}
}

// formK computes K' of the file units.go from claims whose shapes, numbers and
// grouping have been checked, of order 2m+c where X is wide and m+d+c otherwise.
// It returns nil when ctx has ended, and when rows in the place of wide ones were not found.
func formK(ctx context.Context, c *Claims) *kMatrix {
	u := newUnits(c)
	if m := len(u.rows); u.d > m && m > 0 {
		rows, ok := narrowed(ctx, u.rows, u.d)
		if !ok {
			return nil
		}
		u.rows, u.d = rows, m
	}
	return u.form(ctx, c)
}

// form computes K' with the rows that u has; nil when ctx has ended.
func (u *units) form(ctx context.Context, c *Claims) *kMatrix {
	m, d, outputs, rows := len(u.rows), u.d, c.Y.Cols, u.rows
	order := m + d + outputs
	k := &kMatrix{order: order, entries: make([]float64, order*order), diagonal: make([]float64, order)}

	// αα, αu and ΩX_r.
	products := make([]twofold, m*d) // ΩX_r
	parallel(ctx, m, func(i int) {
		coupling := make([]twofold, d)
		for j := range m {
			if j <= i {
				var t twofold
				t.add(u.phi.At(i, j))
				t.add(u.omega.At(i, j))
				t.add(u.psi.At(i, j))
				t.add(u.psi.At(j, i))
				v, err := t.value(t.errorOf(4, 1))
				k.set(i, j, -v, err)
			}
			psi, omega := u.psi.At(i, j), u.omega.At(i, j)
			if psi != 0 || omega != 0 {
				hi, lo := twoSum(psi, omega)
				size := math.Abs(psi) + math.Abs(omega)
				for l, x := range rows[j] {
					coupling[l].addProduct(x, hi, lo, size)
				}
			}
			if omega != 0 {
				for l, x := range rows[j] {
					products[i*d+l].addProduct(x, omega, 0, math.Abs(omega))
				}
			}
		}
		for l := range d {
			v, err := coupling[l].value(coupling[l].errorOf(m, 1))
			k.set(m+l, i, v, err)
		}
	})

	// uu.
	parallel(ctx, d, func(a int) {
		for b := range a + 1 {
			var t twofold
			for i := range m {
				p := &products[i*d+b]
				t.addProduct(rows[i][a], p.hi, p.lo, p.abs*inflate)
			}
			t.hi, t.lo = -t.hi, -t.lo
			if a == b {
				t.add(u.gammaU)
			}
			v, err := t.value(t.errorOf(m+1, 1))
			k.set(m+a, m+b, v, err)
		}
	})

	// V, V₋ and G.
	all, negative := make([]twofold, m*outputs), make([]twofold, m*outputs)
	scales := 1.0 // ≥ 1 + Σ|s_i|
	for i, r := range c.MergedInto {
		if r < 0 {
			continue
		}
		scale := math.Abs(c.MergeScale[i])
		scales += scale
		for q, w := range u.weights[i*outputs : (i+1)*outputs] {
			at := int(r)*outputs + q
			all[at].addProduct(scale, w, 0, math.Abs(w))
			if c.MergeScale[i] < 0 {
				negative[at].addProduct(scale, w, 0, math.Abs(w))
			}
		}
	}
	scales *= inflate
	parallel(ctx, outputs, func(q int) {
		for r := range m {
			t := &all[r*outputs+q]
			v, err := t.value(t.errorOf(c.X.Rows, scales))
			k.set(m+d+q, r, v, err)
		}
		for l := range d {
			var t twofold
			for r := range m {
				if p := &negative[r*outputs+q]; p.abs != 0 {
					t.addProduct(rows[r][l], p.hi, p.lo, p.abs*inflate)
				}
			}
			v, err := t.value(t.errorOf(c.X.Rows+m, scales))
			k.set(m+d+q, m+l, -v, err)
		}
		k.set(m+d+q, m+d+q, u.gammaC, 0)
	})
	if ctx.Err() != nil {
		return nil
	}
	return k
}

// parallel calls work(i) for i in [0, n) from several goroutines until ctx ends.
// Calls must not depend on each other.
func parallel(ctx context.Context, n int, work func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	share := func(from int) {
		for i := from; i < n && ctx.Err() == nil; i += workers {
			work(i)
		}
	}
	if workers <= 1 {
		workers = 1
		share(0)
		return
	}
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() { share(w) })
	}
	group.Wait()
}
