package forgery

import (
	"math"

	"github.com/relift/relift/certificate/verify"
	"github.com/relift/relift/internal/npy"
)

// multiplierFiles are the forgeries of proofs by multipliers.
func multiplierFiles() []File {
	files := []File{{Name: "multipliers-honest.npz", Kind: Multipliers, What: "a true certificate", Bytes: sealMultipliers(honestMultipliers())}}
	forge := func(name, what string, cheat func(c *verify.Claims)) {
		c := honestMultipliers()
		cheat(c)
		files = append(files, File{"multipliers-" + name + ".npz", Multipliers, what, true, sealMultipliers(c)})
	}
	raw := func(name, what string, change func(entries []npy.Entry)) {
		entries := multiplierEntries(honestMultipliers(), nil, nil)
		change(entries)
		files = append(files, File{"multipliers-" + name + ".npz", Multipliers, what, true, archive(entries)})
	}

	forge("w", "W = Y violates the dual constraint", overclaim)
	forge("bound", "the bound is above ⟨W,Y⟩ − ½‖W‖²", func(c *verify.Claims) { c.LowerBound = 9.5 })
	forge("bound-ulp", "the bound is one unit in the last place above ⟨W,Y⟩ − ½‖W‖²", func(c *verify.Claims) {
		c.LowerBound = math.Nextafter(c.LowerBound, 10)
	})
	forge("bound-tiny-w", "the bound of Y is claimed for W = 1e-170·Y", func(c *verify.Claims) {
		for i, y := range c.Y.Data {
			c.W.Data[i] = 1e-170 * y
		}
		c.LowerBound = 9.5
	})
	forge("phi-negative", "Φ has a negative diagonal, which makes K definite for W = Y", func(c *verify.Claims) {
		overclaim(c)
		c.Phi.Data[0], c.Phi.Data[3] = -100, -100
	})
	forge("phi-asymmetric", "Φ is not symmetric", func(c *verify.Claims) {
		overclaim(c)
		c.Phi.Data[1], c.Phi.Data[2] = 100, -100
	})
	forge("omega-negative", "Ω has a negative diagonal", func(c *verify.Claims) {
		overclaim(c)
		c.Omega.Data[0], c.Omega.Data[3] = -40, -40
		c.Psi.Data[0], c.Psi.Data[3] = 40, 40
	})
	forge("psi-negative", "Ψ has a negative entry off its diagonal", func(c *verify.Claims) {
		overclaim(c)
		c.Psi.Data[1] = -1
	})
	forge("signs-flipped", "the signs of all multipliers are flipped", func(c *verify.Claims) {
		for i := range c.Psi.Data {
			c.Psi.Data[i] = -c.Psi.Data[i]
		}
	})
	forge("merge-scale", "a merged row's scale is 0.001 although it is 2, which hides most of its W", func(c *verify.Claims) {
		overclaim(c)
		c.MergeScale[2] = 0.001
	})
	forge("merge-sign", "a merged row's scale has the wrong sign", func(c *verify.Claims) { c.MergeScale[2] = -2 })
	forge("merge-zero", "rows that are not zero are called zero rows, which hides their W", func(c *verify.Claims) {
		overclaim(c)
		c.MergedInto[2], c.MergeScale[2] = -1, 0
		c.MergedInto[3], c.MergeScale[3] = -1, 0
	})
	forge("merge-missing", "a representative does not represent itself", func(c *verify.Claims) {
		overclaim(c)
		c.MergedInto[0], c.MergeScale[0] = -1, 0
	})
	forge("merge-range", "a representative is a row that does not exist", func(c *verify.Claims) { c.Representatives[1] = 5 })
	forge("merge-underflow", "a row is a multiple of another only because the product underflows", func(c *verify.Claims) {
		c.X.Data[0], c.MergeScale[2] = 0x1p-1074, 0.75 // 0.75·2⁻¹⁰⁷⁴ rounds to 2⁻¹⁰⁷⁴
		c.X.Data[4], c.X.Data[6] = 0x1p-1074, -0x1p-1074
	})
	forge("rows-permuted", "the row of W with the largest entry has changed places with one that is not zero", func(c *verify.Claims) {
		c.W.Data[2], c.W.Data[4] = c.W.Data[4], c.W.Data[2]
	})
	forge("gamma-negative", "γ is negative", func(c *verify.Claims) { c.Gamma = -4 })
	forge("gamma-zero", "γ is zero", func(c *verify.Claims) { c.Gamma = 0 })
	forge("gamma-denormal", "γ is the smallest positive number, and the multipliers are those of γ = 4", func(c *verify.Claims) { c.Gamma = 0x1p-1074 })
	forge("gamma-smaller", "γ is 0.1, and the multipliers are those of γ = 4", func(c *verify.Claims) { c.Gamma = 0.1 })
	forge("small-gamma", "γ and W are around 1e-170 and W violates the constraint tenfold", func(c *verify.Claims) {
		c.Gamma = 1e-180
		for i := range c.W.Data {
			c.W.Data[i] *= 1e-170
		}
		c.Psi.Data[0], c.Psi.Data[3] = -5e-181, -5e-181
		c.LowerBound = 0
		for i := range c.Y.Data {
			c.Y.Data[i] *= 1e170
		}
		c.LowerBound = 6.9
	})
	forge("fused", "K is positive semidefinite only where every x·y + z with a product that is used again is fused, as compilers for arm64 do", func(c *verify.Claims) { fused(c, 3, 700) })
	forge("fused-once", "K is positive semidefinite only where one such sum is fused", func(c *verify.Claims) { fused(c, 2, 200) })

	for _, bad := range []struct {
		name  string
		value float64
	}{{"nan", math.NaN()}, {"infinite", math.Inf(1)}} {
		for _, part := range multiplierNumbers(honestMultipliers()) {
			forge(bad.name+"-"+part.name, "an entry of "+part.name+" is not finite", func(c *verify.Claims) {
				for _, p := range multiplierNumbers(c) {
					if p.name == part.name {
						p.numbers[0] = bad.value
					}
				}
				if part.name == "gamma" {
					c.Gamma = bad.value
				}
				if part.name == "lower_bound" {
					c.LowerBound = bad.value
				}
			})
		}
	}

	raw("type", "X is stored as integers", func(entries []npy.Entry) {
		x := entries[0].Array
		numbers := make([]int64, len(x.Float64))
		for i, v := range x.Float64 {
			numbers[i] = int64(v)
		}
		entries[0].Array = npy.Array{Shape: x.Shape, Kind: npy.Int64, Int64: numbers}
	})
	raw("shape", "W is a vector", func(entries []npy.Entry) {
		entries[6].Array.Shape = []int{5}
	})
	raw("transposed", "W has the shape of its transpose", func(entries []npy.Entry) {
		entries[6].Array.Shape = []int{1, 5}
	})
	raw("digest", "the meta data's digest is that of other arrays", func(entries []npy.Entry) {
		entries[11].Array = npy.String(text(map[string]any{
			"format": "relift certificate", "format_version": 1,
			"digest": "sha256:0000000000000000000000000000000000000000000000000000000000000000",
		}))
	})
	raw("version", "the meta data name a version of the format that no program knows", func(entries []npy.Entry) {
		entries[11].Array = npy.String(text(map[string]any{"format": "relift certificate", "format_version": 99}))
	})
	return files
}

// numbers is one float64 array of a certificate.
type numbers struct {
	name    string
	numbers []float64
}

// multiplierNumbers lists the float64 arrays; changing those of a scalar changes
// nothing.
func multiplierNumbers(c *verify.Claims) []numbers {
	return []numbers{
		{"X", c.X.Data}, {"Y", c.Y.Data}, {"gamma", []float64{c.Gamma}}, {"merge_scale", c.MergeScale}, {"W", c.W.Data},
		{"Phi", c.Phi.Data}, {"Omega", c.Omega.Data}, {"Psi", c.Psi.Data}, {"lower_bound", []float64{c.LowerBound}},
	}
}

// fused makes a certificate of which V, the sum of s_iw_i over parallel rows, is
// (1−k)e and comes out as 0 where the error-free sum t + s·w of
//
//	p := s·w;  e := fma(s, w, −p);  sum := t + p;  z := sum − t;  lo += (t − (sum − z)) + (p − z) + e
//
// is compiled to fused operations: with t + p fused the error e of the product is in
// sum already and counted again (k = 2), with p − z fused as well a third time (k = 3).
//
// The rows are s = (1, 1+2⁻²⁷, 1) and Y = −2⁵⁹s, which a network fits at the
// price of γ‖Y‖ (about 1e-9 for γ = 2⁻⁹⁰), while ⟨W,Y⟩ − ½‖W‖² with W = (−p, w, −ke),
// s·w = p + e, is about 512(k−1) − 256.
func fused(c *verify.Claims, k, bound float64) {
	const s, w = 1 + 0x1p-27, 16 * (1 + 0x1p-27)
	p := float64(s * w) // a constant expression is exact, and its conversion rounds
	e := math.FMA(s, w, -p)
	column := func(v ...float64) verify.Matrix { return verify.Matrix{Rows: len(v), Cols: 1, Data: v} }
	*c = verify.Claims{
		X: column(1, s, 1), Y: column(-0x1p59, -0x1p59*s, -0x1p59), Gamma: 0x1p-90,
		Representatives: []int64{0}, MergedInto: []int64{0, 0, 0}, MergeScale: []float64{1, s, 1},
		W:   column(-p, w, -k*e),
		Phi: column(0), Omega: column(0), Psi: column(-0x1p-90), LowerBound: bound,
	}
}
