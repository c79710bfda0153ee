package proof

import (
	"math/big"

	"github.com/relift/relift/lift"
)

// Node is a step of a derivation: one of [SplitRow], [SplitU], [SplitV], [Implied], [Blocks],
// [Weaken], [Forget], [Balance], [Multipliers], [Empty] and [Cones].
type Node interface{ isNode() }

// SplitRow derives its claim from the same claim where the row is active,
// r_iᵀu ≥ 0, and where it is not, r_iᵀu ≤ 0.  The children get the line r_iᵀu, or
// −r_iᵀu, and the row is no longer open in them.  No row is split twice on a path.
type SplitRow struct {
	Row              int // i, index of a row of [Rows] (of X where there are none)
	Active, Inactive Node
}

// SplitU derives its claim from the same claim with the line aᵀu ≥ 0 and with
// −aᵀu ≥ 0.
type SplitU struct {
	Normal             []float64 // a ≠ 0, in the coordinates of the rows
	Positive, Negative Node
}

// SplitV derives its claim from the same claim with the line bᵀv ≥ 0 and with
// −bᵀv ≥ 0.
type SplitV struct {
	Normal             []float64 // b ≠ 0, length c
	Positive, Negative Node
}

// Implied derives its claim from the same claim where rows have signs that K implies: with
// σ r_i = Σ_k λ_k a_k + ρ for lines a_k of K in u and λ ≥ 0, (‖P_i‖ + ‖N_i‖)‖ρ‖ is charged.  The
// rows are no longer open; their lines are not among those of K.
type Implied struct {
	Signs []Sign
	Node  Node
}

// Sign is the sign of a row, and why it is.
type Sign struct {
	Row      int // i
	Negative bool
	Lines    []int     // k, positions among the lines of K in u, ascending
	Lambda   []float64 // λ_k ≥ 0
}

// Blocks derives its claim from those of a partition of its rows: the sum of the
// blocks' forms is at most the form of the claim, or what exceeds it is charged.
type Blocks struct{ Blocks []Block }

// Block is one part of [Blocks].
type Block struct {
	Rows []int // ascending; the rows I of the claim that are in this block
	Form Form
	Node Node
}

// Weaken derives its claim from one with another form, which is at most its own, or
// what exceeds it is charged.
type Weaken struct {
	Form Form
	Node Node
}

// Forget derives its claim from the same claim on a larger K, that of some of its lines.  Rows keep the signs that they
// have.  No solver here makes it; the verifiers know it.
type Forget struct {
	U, V []int // positions of the lines of K in u, and in v, that are kept, ascending
	Node Node
}

// Balance derives its claim, whose form must be (g, F, g) with numbers g ≥ 0, from
// the same claim for the pairs with ‖u‖ = ‖v‖ only.  Below it, τ(‖u‖² − ‖v‖²) may be
// added to the form, and there are ball lines ([Multipliers]).
type Balance struct{ Node Node }

// Multipliers is a leaf that proves its claim by formula (3) of the package comment.
type Multipliers struct {
	Pairs    []Pair    // M, each unordered pair of lines once, in any order
	Psi      []float64 // ψ_i for each open row, ascending
	Circuits []Circuit // further lines
	Balls    []Ball    // further lines, after the circuits; balanced claims only
	Radial   *Radial   // with Balls, where there are several outputs
	// Tau is τ: τ‖u‖² − τ‖v‖² is added to the form.  Balanced claims only.
	Tau float64
	// Slack is σ: the checker proves S ⪰ −(σ + roundings)D⁻² and charges that, if it is
	// positive.  [Derivation.Repair] finds about the smallest σ that is enough; it is
	// negative where S is positive definite with a margin.
	Slack float64
}

// Pair is M_kl > 0 for two lines numbered by [Lines], K < L; not α_i with β_i, which
// is ψ_i.
type Pair = lift.Pair

// Circuit is the line Σ_t λ_t ℓ_t − ℓ_k over basic lines ℓ = (aᵀu)₊ (α_i, β_i, and the
// lines of K in u), where a_k = Σ λ_t a_t + ρ for their directions a: r_i for α_i,
// −r_i for β_i.  It is at least −‖ρ‖‖u‖, and that is charged.
type Circuit struct {
	Target int       // k
	Terms  []int     // t
	Lambda []float64 // λ_t > 0
}

// Ball is the line qᵀv − pᵀu − Σ_k s_k|r_kᵀu| over open rows, |r_kᵀu| = α_k + β_k.
// Where qᵀv ≥ ‖v‖ on K ([Radial]; for c = 1 q is the sign of v that the path's SplitV gives), it is not negative for ‖u‖ = ‖v‖ if
//
//	‖p‖² + 2Σ_k s_k|pᵀr_k| + Σ_kl s_k s_l|r_kᵀr_l| ≤ 1,   s_k ≥ 0.
type Ball struct {
	P    []float64 // p, in the coordinates of the rows
	Rows []int     // positions of the rows k among the open rows, ascending
	S    []float64 // s_k
}

// Radial is a q with qᵀv ≥ ‖v‖ for every v of K, and why: with the lines b_k of K in v, q = Σ μ_k b_k + ρ,
// ‖ρ‖ < 1, and qqᵀ ⪰ I + Σ_{k<l} N_kl(b_k b_lᵀ + b_l b_kᵀ).  No solver here makes one; the verifiers know it.
type Radial struct {
	Q  []float64 // c
	Mu []float64 // μ_k ≥ 0
	N  []float64 // N_kl ≥ 0 for k < l, ordered by k, then l
}

// Empty is a leaf whose claim says nothing: Σ_k λ_k a_k = 0 for the lines a_k of K in u,
// or in v, with λ_k ≥ 0, not all zero, in exact arithmetic.
type Empty struct {
	InV    bool       // whether the lines are those in v
	Lambda []*big.Int // one for each of these lines of K, in the order of the path
}

// Cones is a leaf for claims with F = 0 and H = hI whose K gives every coordinate of u a
// sign (by [SplitU] with a multiple of each unit vector).  The orthant with the
// generators ±e_i is bisected as the bits of Tree say.  In preorder, 0 is a leaf; 1
// followed by the number of an edge (a, b), a < b, in lexicographic order and ⌈log₂(number
// of edges)⌉ bits, lowest first, replaces first generator a and then generator b by their
// midpoint.
type Cones struct {
	Tree []uint64 // bits, lowest first
	Bits int
}

func (*SplitRow) isNode()    {}
func (*SplitU) isNode()      {}
func (*SplitV) isNode()      {}
func (*Blocks) isNode()      {}
func (*Implied) isNode()     {}
func (*Weaken) isNode()      {}
func (*Forget) isNode()      {}
func (*Balance) isNode()     {}
func (*Multipliers) isNode() {}
func (*Empty) isNode()       {}
func (*Cones) isNode()       {}
