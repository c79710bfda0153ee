package reproduce

import "math"

// classMethods are the methods of the classification in the order of the table.
func classMethods() []string {
	return []string{methodNetwork, methodPublished, methodColumns, sgdMethod(sgdWidth), methodNNGP, methodNTK}
}

// referenceAccuracies are argmax accuracies at γ = 0.1 without bias that are
// known from the usual library: NNGP, NTK.
var referenceAccuracies = []struct {
	data      string
	nngp, ntk float64
}{{"iris", .960, .987}, {"ionosphere", .903, .903}, {"pima_indians", .724, .682}, {bankNotes, .999, .999}}

func classificationTables(problems []*problemResults) []*sheet {
	t := &sheet{
		name: "classification", title: "Test accuracy, objective and certified gap",
		note: "Accuracy in percent of the test rows. argmax: the largest score is that of the true class. threshold: the scores above a threshold chosen on the training rows " +
			"are exactly the one-hot row. published rule: the same with the threshold, and for the published rounding also the iterate, that is best on the test rows; " +
			"it is no estimate of the accuracy on new data and stands here to compare with the paper only. " +
			"The gap is (objective − bound)/objective in percent, with the best certified bound of the problem. Kernel methods do not minimise this objective.",
		columns: append(texts("data", "γ", "bias", "method"), numbers("argmax", "threshold", "published rule", "train argmax", "objective", "certified bound", "gap %", "width")...),
	}
	times := &sheet{
		name: "classification-time", title: "Classification: seconds",
		note:    "On one thread; SGD is all its runs together, the SDP the relaxation with its certificate, to which its two roundings come on top.",
		columns: append(texts("data", "γ", "bias", "method", "status"), numbers("seconds")...),
	}
	for _, p := range problems {
		head := []cell{text(p.data), text(gammaName(p.gamma)), text(yesNo(p.bias))}
		lower := p.bestLower()
		for _, method := range classMethods() {
			for _, r := range p.find(method) {
				a := Accuracies{math.NaN(), math.NaN(), math.NaN(), math.NaN()}
				if r.Accuracy != nil {
					a = *r.Accuracy
				}
				bound, gap := math.NaN(), math.NaN()
				if f := objectiveOf(r); !math.IsNaN(f) {
					bound, gap = lower, (f-lower)/f
				}
				width := cell{text: "∞"}
				if r.Width > 0 {
					width = integer(r.Width)
				}
				t.rows = append(t.rows, append(append([]cell{}, head...), text(method),
					percent(a.Argmax), percent(a.Threshold), percent(a.Published), percent(a.Train),
					value(objectiveOf(r), up), value(bound, down), percent(gap), width))
			}
		}
		for _, r := range p.rows {
			times.rows = append(times.rows, append(append([]cell{}, head...), text(r.Method), text(r.Status), seconds(r.Seconds)))
		}
	}
	return []*sheet{t, kernelTable(problems), times}
}

// kernelTable compares the kernels with values known from the usual library.
func kernelTable(problems []*problemResults) *sheet {
	t := &sheet{
		name: "kernels", title: "Kernels against the usual library", note: "Argmax accuracy in percent at γ = 0.1 without bias.",
		columns: append(texts("data"), numbers("NNGP", "NNGP, library", "NTK", "NTK, library")...),
	}
	for _, p := range problems {
		for _, known := range referenceAccuracies {
			nngp, ntk := p.first(methodNNGP).Accuracy, p.first(methodNTK).Accuracy
			if p.data != known.data || p.gamma != 0.1 || p.bias || nngp == nil || ntk == nil {
				continue
			}
			one := func(v float64) cell { return number(100*v, 1, nearest) }
			t.rows = append(t.rows, []cell{text(p.data), one(nngp.Argmax), one(known.nngp), one(ntk.Argmax), one(known.ntk)})
		}
	}
	return t
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
