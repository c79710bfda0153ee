// Command networks compares the networks that relift finds with the best of as many random restarts as
// fit into the same time, by L-BFGS from random weights, by Adam and by SGD with momentum.  It prints the
// Markdown table of BENCHMARKS.md.
//
//	go run ./docs/networks -data ../shared/data [-seconds 20] [-only REGEXP]
package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift"
	"github.com/relift/relift/baseline/sgd"
	"github.com/relift/relift/descent"
	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/read"
	"github.com/relift/relift/table/recipe"
)

// restartWidth is the width of the restarted networks, as in the paper.
const restartWidth = 300

func main() {
	data := flag.String("data", filepath.Join("..", "shared", "data"), "folder of the reference data")
	seconds := flag.Float64("seconds", 20, "time of each method on each problem")
	only := flag.String("only", "", "run the problems whose name matches this regular expression")
	flag.Parse()
	if err := run(*data, *only, time.Duration(*seconds*float64(time.Second))); err != nil {
		fmt.Fprintln(os.Stderr, "networks:", err)
		os.Exit(1)
	}
}

func run(data, only string, budget time.Duration) error {
	match, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	algebra, err := linalg.FromEnvironment()
	if err != nil {
		return err
	}
	fmt.Printf("%v; γ = 0.1, %v for each method, width %d in the restarts\n\n", algebra, budget, restartWidth)
	fmt.Println("| data | relift | L-BFGS restarts (runs) | Adam (runs) | SGD (runs) |")
	fmt.Println("|---|---|---|---|---|")
	for _, c := range []struct {
		name, file string
		scale      recipe.Scale
		bias       bool
		targets    string
	}{
		{"random000", "random/random000.csv", recipe.ScaleNone, false, "y1,y2,y3,y4,y5"},
		{"spiral", "spiral.csv", recipe.ScaleNone, false, ""},
		{"iris.train raw", "iris.train.csv", recipe.ScaleNone, false, ""},
		{"iris.train standardised, bias", "iris.train.csv", recipe.ScaleStandard, true, ""},
		{"ionosphere.train raw", "ionosphere.train.csv", recipe.ScaleNone, false, ""},
		{"pima_indians.train standardised, bias", "pima_indians.train.csv", recipe.ScaleStandard, true, ""},
		{"bank_notes.train raw", "bank_notes.train.csv", recipe.ScaleNone, false, ""},
		{"mnist20.train standardised", "mnist20.train.csv", recipe.ScaleStandard, false, ""},
	} {
		if !match.MatchString(c.name) {
			continue
		}
		frame, err := read.Open(filepath.Join(data, filepath.FromSlash(c.file)), table.FormatAuto)
		if err != nil {
			return err
		}
		options := recipe.DefaultOptions()
		options.Scale, options.Bias = c.scale, c.bias
		if c.targets != "" {
			options.Targets = strings.Split(c.targets, ",")
		}
		_, encoded, err := recipe.FitApply(frame, options)
		if err != nil {
			return err
		}
		p := problem.Problem{X: encoded.X, Y: encoded.Y, Gamma: 0.1}.On(algebra)
		ours, err := relift.Train(context.Background(), p, relift.Options{TimeLimit: budget, LinearAlgebra: algebra})
		if err != nil {
			return err
		}
		row := fmt.Sprintf("| %s | %.6g |", c.name, ours.UpperBound)
		for _, method := range []func(context.Context, problem.Problem, uint64) (float64, error){lbfgs, gradient(sgd.Adam), gradient(sgd.Momentum)} {
			best, runs, err := repeat(p, budget, method)
			if err != nil {
				return err
			}
			row += fmt.Sprintf(" %.6g (%d) |", best, runs)
		}
		fmt.Println(row)
	}
	return nil
}

// repeat runs a method with new seeds until the time is over; a run that the time cuts counts with
// what it has.
func repeat(p problem.Problem, budget time.Duration, method func(context.Context, problem.Problem, uint64) (float64, error)) (best float64, runs int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), budget)
	defer cancel()
	best = math.Inf(1)
	for seed := uint64(1); ctx.Err() == nil; seed++ {
		value, err := method(ctx, p, seed)
		if err != nil {
			return 0, 0, err
		}
		best = min(best, value)
		runs++
	}
	return best, runs, nil
}

// lbfgs refines random weights by L-BFGS, without growing, merging or Newton steps.
func lbfgs(ctx context.Context, p problem.Problem, seed uint64) (float64, error) {
	rng := rand.New(rand.NewPCG(seed, 1))
	_, d, c := p.Dims()
	fill := func(cols int) *mat.Dense {
		a := mat.NewDense(restartWidth, cols, nil)
		a.Apply(func(_, _ int, _ float64) float64 { return rng.NormFloat64() / math.Sqrt(float64(cols)*restartWidth) }, a)
		return a
	}
	w, _, err := descent.Refine(ctx, p, problem.Weights{U: fill(d), V: fill(c)}, descent.Options{Iterations: 3000, NewtonIterations: -1})
	if err != nil {
		return 0, err
	}
	value, _ := p.Objective(w)
	return value, nil
}

func gradient(optimizer sgd.Optimizer) func(context.Context, problem.Problem, uint64) (float64, error) {
	return func(ctx context.Context, p problem.Problem, seed uint64) (float64, error) {
		result, err := sgd.Train(ctx, p, sgd.Options{Width: restartWidth, Optimizer: optimizer, Seed: seed, Iterations: 3000})
		if err != nil {
			return 0, err
		}
		value, _ := p.Objective(result.Weights)
		return value, nil
	}
}
