package read

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/relift/relift/table"
	"github.com/relift/relift/table/recipe"
)

// BenchmarkReadCSV reads 20,000 rows of 50 numbers and a class.
func BenchmarkReadCSV(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 1))
	var text strings.Builder
	for j := range 50 {
		fmt.Fprintf(&text, "x%d,", j)
	}
	text.WriteString("class\n")
	for range 20_000 {
		for range 50 {
			fmt.Fprintf(&text, "%.6g,", random.NormFloat64())
		}
		fmt.Fprintf(&text, "%c\n", 'a'+random.IntN(3))
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		frame, err := Read("bench.csv", strings.NewReader(text.String()), table.FormatCSV)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := recipe.Fit(frame, recipe.Options{Bias: true}); err != nil {
			b.Fatal(err)
		}
	}
}
