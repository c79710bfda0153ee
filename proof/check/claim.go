package check

// form is the quadratic form uᵀ(u·I + G)u + 2uᵀFv + vᵀ(v·I + H)v; nil is zero.
type form struct {
	u, v    float64
	g, f, h []float64 // k×k, k×c, c×c
}

// lineU is a line aᵀu ≥ 0 of K.
type lineU struct {
	normal []float64
	row    int // the row whose sign it is, else −1
	sign   float64
}

// claim is (I, K, G, F, H), and whether it is made for ‖u‖ = ‖v‖ only.
type claim struct {
	rows     []int // I, ascending
	form     form
	u        []lineU
	v        [][]float64
	balanced bool
}

// signOf returns the sign that K gives row i, 0 if it is open.
func (c *claim) signOf(i int) float64 {
	for _, l := range c.u {
		if l.row == i {
			return l.sign
		}
	}
	return 0
}

// charge is what a proof needs beyond the form of its claim: u‖u‖² + v‖v‖².
type charge struct{ u, v float64 }

func (c charge) plus(o charge) charge { return charge{up(c.u + o.u), up(c.v + o.v)} }

func (c charge) max(o charge) charge { return charge{max(c.u, o.u), max(c.v, o.v)} }
