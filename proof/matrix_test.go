package proof

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// matrix returns S of a leaf in z = (α of the open rows, u, v), in ordinary floating
// point.
func (leaf *Multipliers) matrix(at view) (*mat.SymDense, error) {
	open := at.open()
	p := len(open)
	_, k := at.r.Dims()
	_, c := at.p.Dims()
	order := p + k + c
	if len(leaf.Psi) != p {
		return nil, fmt.Errorf("proof: a leaf has %d ψ and %d open rows", len(leaf.Psi), p)
	}
	s := mat.NewSymDense(order, nil)
	add := func(i, j int, v float64) { // v(z_i z_j + z_j z_i)/2
		if i == j {
			s.SetSym(i, i, s.At(i, i)+v)
		} else {
			s.SetSym(i, j, s.At(i, j)+v/2)
		}
	}
	leaf.addForm(at.form, p, k, c, s, add)
	position := make(map[int]int, p)
	for i, row := range open {
		position[row] = i
	}
	for _, row := range at.rows {
		r, pos, neg := at.r.RawRowView(row), at.p.RawRowView(row), at.n.RawRowView(row)
		i, isOpen := position[row]
		for q := range c {
			v := p + k + q
			switch {
			case isOpen: // −2v(Pα + N(α − rᵀu))
				add(v, i, -2*(pos[q]+neg[q]))
				for j, x := range r {
					add(v, p+j, 2*neg[q]*x)
				}
			case at.sign[row] > 0:
				for j, x := range r {
					add(v, p+j, -2*pos[q]*x)
				}
			default:
				for j, x := range r {
					add(v, p+j, 2*neg[q]*x)
				}
			}
		}
		if isOpen {
			add(i, i, -leaf.Psi[i])
			for j, x := range r {
				add(i, p+j, leaf.Psi[i]*x)
			}
		}
	}
	lines := leaf.lines(at, open)
	touched := map[int]*mat.VecDense{} // Σ_l M_kl ℓ_l
	product := func(k, l int, v float64) {
		if touched[k] == nil {
			touched[k] = mat.NewVecDense(order, nil)
		}
		lines[l].addTo(touched[k], v)
	}
	for _, pair := range leaf.Pairs {
		if pair.K < 0 || pair.L <= pair.K || pair.L >= len(lines) {
			return nil, fmt.Errorf("proof: a pair of lines (%d, %d), expected two below %d in order", pair.K, pair.L, len(lines))
		}
		product(pair.K, pair.L, pair.Value)
		product(pair.L, pair.K, pair.Value)
	}
	sum := mat.NewDense(order, order, nil)
	for i, l := range lines {
		if touched[i] != nil {
			for j, at := range l.at {
				row := sum.RowView(at).(*mat.VecDense)
				row.AddScaledVec(row, l.value[j], touched[i])
			}
		}
	}
	for i := range order {
		for j := range i + 1 {
			s.SetSym(i, j, s.At(i, j)-(sum.At(i, j)+sum.At(j, i))/2)
		}
	}
	return s, nil
}

// addForm adds the form of the claim, and τ.
func (leaf *Multipliers) addForm(f Form, p, k, c int, s *mat.SymDense, add func(i, j int, v float64)) {
	for i := range k {
		add(p+i, p+i, f.U+leaf.Tau)
		for j := range c {
			if f.F != nil {
				add(p+i, p+k+j, 2*f.F.At(i, j))
			}
		}
	}
	for i := range c {
		add(p+k+i, p+k+i, f.V-leaf.Tau)
	}
	block := func(m *mat.SymDense, first int) {
		for i := range m.SymmetricDim() {
			for j := range i + 1 {
				s.SetSym(first+i, first+j, s.At(first+i, first+j)+m.At(i, j))
			}
		}
	}
	if f.G != nil {
		block(f.G, p)
	}
	if f.H != nil {
		block(f.H, p+k)
	}
}

// function is a linear function of z with few entries.
type function struct {
	at    []int
	value []float64
}

func (f *function) addTo(v *mat.VecDense, t float64) {
	for i, at := range f.at {
		v.SetVec(at, v.AtVec(at)+t*f.value[i])
	}
}

func (f *function) add(first int, t float64, x ...float64) {
	for i, v := range x {
		if t*v != 0 {
			f.at, f.value = append(f.at, first+i), append(f.value, t*v)
		}
	}
}

// lines returns the lines of a leaf, in the order of [Lines].
func (leaf *Multipliers) lines(at view, open []int) []function {
	p := len(open)
	_, k := at.r.Dims()
	var out []function
	for i := range open {
		var f function
		f.add(i, 1, 1)
		out = append(out, f)
	}
	for i, row := range open {
		var f function
		f.add(i, 1, 1)
		f.add(p, -1, at.r.RawRowView(row)...)
		out = append(out, f)
	}
	for _, a := range at.u {
		var f function
		f.add(p, 1, a...)
		out = append(out, f)
	}
	for _, b := range at.v {
		var f function
		f.add(p+k, 1, b...)
		out = append(out, f)
	}
	include := func(f *function, t float64, line int) {
		for i, where := range out[line].at {
			f.add(where, t, out[line].value[i])
		}
	}
	for _, c := range leaf.Circuits {
		var f function
		include(&f, -1, c.Target)
		for i, t := range c.Terms {
			include(&f, c.Lambda[i], t)
		}
		out = append(out, f)
	}
	q := []float64{1}
	if len(at.v) > 0 && at.v[0][0] < 0 {
		q[0] = -1
	}
	if leaf.Radial != nil {
		q = leaf.Radial.Q
	}
	for _, b := range leaf.Balls {
		var f function
		f.add(p+k, 1, q...)
		f.add(p, -1, b.P...)
		for i, row := range b.Rows {
			include(&f, -b.S[i], row)
			include(&f, -b.S[i], p+row)
		}
		out = append(out, f)
	}
	return out
}
