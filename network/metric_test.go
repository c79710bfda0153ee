package network

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem/loss"
	"github.com/relift/relift/table/recipe"
)

// TestMetricsByName: each is the figure that it is named after, and its error is less the better.
func TestMetricsByName(t *testing.T) {
	classes := &recipe.Recipe{Task: recipe.TaskClassification, Classes: []string{"no", "yes"}, Coding: recipe.CodingSign}
	numbers := &recipe.Recipe{Task: recipe.TaskRegression, Targets: []string{"y"}}
	ln3 := math.Log(3) // of the odds of 3/4
	outputs, signs := mat.NewDense(4, 1, []float64{-ln3, ln3, ln3, ln3}), mat.NewDense(4, 1, []float64{-1, -1, 1, 1})
	for _, c := range []struct {
		name           string
		e              *recipe.Recipe
		f, y           *mat.Dense
		figure, errors float64
	}{
		{"accuracy", classes, outputs, signs, 3.0 / 4, 1.0 / 4},
		{"balanced-accuracy", classes, outputs, signs, 3.0 / 4, 1.0 / 4},
		{"f1", classes, outputs, signs, (2.0/3 + 4.0/5) / 2, 1 - (2.0/3+4.0/5)/2},
		{"auc", classes, outputs, signs, 3.0 / 4, 1.0 / 4},
		{"log-loss", classes, outputs, signs, (3*math.Log(4.0/3) + math.Log(4)) / 4, (3*math.Log(4.0/3) + math.Log(4)) / 4},
		{"rmse", numbers, mat.NewDense(2, 1, []float64{1, 5}), mat.NewDense(2, 1, []float64{1, 3}), math.Sqrt2, math.Sqrt2},
		{"mae", numbers, mat.NewDense(2, 1, []float64{1, 5}), mat.NewDense(2, 1, []float64{1, 3}), 1, 1},
		{"r2", numbers, mat.NewDense(2, 1, []float64{1, 2}), mat.NewDense(2, 1, []float64{1, 3}), 1.0 / 2, 1.0 / 2},
		{"r2", numbers, mat.NewDense(2, 1, []float64{1, 2}), mat.NewDense(2, 1, []float64{3, 3}), 0, 1},
	} {
		m, err := MetricNamed(c.name, c.e, loss.Logistic{})
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Of(c.f, c.y); math.Abs(got-c.figure) > 1e-12 {
			t.Errorf("%s is %v, expected %v", c.name, got, c.figure)
		}
		if got := m.Error(c.f, c.y, nil); math.Abs(got-c.errors) > 1e-12 || math.Abs(m.FromError(got)-c.figure) > 1e-12 {
			t.Errorf("the error of %s is %v, expected %v", c.name, got, c.errors)
		}
	}
	auc, err := MetricNamed("auc", classes, nil)
	if err != nil || !math.IsNaN(auc.Of(outputs, mat.NewDense(4, 1, []float64{1, 1, 1, 1}))) {
		t.Errorf("the AUC of rows of one class is %v, %v", auc.Of(outputs, signs), err)
	}
	for _, c := range []struct {
		name string
		e    *recipe.Recipe
		word string
	}{{"rmse", classes, "classification; expected deviance, accuracy"}, {"auc", numbers, "regression; expected deviance, rmse"}, {"log-loss", classes, "squared loss has no probabilities"}} {
		if _, err := MetricNamed(c.name, c.e, nil); err == nil || !strings.Contains(err.Error(), c.word) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
