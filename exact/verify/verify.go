package verify

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
)

// Verify checks every claim of c.  It never panics on any contents; a report
// whose OK is true proves the claimed bound.  Checks that need an earlier one to
// hold are left out when that one fails.
func Verify(c *Claims) Report {
	r := newReport(c.LowerBound)
	if !r.add("shapes", c.shapeProblem(), fmt.Sprintf("%d rows, %d features, %d outputs", c.X.Rows, c.X.Cols, c.Y.Cols)) {
		return r
	}
	if !r.add("finite", c.finiteProblem(), "every number is finite, γ is positive and H not negative") {
		return r
	}
	r.add("digest", c.digestProblem(), "the arrays are those that were written")
	p := newProblem(c)
	h, detail, problem := p.bound(c, &r)
	if problem == "" && !(h <= c.H) {
		problem = fmt.Sprintf("max ‖Wᵀ(Xu)₊‖ could be bounded by %v only, the claim is %v", h, c.H)
	}
	if !r.add("directions", problem, detail) {
		return r
	}
	value := dualValue(c)
	problem = ""
	if !(c.LowerBound <= value) {
		problem = fmt.Sprintf("the claimed bound %v is above the dual value %v", c.LowerBound, value)
	}
	if r.add("bound", problem, fmt.Sprintf("the claimed bound %v is at most the dual value %v", c.LowerBound, value)) && r.OK() {
		r.ProvenBound = value
	}
	return r
}

func (c *Claims) shapeProblem() string {
	n, d, outputs := c.X.Rows, c.X.Cols, c.Y.Cols
	if n < 1 || d < 1 || outputs < 1 {
		return fmt.Sprintf("X is %d×%d and Y has %d columns, expected at least one row and column each", n, d, outputs)
	}
	r := d
	if c.Basis.Rows != 0 || c.Basis.Cols != 0 {
		r = c.Basis.Cols
		if c.Basis.Rows != d || r < 1 || r > d {
			return fmt.Sprintf("basis is %d×%d, expected %d rows and 1 to %d columns", c.Basis.Rows, r, d, d)
		}
	}
	frame := r
	if r <= 2 || c.Frame.Rows == 0 {
		frame = 0
	}
	for _, part := range []struct {
		name       string
		v          Matrix
		rows, cols int
	}{
		{"X", c.X, n, d}, {"Y", c.Y, n, outputs}, {"W", c.W, n, outputs},
		{"basis", c.Basis, c.Basis.Rows, c.Basis.Cols}, {"frame", c.Frame, frame, frame},
	} {
		if part.v.Rows != part.rows || part.v.Cols != part.cols || len(part.v.Data) != part.rows*part.cols {
			return fmt.Sprintf("%s is %d×%d, expected %d×%d", part.name, part.v.Rows, part.v.Cols, part.rows, part.cols)
		}
	}
	if r > maxRank && c.Frame.Rows > 0 {
		return fmt.Sprintf("a tree of cones in %d dimensions cannot be checked, expected at most %d", r, maxRank)
	}
	if c.TreeBits < 0 || c.TreeBits > 64*int64(len(c.Tree)) {
		return fmt.Sprintf("tree has %d words and claims %d bits", len(c.Tree), c.TreeBits)
	}
	return ""
}

func (c *Claims) finiteProblem() string {
	for _, part := range []struct {
		name string
		v    Matrix
	}{{"X", c.X}, {"Y", c.Y}, {"W", c.W}, {"basis", c.Basis}, {"frame", c.Frame}} {
		for i, v := range part.v.Data {
			if math.IsNaN(v) || math.Abs(v) > hugest {
				return fmt.Sprintf("%s[%d,%d] is %v, expected a number of size at most %g", part.name, i/part.v.Cols, i%part.v.Cols, v, hugest)
			}
		}
	}
	if !(c.Gamma > 0) || !(c.Gamma <= hugest) {
		return fmt.Sprintf("gamma is %v, expected a positive finite number", c.Gamma)
	}
	if !(c.H >= 0) || !(c.H <= hugest) {
		return fmt.Sprintf("H is %v, expected a finite number, not negative", c.H)
	}
	if math.IsNaN(c.LowerBound) || math.IsInf(c.LowerBound, 0) {
		return fmt.Sprintf("lower_bound is %v, expected a finite number", c.LowerBound)
	}
	return ""
}

// hugest keeps every intermediate result far from overflow.
const hugest = 1e60

func (c *Claims) digestProblem() string {
	var m Meta
	if err := json.Unmarshal([]byte(c.Meta), &m); err != nil {
		return "the meta data are not valid JSON"
	}
	if m.Digest != Digest(c) {
		return "the arrays are not those that were written: their digest differs from the one in the meta data"
	}
	return ""
}

// dualValue returns the largest t⟨W,Y⟩ − ½t²‖W‖² it finds over 0 ≤ t ≤ γ/H plus
// ½‖y_i‖² for the zero rows, rounded down.
func dualValue(c *Claims) float64 {
	const precision = 320
	down := func() *big.Float { return new(big.Float).SetPrec(precision).SetMode(big.ToNegativeInf) }
	up := func() *big.Float { return new(big.Float).SetPrec(precision).SetMode(big.ToPositiveInf) }
	wy, ww, constant := down(), up(), down()
	var product, a, b big.Float
	product.SetPrec(2 * 53) // exact for two float64
	multiply := func(x, y float64) *big.Float {
		return product.Mul(a.SetFloat64(x), b.SetFloat64(y))
	}
	for i := range c.X.Rows {
		zero := true
		for _, v := range c.X.Row(i) {
			zero = zero && v == 0
		}
		y, w := c.Y.Row(i), c.W.Row(i)
		for k := range y {
			if zero {
				constant.Add(constant, multiply(y[k], y[k]))
				continue
			}
			wy.Add(wy, multiply(w[k], y[k]))
			ww.Add(ww, multiply(w[k], w[k]))
		}
	}
	half := big.NewFloat(0.5)
	constant.Mul(constant, half)
	if wy.Sign() > 0 && ww.Sign() > 0 {
		t := down().Quo(wy, ww)
		if c.H > 0 {
			limit := down().Quo(down().SetFloat64(c.Gamma), down().SetFloat64(c.H))
			if limit.Cmp(t) < 0 {
				t = limit
			}
		}
		gain := down().Mul(t, wy)
		loss := up().Mul(t, t)
		loss.Mul(loss, ww)
		loss.Mul(loss, half)
		if gain.Cmp(loss) > 0 {
			constant.Add(constant, down().Sub(gain, loss))
		}
	}
	v, accuracy := constant.Float64()
	if accuracy == big.Above {
		v = math.Nextafter(v, math.Inf(-1))
	}
	return v
}
