package forgery

import (
	"encoding/json"
	"strings"

	"github.com/relift/relift/certificate/verify"
	cones "github.com/relift/relift/exact/verify"
	"github.com/relift/relift/internal/npy"
)

// bothFiles are files that hold a proof of either kind for the same X, Y and γ.
func bothFiles() []File {
	honest := func() (*verify.Claims, *cones.Claims) {
		// For X = I₂ and γ = 1: h(W) ≤ ‖W‖ = 1/2, proved with Ψ = −½I.
		c := honestCones(2)
		column := func(v ...float64) verify.Matrix { return verify.Matrix{Rows: 2, Cols: len(v) / 2, Data: v} }
		return &verify.Claims{
			X: verify.Matrix(c.X), Y: verify.Matrix(c.Y), Gamma: 1,
			Representatives: []int64{0, 1}, MergedInto: []int64{0, 1}, MergeScale: []float64{1, 1},
			W: column(0.25, 0.375), Phi: column(0, 0, 0, 0), Omega: column(0, 0, 0, 0), Psi: column(-0.5, 0, 0, -0.5),
			LowerBound: 0.75 + 1.5 - (0.0625+0.140625)/2,
		}, c
	}
	var files []File
	add := func(name, what string, refused bool, cheat func(m *verify.Claims, c *cones.Claims)) {
		m, c := honest()
		cheat(m, c)
		files = append(files, File{"both-" + name + ".npz", Both, what, refused, sealBoth(m, c)})
	}
	add("honest", "a true certificate of both kinds", false, func(*verify.Claims, *cones.Claims) {})
	add("cones", "the multipliers are honest and the cones claim too small an H", true, func(_ *verify.Claims, c *cones.Claims) {
		c.H /= 2
		c.LowerBound *= 1.2
	})
	add("multipliers", "the cones are honest and the multipliers claim too large a bound", true, func(m *verify.Claims, _ *cones.Claims) {
		copy(m.W.Data, m.Y.Data)
		m.LowerBound = 12
	})
	return files
}

// sealBoth puts the arrays of the cones beside those of the multipliers.
func sealBoth(m *verify.Claims, c *cones.Claims) []byte {
	entries := multiplierEntries(m, nil, map[string]any{"exact": json.RawMessage(coneMeta(c))})
	for _, e := range coneEntries(c) {
		if !strings.Contains(" X Y gamma meta ", " "+e.Name+" ") {
			entries = append(entries, npy.Entry{Name: "exact_" + e.Name, Array: e.Array})
		}
	}
	return archive(entries)
}
