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
	implied  []impliedSign // rows whose sign K implies, up to what is charged
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
	for _, s := range c.implied {
		if s.row == i {
			return s.sign
		}
	}
	return 0
}

// signs returns the signs of all rows that have one.
func (c *claim) signs() map[int]float64 {
	out := make(map[int]float64, len(c.u)+len(c.implied))
	for _, l := range c.u {
		if l.row >= 0 {
			out[l.row] = l.sign
		}
	}
	for _, s := range c.implied {
		out[s.row] = s.sign
	}
	return out
}

// charge is what a proof needs beyond the form of its claim: u‖u‖² + v‖v‖².
type charge struct{ u, v float64 }

func (c charge) plus(o charge) charge { return charge{up(c.u + o.u), up(c.v + o.v)} }

func (c charge) max(o charge) charge { return charge{max(c.u, o.u), max(c.v, o.v)} }
