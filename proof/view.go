package proof

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// weights are P and N (m×c) of the package comment, and the rows r_i (m×k).
type weights struct {
	r, p, n *mat.Dense
}

// weights sums W over the rows of X that are multiples of each r_i.
func (d *Derivation) weights() weights {
	_, _, c := d.Problem.Dims()
	if d.Rows == nil {
		rows, _ := d.Problem.X.Dims()
		return weights{d.Problem.X, d.W, mat.NewDense(rows, c, nil)}
	}
	m, _ := d.Rows.R.Dims()
	w := weights{d.Rows.R, mat.NewDense(m, c, nil), mat.NewDense(m, c, nil)}
	for j, i := range d.Rows.Of {
		if i < 0 {
			continue
		}
		to, s := w.p, d.Rows.Scale[j]
		if s < 0 {
			to, s = w.n, -s
		}
		for q, v := range d.W.RawRowView(j) {
			to.Set(i, q, to.At(i, q)+s*v)
		}
	}
	return w
}

// view is a claim at a node: the rows I, the lines of K, the form.
type view struct {
	weights
	rows     []int // I, ascending, without zero rows
	form     Form
	u        [][]float64
	sign     map[int]float64 // of rows
	v        [][]float64
	balanced bool
}

// open returns the rows of I without a sign.
func (v *view) open() []int {
	var out []int
	for _, i := range v.rows {
		if v.sign[i] == 0 {
			out = append(out, i)
		}
	}
	return out
}

// root returns the claim of the root.
func (d *Derivation) root() view {
	v := view{weights: d.weights(), form: d.Claim, sign: map[int]float64{}}
	m, _ := v.r.Dims()
	for i := range m {
		if mat.Norm(v.r.RowView(i), 2) > 0 {
			v.rows = append(v.rows, i)
		}
	}
	return v
}

// each calls visit with every leaf made of multipliers, and its claim.
func (d *Derivation) each(visit func(leaf *Multipliers, claim view) error) error {
	return walk(d.Root, d.root(), visit)
}

func walk(n Node, at view, visit func(*Multipliers, view) error) error {
	opposite := func(a []float64) []float64 {
		out := make([]float64, len(a))
		for i, x := range a {
			out[i] = -x
		}
		return out
	}
	two := func(first, second Node, change func(view, float64) view) error {
		if err := walk(first, change(at, 1), visit); err != nil {
			return err
		}
		return walk(second, change(at, -1), visit)
	}
	line := func(lines [][]float64, a []float64, sign float64) [][]float64 {
		if sign < 0 {
			a = opposite(a)
		}
		return append(lines[:len(lines):len(lines)], a)
	}
	switch n := n.(type) {
	case *SplitRow:
		return two(n.Active, n.Inactive, func(v view, sign float64) view {
			signs := map[int]float64{n.Row: sign}
			for i, s := range v.sign {
				signs[i] = s
			}
			v.sign = signs
			v.u = line(v.u, v.r.RawRowView(n.Row), sign)
			return v
		})
	case *SplitU:
		return two(n.Positive, n.Negative, func(v view, sign float64) view {
			v.u = line(v.u, n.Normal, sign)
			return v
		})
	case *SplitV:
		return two(n.Positive, n.Negative, func(v view, sign float64) view {
			v.v = line(v.v, n.Normal, sign)
			return v
		})
	case *Implied:
		signs := map[int]float64{}
		for i, s := range at.sign {
			signs[i] = s
		}
		for _, s := range n.Signs {
			signs[s.Row] = 1
			if s.Negative {
				signs[s.Row] = -1
			}
		}
		at.sign = signs
		return walk(n.Node, at, visit)
	case *Blocks:
		for _, b := range n.Blocks {
			child := at
			child.rows, child.form = b.Rows, b.Form
			if err := walk(b.Node, child, visit); err != nil {
				return err
			}
		}
		return nil
	case *Weaken:
		at.form = n.Form
		return walk(n.Node, at, visit)
	case *Forget:
		var u, v [][]float64
		for _, k := range n.U {
			u = append(u, at.u[k])
		}
		for _, k := range n.V {
			v = append(v, at.v[k])
		}
		at.u, at.v = u, v
		return walk(n.Node, at, visit)
	case *Balance:
		at.balanced = true
		return walk(n.Node, at, visit)
	case *Multipliers:
		return visit(n, at)
	case *Empty, *Cones:
		return nil
	}
	return fmt.Errorf("proof: there is no rule %T", n)
}
