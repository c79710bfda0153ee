package check

// A split derives a claim on K from the same claim on the two parts of K that a
// hyperplane with the normal a ≠ 0 makes: their interiors are dense in the interior
// of K, and what is claimed is continuous.  On ‖u‖ = ‖v‖ it is the same, because
// there too no hyperplane contains an open set.

// splitRow: the row's index; first the child where it is active.
func (w *walker) splitRow(c claim, depth int, to *region) error {
	i, err := w.steps.count("the row of a split", w.rows.r.rows-1)
	if err != nil {
		return err
	}
	if w.rows.norms[i] == 0 {
		return w.fail("split", "row %d is zero and has no sign", i)
	}
	if c.signOf(i) != 0 {
		return w.fail("split", "row %d has a sign already", i)
	}
	r := w.rows.r.row(i)
	opposite := make([]float64, len(r))
	for l, x := range r {
		opposite[l] = -x
	}
	return w.halves(c, lineU{r, i, 1}, lineU{opposite, i, -1}, depth, to)
}

// splitU: the normal a; first the child with aᵀu ≥ 0.
func (w *walker) splitU(c claim, depth int, to *region) error {
	a, opposite, err := w.normal("split in u", w.rows.r.cols)
	if err != nil {
		return err
	}
	return w.halves(c, lineU{a, -1, 0}, lineU{opposite, -1, 0}, depth, to)
}

func (w *walker) halves(c claim, first, second lineU, depth int, to *region) error {
	lines := c.u
	for _, l := range []lineU{first, second} {
		c.u = append(lines, l) // in the same memory: what is below the first child is done
		if err := w.node(c, depth+1, to); err != nil {
			return err
		}
	}
	return nil
}

// splitV: the normal b; first the child with bᵀv ≥ 0.
func (w *walker) splitV(c claim, depth int, to *region) error {
	b, opposite, err := w.normal("split in v", w.rows.p.cols)
	if err != nil {
		return err
	}
	lines := c.v
	for _, l := range [][]float64{b, opposite} {
		c.v = append(lines, l) // in the same memory: what is below the first child is done
		if err := w.node(c, depth+1, to); err != nil {
			return err
		}
	}
	return nil
}

// normal reads the normal of a hyperplane and returns it and its opposite.
func (w *walker) normal(rule string, length int) (a, opposite []float64, err error) {
	if a, err = w.steps.numbers(length); err != nil {
		return nil, nil, err
	}
	opposite = make([]float64, length)
	zero := true
	for i, x := range a {
		opposite[i] = -x
		zero = zero && x == 0
	}
	if zero {
		return nil, nil, w.fail(rule, "the normal is zero, and divides nothing")
	}
	return a, opposite, nil
}
