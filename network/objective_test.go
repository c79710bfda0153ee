package network

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
	"github.com/relift/relift/problem/loss"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/read"
	"github.com/relift/relift/table/recipe"
)

func twoClasses(t *testing.T) *table.Table {
	t.Helper()
	frame, err := read.Read("t.csv", strings.NewReader("a,b,y\n0,1,no\n1,0,yes\n2,1,yes\n-1,0,no\n3,2,yes\n"), table.FormatAuto)
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

// logistic returns a model of one output for two classes, with an intercept.
func logistic(t *testing.T) (*Model, *recipe.Encoded) {
	t.Helper()
	e, data, err := recipe.FitApply(twoClasses(t), recipe.Options{Bias: true, Coding: recipe.CodingSign, ClassWeight: recipe.ClassWeightBalanced})
	if err != nil {
		t.Fatal(err)
	}
	w := problem.Weights{U: mat.NewDense(2, 3, []float64{1, 0.5, 0.2, -1, 0.3, 0.1}), V: mat.NewDense(2, 1, []float64{1.5, -0.7}), B: []float64{-0.25}}
	m, err := New(w, e, Provenance{Gamma: 0.5, Loss: loss.Logistic{}, LowerBound: math.NaN(), UpperBound: math.NaN(), DataLoss: math.NaN(), DataDigest: data.Digest()})
	if err != nil {
		t.Fatal(err)
	}
	return m, data
}

// TestObjectiveInTheFile: loss, intercept, coding and class weights come back from the file, and with them the objective; the file is one that
// older programs refuse.
func TestObjectiveInTheFile(t *testing.T) {
	m, data := logistic(t)
	var file bytes.Buffer
	if err := m.Write(&file); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(file.String(), `"version": 2`) {
		t.Error("the file does not say that older programs do not know it")
	}
	back, err := Read("m.json", bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	again, err := back.Encoding.Apply(twoClasses(t))
	if err != nil {
		t.Fatal(err)
	}
	want, _ := m.Objective(data)
	if got, _ := back.Objective(again); got != want || back.Provenance.Loss != (loss.Logistic{}) || !back.TrainedOn(again) {
		t.Errorf("objective %v with the loss %v, want %v", got, back.Provenance.Loss, want)
	}
	var second bytes.Buffer
	if err := back.Write(&second); err != nil || !bytes.Equal(file.Bytes(), second.Bytes()) {
		t.Errorf("the file changes when it is read and written: %v", err)
	}
	for message, edit := range map[string][2]string{
		"B[0] is null":               {"-0.25", "null"},
		"intercept has 2 numbers":    {"-0.25", "-0.25, 1"},
		"V is 2×1; expected 2×2":     {`"coding": "sign",`, ``},
		"\"hinge\" is not known":     {`"logistic"`, `"hinge"`},
		"is for classes with an":     {`"logistic"`, `"softmax"`},
		"class weight \"even\"; exp": {`"balanced"`, `"even"`},
	} {
		text := strings.Replace(file.String(), edit[0], edit[1], 1)
		if _, err := Read("m.json", strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), message) {
			t.Errorf("want %q: %v", message, err)
		}
	}
}

// TestOneOutputForTwoClasses: predictions have scores and probabilities of both classes, which agree.
func TestOneOutputForTwoClasses(t *testing.T) {
	m, data := logistic(t)
	p, err := m.Predict(twoClasses(t))
	if err != nil {
		t.Fatal(err)
	}
	outputs := m.Outputs(data.X)
	for i := range p.Rows {
		f := outputs.At(i, 0)
		if p.Scores.At(i, 0) != -f || p.Scores.At(i, 1) != f {
			t.Errorf("row %d: scores %v, output %v", i, mat.Row(nil, i, p.Scores), f)
		}
		no, yes := p.Probabilities.At(i, 0), p.Probabilities.At(i, 1)
		if math.Abs(yes-1/(1+math.Exp(-f))) > 1e-15 || math.Abs(no+yes-1) > 1e-15 || (p.Labels[i] == "yes") != (yes > 0.5) {
			t.Errorf("row %d: output %v, label %s with probabilities %v and %v", i, f, p.Labels[i], no, yes)
		}
	}
	p.ShowProbabilities = true
	var text bytes.Buffer
	if err := p.WriteCSV(&text); err != nil {
		t.Fatal(err)
	}
	if header, _, _ := strings.Cut(text.String(), "\n"); header != "y,score_no,score_yes,probability_no,probability_yes" {
		t.Errorf("header %q", header)
	}
}

// TestMetrics compares with numbers that were worked out by hand.
func TestMetrics(t *testing.T) {
	// Classes 0 0 0 1 1, scores of class 1 of 0.1 0.4 0.6 0.4 0.9: of the six pairs 4 are right and one is a tie.
	scores := mat.NewDense(5, 2, []float64{0.9, 0.1, 0.6, 0.4, 0.4, 0.6, 0.6, 0.4, 0.1, 0.9})
	truth := mat.NewDense(5, 2, []float64{1, 0, 1, 0, 1, 0, 0, 1, 0, 1})
	c := Classify([]string{"0", "1"}, scores, truth)
	for name, got := range map[string][2]float64{
		"accuracy": {c.Accuracy, 3.0 / 5}, "baseline": {c.Baseline, 3.0 / 5}, "balanced": {c.BalancedAccuracy, (2.0/3 + 1.0/2) / 2},
		"F1": {c.F1, (4.0/6 + 2.0/4) / 2}, "AUC": {*c.AUC, 4.5 / 6},
	} {
		if math.Abs(got[0]-got[1]) > 1e-15 {
			t.Errorf("%s is %v, want %v", name, got[0], got[1])
		}
	}
	if one := Classify([]string{"0", "1"}, scores.Slice(0, 2, 0, 2), truth.Slice(0, 2, 0, 2)); one.AUC != nil || one.Baseline != 1 || one.BalancedAccuracy != 1 {
		t.Errorf("rows of one class: %+v", one)
	}
	got := logLoss(mat.NewDense(2, 2, []float64{0.25, 0.75, 0.5, 0.5}), []int{1, 0})
	if want := -(math.Log(0.75) + math.Log(0.5)) / 2; math.Abs(*got-want) > 1e-15 {
		t.Errorf("log loss %v, want %v", *got, want)
	}
	r := Regress([]string{"y"}, mat.NewDense(4, 1, []float64{1, 2, 3, 5}), mat.NewDense(4, 1, []float64{1, 2, 3, 4}))
	if want := math.Sqrt(5.0 / 4); math.Abs(r.Baseline-want) > 1e-15 || r.RMSE != 0.5 {
		t.Errorf("baseline %v, want %v; RMSE %v", r.Baseline, want, r.RMSE)
	}
}
