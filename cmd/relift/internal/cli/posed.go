package cli

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift"
	"github.com/relift/relift/network/foreign"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/recipe"
)

// foreign prepares the network of another program.  Of the scalings and the
// orientations that nothing decides it takes those with which the network fits
// best, and says so.
func (f *auditFlags) foreign(name string, n *foreign.Network, frame *table.Table, data string, changed func(string) bool) (*audited, error) {
	if err := f.checkDecay(name, changed); err != nil {
		return nil, err
	}
	scales := []recipe.Scale{f.data.Scale}
	switch {
	case n.Mean != nil && changed("scale") && f.data.Scale != recipe.ScaleNone:
		return nil, badInputf("--scale %s: the network scales its inputs itself; expected --scale none", f.data.Scale)
	case n.Mean != nil:
		scales = []recipe.Scale{recipe.ScaleNone}
	case !changed("scale"):
		scales = []recipe.Scale{recipe.ScaleStandard, recipe.ScaleNone}
	}
	if f.orientation != "auto" && isONNX(name) {
		return nil, badInputf("--orientation: an ONNX model says how its weights lie; expected no such flag")
	}
	best := map[foreign.Orientation]*audited{} // over the scalings
	var failed error
	for _, scale := range scales {
		posed, err := f.posed(name, n, frame, data, scale, changed)
		if err != nil {
			if failed == nil {
				failed = err
			}
			continue
		}
		for o, a := range posed {
			if best[o] == nil || a.loss() < best[o].loss() {
				best[o] = a
			}
		}
	}
	if len(best) == 0 {
		return nil, failed
	}
	a := f.choose(name, best)
	a.from = "given"
	switch {
	case n.Mean != nil:
		a.scaling = "the network's own"
	case len(scales) > 1:
		a.scaling = "the network fits better so; --scale sets it"
	}
	return a, nil
}

// loss returns the data loss of the network on its problem.
func (a *audited) loss() float64 {
	_, loss := a.problem.Objective(a.weights)
	return loss
}

// choose takes the orientation with the smallest objective, and says what there
// was to choose from.
func (f *auditFlags) choose(name string, fits map[foreign.Orientation]*audited) *audited {
	var best *audited
	smallest := math.Inf(1)
	var parts []string
	for _, o := range foreign.Orientations() {
		a := fits[o]
		if a == nil {
			continue
		}
		total, _ := a.problem.Objective(a.weights)
		parts = append(parts, fmt.Sprintf("%s gives the objective %.7g", o, total))
		if best == nil || total < smallest {
			best, smallest = a, total
		}
	}
	if len(fits) > 1 {
		best.warnings = append(best.warnings, fmt.Sprintf("%s: the shapes of U and V fit in %d orientations: %s; took %s, --orientation says otherwise",
			name, len(fits), strings.Join(parts, ", "), best.orientation))
	}
	return best
}

// posed encodes the table for the network with one scaling, and poses the
// problem for each orientation of its weights that fits.
func (f *auditFlags) posed(name string, n *foreign.Network, frame *table.Table, data string, scale recipe.Scale, changed func(string) bool) (map[foreign.Orientation]*audited, error) {
	r := f.data.Plan
	r.Scale, r.Coding = scale, recipe.CodingOneHot
	asked := r.Bias
	r.Bias = false
	plain, err := encode(data, frame, r)
	if err != nil {
		return nil, err
	}
	o, coding, remark, err := f.assumed(name, n, plain, changed)
	if err != nil {
		return nil, err
	}
	r.Coding = coding
	encoded := map[bool]*prepared{} // with and without a column of ones
	with := func(bias bool) (*prepared, plan, error) {
		own := plan{r, o.stated()}
		own.Bias = bias
		if encoded[bias] == nil {
			p, err := encode(data, frame, own.Plan)
			if err != nil {
				return nil, own, err
			}
			if err := p.pose(o); err != nil {
				return nil, own, err
			}
			if remark != "" {
				p.warnings = append(p.warnings, remark)
			}
			encoded[bias] = p
		}
		return encoded[bias], own, nil
	}
	if plain, _, err = with(false); err != nil {
		return nil, err
	}
	_, d := plain.train.X.Dims()
	_, c := plain.train.Y.Dims()
	fits := oriented(n, f.orientation, d, c)
	if len(fits) == 0 {
		return nil, f.misfit(name, n, d, c, data)
	}
	out := map[foreign.Orientation]*audited{}
	for _, lie := range slices.Sorted(maps.Keys(fits)) {
		turned := fits[lie]
		bias := turned.B != nil || turned.A != nil && !o.Intercept
		if changed("bias") {
			if !asked && bias {
				return nil, badInputf("--bias=false: the network has biases; expected no such flag, they are decayed as weights of a column of ones")
			}
			bias = asked
		}
		p, own, err := with(bias)
		if err != nil {
			return nil, err
		}
		if out[lie], err = f.pose(name, turned, p, own, data, d); err != nil {
			return nil, err
		}
		out[lie].orientation = lie
	}
	return out, nil
}

// pose is posed for one orientation: n is m×d and m×c.
func (f *auditFlags) pose(name string, n *foreign.Network, p *prepared, r plan, data string, d int) (*audited, error) {
	a := &audited{split: r.Split, warnings: slices.Clone(p.warnings), encoding: p.encoding}
	decayed := *n
	if r.Intercept {
		decayed.A = nil
	}
	var err error
	if a.weights, err = decayed.Weights(r.Bias); err != nil {
		return nil, badInput(err)
	}
	a.problem = p.problem(f.reg).On(blas())
	a.origin = relift.Origin{Source: data, Digest: "sha256:" + p.train.Digest()}
	if n.Mean != nil {
		rows, _ := a.problem.X.Dims()
		x := mat.DenseCopyOf(a.problem.X)
		x.Slice(0, rows, 0, d).(*mat.Dense).Copy(n.Scale(x.Slice(0, rows, 0, d)))
		a.problem.X, a.origin.Digest = x, ""
	} else if a.origin.Recipe, err = json.Marshal(r); err != nil {
		return nil, internal(err)
	}
	if f.weightDecay > 0 {
		rows, outputs := p.train.Y.Dims()
		a.problem.Gamma, a.decay = problem.GammaOf(f.weightDecay, f.meanLoss, a.problem.Loss, rows, outputs)
	}
	if r.Intercept {
		a.weights.B = n.A
	}
	a.warnings = append(a.warnings, f.aboutBiases(name, n, a.problem.Gamma)...)
	return a, nil
}

// aboutBiases says what becomes of the biases of a network in the problem that is audited.
func (f *auditFlags) aboutBiases(name string, n *foreign.Network, gamma float64) []string {
	const without = "; in training they were not: the verdict and the bound say nothing about the problem without their decay, whose objective is smaller than the one shown"
	var said []string
	switch {
	case !f.decayedBiases && n.A != nil:
		said = append(said, "the biases of the second layer of "+name+" are a free intercept, as in its training")
		if n.B != nil {
			said = append(said, "those of its first layer are decayed like any weight in the problem that is audited"+without)
		}
	case !f.decayedBiases && n.B != nil:
		said = append(said, "the biases of "+name+" are decayed like any weight in the problem that is audited"+without)
	case n.HasBias():
		said = append(said, "the biases of "+name+" are decayed like any weight in the problem that is audited")
		if size := floats.Norm(n.A, 2); size > 0 {
			said = append(said, fmt.Sprintf("those of its second layer are one more neuron, which costs γ‖b‖ = %.6g; in training they cost (γ/2)‖b‖² = %.6g, and its objective was as much smaller or larger: --decayed-biases=false gives a bound for that, too",
				gamma*size, gamma/2*size*size))
		}
	}
	return said
}

// misfit says why no orientation fits.
func (f *auditFlags) misfit(name string, n *foreign.Network, d, c int, data string) error {
	m, k := n.U.Dims()
	rows, cols := n.V.Dims()
	columns := strconv.Itoa(d)
	if n.Orientation == foreign.OrientationUnknown {
		columns += fmt.Sprintf(" (or %d with a column for the bias)", d+1)
	}
	how := ""
	if f.orientation != "auto" {
		how = " with --orientation " + f.orientation
	}
	return badInputf("%s: the layers are %d×%d and %d×%d, which do not fit the %d feature columns and %d outputs of %s%s; expected width×%s and width×%d",
		name, m, k, rows, cols, d, c, data, how, columns, c)
}

// checkDecay wants the weight decay of the network in one of its forms.
func (f *auditFlags) checkDecay(name string, changed func(string) bool) error {
	switch {
	case changed("reg") && changed("weight-decay"):
		return badInputf("--weight-decay: --reg says the weight decay already; expected one of them")
	case changed("mean-loss") && !changed("weight-decay"):
		return badInputf("--mean-loss: says what the loss beside --weight-decay averages over; expected --weight-decay")
	case changed("weight-decay") && f.data.Weight != "":
		return badInputf("--weight-decay: libraries differ in what the mean of weighted rows is; expected --reg beside --weight")
	case !changed("reg") && !changed("weight-decay"):
		return badInputf("%s: does not say its weight decay γ; expected --reg, or --weight-decay as the optimizer had it (see relift help reg)", name)
	}
	return nil
}
