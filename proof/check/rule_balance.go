package check

// balance derives its claim from the same claim for ‖u‖ = ‖v‖ only.  The form has to
// be (g, F, g) with g ≥ 0: for u, v ≠ 0 choose s > 0 with ‖su‖ = ‖v/s‖.  Lines of K and
// every term but the squares are the same for (su, v/s) and (u, v), and the squares
// g‖su‖² + g‖v/s‖² = 2g‖u‖‖v‖ are at most g‖u‖² + g‖v‖².
//
// On ‖u‖ = ‖v‖ a charge (a, b) is the same as ((a+b)/2, (a+b)/2), in which form it
// satisfies the condition again; leaves of balanced claims return it so.
func (w *walker) balance(c claim, depth int, to *region) error {
	switch {
	case c.balanced:
		return w.fail("balance", "the claim is balanced already")
	case c.form.u != c.form.v || !(c.form.u >= 0) || c.form.g != nil || c.form.h != nil:
		return w.fail("balance", "the form is not a multiple of ‖u‖² + ‖v‖², and a term in uᵀFv")
	}
	c.balanced = true
	return w.node(c, depth+1, to)
}

// balance returns the charge of a leaf in the way that balanced claims need it.
func (c charge) balance() charge {
	half := up((c.u + c.v) / 2)
	return charge{half, half}
}
