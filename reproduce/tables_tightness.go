package reproduce

import (
	"fmt"
	"math"
	"strings"
)

// measure is one line of the tightness table: a number of a method's rows.
type measure struct {
	name   string
	kind   string // what the number is
	method string
	side   int
	get    func(Row) float64
}

func objectiveOf(r Row) float64 { return float64(r.Objective) }
func lowerOf(r Row) float64     { return float64(r.Lower) }
func solvedOf(r Row) float64    { return float64(r.solved()) }

func measures(e effort) []measure {
	list := []measure{
		{methodExact, "optimum", methodExact, up, objectiveOf},
		{methodCopositive, "value", methodCopositive, nearest, solvedOf},
		{methodRelaxation, "value", methodRelaxation, nearest, solvedOf},
		{methodRelaxation, "certified bound", methodRelaxation, down, lowerOf},
		{methodFrankWolfe, "dual bound", methodFrankWolfe, down, lowerOf},
		{methodNetwork, "network", methodNetwork, up, objectiveOf},
		{methodRestarts, "network", methodRestarts, up, objectiveOf},
	}
	for i := len(e.widths) - 1; i >= 0; i-- {
		m := sgdMethod(e.widths[i])
		list = append(list, measure{m, "network", m, up, objectiveOf})
	}
	return append(list,
		measure{methodFrankWolfe, "network", methodFrankWolfe, up, objectiveOf},
		measure{methodPublished, "network", methodPublished, up, objectiveOf},
	)
}

// family is a set of problems over which means are taken.
type family struct {
	name     string
	gamma    float64
	problems []*problemResults
}

// families groups the tightness problems: the random ones, and the spiral.
func families(problems []*problemResults, e effort) []family {
	var list []family
	for _, prefix := range []string{"random", spiralData} {
		for _, gamma := range e.gammas {
			f := family{name: prefix, gamma: gamma}
			for _, p := range problems {
				if strings.HasPrefix(p.data, prefix) && p.gamma == gamma && !p.bias {
					f.problems = append(f.problems, p)
				}
			}
			if len(f.problems) > 0 {
				list = append(list, f)
			}
		}
	}
	return list
}

// statistics of a measure over a family: its values, and how far they are from
// the exact optimum, relative to it.
func (f family) statistics(m measure) (values, relative, times sample) {
	for _, p := range f.problems {
		optimum := p.optimum()
		for _, r := range p.find(m.method) {
			v := m.get(r)
			if math.IsNaN(v) {
				continue
			}
			values.add(v)
			relative.add((v - optimum) / optimum)
			times.add(r.Seconds)
		}
	}
	return values, relative, times
}

func tightnessTables(problems []*problemResults, e effort) []*sheet {
	summary := &sheet{
		name: "tightness", title: "Bounds and networks against the exact optimum",
		note: "Mean and sample standard deviation over all problems and seeds. The last three columns are (number − optimum)/optimum in percent, mean, " +
			"standard deviation and the extreme that is farthest from the optimum: negative for what lies below the optimum, positive for networks that miss it.",
		columns: append(texts("data", "γ", "method", "number"), numbers("runs", "mean", "sd", "off by %, mean", "off by %, sd", "off by %, worst")...),
	}
	times := &sheet{
		name: "tightness-time", title: "Tightness: seconds of one run", note: "Processor-bound wall time on one thread, mean and sample standard deviation.",
		columns: append(texts("data", "γ", "method"), numbers("runs", "seconds, mean", "seconds, sd")...),
	}
	for _, f := range families(problems, e) {
		timed := map[string]bool{}
		for _, m := range measures(e) {
			values, relative, took := f.statistics(m)
			if len(values) == 0 {
				continue
			}
			name := fmt.Sprintf("%s (%d)", f.name, len(f.problems))
			head := []cell{{name, f.name}, text(gammaName(f.gamma)), text(m.name)}
			summary.rows = append(summary.rows, append(append([]cell{}, head...), text(m.kind), integer(len(values)),
				value(values.mean(), m.side), value(values.deviation(), nearest),
				percent(relative.mean()), percent(relative.deviation()), percent(relative.farthest())))
			if !timed[m.name] {
				timed[m.name] = true
				times.rows = append(times.rows, append(append([]cell{}, head...), integer(len(took)), seconds(took.mean()), seconds(took.deviation())))
			}
		}
	}
	return []*sheet{summary, problemTable(problems, e), times}
}

// problemTable has a line for each problem.
func problemTable(problems []*problemResults, e effort) *sheet {
	t := &sheet{
		name: "tightness-problems", title: "Problem by problem",
		note:    "The relative gap of the relaxation is (optimum − certified bound)/optimum. SGD is the best of all widths and seeds.",
		columns: append(texts("data", "γ"), numbers("exact optimum", "SDP value", "certified bound", "gap %", "copositive value", "network from the SDP", "best SGD")...),
	}
	for _, p := range problems {
		if p.bias {
			continue
		}
		sgd := math.NaN()
		for _, width := range e.widths {
			for _, r := range p.find(sgdMethod(width)) {
				if v := float64(r.Objective); !(v >= sgd) {
					sgd = v
				}
			}
		}
		relaxation := p.first(methodRelaxation)
		t.rows = append(t.rows, []cell{
			text(p.data), text(gammaName(p.gamma)), value(p.optimum(), up), value(solvedOf(relaxation), nearest), value(lowerOf(relaxation), down),
			percent((p.optimum() - lowerOf(relaxation)) / p.optimum()),
			value(solvedOf(p.first(methodCopositive)), nearest), value(objectiveOf(p.first(methodNetwork)), up), value(sgd, up),
		})
	}
	return t
}
