package proof

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/npy"
	"github.com/relift/relift/problem/loss"
	"github.com/relift/relift/proof/check"
)

var update = flag.Bool("update", false, "write testdata/forgeries anew")

// forgery is a file that claims what is not proved, one for each way of cheating; with an
// empty cheat it is an honest file of the same kind, which has to be accepted.
type forgery struct {
	name, cheat string
	entries     []npy.Entry
}

// The problem of most forgeries: one row x = 1 with the target 3 and γ = ½, whose optimum
// is 1.375 with W = ½.  W = 3 would prove 4.5, if ‖Wᵀ(Xu)₊‖ were at most ½‖u‖.
func oneRow(w float64) *Derivation {
	return &Derivation{
		Problem: Problem{X: mat.NewDense(1, 1, []float64{1}), Y: mat.NewDense(1, 1, []float64{3}), Gamma: 0.5},
		W:       mat.NewDense(1, 1, []float64{w}),
		Claim:   Form{U: 0.5, V: 0.5},
	}
}

// twoRows has rows (1, 0) and (0, 1).
func twoRows(w float64) *Derivation {
	return &Derivation{
		Problem: Problem{X: mat.NewDense(2, 2, []float64{1, 0, 0, 1}), Y: mat.NewDense(2, 1, []float64{3, 3}), Gamma: 0.5},
		W:       mat.NewDense(2, 1, []float64{w, w}),
		Claim:   Form{U: 0.5, V: 0.5},
	}
}

func leaf() *Multipliers { return &Multipliers{} }

// corpus returns all forgeries, and their honest twins.
func corpus(t testing.TB) []forgery {
	var all []forgery
	write := func(name, cheat string, d *Derivation, bound float64, edit func(*edits)) {
		t.Helper()
		entries, err := d.entries(bound, "")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if edit != nil {
			e := &edits{t, entries}
			edit(e)
			entries = e.entries
		}
		all = append(all, forgery{name, cheat, entries})
	}
	forge := func(name, cheat string, d *Derivation, edit func(*edits)) { write(name, cheat, d, 4.5-1e-6, edit) }
	with := func(d *Derivation, root Node) *Derivation {
		d.Root = root
		return d
	}
	ones := func(n int) []*big.Int {
		out := make([]*big.Int, n)
		for i := range out {
			out[i] = big.NewInt(1)
		}
		return out
	}

	// Honest files.
	honestRow := func() *Derivation { return with(oneRow(0.5), &SplitRow{0, leaf(), leaf()}) }
	write("honest-split", "", honestRow(), 1.375*(1-1e-9), nil)
	write("honest-multipliers", "", with(oneRow(0.5), &Multipliers{Psi: []float64{-1}}), 1.375*(1-1e-9), nil)
	honestBall := func() *Derivation {
		// On u = ‖u‖ = v: ½u² + ½v² − ½(u² − v²) − 2·½vu − 2·½(v − u)v is zero.
		side := func(pair float64) Node {
			return &SplitRow{0, &Multipliers{Tau: -0.5, Pairs: []Pair{{K: 1, L: 2, Value: pair}}, Balls: []Ball{{P: []float64{1 - 1e-12}}}}, leaf()}
		}
		return repaired(t, with(oneRow(0.5), &Balance{&SplitV{[]float64{1}, side(0.5), &SplitRow{0, leaf(), leaf()}}}))
	}
	write("honest-ball", "", honestBall(), 1.375*(1-1e-9), nil)
	// Two outputs, of which the second has the target 0: in each quarter of v > 0 a ball line says ‖u‖ ≤ qᵀv.
	quarters := func(w, pair float64, q func(side float64, lines [][]float64) *Radial) *Derivation {
		quarter := func(side float64) Node {
			lines := [][]float64{{1, 0}, {0, side}}
			return &SplitRow{0, &Multipliers{Pairs: []Pair{{K: 0, L: 3, Value: pair}}, Balls: []Ball{{P: []float64{1 - 1e-12}}}, Radial: q(side, lines)}, leaf()}
		}
		d := oneRow(w)
		d.Problem.Y, d.W = mat.NewDense(1, 2, []float64{3, 0}), mat.NewDense(1, 2, []float64{w, 0})
		d.Root = &Balance{&SplitV{[]float64{1, 0},
			&SplitV{[]float64{0, 1}, quarter(1), quarter(-1)},
			&SplitRow{0, &Multipliers{Pairs: []Pair{{K: 0, L: 1, Value: w}}}, leaf()}}}
		return d
	}
	sector := func(_ float64, lines [][]float64) *Radial {
		r, err := Sector(lines, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	write("honest-sector", "", repaired(t, quarters(0.5, 1e-4, sector)), 1.375*(1-1e-2), nil)
	honestBlocks := func() *Derivation {
		d := twoRows(0.25)
		d.Root = &Blocks{[]Block{
			{Rows: []int{0}, Form: Form{U: 0.25, V: 0.25}, Node: &SplitRow{0, leaf(), leaf()}},
			{Rows: []int{1}, Form: Form{U: 0.25, V: 0.25}, Node: &SplitRow{1, leaf(), leaf()}},
		}}
		return d
	}
	write("honest-blocks", "", honestBlocks(), 1.437, nil)
	honestEmpty := func() *Derivation {
		return with(oneRow(0.5), &SplitU{[]float64{1}, &SplitRow{0, leaf(), &Empty{Lambda: ones(2)}}, &SplitRow{0, &Empty{Lambda: ones(2)}, leaf()}})
	}
	write("honest-empty", "", honestEmpty(), 1.375*(1-1e-9), nil)
	honestImplied := func() *Derivation {
		sign := func(negative bool) Node {
			return &Implied{[]Sign{{Row: 0, Negative: negative, Lines: []int{0}, Lambda: []float64{0.5}}}, leaf()}
		}
		return with(oneRow(0.5), &SplitU{[]float64{2}, sign(false), sign(true)})
	}
	write("honest-implied", "", honestImplied(), 1.375*(1-1e-9), nil)

	// Columns in units that differ by 2²⁰: in z = (u₁, 2²⁰u₂) the second generator is as thin, and f(z)² = s²(z₁ + 2⁻²⁰z₂)² ≤ h(z₁² + 2⁻⁴⁰z₂²) with h = 2s².
	units := func(h float64) *Derivation {
		const unit, s = 0x1p20, 0.25
		quarter := func() Node {
			return &SplitU{[]float64{0, 1}, &Cones{Tree: []uint64{0}, Bits: 1}, &Cones{Tree: []uint64{0}, Bits: 1}}
		}
		return &Derivation{
			Problem: Problem{X: mat.NewDense(2, 2, []float64{1, 0, 0, unit}), Y: mat.NewDense(2, 1, []float64{3, 3}), Gamma: 0.5},
			W:       mat.NewDense(2, 1, []float64{s, s / unit}),
			Rows:    &Rows{R: mat.NewDense(2, 2, []float64{1, 0, 0, 1}), V: mat.NewDense(2, 2, []float64{1, 0, 0, unit}), Of: []int{0, 1}, Scale: []float64{1, 1}},
			Claim:   Form{U: leastScalar, V: h, G: mat.NewSymDense(2, []float64{h - leastScalar, 0, 0, h/unit/unit - leastScalar})}, ClaimInX: h * (1 + 1e-12),
			Root: &SplitU{[]float64{1, 0}, quarter(), quarter()},
		}
	}
	const norm, value = math.Sqrt2 / 4, 3*math.Sqrt2/4 - 0.0625 // s√2, and what it proves
	write("honest-units", "", units(norm*(1+1e-9)), value*(1-1e-8), nil)
	write("cones-units", "the inequality fails on a thin cone by one part in 10⁹", units(norm*(1-1e-9)), value*(1-1e-8), nil)

	honestForget := func() *Derivation {
		// The row keeps its sign where its line is forgotten.
		return with(oneRow(0.5), &SplitU{[]float64{1}, &SplitRow{0, &Forget{U: []int{1}, Node: leaf()}, &Forget{Node: leaf()}}, &SplitRow{0, &Forget{U: []int{0}, Node: leaf()}, leaf()}})
	}
	write("honest-forget", "", honestForget(), 1.375*(1-1e-9), nil)
	// What is emptied by two lines is not by one of them; the first child is the false one.
	emptied := func(forget *Forget, lambda []*big.Int) *Derivation {
		forget.Node = &Empty{Lambda: lambda}
		return with(oneRow(3), &SplitU{[]float64{-1}, &SplitRow{0, &Empty{Lambda: ones(2)}, leaf()}, &SplitRow{0, forget, leaf()}})
	}
	forge("forget-empty", "a cone is said to be empty by lines that were forgotten", emptied(&Forget{U: []int{0}}, ones(2)), nil)
	forge("forget-zero", "a cone is said to be empty by no lines", emptied(&Forget{}, nil), nil)
	forge("forget-resplit", "a row is split again where its line was forgotten",
		with(oneRow(3), &SplitRow{0, &Forget{Node: &SplitRow{0, &Empty{Lambda: ones(1)}, leaf()}}, leaf()}), nil)
	forge("forget-twice", "a line is kept twice", emptied(&Forget{U: []int{0, 0}}, ones(2)), nil)
	forge("forget-new", "a line that K does not have is kept", emptied(&Forget{U: []int{0, 1}}, ones(2)),
		func(e *edits) {
			e.ints("steps_0_int", func(v []int64) []int64 {
				for i := range v {
					if v[i] == codeForget && i+3 < len(v) && v[i+1] == 2 {
						v[i+3] = 2
					}
				}
				return v
			})
		})

	// Splits.
	forge("missing-leaf", "the child of a split where the row is active is missing",
		with(oneRow(3), &SplitU{[]float64{-1}, &SplitRow{0, &Empty{Lambda: ones(2)}, leaf()}, leaf()}),
		func(e *edits) { e.ints("steps_0_int", func(v []int64) []int64 { return v[:len(v)-4] }); e.dropReals(2) })
	forge("missing-inner", "a split has one child", with(oneRow(3), &SplitU{[]float64{-1}, &SplitRow{0, &Empty{Lambda: ones(2)}, leaf()}, leaf()}),
		func(e *edits) { e.ints("steps_0_int", func(v []int64) []int64 { return v[:len(v)-8] }) })
	forge("swapped-sign", "an implied sign is the opposite of the one that is implied",
		with(oneRow(3), &SplitU{[]float64{1},
			&Implied{[]Sign{{Row: 0, Negative: true, Lines: []int{0}, Lambda: []float64{1}}}, leaf()},
			&Implied{[]Sign{{Row: 0, Negative: true, Lines: []int{0}, Lambda: []float64{1}}}, leaf()}}), nil)
	forge("swapped-children", "the children of a split are exchanged, so that the leaf for the active side is that for the other one",
		with(oneRow(3), &SplitRow{0, leaf(), leaf()}), nil)
	forge("implied-negative", "a sign is implied with a negative factor",
		with(oneRow(3), &SplitU{[]float64{1},
			&Implied{[]Sign{{Row: 0, Negative: true, Lines: []int{0}, Lambda: []float64{-1}}}, leaf()},
			&Implied{[]Sign{{Row: 0, Negative: true, Lines: []int{0}, Lambda: []float64{1}}}, leaf()}}), nil)
	forge("implied-nothing", "a sign is implied by no line", with(oneRow(3), &Implied{[]Sign{{Row: 0, Negative: true}}, leaf()}), nil)
	forge("implied-twice", "a row has both signs",
		with(oneRow(3), &SplitRow{0, &Implied{[]Sign{{Row: 0, Negative: true, Lines: []int{0}, Lambda: []float64{1}}}, leaf()}, leaf()}), nil)
	forge("split-zero", "a split by the zero vector leaves two empty cones", with(oneRow(3), &SplitU{[]float64{0}, &Empty{Lambda: ones(1)}, &Empty{Lambda: ones(1)}}), nil)
	forge("split-negative-zero", "the same with −0", with(oneRow(3), &SplitU{[]float64{math.Copysign(0, -1)}, &Empty{Lambda: ones(1)}, &Empty{Lambda: ones(1)}}), nil)
	forge("split-zero-v", "a split of v by zero leaves two empty cones",
		with(oneRow(3), &SplitV{[]float64{0}, &Empty{InV: true, Lambda: ones(1)}, &Empty{InV: true, Lambda: ones(1)}}), nil)
	underflowed := func() *Derivation {
		d := oneRow(3)
		d.Problem.X.Set(0, 0, 5e-324)
		d.Root = &SplitRow{0, &Empty{Lambda: ones(1)}, &Empty{Lambda: ones(1)}}
		return d
	}
	forge("split-underflowed-row", "a row that underflows to zero in the units of the file is split", underflowed(),
		func(e *edits) { e.integer("x_exponent", 10) })
	forge("split-nan", "a split by a normal that is not a number", with(oneRow(3), &SplitU{[]float64{math.NaN()}, &Empty{Lambda: ones(1)}, &Empty{Lambda: ones(1)}}), nil)
	forge("split-row-out-of-range", "a split by a row that does not exist", with(oneRow(3), &SplitRow{7, leaf(), leaf()}), nil)
	forge("split-row-negative", "a split by row −1", with(oneRow(3), &SplitRow{-1, leaf(), leaf()}), nil)
	forge("split-twice", "a row is split twice, and the leaves believe the second sign",
		with(oneRow(3), &SplitRow{0, &SplitRow{0, &Empty{Lambda: []*big.Int{big.NewInt(1), big.NewInt(0)}}, leaf()}, leaf()}), nil)

	// Empty cones.
	forge("empty-lie", "a cone with an interior is called empty", with(oneRow(3), &SplitRow{0, &Empty{Lambda: ones(1)}, leaf()}), nil)
	forge("empty-thin", "a cone that is thin is called empty",
		with(oneRow(3), &SplitRow{0, &SplitU{[]float64{-1 + 0x1p-53}, leaf(), &Empty{Lambda: ones(2)}}, leaf()}), nil)
	forge("empty-zero-factors", "all factors of an empty cone are zero", with(oneRow(3), &SplitRow{0, &Empty{Lambda: []*big.Int{new(big.Int)}}, leaf()}), nil)
	forge("empty-at-root", "the whole space is called empty", with(oneRow(3), &Empty{}), nil)
	forge("empty-negative-factor", "an empty cone has a negative factor",
		with(oneRow(3), &SplitRow{0, &SplitU{[]float64{1}, &Empty{Lambda: ones(2)}, leaf()}, leaf()}),
		func(e *edits) { e.reals("steps_0_real", func(v []float64) []float64 { v[2] = -1; return v }) })
	forge("empty-fraction", "a factor of an empty cone is no integer",
		with(oneRow(3), &SplitRow{0, &SplitU{[]float64{1}, &Empty{Lambda: ones(2)}, leaf()}, leaf()}),
		func(e *edits) { e.reals("steps_0_real", func(v []float64) []float64 { v[2] = 0.5; return v }) })
	forge("empty-v", "a half line of v is called empty",
		with(oneRow(3), &SplitV{[]float64{1}, &Empty{InV: true, Lambda: ones(1)}, &Empty{InV: true, Lambda: ones(1)}}), nil)
	forge("empty-overflow", "the factors are so large that a sum in floating point is lost",
		with(oneRow(3), &SplitRow{0, &SplitU{[]float64{-1 + 0x1p-40}, leaf(), &Empty{Lambda: []*big.Int{new(big.Int).Lsh(big.NewInt(1), 3000), new(big.Int).Lsh(big.NewInt(1), 3000)}}}, leaf()}), nil)

	// Blocks.
	blocks := func(w float64, first, second []int, share float64) *Derivation {
		d := twoRows(w)
		node := func(rows []int) Node {
			var n Node = leaf()
			for _, i := range rows {
				n = &SplitRow{i, n, n}
			}
			return n
		}
		d.Root = &Blocks{[]Block{{first, Form{U: share, V: share}, node(first)}, {second, Form{U: share, V: share}, node(second)}}}
		return d
	}
	const twoBound = 3*2*0.5 - 0.25 - 1e-9 // of W = ½ in both rows; the optimum is below it
	write("blocks-overlap", "a row is in two blocks and another one in none", blocks(0.5, []int{0}, []int{0}, 0.25), twoBound, nil)
	write("blocks-incomplete", "a row is in no block", blocks(0.5, []int{0}, nil, 0.25), twoBound, nil)
	write("blocks-exceed", "the shares of the blocks sum to twice the claim", blocks(0.5, []int{0}, []int{1}, 0.5), twoBound, nil)
	write("blocks-exceed-a-little", "the shares of the blocks sum to a little more than the claim, and that is not charged",
		blocks(0.5*(1+1e-6)/2, []int{0}, []int{1}, 0.25*(1+1e-6)), 1.4375*(1+0.5e-6), nil)
	write("blocks-descending", "the rows of a block do not ascend", blocks(0.5, []int{1, 0}, nil, 0.5), twoBound, nil)
	write("blocks-none", "there is no block", with(twoRows(0.5), &Blocks{}), twoBound, nil)
	write("blocks-nan", "a share is not a number", blocks(0.5, []int{0}, []int{1}, math.NaN()), twoBound, nil)
	write("blocks-linear", "the linear parts of the blocks do not cancel",
		func() *Derivation {
			d := oneRow(3)
			d.Root = &Blocks{[]Block{{[]int{0}, Form{U: 0.5, V: 0.5, F: mat.NewDense(1, 1, []float64{3})}, &SplitRow{0, leaf(), leaf()}}}}
			return d
		}(), 4.4, nil)
	write("weaken-strengthens", "a claim is derived from a weaker one", with(oneRow(3), &Weaken{Form{U: 3, V: 3}, &SplitRow{0, leaf(), leaf()}}), 4.4, nil)
	write("weaken-indefinite", "a claim is derived from one with a larger form",
		with(oneRow(3), &Weaken{Form{U: 0.5, V: 0.5, H: mat.NewSymDense(1, []float64{100})}, &SplitRow{0, leaf(), leaf()}}), 4.4, nil)

	// Multipliers.
	forge("negative-multiplier", "a multiplier is negative",
		with(oneRow(3), &SplitV{[]float64{1}, &SplitRow{0, &Multipliers{Pairs: []Pair{{K: 0, L: 1, Value: -3}}}, leaf()}, &SplitRow{0, leaf(), leaf()}}), nil)
	forge("multiplier-nan", "a multiplier is not a number",
		with(oneRow(3), &SplitV{[]float64{1}, &SplitRow{0, &Multipliers{Pairs: []Pair{{K: 0, L: 1, Value: math.NaN()}}}, leaf()}, &SplitRow{0, leaf(), leaf()}}), nil)
	forge("diagonal", "a pair is of a line with itself", with(oneRow(3), &Multipliers{Psi: []float64{-1}, Pairs: []Pair{{K: 0, L: 0, Value: 1}}}), nil)
	forge("alpha-beta", "a pair is α and β of one row", with(oneRow(3), &Multipliers{Psi: []float64{-1}, Pairs: []Pair{{K: 0, L: 1, Value: 1}}}), nil)
	forge("line-out-of-range", "a pair names a line that does not exist", with(oneRow(3), &Multipliers{Psi: []float64{-1}, Pairs: []Pair{{K: 0, L: 2, Value: 1}}}), nil)
	forge("line-negative", "a pair names line −1", with(oneRow(3), &Multipliers{Psi: []float64{-1}, Pairs: []Pair{{K: -1, L: 0, Value: 1}}}), nil)
	forge("pair-twice", "a pair occurs twice",
		with(oneRow(3), &SplitV{[]float64{1}, &Multipliers{Psi: []float64{-1}, Pairs: []Pair{{K: 0, L: 2, Value: 1}, {K: 0, L: 2, Value: 1}}}, leaf()}), nil)
	forge("psi-positive", "ψ has the wrong sign for its row to be eliminated", with(oneRow(3), &Multipliers{Psi: []float64{1}}), nil)
	forge("indefinite", "the matrix has a negative eigenvalue", with(oneRow(3), &Multipliers{Psi: []float64{-6}}), nil)
	// S is definite for any q that is short enough; what makes it one is false in each.
	radial := func(name, cheat string, change func(side float64, r *Radial)) {
		forge(name, cheat, quarters(3, 20, func(side float64, lines [][]float64) *Radial {
			r := sector(side, lines)
			r.Q = []float64{1e-3, 1e-3 * side}
			change(side, r)
			return r
		}), nil)
	}
	radial("radial-short", "q is shorter than the sector allows", func(_ float64, r *Radial) { r.Mu = []float64{1e-3, 1e-3} })
	radial("radial-nothing", "q is short and nothing is said for it", func(_ float64, r *Radial) { clear(r.Mu); clear(r.N) })
	radial("radial-negative", "a pair of lines in v has a negative multiplier", func(_ float64, r *Radial) { r.N[0] = -1e3 })
	radial("radial-opposite", "q is long enough and points away from the sector", func(side float64, r *Radial) { r.Q = []float64{-2, -2 * side} })
	radial("radial-opposite-mu", "q points away and its combination of lines is negative", func(side float64, r *Radial) {
		r.Q, r.Mu = []float64{-2, -2 * side}, []float64{-2, -2}
	})
	radial("radial-nan", "q is not a number", func(_ float64, r *Radial) { r.Q[0] = math.NaN() })
	forge("slack-uncharged", "a large slack hides a negative eigenvalue", with(oneRow(3), &Multipliers{Psi: []float64{-6}, Slack: 20}), nil)
	forge("slack-nan", "the slack is not a number", with(oneRow(3), &Multipliers{Psi: []float64{-6}, Slack: math.NaN()}), nil)
	forge("slack-infinite", "the slack is infinite", with(oneRow(3), &Multipliers{Psi: []float64{-6}, Slack: math.Inf(1)}), nil)
	forge("tau-unbalanced", "τ is used on a claim that is not balanced", with(oneRow(3), &SplitRow{0, &Multipliers{Tau: -0.25}, leaf()}), nil)
	forge("elimination-tiny", "ψ is so small that a quotient overflows", with(oneRow(3), &Multipliers{Psi: []float64{-5e-324}}), nil)

	// Balls.  On u, v ≥ 0 a line v − pu with p = 6 would prove W = 3.
	ball := func(w, p float64, balanced bool) *Derivation {
		long := func() Node {
			pair := Pair{K: 1, L: 2, Value: 0.5}
			return &SplitRow{0, &Multipliers{Tau: -0.5, Pairs: []Pair{pair}, Balls: []Ball{{P: []float64{p}}}}, leaf()}
		}
		var root Node = &SplitV{[]float64{1}, long(), &SplitRow{0, leaf(), leaf()}}
		if balanced {
			root = &Balance{root}
		}
		d := oneRow(w)
		d.Root = root
		return d
	}
	forge("ball-too-long", "a ball line is too long", ball(3, 6, true), nil)
	write("ball-too-long-a-little", "a ball line is longer than 1 by 10⁻⁹", ball(0.5*(1+1e-9), 1+1e-9, true), 1.375, nil)
	forge("ball-unbalanced", "a ball line is used on a claim that is not balanced",
		with(oneRow(3), &SplitV{[]float64{1}, &SplitRow{0, &Multipliers{Pairs: []Pair{{K: 1, L: 2, Value: 0.25}}, Balls: []Ball{{P: []float64{1}}}}, leaf()}, leaf()}), nil)
	forge("ball-without-sign", "a ball line is used where v has no sign",
		with(oneRow(3), &Balance{&SplitRow{0, &Multipliers{Tau: -0.5, Pairs: []Pair{{K: 0, L: 1, Value: 0.5}}, Balls: []Ball{{P: []float64{6}}}}, leaf()}}), nil)
	write("ball-not-orthogonal", "a folded ball line is not orthogonal to its row",
		with(oneRow(0.69), &Balance{&SplitV{[]float64{1},
			&Multipliers{Psi: []float64{-1e4}, Tau: -0.499, Pairs: []Pair{{K: 2, L: 3, Value: 0.495}}, Balls: []Ball{{P: []float64{0.7}, Rows: []int{0}, S: []float64{0.7}}}},
			&SplitRow{0, leaf(), leaf()}}}), 1.8, nil)
	forge("ball-negative-fold", "a folded ball line has a negative factor",
		with(oneRow(3), &Balance{&SplitV{[]float64{1},
			&Multipliers{Psi: []float64{-1}, Pairs: []Pair{{K: 2, L: 3, Value: 0.25}}, Balls: []Ball{{P: []float64{1}, Rows: []int{0}, S: []float64{-11}}}},
			&SplitRow{0, leaf(), leaf()}}}), nil)
	forge("ball-nan", "a ball line is not a number", ball(3, math.NaN(), true), nil)
	write("ball-two-outputs", "a ball line is used with two outputs whose lines leave a half plane", func() *Derivation {
		d := oneRow(0.5)
		d.Problem.Y, d.W = mat.NewDense(1, 2, []float64{3, 3}), mat.NewDense(1, 2, []float64{0.5, 0.5})
		d.Root = &Balance{&SplitV{[]float64{1, 0}, &SplitRow{0, &Multipliers{Pairs: []Pair{{K: 1, L: 2, Value: 0.25}}, Balls: []Ball{{P: []float64{1}}}, Radial: &Radial{Q: []float64{1, 0}, Mu: []float64{1}}}, leaf()}, &SplitRow{0, leaf(), leaf()}}}
		return d
	}(), 2.7, nil)
	forge("balance-twice", "a claim is balanced twice", with(oneRow(3), &Balance{&Balance{&SplitRow{0, leaf(), leaf()}}}), nil)
	forge("balance-unequal", "a claim with two different numbers is balanced", func() *Derivation {
		d := with(oneRow(3), &Balance{&SplitRow{0, &Multipliers{Tau: 0}, leaf()}})
		d.Claim = Form{U: 18, V: 0.5}
		return d
	}(), nil)

	// Circuits: the residual is not charged.
	all = append(all, circuitForgeries(t)...)

	// Cones.
	cone := func(h float64, tree []uint64, bits int) *Derivation {
		d := twoRows(0.5)
		d.Claim = Form{U: h, V: h}
		quadrant := &Cones{tree, bits}
		second := func() Node { return &SplitU{[]float64{0, 1}, quadrant, quadrant} }
		d.Root = &SplitU{[]float64{1, 0}, second(), second()}
		return d
	}
	root := math.Sqrt(0.5)
	write("honest-cones", "", cone(root*(1+1e-9), []uint64{0}, 1), 1.9, nil)
	write("cones-inequality", "the inequality of a cone fails", cone(0.5, []uint64{0}, 1), twoBound, nil)
	write("cones-cut", "a tree of cones ends too early", cone(root*(1+1e-9), []uint64{1}, 1), 1.9, nil)
	write("cones-surplus", "a tree of cones has bits too many", cone(root*(1+1e-9), []uint64{0}, 2), 1.9, nil)
	write("cones-half", "a tree of cones is used where K has a half space only", func() *Derivation {
		d := cone(root*(1+1e-9), []uint64{0}, 1)
		d.Root = &SplitU{[]float64{1, 0}, &Cones{[]uint64{0}, 1}, &Cones{[]uint64{0}, 1}}
		return d
	}(), 1.9, nil)
	write("cones-linear", "a tree of cones is used for a form with a linear part", func() *Derivation {
		d := cone(root*(1+1e-9), []uint64{0}, 1)
		d.Root = &Weaken{Form{U: root, V: root, F: mat.NewDense(2, 1, []float64{1, 1})}, d.Root}
		return d
	}(), 1.9, nil)

	// Rows.
	shared := func(of int, scale float64, r float64) *Derivation {
		d := honestRow()
		d.Rows = &Rows{R: mat.NewDense(1, 1, []float64{r}), Of: []int{of}, Scale: []float64{scale}}
		return d
	}
	write("honest-rows", "", shared(0, 0.5, 2), 1.375*(1-1e-9), nil)
	write("rows-smaller", "the rows of the derivation are smaller than those of X", func() *Derivation {
		d := shared(0, 1, 1.0/6)
		d.W.Set(0, 0, 3)
		return d
	}(), 4.4, nil)
	write("rows-dropped", "a row of X is called zero", func() *Derivation {
		d := twoRows(3)
		d.Rows = &Rows{R: mat.NewDense(1, 2, []float64{1, 0}), Of: []int{-1, -1}, Scale: []float64{0, 0}}
		d.Root = &SplitRow{0, leaf(), leaf()}
		return d
	}(), 8.9, nil)
	write("rows-ulp", "a multiple that is off by an ulp, many times over, is not charged", func() *Derivation {
		d := shared(0, 1, 1-0x1p-53)
		d.Claim = Form{U: 0.5 * (1 - 0x1p-53), V: 0.5 * (1 - 0x1p-53)}
		return d
	}(), 1.375, nil)
	write("rows-sign", "a row is given the wrong sign", func() *Derivation {
		d := twoRows(0.5)
		d.Problem.X = mat.NewDense(2, 1, []float64{1, 1})
		d.Rows = &Rows{R: mat.NewDense(1, 1, []float64{1}), Of: []int{0, 0}, Scale: []float64{1, -1}}
		d.Root = &SplitRow{0, leaf(), leaf()}
		return d
	}(), twoBound, nil)
	write("rows-zero-scale", "a row is zero times another one", shared(0, 0, 1), 1.3, nil)
	write("rows-huge-scale", "a row is a huge multiple of a tiny one", shared(0, 1e200, 1e-200), 1.3, nil)
	write("basis-small", "the basis shrinks what it is applied to", func() *Derivation {
		d := shared(0, 1, 1)
		d.W.Set(0, 0, 3)
		d.Rows.V = mat.NewDense(1, 1, []float64{1.0 / 6})
		return d
	}(), 4.4, nil)
	write("claim-in-x", "the form of the root is larger in the coordinates of X than it says", func() *Derivation {
		d := oneRow(3)
		d.Claim = Form{U: 0.5, V: 0.5, G: mat.NewSymDense(1, []float64{17.5})}
		d.ClaimInX = 0.5
		d.Root = &SplitRow{0, leaf(), leaf()}
		return d
	}(), 4.4, nil)
	write("claim-tiny", "the claim is so small that products underflow", func() *Derivation {
		d := honestRow()
		d.W.Set(0, 0, 1e-170)
		d.Claim = Form{U: 1e-170, V: 1e-170}
		return d
	}(), 4.4, func(e *edits) { e.integer("w_exponent", 0); e.scalar("claim_u", 1e-170); e.scalar("claim_v", 1e-170) })
	write("honest-tiny", "", func() *Derivation { // no network fits anything
		d := honestRow()
		d.Problem.X.Set(0, 0, 1e-165)
		d.W.Set(0, 0, 3)
		return d
	}(), 4.4, func(e *edits) { e.integer("x_exponent", 0); e.scalar("claim_u", 0x1p-40); e.scalar("claim_v", 0x1p-40) })
	write("exponent-lies", "x_exponent makes the rows smaller than they are", func() *Derivation { d := honestRow(); d.W.Set(0, 0, 3); return d }(), 4.4,
		func(e *edits) { e.integer("x_exponent", 3) })
	write("exponent-huge", "x_exponent is out of range", honestRow(), 1.3, func(e *edits) { e.integer("x_exponent", 1<<40) })

	// The dual value.
	write("bound-too-large", "the bound is above the dual value by 10⁻⁹", honestRow(), 1.375*(1+1e-9), nil)
	write("bound-nan", "the bound is not a number", honestRow(), math.NaN(), nil)
	write("gamma-larger", "γ is larger than the proof is for", honestRow(), 1.375*(1-1e-9), func(e *edits) { e.scalar("gamma", 0.25) })
	write("intercept-ulp", "the columns of W do not sum to zero, by an ulp", func() *Derivation {
		d := twoRows(0.5)
		d.Problem.X = mat.NewDense(2, 1, []float64{1, -1})
		d.Problem.Y = mat.NewDense(2, 1, []float64{3, -3})
		d.Problem.Intercept = true
		d.W = mat.NewDense(2, 1, []float64{0.5, -0.5 * (1 - 0x1p-53)})
		d.Root = &SplitRow{0, &SplitRow{1, leaf(), leaf()}, &SplitRow{1, leaf(), leaf()}}
		return d
	}(), 2.7, nil)
	entropy := func(l loss.Loss, y, w []float64, c int) *Derivation {
		n := len(y) / c
		x := mat.NewDense(n, 1, nil)
		for i := range n {
			x.Set(i, 0, 1)
		}
		d := &Derivation{Problem: Problem{X: x, Y: mat.NewDense(n, c, y), Gamma: 0.5, Loss: l}, W: mat.NewDense(n, c, w), Claim: Form{U: 0.5, V: 0.5}}
		var node Node = leaf()
		for i := range n {
			node = &SplitRow{i, node, node}
		}
		d.Root = node
		return d
	}
	write("honest-logistic", "", entropy(loss.Logistic{}, []float64{1}, []float64{0.25}, 1), 0.56, nil)
	write("honest-softmax", "", entropy(loss.Softmax{}, []float64{0, 1, 0}, []float64{-0.125, 0.25, -0.125}, 3), 0.7, nil)
	write("honest-huber", "", entropy(loss.Huber{Delta: 0.25}, []float64{3}, []float64{0.5}, 1), 0.25*3-0.03126, nil)
	write("softmax-sum", "a row of W does not sum to zero, with the softmax loss", entropy(loss.Softmax{}, []float64{0, 1, 0}, []float64{-0.125, 0.25 * (1 + 0x1p-52), -0.125}, 3), 0.7, nil)
	write("softmax-sign", "W is positive off the label, with the softmax loss", entropy(loss.Softmax{}, []float64{0, 1, 0}, []float64{0.125, 0.25, -0.375}, 3), 0.1, nil)
	write("softmax-target", "a target of the softmax loss is no unit vector", entropy(loss.Softmax{}, []float64{0, 0.5, 0.5}, []float64{-0.125, 0.25, -0.125}, 3), 0.7, nil)
	write("softmax-domain", "the bound is for a W outside of the domain", entropy(loss.Softmax{}, []float64{0, 1}, []float64{-4, 4}, 2), 0.6931471805599454, nil)
	write("logistic-sign", "W has the sign that the label has not, with the logistic loss", entropy(loss.Logistic{}, []float64{-1}, []float64{0.25}, 1), 0.5, nil)
	write("logistic-bound", "the bound is above the entropy", entropy(loss.Logistic{}, []float64{1}, []float64{0.5}, 1), 0.69314718056, nil)
	write("huber-domain", "the bound is that of the squared loss, for a W outside of the domain of Huber's", entropy(loss.Huber{Delta: 0.25}, []float64{3}, []float64{0.5}, 1), 1.3, nil)
	write("huber-delta", "δ is negative", entropy(loss.Huber{Delta: 0.25}, []float64{3}, []float64{0.5}, 1), 0.5, func(e *edits) { e.scalar("delta", -0.25) })
	write("loss-unknown", "the loss is unknown", honestRow(), 1.3, func(e *edits) { e.replace("loss", npy.String("absolute")) })
	write("weight-zero", "a row of weight 0 has an entry in W", func() *Derivation { d := honestRow(); d.Problem.Weights = []float64{0}; return d }(), 1.3, nil)
	write("weight-negative", "a weight is negative", func() *Derivation { d := honestRow(); d.Problem.Weights = []float64{-1}; return d }(), 1.3, nil)
	write("weight-ignored", "the bound does not take the weight into account", func() *Derivation { d := honestRow(); d.Problem.Weights = []float64{0.05}; return d }(), 1.3, nil)

	// Files.
	write("version", "a version of the future", honestRow(), 1.3, func(e *edits) { e.integer("derivation_version", 3) })
	write("steps-surplus", "nodes follow after the tree has ended", honestRow(), 1.3, func(e *edits) {
		e.ints("steps_0_int", func(v []int64) []int64 { return append(v, 7, 0, 0, 0) })
	})
	write("steps-surplus-reals", "numbers follow after the tree has ended", honestRow(), 1.3, func(e *edits) {
		e.reals("steps_0_real", func(v []float64) []float64 { return append(v, 0) })
	})
	write("rule-unknown", "a rule does not exist", honestRow(), 1.3, func(e *edits) {
		e.ints("steps_0_int", func(v []int64) []int64 { v[0] = 99; return v })
	})
	write("count-huge", "a leaf has more pairs than the file has numbers", honestRow(), 1.3, func(e *edits) {
		e.ints("steps_0_int", func(v []int64) []int64 { v[3] = 1 << 30; return v })
	})
	write("count-negative", "a leaf has −1 pairs", honestRow(), 1.3, func(e *edits) {
		e.ints("steps_0_int", func(v []int64) []int64 { v[3] = -1; return v })
	})
	write("dtype", "W is a matrix of integers", honestRow(), 1.3, func(e *edits) {
		e.replace("W", npy.Array{Shape: []int{1, 1}, Kind: npy.Int64, Int64: []int64{1}})
	})
	more := func(name string, a npy.Array) func(*edits) {
		return func(e *edits) { e.entries = append(e.entries, npy.Entry{Name: name, Array: a}) }
	}
	write("array-unknown", "there is an array that no rule looks at", honestRow(), 1.3, more("lower_bound_2", npy.Scalar(4.4)))
	write("array-other-case", "an array has the name of another one in small letters", honestRow(), 1.3, more("x", npy.Matrix(mat.NewDense(1, 1, []float64{1}))))
	write("basis-alone", "there is a basis and there are no rows for it", honestRow(), 1.3, more("basis", npy.Matrix(mat.NewDense(1, 1, []float64{1}))))
	write("claim-in-x-alone", "there is the form of the root in X and not the form", honestRow(), 1.3, more("claim_in_x", npy.Scalar(0.5)))
	write("steps-gap", "there are steps behind a pair that is missing", honestRow(), 1.3, more("steps_2_int", npy.Array{Shape: []int{1}, Kind: npy.Int64, Int64: []int64{7}}))
	write("steps-half", "there are integers of steps without their numbers", honestRow(), 1.3, more("steps_1_int", npy.Array{Shape: []int{0}, Kind: npy.Int64}))
	for _, name := range []string{"X", "Y", "W"} {
		for _, v := range []float64{math.NaN(), math.Inf(1), 1e300} {
			what := strings.ToLower(fmt.Sprintf("%s-%v", name, v))
			write("value-"+strings.NewReplacer("+", "").Replace(what), fmt.Sprintf("%s has the entry %v", name, v), honestRow(), 1.3,
				func(e *edits) { e.reals(name, func(old []float64) []float64 { old[0] = v; return old }) })
		}
	}
	return all
}

// circuitForgeries returns derivations that are false because the residuals of their
// circuits are not charged: the claim is what the multipliers would prove without.
func circuitForgeries(t testing.TB) []forgery {
	var out []forgery
	for seed := uint64(1); len(out) < 3 && seed < 200; seed++ {
		rng := newRand(seed)
		d := random(rng, 2+rng.IntN(3), 1+rng.IntN(3), 1, 150, true)
		truth := reach(rng, d.Problem.X, d.W)
		if !(d.Claim.U < truth*0.9) {
			continue
		}
		d.Problem.Gamma = d.Claim.U
		w, y := d.W, d.Problem.Y
		for i, v := range w.RawMatrix().Data { // make W the dual optimum, if it were feasible
			y.RawMatrix().Data[i] = v
		}
		bound := 0.0
		for _, v := range w.RawMatrix().Data {
			bound += v * v / 2
		}
		if err := d.Repair(); err != nil {
			t.Fatal(err)
		}
		entries, err := d.entries(bound*(1-1e-3), "")
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, forgery{fmt.Sprintf("circuit-uncharged-%d", len(out)+1), "the residual of a circuit is not charged with its partners", entries})
	}
	if len(out) < 3 {
		t.Fatal("too few forgeries with circuits were found")
	}
	return out
}

// edits changes the arrays of a file.
type edits struct {
	t       testing.TB
	entries []npy.Entry
}

func (e *edits) find(name string) *npy.Array {
	i := slices.IndexFunc(e.entries, func(x npy.Entry) bool { return x.Name == name })
	if i < 0 {
		e.t.Fatalf("there is no array %q", name)
	}
	return &e.entries[i].Array
}

func (e *edits) replace(name string, a npy.Array) { *e.find(name) = a }

func (e *edits) scalar(name string, v float64) { e.replace(name, npy.Scalar(v)) }

func (e *edits) integer(name string, v int64) {
	e.replace(name, npy.Array{Kind: npy.Int64, Int64: []int64{v}})
}

func (e *edits) ints(name string, change func([]int64) []int64) {
	a := e.find(name)
	a.Int64 = change(slices.Clone(a.Int64))
	a.Shape = []int{len(a.Int64)}
}

func (e *edits) reals(name string, change func([]float64) []float64) {
	a := e.find(name)
	a.Float64 = change(slices.Clone(a.Float64))
	if len(a.Shape) == 1 {
		a.Shape = []int{len(a.Float64)}
	}
}

func (e *edits) dropReals(n int) {
	e.reals("steps_0_real", func(v []float64) []float64 { return v[:len(v)-n] })
}

// writeCorpus writes the files and their list.
func writeCorpus(t testing.TB, folder string) {
	t.Helper()
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	var index strings.Builder
	for _, f := range corpus(t) {
		var b bytes.Buffer
		if err := npy.WriteArchive(&b, f.entries); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, f.name+".npz"), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&index, "%s\t%s\n", f.name, f.cheat)
	}
	if err := os.WriteFile(filepath.Join(folder, "index.tsv"), []byte(index.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The files are kept as they are: go test ./proof -run Forgeries -update writes them anew.
func TestForgeriesAreRefused(t *testing.T) {
	folder := filepath.Join("testdata", "forgeries")
	if *update {
		writeCorpus(t, folder)
	}
	index, err := os.ReadFile(filepath.Join(folder, "index.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	honest := 0
	for line := range strings.Lines(string(index)) {
		name, cheat, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		report, err := check.File(context.Background(), filepath.Join(folder, name+".npz"), check.Options{})
		switch {
		case cheat == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case cheat == "" && !report.OK():
			t.Errorf("%s: an honest file was refused\n%v", name, report)
		case cheat == "":
			honest++
		case os.IsNotExist(err):
			t.Errorf("%s: %v", name, err)
		case err == nil && report.OK():
			t.Errorf("%s: accepted, although %s\n%v", name, cheat, report)
		case err == nil:
			c, _ := report.FirstFailure()
			t.Logf("%-24s %s", name, c.Detail)
		}
	}
	if honest < 10 {
		t.Errorf("%d honest files were accepted, expected all kinds", honest)
	}
}
