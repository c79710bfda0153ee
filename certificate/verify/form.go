package verify

import (
	"math"
	"runtime"
	"sync"
)

// kMatrix is K in floating point with a bound on the error of each entry.
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

// formK computes K of the package comment from claims whose shapes, numbers and
// grouping have been checked.
func formK(c *Claims) *kMatrix {
	n, d, outputs, m := c.X.Rows, c.X.Cols, c.Y.Cols, len(c.Representatives)
	order := m + d + outputs
	k := &kMatrix{order: order, entries: make([]float64, order*order), diagonal: make([]float64, order)}
	rows := make([][]float64, m) // X_r
	factors := 1.0               // ≥ 1 + Σ|x_rj| for every column j
	for r, i := range c.Representatives {
		rows[r] = c.X.Row(int(i))
		largest := 0.0
		for _, v := range rows[r] {
			largest = max(largest, math.Abs(v))
		}
		factors += largest
	}
	factors *= inflate

	// αα, αu and ΩX_r.
	product := make([]twofold, m*d) // ΩX_r
	parallel(m, func(i int) {
		coupling := make([]twofold, d)
		for j := range m {
			if j <= i {
				var t twofold
				t.add(c.Phi.At(i, j))
				t.add(c.Omega.At(i, j))
				t.add(c.Psi.At(i, j))
				t.add(c.Psi.At(j, i))
				v, err := t.value(t.errorOf(4, 1))
				k.set(i, j, -v, err)
			}
			psi, omega := c.Psi.At(i, j), c.Omega.At(i, j)
			if psi != 0 || omega != 0 {
				hi, lo := twoSum(psi, omega)
				size := math.Abs(psi) + math.Abs(omega)
				for l, x := range rows[j] {
					coupling[l].addProduct(x, hi, lo, size)
				}
			}
			if omega != 0 {
				for l, x := range rows[j] {
					product[i*d+l].addProduct(x, omega, 0, math.Abs(omega))
				}
			}
		}
		for l := range d {
			v, err := coupling[l].value(coupling[l].errorOf(m, 1))
			k.set(m+l, i, v, err)
		}
	})

	// uu.
	parallel(d, func(a int) {
		for b := range a + 1 {
			var t twofold
			for i := range m {
				p := &product[i*d+b]
				t.addProduct(rows[i][a], p.hi, p.lo, p.abs*inflate)
			}
			t.hi, t.lo = -t.hi, -t.lo
			if a == b {
				t.add(c.Gamma)
			}
			v, err := t.value(t.errorOf(m+1, factors))
			k.set(m+a, m+b, v, err)
		}
	})

	// V, V₋ and G.
	all, negative := make([]twofold, m*outputs), make([]twofold, m*outputs)
	for i, r := range c.MergedInto {
		if r < 0 {
			continue
		}
		scale := math.Abs(c.MergeScale[i])
		for q, w := range c.W.Row(i) {
			at := int(r)*outputs + q
			all[at].addProduct(scale, w, 0, math.Abs(w))
			if c.MergeScale[i] < 0 {
				negative[at].addProduct(scale, w, 0, math.Abs(w))
			}
		}
	}
	for q := range outputs {
		for r := range m {
			t := &all[r*outputs+q]
			v, err := t.value(t.errorOf(n, 1))
			k.set(m+d+q, r, v, err)
		}
		for l := range d {
			var t twofold
			for r := range m {
				if p := &negative[r*outputs+q]; p.abs != 0 {
					t.addProduct(rows[r][l], p.hi, p.lo, p.abs*inflate)
				}
			}
			v, err := t.value(t.errorOf(n+m, factors))
			k.set(m+d+q, m+l, -v, err)
		}
		k.set(m+d+q, m+d+q, c.Gamma, 0)
	}
	return k
}

// parallel calls work(i) for i in [0, n) from several goroutines.  Calls must not
// depend on each other.
func parallel(n int, work func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	if workers <= 1 {
		for i := range n {
			work(i)
		}
		return
	}
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for i := w; i < n; i += workers {
				work(i)
			}
		})
	}
	group.Wait()
}
