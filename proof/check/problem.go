package check

import (
	"fmt"
	"math"
)

// matrix is a dense row-major matrix.
type matrix struct {
	rows, cols int
	data       []float64
}

func (m matrix) row(i int) []float64 { return m.data[i*m.cols : (i+1)*m.cols : (i+1)*m.cols] }

// Problem is the training problem as the file states it.
type Problem struct {
	Rows, Features, Outputs int
	Gamma                   float64
	Loss                    string  // squared, huber, logistic or softmax
	Delta                   float64 // δ of huber
	Weighted                bool
	Intercept               bool

	x, y, w matrix
	weights []float64 // nil for ones
}

// String says in a few words what is bounded.
func (p *Problem) String() string {
	text := fmt.Sprintf("%d rows, %d features, %d outputs, γ = %v, %s loss", p.Rows, p.Features, p.Outputs, p.Gamma, p.Loss)
	if p.Loss == "huber" {
		text += fmt.Sprintf(" with δ = %v", p.Delta)
	}
	if p.Weighted {
		text += ", rows weighted"
	}
	if p.Intercept {
		return text + ", a free intercept"
	}
	return text + ", no intercept"
}

// weight returns the weight of row i.
func (p *Problem) weight(i int) float64 {
	if p.weights == nil {
		return 1
	}
	return p.weights[i]
}

// extreme bounds the size of data, so that products of four stay finite.
const extreme = 0x1p200

// loadProblem reads the problem and W, and checks everything about them but the
// domain of the loss, which the dual value looks at.
func loadProblem(a *arrays) (*Problem, error) {
	p := &Problem{x: a.matrix("X"), y: a.matrix("Y"), w: a.matrix("W"), Gamma: a.scalar("gamma"), Loss: a.text("loss"), Delta: a.scalar("delta"), Intercept: a.flag("intercept")}
	if a.has("weights") {
		p.weights, p.Weighted = a.vector("weights"), true
	}
	if a.err != nil {
		return nil, a.err
	}
	p.Rows, p.Features, p.Outputs = p.x.rows, p.x.cols, p.y.cols
	n, c := p.Rows, p.Outputs
	switch {
	case n < 1 || p.Features < 1 || c < 1 || n > maxLength || p.Features > maxLength || c > maxLength:
		return nil, fmt.Errorf("the matrix X is %d×%d and Y has %d columns, expected between 1 and %d of each", n, p.Features, c, maxLength)
	case p.y.rows != n:
		return nil, fmt.Errorf("the matrix Y has %d rows, expected %d", p.y.rows, n)
	case p.w.rows != n || p.w.cols != c:
		return nil, fmt.Errorf("the matrix W is %d×%d, expected %d×%d", p.w.rows, p.w.cols, n, c)
	case p.weights != nil && len(p.weights) != n:
		return nil, fmt.Errorf("weights has %d entries, expected %d", len(p.weights), n)
	case !(p.Gamma > 1/extreme && p.Gamma < extreme):
		return nil, fmt.Errorf("gamma is %v, expected a positive number, not extreme", p.Gamma)
	}
	for _, part := range []struct {
		name string
		data []float64
	}{{"X", p.x.data}, {"Y", p.y.data}, {"W", p.w.data}, {"weights", p.weights}} {
		for i, v := range part.data {
			if !(math.Abs(v) <= extreme) {
				return nil, fmt.Errorf("%s has %v at position %d, expected numbers of size at most %g", part.name, v, i, extreme)
			}
		}
	}
	for i, v := range p.weights {
		if !(v >= 0) || v > 0 && v < 1/extreme {
			return nil, fmt.Errorf("weights has %v at position %d, expected 0 or a positive number, not extreme", v, i)
		}
	}
	return p, p.checkLoss()
}

// checkLoss holds that the loss is known and that Y is what it is made for.
func (p *Problem) checkLoss() error {
	if p.Loss == "huber" {
		if !(p.Delta > 1/extreme && p.Delta < extreme) {
			return fmt.Errorf("delta is %v, expected a positive number, not extreme", p.Delta)
		}
	} else if p.Delta != 0 {
		return fmt.Errorf("delta is %v, expected 0 for the %s loss", p.Delta, p.Loss)
	}
	switch p.Loss {
	case "squared", "huber":
		return nil
	case "logistic":
		if p.Outputs != 1 {
			return fmt.Errorf("the logistic loss has one output and Y has %d", p.Outputs)
		}
		for i, v := range p.y.data {
			if v != 1 && v != -1 {
				return fmt.Errorf("the label is %v at row %d, expected −1 or 1 for the logistic loss", v, i)
			}
		}
		return nil
	case "softmax":
		for i := range p.Rows {
			ones, zeros := 0, 0
			for _, v := range p.y.row(i) {
				if v == 1 {
					ones++
				} else if v == 0 {
					zeros++
				}
			}
			if ones != 1 || ones+zeros != p.Outputs {
				return fmt.Errorf("row %d of Y is not a unit vector, as the softmax loss needs", i)
			}
		}
		return nil
	}
	return fmt.Errorf("loss is %.40q, expected squared, huber, logistic or softmax", p.Loss)
}

// isZero reports whether row i of X is zero, so that no network without an intercept
// has an output there.
func (p *Problem) isZero(i int) bool {
	for _, v := range p.x.row(i) {
		if v != 0 {
			return false
		}
	}
	return true
}
