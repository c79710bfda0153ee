package engine

import (
	"context"
	"testing"
	"time"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/table/recipe"
)

// benchmarked are whole problems, by the number of rows: γ = 0.1 on the data as
// they are.
var benchmarked = []struct {
	name, source string
	limit        time.Duration // 0: solved to the end
}{
	{"n=25", sharedData + "random/random000.csv", 0},
	{"n=57", sharedData + "spiral.csv", 0},
	{"n=75", sharedData + "iris.train.csv", 0},
	{"n=175", sharedData + "ionosphere.train.csv", time.Minute},
	{"n=383", sharedData + "pima_indians.train.csv", 3 * time.Minute},
	{"n=1000", sharedData + "mnist20.train.csv", 10 * time.Minute},
}

// loaded reads a benchmark's problem; the larger ones, whose features differ
// in size by much, are scaled.
func loaded(b *testing.B, source string, scaled bool) Problem {
	b.Helper()
	frame, err := openCSV(source)
	if err != nil {
		b.Skip("no shared data: ", err)
	}
	options := recipe.Options{Scale: recipe.ScaleNone}
	if scaled {
		options.Scale = recipe.ScaleStandard
	}
	if frame.Column("y5") != nil {
		options.Targets = []string{"y1", "y2", "y3", "y4", "y5"}
	}
	_, data, err := recipe.FitApply(frame, options)
	if err != nil {
		b.Fatal(err)
	}
	return Problem{X: data.X, Y: data.Y, Gamma: 0.1}
}

// chosen is the linear algebra that RELIFT_BLAS chooses, that of the program.
func chosen(b *testing.B) LinearAlgebra {
	b.Helper()
	algebra, err := linalg.FromEnvironment()
	if err != nil {
		b.Fatal(err)
	}
	return algebra
}

// BenchmarkBound solves whole relaxations and reports the certified bound.
func BenchmarkBound(b *testing.B) {
	algebra := chosen(b)
	for i, c := range benchmarked {
		b.Run(c.name, func(b *testing.B) {
			if testing.Short() && i > 2 {
				b.Skip("takes minutes")
			}
			p := loaded(b, c.source, i > 3)
			b.ReportAllocs()
			for b.Loop() {
				r, err := Bound(context.Background(), p, Options{TimeLimit: c.limit, LinearAlgebra: algebra})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(r.LowerBound, "bound")
			}
		})
	}
}

// BenchmarkTrain trains to a gap of a hundredth where the dimension is small and
// reports the gap.
func BenchmarkTrain(b *testing.B) {
	algebra := chosen(b)
	for _, c := range benchmarked[:3] {
		b.Run(c.name, func(b *testing.B) {
			p := loaded(b, c.source, false)
			b.ReportAllocs()
			for b.Loop() {
				r, err := Train(context.Background(), p, Options{Method: MethodExact, Gap: 0.01, LinearAlgebra: algebra})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(r.RelativeGap, "gap")
			}
		})
	}
}
