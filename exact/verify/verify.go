package verify

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"runtime"

	"github.com/relift/relift/internal/effort"
	"github.com/relift/relift/internal/metadata"
)

// Verify is VerifyContext without an end and without a limit.
func Verify(c *Claims) Report {
	r, _ := VerifyContext(context.Background(), c, effort.Effort{}) // the background does not end
	return r
}

// VerifyContext checks every claim of c.  It never panics on any contents; a report
// whose OK is true proves the claimed bound.  Where the effort is above limit,
// nothing is checked but that and the shapes.  Checks that need an earlier one to
// hold are left out when that one fails.  An error is that of ctx, which ended;
// nothing is proved then.
func VerifyContext(ctx context.Context, c *Claims, limit effort.Effort) (Report, error) {
	r := newReport(c.LowerBound)
	r.check(ctx, c, limit)
	if err := ctx.Err(); err != nil {
		return newReport(c.LowerBound), err
	}
	return r, nil
}

func (r *Report) check(ctx context.Context, c *Claims, limit effort.Effort) {
	if !r.add("shapes", c.shapeProblem(), fmt.Sprintf("%d rows, %d features, %d outputs", c.X.Rows, c.X.Cols, c.Y.Cols)) {
		return
	}
	if problem := c.effort(0).Problem(limit); problem != "" {
		r.add("work", problem, "")
		return
	}
	var plan layout
	if c.hasTree() {
		var problem string
		if plan, problem = measure(ctx, c, c.Frame.Rows); problem != "" {
			r.add("tree", problem, "")
			return
		}
		if problem := c.effort(plan.depth).Problem(limit); problem != "" {
			r.add("work", problem, "")
			return
		}
	}
	if !r.add("finite", c.finiteProblem(), "every number is finite, γ is positive and H not negative") {
		return
	}
	r.add("digest", c.metaProblem(ctx), "the arrays are those that were written")
	p := newProblem(ctx, c)
	if p == nil {
		return // ctx has ended
	}
	detail, problem := p.bound(ctx, c, plan, r)
	if !r.add("directions", problem, detail) {
		return
	}
	value := dualValue(ctx, c)
	problem = ""
	if !(c.LowerBound <= value) {
		problem = fmt.Sprintf("the claimed bound %v is above the dual value %v", c.LowerBound, value)
	}
	if r.add("bound", problem, fmt.Sprintf("the claimed bound %v is at most the dual value %v", c.LowerBound, value)) && r.OK() {
		r.ProvenBound = value
	}
}

// hasTree reports whether there is a tree of cones to walk.
func (c *Claims) hasTree() bool { return c.Frame.Rows > 2 }

// effort bounds what the rest of the verification takes when the tree has the
// depth given.  The number of nodes follows from that of the bits: an inner node has
// 1 + width of them, a leaf one, and in each of the 2ʳ orthants there is one leaf more
// than inner nodes.
func (c *Claims) effort(depth int) effort.Effort {
	n, d, outputs := float64(c.X.Rows), float64(c.X.Cols), float64(c.Y.Cols)
	r := d
	if c.Basis.Rows > 0 {
		r = float64(c.Basis.Cols)
	}
	const extended = 400 // operations of a product in extended precision
	e := effort.Effort{
		Operations: n*d*(4*r+8) + d*r*r + n*outputs*extended,
		Bytes:      8 * n * (d + r + 2*outputs + 8),
	}
	switch {
	case r == 2:
		e.Operations += 2 * n * (n*(4+4*outputs) + 40*outputs)
	case c.hasTree():
		edges := c.Frame.Rows * (c.Frame.Rows - 1) / 2
		width := float64(bits.Len(uint(edges - 1)))
		orthants := math.Exp2(r)
		inner := max(0, float64(c.TreeBits)-orthants) / (2 + width)
		nodes := 2*inner + orthants
		e.Operations += nodes*(n*r*(4+4*outputs)+8*r*r*(outputs+r)) + orthants*n*r*r
		e.Bytes += float64(runtime.GOMAXPROCS(0)) * float64(depth+1) * 8 * (n*(r+1) + r*(r+outputs))
	}
	return e
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
	if n > maxSize || d > maxSize || outputs > maxSize {
		return fmt.Sprintf("X is %d×%d and Y has %d columns, expected at most %d rows and columns", n, d, outputs, maxSize)
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
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Sprintf("%s[%d,%d] is %v, expected a finite number", part.name, i/part.v.Cols, i%part.v.Cols, v)
			}
		}
	}
	const longest = 2 // of an entry of a basis, whose columns have norms near 1
	for i, v := range c.Basis.Data {
		if !(math.Abs(v) <= longest) {
			return fmt.Sprintf("basis[%d,%d] is %v, expected orthonormal columns", i/c.Basis.Cols, i%c.Basis.Cols, v)
		}
	}
	if !(c.Gamma > 0) || math.IsInf(c.Gamma, 1) {
		return fmt.Sprintf("gamma is %v, expected a positive finite number", c.Gamma)
	}
	if !(c.H >= 0) || math.IsInf(c.H, 1) {
		return fmt.Sprintf("H is %v, expected a finite number, not negative", c.H)
	}
	if math.IsNaN(c.LowerBound) || math.IsInf(c.LowerBound, 0) {
		return fmt.Sprintf("lower_bound is %v, expected a finite number", c.LowerBound)
	}
	return ""
}

// metaProblem compares the digest that the meta data hold with that of the arrays.
func (c *Claims) metaProblem(ctx context.Context) string {
	meta, err := metadata.Parse(c.Meta)
	if err != nil {
		return err.Error()
	}
	if stated, err := meta.Text("digest"); err != nil || stated != digest(ctx, c) {
		return "the arrays are not those that were written: their digest differs from the one in the meta data"
	}
	return ""
}

// dualValue returns the largest t⟨W,Y⟩ − ½t²‖W‖² it finds over 0 ≤ t ≤ γ/H plus
// ½‖y_i‖² for the zero rows, rounded down; NaN when ctx ends.
func dualValue(ctx context.Context, c *Claims) float64 {
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
		if ctx.Err() != nil {
			return math.NaN()
		}
		zero := largest(c.X.Row(i)) == 0
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
