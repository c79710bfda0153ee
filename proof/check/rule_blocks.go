package check

import "math"

// blocks derives the claim (I, K, G, F, H) from (I_b, K, G_b, F_b, H_b) for a partition
// of I: the sum of the blocks' inequalities is the claim's if the sum of their forms is
// at most the claim's.  Floating-point shares need not sum exactly: what is missing is
// charged.
//
// Integers: the number of blocks, then for each the presence of dense parts (bit 0 G,
// bit 1 F, bit 2 H), the number of rows and the rows, ascending.  Reals: for each block
// u, v and the dense parts.
func (w *walker) blocks(c claim, depth int, to *region) error {
	count, err := w.steps.count("the number of blocks", len(c.rows))
	if err != nil {
		return err
	}
	if count == 0 {
		return w.fail("blocks", "there are none")
	}
	taken := make(map[int]bool, len(c.rows))
	for _, i := range c.rows {
		taken[i] = false
	}
	forms, parts := make([]form, count), make([][]int, count)
	assigned := 0
	for b := range count {
		if forms[b], err = w.readForm(); err != nil {
			return err
		}
		size, err := w.steps.count("the rows of a block", len(c.rows))
		if err != nil {
			return err
		}
		indices, err := w.steps.integers(size)
		if err != nil {
			return err
		}
		for k, v := range indices {
			i := int(v)
			if used, in := taken[i]; !in || int64(i) != v {
				return w.fail("blocks", "row %d is not one of the claim's rows", v)
			} else if used {
				return w.fail("blocks", "row %d is in two blocks", v)
			}
			if k > 0 && v <= indices[k-1] {
				return w.fail("blocks", "the rows of block %d do not ascend", b)
			}
			taken[i] = true
			parts[b] = append(parts[b], i)
		}
		assigned += size
	}
	if assigned != len(c.rows) {
		return w.fail("blocks", "%d of the claim's %d rows are in no block", len(c.rows)-assigned, len(c.rows))
	}
	return w.share(c, forms, parts, depth, to)
}

// weaken derives the claim from one with another form, which is at most its own, or
// what it exceeds it by is charged: it is the rule of one block.
//
// Integers: the presence of dense parts.  Reals: u, v and the dense parts.
func (w *walker) weaken(c claim, depth int, to *region) error {
	f, err := w.readForm()
	if err != nil {
		return err
	}
	return w.share(c, []form{f}, [][]int{c.rows}, depth, to)
}

// share goes through the blocks, with the charge for their forms.
func (w *walker) share(c claim, forms []form, parts [][]int, depth int, to *region) error {
	excess, err := w.excess(c.form, forms)
	if err != nil {
		return err
	}
	if c.balanced {
		excess = excess.balance()
	}
	regions := []*region{{own: excess}} // what all blocks share is one more term
	for b := range forms {
		regions = append(regions, &region{})
		child := c
		child.form, child.rows = forms[b], parts[b]
		if err := w.node(child, depth+1, regions[b+1]); err != nil {
			return err
		}
	}
	to.share(regions)
	return nil
}

// readForm reads a form.
func (w *walker) readForm() (form, error) {
	k, c := w.rows.r.cols, w.rows.p.cols
	var f form
	present, err := w.steps.count("the parts of a form", 7)
	if err != nil {
		return f, err
	}
	scalars, err := w.steps.numbers(2)
	if err != nil {
		return f, err
	}
	f.u, f.v = scalars[0], scalars[1]
	for bit, part := range []struct {
		to         *[]float64
		rows, cols int
		symmetric  bool
	}{{&f.g, k, k, true}, {&f.f, k, c, false}, {&f.h, c, c, true}} {
		if present>>bit&1 == 0 {
			continue
		}
		if *part.to, err = w.steps.numbers(part.rows * part.cols); err != nil {
			return f, err
		}
		for i := range part.rows {
			for j := range i {
				if part.symmetric && (*part.to)[i*part.cols+j] != (*part.to)[j*part.cols+i] {
					return f, w.fail("form", "a square part is not symmetric")
				}
			}
		}
	}
	return f, nil
}

// excess returns a charge (a, b) with whole + (a, b) ⪰ Σ parts.
func (w *walker) excess(whole form, parts []form) (charge, error) {
	k, c := w.rows.r.cols, w.rows.p.cols
	dense := whole.g != nil || whole.f != nil || whole.h != nil
	var u, v, sizeU, sizeV float64
	for _, p := range parts {
		dense = dense || p.g != nil || p.f != nil || p.h != nil
		u += p.u
		v += p.v
		sizeU += math.Abs(p.u)
		sizeV += math.Abs(p.v)
	}
	if !dense {
		return charge{lacking(whole.u, u, w.rows.room*sizeU, len(parts)), lacking(whole.v, v, w.rows.room*sizeV, len(parts))}, nil
	}
	w.work += math.Pow(float64(k+c), 3)/3 + float64(len(parts)*(k+c)*(k+c))
	if w.structure {
		return charge{}, nil
	}
	order := k + c
	s := newSymmetric(order)
	relative := roundings(2*len(parts) + 8)
	set := func(i, j int, scalar func(form) float64, part func(form) []float64, at int) {
		value, size := 0.0, 0.0
		add := func(x float64) { value += x; size += math.Abs(x) }
		one := func(f form, sign float64) {
			if scalar != nil {
				add(sign * scalar(f))
			}
			if m := part(f); m != nil {
				add(sign * m[at])
			}
		}
		one(whole, 1)
		for _, p := range parts {
			one(p, -1)
		}
		s.set(i, j, value, relative*size)
	}
	for i := range k {
		for j := range i + 1 {
			var scalar func(form) float64
			if i == j {
				scalar = func(f form) float64 { return f.u }
			}
			set(i, j, scalar, func(f form) []float64 { return f.g }, i*k+j)
		}
	}
	for i := range c {
		for j := range k {
			set(k+i, j, nil, func(f form) []float64 { return f.f }, j*c+i)
		}
		for j := range i + 1 {
			var scalar func(form) float64
			if i == j {
				scalar = func(f form) float64 { return f.v }
			}
			set(k+i, k+j, scalar, func(f form) []float64 { return f.h }, i*c+j)
		}
	}
	floor := make([]float64, order)
	for i := range floor {
		floor[i] = w.rows.floor(i >= k)
	}
	d, err := s.deficit(w.ctx, 0, floor, w.rows.room)
	if err != nil {
		return charge{}, w.fail("blocks", "the sum of the forms is not at most the claim's: %v", err)
	}
	return d.charge(k, c, 0), nil
}

// lacking returns what has to be added to have so that it is at least the exact sum that
// sum approximates, of count terms with the total size size.
func lacking(have, sum, size float64, count int) float64 {
	err := 0.0
	if count > 1 {
		err = up(roundings(count+2)*size) + tiny
	}
	switch {
	case have >= sum && err == 0, below(have-err) >= sum:
		return 0
	}
	return up(max(0, above(sum-have)) + err)
}

// floor is the smallest number by which a coordinate of u, or of v, is scaled.
func (s *rows) floor(inV bool) float64 {
	if inV {
		return s.claim.v * 0x1p-40
	}
	return s.claim.u * 0x1p-40
}

// charge returns what ε D⁻² costs where the last k+c coordinates after the first skip
// are u and v.
func (d *deficit) charge(k, c, skip int) charge {
	var u, v float64
	for _, x := range d.inverse[skip : skip+k] {
		u = max(u, x)
	}
	for _, x := range d.inverse[skip+k : skip+k+c] {
		v = max(v, x)
	}
	return charge{up(d.epsilon * u), up(d.epsilon * v)}
}
