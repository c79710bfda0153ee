// Command blocks measures what dividing rows into blocks costs: bounds of blocks apart, what could be proved of these at most, of blocks with
// common moments and, where that is small enough, of all rows.  It prints a Markdown table.
//
//	go run ./docs/blocks [-whole ROWS] N-D-GAMMA-COUNT…
package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/blocks"
	"github.com/relift/relift/descent"
	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/proof/check"
)

func main() {
	whole := flag.Int("whole", 400, "most rows that are bounded as one block as well")
	flag.Parse()
	algebra, err := linalg.FromEnvironment()
	if err != nil {
		fail(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	fmt.Println("| rows×columns, γ | blocks | apart | apart, at most | together | all rows | of the loss recovered | seconds apart, together, all |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for _, name := range flag.Args() {
		if err := measure(ctx, algebra, name, *whole); err != nil {
			fail(err)
		}
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "blocks:", err)
	os.Exit(2)
}

// measure prints the row of one problem.
func measure(ctx context.Context, algebra linalg.Algebra, name string, most int) error {
	p, count, err := instance(name)
	if err != nil {
		return err
	}
	red, err := lift.Presolve(p.On(algebra))
	if err != nil {
		return err
	}
	n, d, _ := p.Dims()
	apart, first, err := bound(ctx, red, blocks.Options{Count: count, Apart: true})
	if err != nil {
		return err
	}
	closed, err := optima(ctx, red, count)
	if err != nil {
		return err
	}
	together, second, err := bound(ctx, red, blocks.Options{Count: count})
	if err != nil {
		return err
	}
	all, share, third := "–", "–", "–"
	if n <= most {
		v, seconds, err := bound(ctx, red, blocks.Options{Count: 1})
		if err != nil {
			return err
		}
		all, share, third = fmt.Sprintf("%.5g", v), fmt.Sprintf("%.0f %%", 100*(together-apart)/(v-apart)), fmt.Sprintf("%.1f", seconds)
	}
	fmt.Printf("| %d×%d, %g | %d | %.5g | ≤ %.5g | %.5g | %s | %s | %.1f, %.1f, %s |\n", n, d, p.Gamma, count, apart, closed, together, all, share, first, second, third)
	return nil
}

// partitionSeed is that of all partitions.
const partitionSeed = 1

// optima returns the sum of the objectives of networks for the blocks apart: more cannot be proved of them, by trees of signs or otherwise.
func optima(ctx context.Context, red *lift.Reduced, count int) (sum float64, err error) {
	for _, groups := range blocks.Partition(red, count, partitionSeed) {
		p := red.Part(groups).Problem
		p.Gamma /= float64(count)
		_, st, err := descent.Train(ctx, p, descent.TrainOptions{Seed: 1})
		if err != nil {
			return 0, err
		}
		sum += st.Objective
	}
	return sum, nil
}

// bound returns the bound that the checker proves and the processor seconds of finding it.
func bound(ctx context.Context, red *lift.Reduced, o blocks.Options) (proved, seconds float64, err error) {
	o.Seed, o.Parallel = partitionSeed, runtime.GOMAXPROCS(0)
	begin := processor()
	d, _, err := blocks.Prove(ctx, red, o)
	if err != nil {
		return 0, 0, err
	}
	seconds = processor() - begin
	r, err := d.Check(ctx, check.Options{})
	if err != nil {
		return 0, 0, err
	}
	if failure, failed := r.FirstFailure(); failed {
		return 0, 0, fmt.Errorf("the proof is refused: %v", failure)
	}
	return r.ProvenBound, seconds, nil
}

// instance makes N rows of D features and a column of ones, with a smooth function of five of the features and noise as the target.
func instance(name string) (p problem.Problem, count int, err error) {
	parts := strings.Split(name, "-")
	if len(parts) != 4 {
		return p, 0, fmt.Errorf("%q is not N-D-GAMMA-COUNT, such as 400-10-1-4", name)
	}
	numbers := make([]float64, len(parts))
	for i, s := range parts {
		if numbers[i], err = strconv.ParseFloat(s, 64); err != nil {
			return p, 0, fmt.Errorf("%q: %q is not a number", name, s)
		}
	}
	n, d := int(numbers[0]), int(numbers[1])
	if n < 1 || d < 5 || numbers[3] < 1 {
		return p, 0, fmt.Errorf("%q: expected at least 1 row, 5 features and 1 block", name)
	}
	rng := rand.New(rand.NewPCG(uint64(n), uint64(d)))
	x, y := mat.NewDense(n, d+1, nil), mat.NewDense(n, 1, nil)
	for i := range n {
		r := x.RawRowView(i)
		for j := range d {
			r[j] = rng.NormFloat64()
		}
		r[d] = 1
		y.Set(i, 0, math.Sin(2*r[0])+math.Abs(r[1]+r[2])-0.5*r[3]*r[4]+0.3*rng.NormFloat64())
	}
	return problem.Problem{X: x, Y: y, Gamma: numbers[2]}, int(numbers[3]), nil
}

// processor returns the seconds of processor time that this process has used.
func processor() float64 {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return math.NaN()
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano()).Seconds()
}
