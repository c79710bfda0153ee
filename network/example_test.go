package network_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/network"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/read"
	"github.com/relift/relift/table/recipe"
)

// A model is weights and the encoding of the table they were trained on; it
// predicts for tables.
func Example() {
	frame, err := read.Read("signs.csv", strings.NewReader("x,sign\n2,plus\n-1,minus\n"), table.FormatAuto)
	if err != nil {
		fmt.Println(err)
		return
	}
	encoding, data, err := recipe.FitApply(frame, recipe.Options{Scale: recipe.ScaleNone})
	if err != nil {
		fmt.Println(err)
		return
	}
	// Two neurons: (−x)₊ is the score of minus, (x)₊ that of plus.
	weights := problem.Weights{U: mat.NewDense(2, 1, []float64{-1, 1}), V: mat.NewDense(2, 2, []float64{1, 0, 0, 1})}
	model, err := network.New(weights, encoding, network.Provenance{
		Gamma: 0.1, LowerBound: math.NaN(), UpperBound: math.NaN(), DataLoss: math.NaN(), DataDigest: data.Digest(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	total, loss := model.Objective(data)
	fmt.Printf("objective %.2f, data loss %.2f\n", total, loss)
	predictions, err := model.Predict(frame)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := predictions.WriteCSV(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// objective 0.70, data loss 0.50
	// sign,score_minus,score_plus
	// plus,0,2
	// minus,1,0
}

// A model file holds everything that prediction needs.
func ExampleLoad() {
	dir, err := os.MkdirTemp("", "relift")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "absolute.model.json")

	encoding := &recipe.Recipe{
		Features: []recipe.Feature{{Name: "x", Kind: table.Numeric, Deviation: 1}},
		Targets:  []string{"y"}, Task: recipe.TaskRegression, Scale: recipe.ScaleNone, Missing: recipe.MissingError,
	}
	weights := problem.Weights{U: mat.NewDense(2, 1, []float64{-1, 1}), V: mat.NewDense(2, 1, []float64{1, 1})}
	model, err := network.New(weights, encoding, network.Provenance{Gamma: 0.1})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := model.Save(path); err != nil {
		fmt.Println(err)
		return
	}

	loaded, err := network.Load(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(mat.Formatted(loaded.Outputs(mat.NewDense(3, 1, []float64{-2, 0, 3}))))
	// Output:
	// ⎡2⎤
	// ⎢0⎥
	// ⎣3⎦
}
