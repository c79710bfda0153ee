package tune

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
	"github.com/relift/relift/problem/loss"
)

// Path is the outcome of a cross-validation.
type Path struct {
	Points    []Point // from the largest γ to the least
	Best      int     // the point of the least mean error, but for what is negligible
	Chosen    int     // Best, or by the rule of one standard error
	GammaMax  float64 // an estimate of the γ from which on no neuron pays
	Folds     int
	TotalRows float64 // the total weight of the rows, in whose units γ is γ/TotalRows
	Status    Status
	// Networks are for all rows, one for each point, where Options.Networks asked for them; else nil.
	Networks []problem.Weights
}

// Gamma is the weight decay that was chosen, for all rows.
func (p *Path) Gamma() float64 { return p.Points[p.Chosen].Gamma }

// Status says why a path ended.
type Status int

// The ways a path can end.
const (
	// Rising: the errors rose from the best point on, or fell by what is negligible.
	Rising Status = iota + 1
	// Complete: every γ of the path was tried; the best one may be less.
	Complete
	// Interrupted: the context ended before.
	Interrupted
)

// String returns the status as reports show it.
func (s Status) String() string {
	switch s {
	case Rising:
		return "rising"
	case Complete:
		return "complete"
	case Interrupted:
		return "interrupted"
	}
	return "unknown"
}

// Point is one γ of the path.
type Point struct {
	Gamma     float64   // for all rows
	Errors    []float64 // of the folds, as Options.Error measures them
	Mean      float64
	Deviation float64 // sample standard deviation over the folds
	Width     float64 // mean number of neurons
	Also      float64 // mean of Options.Also, 0 without
}

// StandardError is that of the mean.
func (p Point) StandardError() float64 { return p.Deviation / math.Sqrt(float64(len(p.Errors))) }

// newPoint summarises the errors of the folds.
func newPoint(gamma float64, errors []float64, width float64) Point {
	p := Point{Gamma: gamma, Errors: errors, Width: width}
	k := float64(len(errors))
	for _, e := range errors {
		p.Mean += e / k
	}
	for _, e := range errors {
		p.Deviation += (e - p.Mean) * (e - p.Mean)
	}
	if len(errors) > 1 {
		p.Deviation = math.Sqrt(p.Deviation / (k - 1))
	}
	return p
}

// negligible is the part of a standard error by which a mean error has to be less than that of a larger γ to be better.  Where γ is so small that the folds' networks
// change little from one point to the next, their errors fall by less for ever, and a network that is trained to the end fits the noise: on cars by weight and year the
// least error is that of γ = 0.03, 8.32 instead of 8.36 for 0.98, with a standard error of 0.5; R² on new
// rows is 0.77 there, and 0.84 for 0.98 (CHANGELOG has the command).
const negligible = 0.1

// add appends a point and finds the best one again.
func (p *Path) add(point Point, oneStandardError bool) {
	p.Points = append(p.Points, point)
	if best := p.Points[p.Best]; point.Mean < best.Mean-negligible*best.StandardError() {
		p.Best = len(p.Points) - 1
	}
	p.Chosen = p.Best
	if oneStandardError {
		p.Chosen = p.WithinOneStandardError()
	}
}

// WithinOneStandardError is the point of the largest γ whose mean error is within a standard error of the best.
func (p *Path) WithinOneStandardError() int {
	most := p.Points[p.Best].Mean + p.Points[p.Best].StandardError()
	return slices.IndexFunc(p.Points, func(q Point) bool { return q.Mean <= most })
}

// Error measures outputs (n×c) against targets (n×c) of rows with the given weights, nil for ones: less is better.
type Error func(outputs, targets *mat.Dense, weights []float64) float64

// Deviance is twice the loss for each unit of weight: the mean squared error (over rows, summed over outputs), or twice the mean log loss.
func Deviance(l loss.Loss) Error {
	return func(outputs, targets *mat.Dense, weights []float64) float64 {
		n, c := outputs.Dims()
		total := float64(n)
		if weights != nil {
			total = 0
			for _, w := range weights {
				total += w
			}
		}
		f := mat.DenseCopyOf(outputs).RawMatrix().Data
		y := mat.DenseCopyOf(targets).RawMatrix().Data
		return 2 * loss.OrSquared(l).Gradient(f, y, c, weights) / total
	}
}
