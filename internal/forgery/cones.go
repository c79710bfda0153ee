package forgery

import (
	"fmt"
	"math"

	cones "github.com/relift/relift/exact/verify"
	"github.com/relift/relift/internal/npy"
)

// coneFiles are the forgeries of proofs by cones.
func coneFiles() []File {
	var files []File
	for d := 1; d <= 3; d++ {
		files = append(files, File{Name: fmt.Sprintf("cones-honest-%d.npz", d), Kind: Cones, What: "a true certificate", Bytes: sealCones(honestCones(d))})
	}
	forge := func(name, what string, d int, cheat func(c *cones.Claims)) {
		c := honestCones(d)
		cheat(c)
		files = append(files, File{"cones-" + name + ".npz", Cones, what, true, sealCones(c)})
	}

	for d := 1; d <= 3; d++ {
		each := func(name, what string, cheat func(c *cones.Claims)) {
			forge(fmt.Sprintf("%s-%d", name, d), what, d, cheat)
		}
		each("h", "H is below the truth by a relative 1e-9", func(c *cones.Claims) {
			norm := c.H / (1 + 1e-12)
			c.H = norm * (1 - 1e-9)
			c.LowerBound = norm/(1-1e-9) - 0.5/(1-1e-9)/(1-1e-9) // tγ‖y‖ − t²‖y‖²/2 with t = γ/H, rounded
			c.LowerBound *= 1 - 1e-12
		})
		each("bound", "the bound is above the dual value by a relative 1e-9", func(c *cones.Claims) { c.LowerBound *= 1 + 1e-9 })
		each("h-zero", "H is zero", func(c *cones.Claims) { c.H = 0; wholeLoss(c) })
		each("tiny-w", "W = 1e-170·Y, so that products underflow, with an H far too small", func(c *cones.Claims) {
			scale(c.W.Data, 1e-170)
			c.H = 1e-200
			wholeLoss(c)
		})
		each("tiny-x", "X is around 1e-165, so that products underflow, with an H far too small", func(c *cones.Claims) {
			scale(c.X.Data, 1e-165)
			c.Gamma, c.H = 1e-190, 1e-190
			wholeLoss(c)
		})
		each("tiny-both", "X is 1e-160 and W is 1e-170·Y: their products are below the smallest number", func(c *cones.Claims) {
			scale(c.X.Data, 1e-160)
			scale(c.W.Data, 1e-170)
			c.Gamma, c.H = 1e-170, 0
			wholeLoss(c)
		})
		each("huge-row", "a row of X that W leaves out is 1e170 times the others, so that in units of it the squares of their products underflow", func(c *cones.Claims) {
			huge := make([]float64, d)
			huge[0] = -1e170
			c.X = cones.Matrix{Rows: d + 1, Cols: d, Data: append(c.X.Data, huge...)}
			c.Y = cones.Matrix{Rows: d + 1, Cols: 1, Data: append(c.Y.Data, 0)}
			c.W = cones.Matrix{Rows: d + 1, Cols: 1, Data: append(c.W.Data, 0)}
			c.Gamma, c.H = 1e-6, 1e-6
			wholeLoss(c)
		})
		each("denormal", "X and W consist of denormal numbers", func(c *cones.Claims) {
			scale(c.X.Data, 0x1p-1074)
			scale(c.W.Data, 0x1p-1074)
			c.Gamma, c.H = 0x1p-1074, 0
			wholeLoss(c)
		})
		each("tiny-basis", "the basis is around 1e-165, so that its part of X is nothing and the rest is not charged", func(c *cones.Claims) {
			c.Basis = identity(d)
			scale(c.Basis.Data, 1e-165)
			c.H = 1e-3
			wholeLoss(c)
		})
		each("short-basis", "the basis is too short, 2⁻³⁰ instead of 1", func(c *cones.Claims) {
			c.Basis = identity(d)
			scale(c.Basis.Data, 0x1p-30)
			c.H = 1e-3
			wholeLoss(c)
		})
		each("w-negative", "a sign in W is flipped and the bound is kept", func(c *cones.Claims) { c.W.Data[0] = -c.W.Data[0] })
		each("gamma", "γ is 0.1 and the bound is that for γ = 1", func(c *cones.Claims) { c.Gamma = 0.1 })
		each("gamma-negative", "γ is negative", func(c *cones.Claims) { c.Gamma = -1 })
		each("h-negative", "H is negative", func(c *cones.Claims) { c.H = -c.H })
	}
	forge("rows-permuted", "the rows of Y are reversed with those of W left in place and the bound kept", 3, func(c *cones.Claims) {
		c.Y.Data[0], c.Y.Data[2] = c.Y.Data[2], c.Y.Data[0]
	})
	forge("narrow-basis", "the basis has only the first of three directions and the others are not charged", 3, func(c *cones.Claims) {
		c.Basis = cones.Matrix{Rows: 3, Cols: 1, Data: []float64{1, 0, 0}}
		c.Frame, c.Tree, c.TreeBits = cones.Matrix{}, nil, 0
		c.H = 3 * (1 + 1e-12)
		c.LowerBound = 50
	})
	forge("tiny-frame", "the frame is around 1e-165, so that every leaf reads 0 ≤ 0", 3, func(c *cones.Claims) {
		scale(c.Frame.Data, 1e-165)
		c.H = 1e-3
		wholeLoss(c)
	})
	forge("denormal-frame", "the frame consists of denormal numbers", 3, func(c *cones.Claims) {
		scale(c.Frame.Data, 0x1p-1074)
		c.H = 1e-3
		wholeLoss(c)
	})
	forge("zero-generator", "a generator of the frame is the zero vector, so that its cones have no interior", 3, func(c *cones.Claims) {
		c.Frame.Data[8] = 0
		c.H = 5 * (1 + 1e-12)
		c.LowerBound = 30
	})
	forge("vanishing-generator", "a generator of the frame underflows", 3, func(c *cones.Claims) {
		c.Frame.Data[8] = 1e-320
		c.H = 5 * (1 + 1e-12)
		c.LowerBound = 30
	})
	forge("parallel-generators", "two generators of the frame are parallel", 3, func(c *cones.Claims) {
		c.Frame.Data = []float64{1, 0, 0, 0, 1, 1, 0, 0, 0}
		c.H = 5 * (1 + 1e-12)
		c.LowerBound = 30
	})
	forge("huge-frame", "the frame overflows", 3, func(c *cones.Claims) {
		scale(c.Frame.Data, 1e300)
		c.H = 1e-3
		wholeLoss(c)
	})
	forge("half-frame", "the frame covers half of the orthants twice: it is not square", 3, func(c *cones.Claims) {
		c.Frame = cones.Matrix{Rows: 2, Cols: 3, Data: []float64{1, 0, 0, 0, 1, 0}}
	})
	forge("no-frame", "there is no tree", 3, func(c *cones.Claims) {
		c.Frame, c.Tree, c.TreeBits = cones.Matrix{}, nil, 0
	})
	forge("missing-leaf", "the last leaf is missing, the one on which the claim is false", 3, func(c *cones.Claims) {
		// With the frame −I the positive orthant is the last.
		scale(c.Frame.Data, -1)
		c.TreeBits = 7
		c.H = 12.7
		c.LowerBound = 13.5 // ‖y‖·‖y‖/H − ½‖y‖²/H² is a little less
		c.LowerBound = 169/12.7 - 84.5/12.7/12.7 - 1e-9
	})
	forge("leaf-without-bits", "the tree claims more bits than it has", 3, func(c *cones.Claims) { c.TreeBits = 65 })
	forge("spare-bits", "the tree has a bit more than its leaves", 3, func(c *cones.Claims) { c.TreeBits = 9 })
	forge("negative-bits", "the tree has a negative number of bits", 3, func(c *cones.Claims) { c.TreeBits = -8 })
	forge("unknown-edge", "a node splits an edge that does not exist", 3, func(c *cones.Claims) {
		c.Tree, c.TreeBits = []uint64{0b111}, 12
	})
	forge("deep", "a branch is 600 levels deep", 3, deep)
	forge("all-zero", "every row is called zero by its numbers and W claims their loss", 3, func(c *cones.Claims) {
		clear(c.X.Data)
		c.LowerBound = 84.6 // ½‖Y‖² is 84.5
	})
	for _, bad := range []struct {
		name  string
		value float64
	}{{"nan", math.NaN()}, {"infinite", math.Inf(1)}} {
		for _, part := range []string{"X", "Y", "W", "gamma", "H", "lower_bound", "frame", "basis"} {
			forge(bad.name+"-"+part, "an entry of "+part+" is not finite", 3, func(c *cones.Claims) {
				switch part {
				case "X":
					c.X.Data[0] = bad.value
				case "Y":
					c.Y.Data[0] = bad.value
				case "W":
					c.W.Data[0] = bad.value
				case "gamma":
					c.Gamma = bad.value
				case "H":
					c.H = bad.value
				case "lower_bound":
					c.LowerBound = bad.value
				case "frame":
					c.Frame.Data[0] = bad.value
				case "basis":
					c.Basis = identity(3)
					c.Basis.Data[0] = bad.value
				}
			})
		}
	}
	raw := func(name, what string, change func(entries []npy.Entry)) {
		c := honestCones(3)
		c.Meta = coneMeta(c)
		entries := coneEntries(c)
		change(entries)
		files = append(files, File{"cones-" + name + ".npz", Cones, what, true, archive(entries)})
	}
	raw("digest", "an array was changed and the digest was not", func(entries []npy.Entry) { entries[0].Array.Float64[0] = 0.5 })
	raw("type", "the tree is stored as float64", func(entries []npy.Entry) {
		entries[7].Array = npy.Vector([]float64{0})
	})
	raw("meta", "the meta data are not those of the format", func(entries []npy.Entry) {
		entries[len(entries)-1].Array = npy.String("{}")
	})
	return files
}

// wholeLoss claims the loss of the network 0, which none of these problems has as
// its optimum.
func wholeLoss(c *cones.Claims) {
	c.LowerBound = 0
	for _, y := range c.Y.Data {
		c.LowerBound += y * y / 2 // small integers: exact
	}
	c.LowerBound *= 1 - 1e-9
}

func scale(v []float64, by float64) {
	for i := range v {
		v[i] *= by
	}
}

// deep gives c a tree whose first orthant is split along the same edge 600 times.
func deep(c *cones.Claims) {
	var bits []byte
	for range 600 {
		bits = append(bits, 1, 0, 0) // split edge 0
	}
	for range 601 + 7 { // the leaves, and those of the other orthants
		bits = append(bits, 0)
	}
	c.Tree, c.TreeBits = pack(bits), int64(len(bits))
}

// pack puts bits into words, lowest first.
func pack(bits []byte) []uint64 {
	words := make([]uint64, (len(bits)+63)/64)
	for i, b := range bits {
		words[i/64] |= uint64(b) << (i % 64)
	}
	return words
}
