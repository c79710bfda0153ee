package reproduce

import (
	"fmt"
	"math"
)

// The rules by which the report judges the paper's claims.
const (
	// tightGap is the relative distance from the exact optimum up to which
	// a relaxation is called tight.
	tightGap = 1e-3
	// competitive is how much lower an accuracy may be than the best of the other
	// methods to be called competitive.
	competitive = 0.02
)

// findings says in plain words what the numbers say about the paper's claims.
func findings(results []*Result, e effort) []string {
	var list []string
	for _, f := range families(collect(results, Tightness), e) {
		list = append(list, tightFinding(f)...)
	}
	classes := collect(results, Classification)
	return append(append(list, provenLoose(classes)...), accuracyFindings(classes)...)
}

// provenLoose names the classification problems on which another certified
// bound proves that the relaxation is not tight.
func provenLoose(problems []*problemResults) []string {
	var list []string
	for _, p := range problems {
		columns, relaxation := p.first(methodColumns), lowerOf(p.first(methodRelaxation))
		lower, upper := lowerOf(columns), objectiveOf(columns)
		if math.IsNaN(relaxation) || !(lower > relaxation*(1+tightGap)) {
			continue
		}
		list = append(list, fmt.Sprintf("%s, γ = %s, %s bias: the relaxation is not tight; its certified bound is %s, the optimum lies between %s (certified by column generation) and %s.",
			p.data, gammaName(p.gamma), map[bool]string{true: "with", false: "without"}[p.bias], value(relaxation, down).text, value(lower, down).text, value(upper, up).text))
	}
	return list
}

// tightFinding judges the tightness on a family of problems.
func tightFinding(f family) []string {
	var gaps sample
	tight := 0
	for _, p := range f.problems {
		gap := (p.optimum() - lowerOf(p.first(methodRelaxation))) / p.optimum()
		if math.IsNaN(gap) {
			continue
		}
		gaps.add(gap)
		if gap <= tightGap {
			tight++
		}
	}
	if len(gaps) == 0 {
		return nil
	}
	where := fmt.Sprintf("The spiral, γ = %s", gammaName(f.gamma))
	if f.name != spiralData {
		where = fmt.Sprintf("%d random problems, γ = %s", len(gaps), gammaName(f.gamma))
	}
	first := fmt.Sprintf("%s: the relaxation is tight (certified bound within %g %% of the exact optimum) on %d of %d; ", where, 100*tightGap, tight, len(gaps))
	if len(gaps) == 1 {
		first = fmt.Sprintf("%s: the relaxation is %s; ", where, map[bool]string{true: "tight", false: "not tight"}[tight == 1])
	}
	first += fmt.Sprintf("its certified bound lies %.1f %% below the optimum", 100*gaps.mean())
	if len(gaps) > 1 {
		low, high := gaps[0], gaps[0]
		for _, g := range gaps {
			low, high = min(low, g), max(high, g)
		}
		first += fmt.Sprintf(" on average, from %.1f to %.1f %%", 100*low, 100*high)
	}
	text := first + "."
	if copositive := f.meanGap(measure{method: methodCopositive, get: solvedOf}); math.Abs(copositive) <= tightGap {
		text += fmt.Sprintf(" The copositive relaxation, which knows the activation patterns, has the optimum's value to %s, as theory says for the plane.", small(math.Abs(copositive)))
	}
	ours := f.meanGap(measure{method: methodNetwork, get: objectiveOf})
	published := f.meanGap(measure{method: methodPublished, get: objectiveOf})
	if !math.IsNaN(ours) && !math.IsNaN(published) {
		text += fmt.Sprintf(" The network trained from the relaxation misses the optimum by %s, the published rounding after its last iteration by %s.", small(max(ours, 0)), small(published))
	}
	return []string{text}
}

// small renders a fraction that may be tiny in percent.
func small(v float64) string {
	switch {
	case v < 1e-5:
		return "less than 0.001 %"
	case v < 0.1:
		return fmt.Sprintf("%.2g %%", 100*v)
	default:
		return fmt.Sprintf("%.0f %%", 100*v)
	}
}

func (f family) meanGap(m measure) float64 {
	_, relative, _ := f.statistics(m)
	return relative.mean()
}

// accuracyFindings compares the argmax accuracy of the relaxation's networks
// with the best of the other methods.
func accuracyFindings(problems []*problemResults) []string {
	var list []string
	for _, ours := range []struct{ method, name string }{
		{methodNetwork, "the network trained from the relaxation"}, {methodPublished, "the published rounding (iterate chosen on training data)"},
	} {
		total, near := 0, 0
		var worst float64
		for _, p := range problems {
			a := p.first(ours.method).Accuracy
			best := math.NaN()
			for _, other := range []string{sgdMethod(sgdWidth), methodNNGP, methodNTK} {
				if b := p.first(other).Accuracy; b != nil && !(b.Argmax <= best) {
					best = b.Argmax
				}
			}
			if a == nil || math.IsNaN(best) {
				continue
			}
			total++
			worst = max(worst, best-a.Argmax)
			if a.Argmax >= best-competitive {
				near++
			}
		}
		if total > 0 {
			list = append(list, fmt.Sprintf("Test accuracy (argmax): %s is competitive, at most %g points below the best of SGD, NNGP and NTK, in %d of %d settings; the largest shortfall is %.1f points.",
				ours.name, 100*competitive, near, total, 100*worst))
		}
	}
	return list
}
