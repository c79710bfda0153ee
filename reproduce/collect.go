package reproduce

import (
	"slices"

	"github.com/relift/relift/report"
)

// problemKey is one training problem.
type problemKey struct {
	data  string
	gamma float64
	bias  bool
	size  int
}

// problemResults are the rows of all methods on one problem.
type problemResults struct {
	problemKey
	rows []Row
}

// collect groups the rows of an experiment by problem, in the order of the plan.
func collect(results []*Result, experiment string) []*problemResults {
	var list []*problemResults
	for _, r := range results {
		if r.Settings.Experiment != experiment {
			continue
		}
		key := problemKey{r.Settings.Data, r.Settings.Gamma, r.Settings.Bias, r.Settings.Size}
		k := slices.IndexFunc(list, func(p *problemResults) bool { return p.problemKey == key })
		if k < 0 {
			k = len(list)
			list = append(list, &problemResults{problemKey: key})
		}
		list[k].rows = append(list[k].rows, r.Rows...)
	}
	return list
}

// find returns the rows of a method.
func (p *problemResults) find(method string) []Row {
	var rows []Row
	for _, r := range p.rows {
		if r.Method == method {
			rows = append(rows, r)
		}
	}
	return rows
}

// first returns the first row of a method, or one without numbers.
func (p *problemResults) first(method string) Row {
	if rows := p.find(method); len(rows) > 0 {
		return rows[0]
	}
	return newRow(method)
}

// optimum is the exact optimum, NaN where there is none.
func (p *problemResults) optimum() float64 { return float64(p.first(methodExact).Objective) }

// bestLower is the best certified bound of a problem.
func (p *problemResults) bestLower() float64 {
	best := float64(unknown)
	for _, method := range []string{methodRelaxation, methodExact, methodColumns} {
		if v := float64(p.first(method).Lower); !(v <= best) && v == v {
			best = v
		}
	}
	return best
}

// solved is the value of a relaxation, NaN when work ran out before it was
// feasible and optimal, because it says nothing then.
func (r Row) solved() report.Number {
	switch r.Status {
	case "optimal", "gap_reached", "stalled":
		return r.Value
	}
	return unknown
}
