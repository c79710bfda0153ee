package relift_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift"
	"github.com/relift/relift/table/builtin"
)

// absolute is four points that no linear function fits: y = |x|, with a column
// of ones as the bias.
func absolute() relift.Problem {
	return relift.Problem{
		X: mat.NewDense(4, 2, []float64{
			-2, 1,
			-1, 1,
			1, 1,
			2, 1,
		}),
		Y:     mat.NewDense(4, 1, []float64{2, 1, 1, 2}),
		Gamma: 0.1,
	}
}

// Train a network and have its bound checked.
func Example() {
	result, err := relift.Train(context.Background(), absolute(), relift.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("objective: %.3f\n", result.UpperBound)
	fmt.Printf("proof accepted: %t\n", result.Proof.Verify(context.Background()) == nil)
	// Output:
	// objective: 0.187
	// proof accepted: true
}

// From a table to predictions: the recipe makes X and Y of the columns, and the model keeps it.  Package table/read
// reads tables of files.
func Example_table() {
	ctx := context.Background()
	flowers, err := builtin.Open("builtin:iris")
	if err != nil {
		log.Fatal(err)
	}
	recipe, data, err := relift.Fit(flowers, relift.RecipeOptions{Targets: []string{"species"}, Features: []string{"petal_length", "petal_width"}, Bias: true})
	if err != nil {
		log.Fatal(err)
	}
	problem := data.Problem(1)
	result, err := relift.Train(ctx, problem, relift.Options{Gap: 0.05})
	if err != nil {
		log.Fatal(err)
	}
	model, err := relift.NewModel(result, problem, recipe)
	if err != nil {
		log.Fatal(err)
	}
	answers, err := model.Predict(flowers.Subset([]int{0, 60, 120}))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answers.Labels)
	// Output:
	// [setosa versicolor virginica]
}

// Audit a network of any origin: here one that predicts 0 for every point.
func ExampleAudit() {
	report, err := relift.Audit(context.Background(), absolute(), relift.Weights{}, relift.AuditOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Verdict)
	fmt.Printf("objective %.3f; no network is below %.3f\n", float64(report.Objective), float64(report.LowerBound))
	// Output:
	// not_optimal
	// objective 5.000; no network is below 0.187
}

// The status says why the run ended, the gap how much better another network
// can be, and the weights predict.
func ExampleTrain() {
	result, err := relift.Train(context.Background(), absolute(), relift.Options{Gap: 0.01})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Status)
	fmt.Println("at most 1 % above the optimum:", result.UpperBound-result.LowerBound <= 0.01*result.UpperBound)

	// f(−1.5) ≈ f(1.5), the bias in the second column.
	outputs := result.Weights.Output(mat.NewDense(2, 2, []float64{-1.5, 1, 1.5, 1}), 1)
	fmt.Printf("%.1f %.1f\n", outputs.At(0, 0), outputs.At(1, 0))
	// Output:
	// gap_reached
	// at most 1 % above the optimum: true
	// 1.5 1.5
}

// Certify a lower bound without training, save its certificate, and verify the
// file as anyone can who has it.
func ExampleBound() {
	result, err := relift.Bound(context.Background(), absolute(), relift.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("no network has an objective below %.3f\n", math.Floor(1000*result.LowerBound)/1000)

	dir, err := os.MkdirTemp("", "relift")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "absolute.cert.npz")
	if err := result.Proof.Save(path, relift.Origin{Source: "absolute"}); err != nil {
		fmt.Println(err)
		return
	}
	verification, err := relift.Verify(context.Background(), path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("proved:", verification.Proved())
	fmt.Printf("with twice the weight decay: %.3f\n", math.Floor(1000*verification.At(2*verification.Gamma))/1000)
	// Output:
	// no network has an objective below 0.186
	// proved: true
	// with twice the weight decay: 0.355
}

// noisy is forty points around y = |x|, with a column of ones as the bias.
func noisy() relift.Problem {
	rng := rand.New(rand.NewPCG(1, 2))
	p := relift.Problem{X: mat.NewDense(40, 2, nil), Y: mat.NewDense(40, 1, nil), Gamma: 1}
	for i := range 40 {
		x := 4*rng.Float64() - 2
		p.X.SetRow(i, []float64{x, 1})
		p.Y.Set(i, 0, math.Abs(x)+0.3*rng.NormFloat64())
	}
	return p
}

// Choose the weight decay by cross-validation.  What it recommends is between the ends of the path: less fits the noise, more misses the kink.
func ExampleTune() {
	problem := noisy()
	folds, err := relift.Folds(problem, 5, 1)
	if err != nil {
		log.Fatal(err)
	}
	tuning, err := relift.Tune(context.Background(), problem, folds, relift.TuneOptions{})
	if err != nil {
		log.Fatal(err)
	}
	best := tuning.Points[tuning.Best]
	fmt.Println("between the ends:", tuning.Best > 0 && tuning.Best < len(tuning.Points)-1)
	fmt.Println("the mean squared error is near the variance of the noise, 0.09:", best.Mean > 0.045 && best.Mean < 0.18)
	// Output:
	// between the ends: true
	// the mean squared error is near the variance of the noise, 0.09: true
}

// Networks and certified bounds for every weight decay of a path, from one proof.
func ExamplePath() {
	problem := noisy()
	folds, err := relift.Folds(problem, 3, 1)
	if err != nil {
		log.Fatal(err)
	}
	path, err := relift.Path(context.Background(), problem, folds, relift.PathOptions{
		Tune: relift.TuneOptions{Steps: 4, Effort: 5, Networks: 20}, Run: relift.Options{Effort: 30}, Proofs: 1,
	})
	if err != nil {
		log.Fatal(err)
	}
	bounded := 0
	for _, point := range path.Points {
		if point.LowerBound > 0 && point.LowerBound <= point.Objective {
			bounded++
		}
	}
	fmt.Println("weight decays:", len(path.Points))
	fmt.Println("with a bound of the", len(path.Proofs), "proof:", bounded)
	// Output:
	// weight decays: 4
	// with a bound of the 1 proof: 4
}

// Verify reads the certificate in a file, and says what it proves and for which problem.
func ExampleVerify() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "relift")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "absolute.cert.npz")
	result, err := relift.Train(ctx, absolute(), relift.Options{})
	if err != nil {
		log.Fatal(err)
	}
	if err := result.Proof.Save(path, relift.Origin{Source: "absolute"}); err != nil {
		log.Fatal(err)
	}
	verification, err := relift.Verify(ctx, path)
	if err != nil {
		log.Fatal(err)
	}
	for _, check := range verification.Checks {
		fmt.Println(check.Name, check.Passed)
	}
	fmt.Printf("%s loss, γ = %v: no network is below %.3f\n", verification.Loss, verification.Gamma, math.Floor(1000*verification.Bound)/1000)
	// Output:
	// problem true
	// dual true
	// rows true
	// work true
	// derivation true
	// bound true
	// squared loss, γ = 0.1: no network is below 0.186
}

// A library for the linear algebra is used where it is asked for.
func ExampleOpenBLAS() {
	algebra, err := relift.OpenBLAS("")
	if err != nil {
		algebra = relift.Gonum() // there is none
	}
	result, err := relift.Bound(context.Background(), absolute(), relift.Options{LinearAlgebra: algebra, Threads: 1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.3f\n", math.Floor(1000*result.LowerBound)/1000)
	// Output:
	// 0.186
}

// A table of numbers, and what a recipe makes of it.
func ExampleFit() {
	table, err := relift.NewTable("rooms", []string{"area", "height", "price"}, [][]float64{{20, 2.5, 100}, {30, 2.5, 140}, {40, 3.5, 210}})
	if err != nil {
		log.Fatal(err)
	}
	recipe, data, err := relift.Fit(table, relift.RecipeOptions{Targets: []string{"price"}, Bias: true})
	if err != nil {
		log.Fatal(err)
	}
	rows, columns := data.X.Dims()
	fmt.Println(rows, columns, recipe.Targets)
	// Output:
	// 3 3 [price]
}

// A model is a network with the recipe of its table; its file can be read back.
func ExampleLoadModel() {
	table, err := relift.NewTable("line", []string{"x", "y"}, [][]float64{{-1, 1}, {0, 0}, {1, 1}, {2, 2}})
	if err != nil {
		log.Fatal(err)
	}
	recipe, data, err := relift.Fit(table, relift.RecipeOptions{Targets: []string{"y"}, Bias: true})
	if err != nil {
		log.Fatal(err)
	}
	problem := data.Problem(0.01)
	result, err := relift.Train(context.Background(), problem, relift.Options{})
	if err != nil {
		log.Fatal(err)
	}
	model, err := relift.NewModel(result, problem, recipe)
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "relift")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "line.json")
	if err := model.Save(path); err != nil {
		log.Fatal(err)
	}
	again, err := relift.LoadModel(path)
	if err != nil {
		log.Fatal(err)
	}
	answers, err := again.Predict(table)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.1f\n", answers.Scores.At(3, 0))
	// Output:
	// 2.0
}
