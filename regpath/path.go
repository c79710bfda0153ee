package regpath

import (
	"context"
	"fmt"
	"math"

	"github.com/relift/relift/descent"
	"github.com/relift/relift/engine"
	"github.com/relift/relift/tune"
)

// Path is a regularisation path.
type Path struct {
	Points []Point    // from the largest γ to the least
	Proofs []Proof    // in the order in which they were made
	Tuning *tune.Path // the cross-validation: a point for each of Points, the recommended γ, γ/n
	// Status is GapReached where every gap is as small as was asked for, Done where every run finished, else what ended the path early.
	Status engine.Status
	// Representatives and ZeroRows are what presolve found (see engine.Result).
	Representatives, ZeroRows int
	// Warnings are those of the runs, without those that came before.
	Warnings []string
}

// Point is one γ of a path.
type Point struct {
	Gamma               float64
	Weights             engine.Weights // of the best network found
	Objective, DataLoss float64        // of it; the data loss is the first part
	// LowerBound is certified: no two-layer ReLU network of any width has a smaller objective.  0 where nothing is proved.
	LowerBound float64
	Proof      int // the one of Path.Proofs that LowerBound comes from; -1: none
}

// Proof is a proof of bounds for every γ, made by a run at one.
type Proof struct {
	engine.Proof
	Gamma  float64 // of the run
	Method engine.Method
}

// RelativeGap is (Objective − LowerBound)/Objective.
func (q Point) RelativeGap() float64 { return engine.RelativeGap(q.LowerBound, q.Objective) }

// newPath returns the path of a cross-validation without bounds, its networks as narrow as their objectives allow.
func newPath(ctx context.Context, p engine.Problem, t *tune.Path) (*Path, error) {
	path := &Path{Tuning: t}
	for k, q := range t.Points {
		p.Gamma = q.Gamma
		point := Point{Gamma: q.Gamma, Weights: t.Networks[k], Proof: -1}
		if ctx.Err() == nil {
			narrow, err := descent.Simplify(ctx, p, point.Weights)
			if err != nil {
				return nil, fmt.Errorf("simplification of the network for γ = %v: %w", q.Gamma, err)
			}
			point.Weights = narrow
		}
		point.Objective, point.DataLoss = p.Objective(point.Weights)
		path.Points = append(path.Points, point)
	}
	for _, q := range path.Points {
		path.offer(q.Gamma, q.Weights, q.Objective, q.DataLoss)
	}
	return path, nil
}

// offer takes a network of γ with its objective at every point where it is the best: the objective is linear in γ.
func (path *Path) offer(gamma float64, w engine.Weights, objective, dataLoss float64) {
	for k := range path.Points {
		q := &path.Points[k]
		at := objective
		if q.Gamma != gamma {
			at = (dataLoss + (objective-dataLoss)*(q.Gamma/gamma)) * (1 + rounding)
		}
		if at < q.Objective {
			q.Weights, q.Objective, q.DataLoss = w, at, dataLoss
		}
	}
}

// rounding is more than what an objective at another γ can be wrong by.
const rounding = 1e-12

// take adds what a run at a point found: a network where it is better, and the bounds of its proof at every point.
func (path *Path) take(at int, r *engine.Result) {
	path.Representatives, path.ZeroRows = r.Representatives, r.ZeroRows
	path.Warnings = append(path.Warnings, r.Warnings...)
	gamma := path.Points[at].Gamma
	path.offer(gamma, r.Weights, r.UpperBound, r.DataLoss)
	if r.Proof == nil {
		return
	}
	path.Proofs = append(path.Proofs, Proof{r.Proof, gamma, r.Method})
	for k := range path.Points {
		if bound := r.Proof.At(path.Points[k].Gamma); bound > path.Points[k].LowerBound {
			path.Points[k].LowerBound, path.Points[k].Proof = bound, len(path.Proofs)-1
		}
	}
}

// next is the point where a run pays most; -1 where no other gap is above least.
func (path *Path) next(tried []bool, least float64) int {
	best, most := -1, math.Inf(-1)
	for k, q := range path.Points {
		if tried[k] || !(q.RelativeGap() > least) {
			continue
		}
		if gain := path.gain(k); gain > most {
			best, most = k, gain
		}
	}
	return best
}

// gain is by how much a run at a point is expected to raise the bounds of all points, in parts of the objectives: by a bound L at γ₀ that of γ is at least L·γ/γ₀
// below γ₀, as no loss is negative, and L above.
func (path *Path) gain(at int) float64 {
	run := path.Points[at]
	bound := run.Objective * (1 - path.expected(run.Gamma))
	gain := 0.0
	for _, q := range path.Points {
		if raised := bound*min(1, q.Gamma/run.Gamma) - q.LowerBound; raised > 0 {
			gain += raised / q.Objective
		}
	}
	return gain
}

// expected is the relative gap that a run at γ is expected to leave: linear in log γ between those of the runs and 0 at γ_max, where no neuron pays and that is proved
// easily, and below the least γ of a run what that has left.
func (path *Path) expected(gamma float64) float64 {
	above, aboveGap := path.Tuning.GammaMax, 0.0
	below, belowGap := 0.0, math.NaN()
	for _, q := range path.Points {
		switch {
		case q.Proof < 0 || path.Proofs[q.Proof].Gamma != q.Gamma:
		case q.Gamma >= gamma:
			above, aboveGap = q.Gamma, q.RelativeGap()
		case below == 0:
			below, belowGap = q.Gamma, q.RelativeGap()
		}
	}
	if below == 0 {
		return aboveGap
	}
	share := math.Log(above/gamma) / math.Log(above/below)
	return aboveGap + share*(belowGap-aboveGap)
}

// widest is the largest relative gap of the points.
func (path *Path) widest() float64 {
	gap := math.Inf(-1)
	for _, q := range path.Points {
		gap = max(gap, q.RelativeGap())
	}
	return gap
}
