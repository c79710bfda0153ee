package problem

import (
	"math"
	"testing"

	"github.com/relift/relift/problem/loss"
)

// TestGammaOf: at the weights that minimise the mean loss with its decay, the
// gradient of the problem's objective with γ is zero, too.  One input x = 1, one
// neuron and u = 1 fixed make both losses a parabola in v.
func TestGammaOf(t *testing.T) {
	const n, lambda = 5, 0.3
	y := []float64{1, 2, -1, 4, 3}
	sum := 0.0
	for _, v := range y {
		sum += v
	}
	for mean, minimum := range map[string]float64{
		MeanOfElements: 2 * sum / n / (2 + lambda), // (1/n)Σ(v − y)² + (λ/2)v²
		MeanOfRows:     sum / n / (1 + lambda),     // (1/2n)Σ(v − y)² + (λ/2)v²
		Sum:            2 * sum / (2*n + lambda),   // Σ(v − y)² + (λ/2)v²
	} {
		gamma, _ := GammaOf(lambda, mean, nil, n, 1)
		if gradient := n*minimum - sum + gamma*minimum; math.Abs(gradient) > 1e-12 {
			t.Errorf("%s: the gradient of ½Σ(v − y)² + (γ/2)v² is %v", mean, gradient)
		}
	}
}

// TestGammaOfOtherLosses: the mean is that of PyTorch's losses.
func TestGammaOfOtherLosses(t *testing.T) {
	for _, c := range []struct {
		mean    string
		loss    loss.Loss
		outputs int
		want    float64
	}{
		{MeanOfElements, loss.Huber{Delta: 1}, 2, 20}, {MeanOfElements, loss.Logistic{}, 1, 10}, {MeanOfElements, loss.Softmax{}, 2, 10},
		{MeanOfRows, loss.Huber{Delta: 1}, 2, 10}, {MeanOfRows, loss.Softmax{}, 2, 10}, {Sum, loss.Huber{Delta: 1}, 2, 1}, {Sum, loss.Logistic{}, 1, 1}, {Sum, loss.Softmax{}, 2, 1},
	} {
		if got, _ := GammaOf(1, c.mean, c.loss, 10, c.outputs); got != c.want {
			t.Errorf("%s, %s: γ is %v, want %v", c.mean, c.loss.Name(), got, c.want)
		}
	}
}
