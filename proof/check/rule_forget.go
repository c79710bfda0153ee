package check

// forget derives its claim from the same claim on a larger K, with some of its lines only.  Rows keep the signs
// that they have: on K what the claim says of such a row is the same.
//
// Integers: the number of lines in u that are kept and their positions among those of K in u, ascending; the same
// for v.
func (w *walker) forget(c claim, depth int, to *region) error {
	w.passThrough(c)
	u, err := w.kept("u", len(c.u))
	if err != nil {
		return err
	}
	v, err := w.kept("v", len(c.v))
	if err != nil {
		return err
	}
	child := c
	child.u, child.v = nil, nil
	for i, l := range c.u {
		if len(u) > 0 && u[0] == int64(i) {
			child.u, u = append(child.u, l), u[1:]
		} else if l.row >= 0 {
			// in the same memory: what was below earlier nodes is done
			child.implied = append(child.implied, impliedSign{l.row, l.sign})
		}
	}
	for _, i := range v {
		child.v = append(child.v, c.v[i])
	}
	return w.node(child, depth+1, to)
}

// kept reads the positions of the lines that are kept.
func (w *walker) kept(variable string, lines int) ([]int64, error) {
	count, err := w.steps.count("the lines in "+variable+" that are kept", lines)
	if err != nil {
		return nil, err
	}
	at, err := w.steps.integers(count)
	if err != nil {
		return nil, err
	}
	for i, t := range at {
		if t < 0 || t >= int64(lines) || i > 0 && t <= at[i-1] {
			return nil, w.fail("forget", "the lines in %s that are kept are not distinct lines of K in ascending order", variable)
		}
	}
	return at, nil
}
