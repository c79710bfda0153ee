package reproduce

import "slices"

// effort holds the limits of every method.  They are part of the settings of a
// job and so of its digest.
type effort struct {
	gammas     []float64
	widths     []int // of gradient descent
	seeds      int   // runs of gradient descent for each width
	sgd        int   // its iterations
	sgdClass   int   // the same for classification
	starts     int   // random starts of L-BFGS
	frankWolfe int   // iterations
	splitting  int   // iterations of the published rounding
	copositive int   // multiplier updates
	relaxOuter int   // outer iterations of the relaxation for classification
	relaxInner int   // Newton steps after which it ends there
	relaxGap   float64
	biases     []bool
	data       []string // of the classification
	relaxed    []string // those of them whose relaxation is solved
	sizes      []int    // n of the cost experiment
	sizesMNIST []int
}

var full = effort{
	gammas: []float64{0.1, 0.01}, widths: []int{5, 10, 100, 200, 300}, seeds: 5,
	sgd: 10000, sgdClass: 3000, starts: 5, frankWolfe: 2000, splitting: 1000, copositive: 40,
	relaxOuter: 100, relaxInner: 200, relaxGap: 1e-4,
	biases: []bool{false, true}, data: []string{"iris", "ionosphere", "pima_indians", "mnist20"},
	relaxed: []string{"iris", "ionosphere", "pima_indians", "mnist20"},
	sizes:   []int{10, 25, 50, 100, 200, 400}, sizesMNIST: []int{100, 200, 500, 1000},
}

var quick = effort{
	gammas: []float64{0.1}, widths: []int{5, 100}, seeds: 2,
	sgd: 1000, sgdClass: 500, starts: 1, frankWolfe: 200, splitting: 300, copositive: 10,
	relaxOuter: 50, relaxInner: 60, relaxGap: 1e-2,
	biases: []bool{false}, data: []string{"iris", iris40}, relaxed: []string{iris40},
	sizes: []int{10, 25}, sizesMNIST: nil,
}

func (o Options) effort() effort {
	e := full
	if o.Quick {
		e = quick
	}
	if o.BankNotes != "" {
		e.data, e.relaxed = append(slices.Clone(e.data), bankNotes), append(slices.Clone(e.relaxed), bankNotes)
	}
	return e
}
