package network

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem/loss"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/recipe"
)

// Metrics say how good the network's predictions are on a table with targets.
type Metrics struct {
	Task recipe.Task `json:"task"`
	Rows int         `json:"rows"` // rows evaluated
	// Skipped rows have missing entries (recipe.MissingDrop).
	Skipped int `json:"skipped"`
	// Account says which rows were skipped and why, and which entries were replaced.
	recipe.Account `json:"-"`
	// Loss is the sum of the model's loss over the rows evaluated, each counted once: ½‖f(X) − Y‖² for the squared one.
	Loss           float64         `json:"loss"`
	Classification *Classification `json:"classification,omitempty"`
	Regression     *Regression     `json:"regression,omitempty"`
}

// Classification compares predicted with true classes.
type Classification struct {
	Accuracy float64 `json:"accuracy"` // fraction of rows whose class is predicted
	// Baseline is the accuracy of predicting the most frequent class of these rows for all of them.
	Baseline float64 `json:"baseline_accuracy"`
	// BalancedAccuracy is the mean recall of the classes that occur, F1 the mean over them of the harmonic mean of recall and precision.
	BalancedAccuracy float64 `json:"balanced_accuracy"`
	F1               float64 `json:"f1"`
	// AUC is the area under the ROC curve: of the second class's score where there are two, else the mean of each class's against the rest.  It is the
	// share of the pairs of a row of the class and one of another in which the first has the larger score; nil where there are no such pairs.
	AUC *float64 `json:"auc"`
	// LogLoss is the mean of −log of the true class's probability; nil where the model has no probabilities.
	LogLoss *float64 `json:"log_loss,omitempty"`
	Classes []string `json:"classes"`
	// Confusion[i][k] counts the rows of class i that were predicted as k.
	Confusion [][]int `json:"confusion"`
	// Recall[k] is the fraction of the rows of class k that were predicted as
	// k, Precision[k] of the rows predicted as k that are; nil without rows.
	Recall    []*float64 `json:"recall"`
	Precision []*float64 `json:"precision"`
}

// Errors of predicted numbers, in the units of the target.
type Errors struct {
	RMSE float64 `json:"rmse"` // root of the mean squared error
	MAE  float64 `json:"mae"`  // mean absolute error
	// R2 is 1 − Σ(f−y)²/Σ(y−ȳ)²; nil when the target does not vary.
	R2 *float64 `json:"r2"`
}

// Regression compares predicted with true numbers.
type Regression struct {
	// Baseline is the root mean squared error, over all entries, of predicting each target's mean over these rows.
	Baseline float64 `json:"baseline_rmse"`
	// Errors over all outputs: RMSE and MAE over all entries, R2 the mean of
	// the outputs', nil when one has none.
	Errors
	Outputs []OutputErrors `json:"outputs"`
}

// OutputErrors are the errors of one target.
type OutputErrors struct {
	Target string `json:"target"`
	Errors
}

// Evaluate compares the network's predictions with the targets of a table.
func (m *Model) Evaluate(t *table.Table) (*Metrics, error) {
	return m.EvaluateWith(t, recipe.ApplyOptions{})
}

// EvaluateWith is Evaluate with options.
func (m *Model) EvaluateWith(t *table.Table, o recipe.ApplyOptions) (*Metrics, error) {
	o.Targets = true
	data, err := m.Encoding.ApplyWith(t, o)
	if err != nil {
		return nil, err
	}
	metrics := m.EvaluateEncoded(data)
	metrics.Skipped = t.NumRows() - metrics.Rows
	metrics.Account = data.Account
	return metrics, nil
}

// EvaluateEncoded is Evaluate on an encoded table with targets.
func (m *Model) EvaluateEncoded(data *recipe.Encoded) *Metrics {
	outputs := m.Outputs(data.X)
	n, _ := outputs.Dims()
	metrics := &Metrics{Task: m.Encoding.Task, Rows: n}
	problem := m.Problem(data)
	problem.Weights = nil
	metrics.Loss = problem.LossOf(outputs)
	if metrics.Task == recipe.TaskClassification {
		metrics.Classification = classify(m.Encoding, m.Provenance.Loss, outputs, data.Y)
	} else {
		metrics.Regression = Regress(m.Encoding.Targets, outputs, data.Y)
	}
	return metrics
}

// classify compares outputs (n×c) of networks that were trained with the loss l with encoded targets (n×c).
func classify(e *recipe.Recipe, l loss.Loss, outputs, targets *mat.Dense) *Classification {
	actual := e.Scores(targets)
	result := Classify(e.Classes, e.Scores(outputs), actual)
	result.LogLoss = logLoss(probabilities(e, l, outputs), recipe.Argmax(actual))
	return result
}

// Classify compares scores (n×c) with those of the true classes (n×c), such as one-hot rows.
func Classify(classes []string, scores, oneHot mat.Matrix) *Classification {
	c := len(classes)
	result := &Classification{Classes: classes, Confusion: make([][]int, c)}
	for i := range result.Confusion {
		result.Confusion[i] = make([]int, c)
	}
	predicted, actual := recipe.Argmax(scores), recipe.Argmax(oneHot)
	right := 0
	for i := range predicted {
		result.Confusion[actual[i]][predicted[i]]++
		if actual[i] == predicted[i] {
			right++
		}
	}
	result.Accuracy = float64(right) / float64(len(predicted))
	present := 0
	for k := range c {
		of, as := 0, 0
		for i := range c {
			of += result.Confusion[k][i]
			as += result.Confusion[i][k]
		}
		result.Recall = append(result.Recall, ratio(result.Confusion[k][k], of))
		result.Precision = append(result.Precision, ratio(result.Confusion[k][k], as))
		result.Baseline = max(result.Baseline, float64(of)/float64(len(predicted)))
		if of > 0 {
			present++
			result.BalancedAccuracy += *result.Recall[k]
			result.F1 += 2 * float64(result.Confusion[k][k]) / float64(of+as)
		}
	}
	result.BalancedAccuracy /= float64(present)
	result.F1 /= float64(present)
	result.AUC = meanAUC(scores, actual)
	return result
}

func ratio(a, b int) *float64 {
	if b == 0 {
		return nil
	}
	v := float64(a) / float64(b)
	return &v
}

// Regress compares outputs (n×c) with targets (n×c), one name for each column.
func Regress(names []string, outputs, targets mat.Matrix) *Regression {
	n, c := outputs.Dims()
	result := &Regression{}
	squares, absolutes, r2, spreads := 0.0, 0.0, 0.0, 0.0
	varies := true
	for k := range c {
		mean := 0.0
		for i := range n {
			mean += targets.At(i, k) / float64(n)
		}
		square, absolute, spread, largest := 0.0, 0.0, 0.0, 0.0
		for i := range n {
			y := targets.At(i, k)
			e := outputs.At(i, k) - y
			square += e * e
			absolute += math.Abs(e)
			spread += (y - mean) * (y - mean)
			largest = max(largest, math.Abs(y-targets.At(0, k)))
		}
		one := OutputErrors{Target: names[k], Errors: Errors{RMSE: math.Sqrt(square / float64(n)), MAE: absolute / float64(n)}}
		if largest > 0 && spread > 0 {
			v := 1 - square/spread
			one.R2 = &v
			r2 += v / float64(c)
		} else {
			varies = false
		}
		result.Outputs = append(result.Outputs, one)
		squares += square
		spreads += spread
		absolutes += absolute
	}
	result.RMSE, result.MAE = math.Sqrt(squares/float64(n*c)), absolutes/float64(n*c)
	result.Baseline = math.Sqrt(spreads / float64(n*c))
	if varies {
		result.R2 = &r2
	}
	return result
}
