package loss

import (
	"fmt"
	"math"
	"strings"
)

// Names are the names of the losses, as Loss.Name gives them.
var Names = []string{Squared{}.Name(), Huber{}.Name(), Logistic{}.Name(), Softmax{}.Name()}

// Named returns the loss of a name; delta is that of the Huber loss.
func Named(name string, delta float64) (Loss, error) {
	switch name {
	case Squared{}.Name():
		return Squared{}, nil
	case Huber{}.Name():
		if !(delta > 0) || math.IsInf(delta, 1) {
			return nil, fmt.Errorf("δ of the Huber loss is %v; expected a positive finite number such as 1", delta)
		}
		return Huber{Delta: delta}, nil
	case Logistic{}.Name():
		return Logistic{}, nil
	case Softmax{}.Name():
		return Softmax{}, nil
	}
	return nil, fmt.Errorf("loss %.40q is not known; expected one of %s", name, strings.Join(Names, ", "))
}

// Delta is the δ of the Huber loss, 0 of the others.
func Delta(l Loss) float64 {
	if h, ok := l.(Huber); ok {
		return h.Delta
	}
	return 0
}

// Probabilistic is a loss whose outputs are those of a model of probabilities.
type Probabilistic interface {
	Loss
	// Probabilities returns the probabilities of the classes for outputs f (n×c), row by row: of −1 and 1 with the logistic loss of one output, of
	// the c classes with the softmax loss.
	Probabilities(f []float64, c int) []float64
}

var (
	_ Probabilistic = Logistic{}
	_ Probabilistic = Softmax{}
)

// Probabilities implements Probabilistic; c is 1.
func (Logistic) Probabilities(f []float64, _ int) []float64 {
	out := make([]float64, 0, 2*len(f))
	for _, v := range f {
		out = append(out, sigmoid(-v), sigmoid(v))
	}
	return out
}

// Probabilities implements Probabilistic.
func (Softmax) Probabilities(f []float64, c int) []float64 {
	out := append([]float64(nil), f...)
	for i := 0; i*c < len(out); i++ {
		probabilities(out[i*c : (i+1)*c])
	}
	return out
}
