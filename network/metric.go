package network

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem/loss"
	"github.com/relift/relift/table/recipe"
)

// Metric is one figure of Classification or Regression, by which networks are compared.
type Metric struct {
	Name   string
	Higher bool // better; the best value is 1 then
	of     func(outputs, targets *mat.Dense) *float64
}

// Of returns the figure for outputs (n×c) against targets (n×c), as the recipe encodes them; NaN where it is not defined, such as the AUC of rows of one class.
func (m Metric) Of(outputs, targets *mat.Dense) float64 {
	v := m.of(outputs, targets)
	if v == nil {
		return math.NaN()
	}
	return *v
}

// Error is Of as a number of which less is better: what Of lacks to 1 where higher is better.  The weights of the rows do not count.
func (m Metric) Error(outputs, targets *mat.Dense, _ []float64) float64 {
	return m.FromError(m.Of(outputs, targets))
}

// FromError is the figure of an error, and the error of a figure.
func (m Metric) FromError(e float64) float64 {
	if m.Higher {
		return 1 - e
	}
	return e
}

// figure is a metric of one of the tasks.
type figure[T any] struct {
	name   string
	higher bool
	of     func(T) *float64
}

// classFigures and numberFigures are the metrics by name, in the order in which messages list them.
var (
	classFigures = []figure[*Classification]{
		{"accuracy", true, func(c *Classification) *float64 { return &c.Accuracy }},
		{"balanced-accuracy", true, func(c *Classification) *float64 { return &c.BalancedAccuracy }},
		{"f1", true, func(c *Classification) *float64 { return &c.F1 }},
		{"auc", true, func(c *Classification) *float64 { return c.AUC }},
		{"log-loss", false, func(c *Classification) *float64 { return c.LogLoss }},
	}
	numberFigures = []figure[*Regression]{
		{"rmse", false, func(r *Regression) *float64 { return &r.RMSE }},
		{"mae", false, func(r *Regression) *float64 { return &r.MAE }},
		{"r2", true, func(r *Regression) *float64 {
			if r.R2 == nil { // of a target that does not vary nothing is explained
				return new(float64)
			}
			return r.R2
		}},
	}
)

// MetricNamed returns the metric of that name for networks that are trained with the loss, nil for the squared one, on what the recipe encodes.
func MetricNamed(name string, e *recipe.Recipe, l loss.Loss) (Metric, error) {
	if e.Task != recipe.TaskClassification {
		f, err := named(name, "regression", numberFigures)
		return Metric{name, f.higher, func(outputs, targets *mat.Dense) *float64 {
			return f.of(Regress(e.Targets, outputs, targets))
		}}, err
	}
	f, err := named(name, "classification", classFigures)
	if _, probable := l.(loss.Probabilistic); err == nil && name == "log-loss" && !probable {
		return Metric{}, fmt.Errorf("the %s loss has no probabilities; expected the logistic or the softmax loss, or another metric", loss.OrSquared(l).Name())
	}
	return Metric{name, f.higher, func(outputs, targets *mat.Dense) *float64 {
		return f.of(classify(e, l, outputs, targets))
	}}, err
}

// named finds a figure of a task.
func named[T any](name, task string, figures []figure[T]) (figure[T], error) {
	at := slices.IndexFunc(figures, func(f figure[T]) bool { return f.name == name })
	if at >= 0 {
		return figures[at], nil
	}
	var names []string
	for _, f := range figures {
		names = append(names, f.name)
	}
	return figure[T]{}, fmt.Errorf("the task is a %s; expected deviance, %s", task, strings.Join(names, ", "))
}
