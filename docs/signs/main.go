// Command signs measures the sign tree: how the proven gap falls with leaves and seconds on the instances of its table.
//
// Run it from the root of the module: go run ./docs/signs -data DIR [-courses docs/signs/courses.csv -plot docs/signs.svg] NAME…
package main

import (
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/descent"
	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/proof/check"
	"github.com/relift/relift/signs"
)

func main() {
	data := flag.String("data", "shared/data", "folder with the paper's tables")
	limit := flag.Duration("limit", time.Minute, "time for the tree")
	train := flag.Duration("train", 15*time.Second, "time for the network")
	threads := flag.Int("threads", 2, "leaves side by side")
	leaves := flag.Int("leaves", 0, "most leaves, 0 for no limit")
	noSign := flag.Bool("no-sign", false, "without the sign of v")
	noCones := flag.Bool("no-cones", false, "without second-order cones")
	noJoint := flag.Bool("no-joint", false, "with W fixed from the first leaf on")
	joint := flag.Int("joint", 0, "free W over this many leaves instead of closing the gap")
	verify := flag.Bool("verify", false, "have the proof checked")
	courses := flag.String("courses", "", "CSV file to keep the courses of the gaps in")
	plot := flag.String("plot", "", "file to draw the courses into, those of the file included")
	flag.Parse()
	algebra, err := linalg.FromEnvironment()
	if err != nil {
		fail(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	all, err := readCourses(*courses)
	if err != nil {
		fail(err)
	}
	for _, name := range flag.Args() {
		p, err := instance(*data, name)
		if err != nil {
			fail(err)
		}
		o := signs.Options{Threads: *threads, Leaves: *leaves, NoSign: *noSign, NoCones: *noCones, NoJoint: *noJoint}
		c, err := measure(ctx, name, p.On(algebra.WithThreads(1)), *train, *limit, o, *joint, *verify)
		if err != nil {
			fail(err)
		}
		if len(c.points) > 0 {
			all = replace(all, c)
		}
		if *courses != "" {
			if err := writeCourses(*courses, all); err != nil {
				fail(err)
			}
		}
	}
	if *plot != "" {
		if err := draw(*plot, all); err != nil {
			fail(err)
		}
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "signs:", err)
	os.Exit(2)
}

// measure trains a network, prints the tree's course for its residual and returns it.
func measure(ctx context.Context, name string, p problem.Problem, train, limit time.Duration, o signs.Options, joint int, verify bool) (*course, error) {
	w, err := network(ctx, p, train)
	if err != nil {
		return nil, err
	}
	objective, _ := p.Objective(w)
	n, d, c := p.Dims()
	fmt.Printf("%s: %d×%d, %d outputs, γ=%g, network of width %d with objective %.6f\n", name, n, d, c, p.Gamma, w.Width(), objective)
	fmt.Println("  leaves    open      h/γ     gap %   direction   seconds   cpu")
	cpu := processor()
	out := &course{name: name}
	next := 1
	print := func(s signs.Progress) {
		fmt.Printf("%8d %7d %8.5f %9.4f %11.7f %9.2f %5.1f\n", s.Leaves, s.Open, s.Value, 100*(objective-s.LowerBound)/objective, s.Direction, s.Elapsed.Seconds(), processor()-cpu)
	}
	var last signs.Progress
	o.Progress = func(s signs.Progress) {
		last = s
		out.add(s.Leaves, (objective-s.LowerBound)/objective, processor()-cpu)
		if s.Leaves >= next {
			print(s)
			next = max(s.Leaves+1, s.Leaves*5/4)
		}
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if joint > 0 {
		return out, free(limited, p, w, o, joint)
	}
	result, err := signs.Solve(limited, p, w, o)
	if err != nil {
		return nil, err
	}
	out.add(result.Leaves, result.Gap(), processor()-cpu)
	print(last)
	fmt.Printf("  %v: objective %.6f, proven %.6f, gap %.4f %%, %d trees\n", result.Status, result.UpperBound, result.LowerBound, 100*result.Gap(), result.Rounds)
	if !verify || result.Tree == nil {
		return out, nil
	}
	return out, checked(ctx, result.Tree)
}

// free prints the bound over a few leaves with W fixed and with W free.
func free(ctx context.Context, p problem.Problem, w problem.Weights, o signs.Options, leaves int) error {
	o.Leaves = leaves
	tree, err := signs.NewTree(p, p.Residual(w), o)
	if err != nil {
		return err
	}
	tree.Run(ctx)
	objective, _ := p.Objective(w)
	cpu, started := processor(), time.Now()
	better := tree.Joint(ctx, w)
	if better == nil {
		return fmt.Errorf("nothing better with W free")
	}
	fmt.Printf("  W free over %d leaves: gap %.4f %%, with W fixed %.4f %%; %.2f s, cpu %.1f\n", tree.Leaves(), 100*(objective-better.LowerBound())/objective, 100*(objective-tree.LowerBound())/objective, time.Since(started).Seconds(), processor()-cpu)
	return nil
}

// checked has the tree's derivation checked and prints what it proves.
func checked(ctx context.Context, tree *signs.Tree) error {
	started := time.Now()
	d, err := tree.Derivation()
	if err != nil {
		return err
	}
	built := time.Since(started)
	report, err := d.Check(ctx, check.Options{})
	if err != nil {
		return err
	}
	if failure, failed := report.FirstFailure(); failed {
		return fmt.Errorf("the proof is refused: %v", failure)
	}
	fmt.Printf("  proof: built in %.2f s, checked in %.2f s, bound %.6f\n", built.Seconds(), (time.Since(started) - built).Seconds(), report.ProvenBound)
	return nil
}

// network trains as well as the time allows.
func network(ctx context.Context, p problem.Problem, limit time.Duration) (problem.Weights, error) {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	most, stop := context.WithTimeout(limited, limit*4/5)
	defer stop()
	w, _, err := descent.Train(most, p, descent.TrainOptions{Seed: 1})
	if err != nil {
		return problem.Weights{}, err
	}
	w, _, err = descent.Refine(limited, p, w, descent.Options{Seed: 1, GrowRounds: 30})
	return w, err
}

// instance builds a problem from its name: gauss-N-D-C-γ, or TABLE-ROWS-OUTPUTS-γ with one output for classes ±1.
func instance(folder, name string) (problem.Problem, error) {
	parts := strings.Split(name, "-")
	if len(parts) < 4 {
		return problem.Problem{}, fmt.Errorf("%q is not TABLE-ROWS-OUTPUTS-GAMMA, such as pima_indians-40-2-2, or gauss-ROWS-FEATURES-OUTPUTS-GAMMA", name)
	}
	numbers := make([]float64, len(parts)-1)
	for i, s := range parts[1:] {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return problem.Problem{}, fmt.Errorf("%q: %q is not a number", name, s)
		}
		numbers[i] = v
	}
	if parts[0] == "gauss" && len(numbers) == 4 {
		rng := rand.New(rand.NewPCG(0, 0))
		draw := func(rows, cols int) *mat.Dense {
			m := mat.NewDense(rows, cols, nil)
			for i := range m.RawMatrix().Data {
				m.RawMatrix().Data[i] = rng.NormFloat64()
			}
			return m
		}
		n := int(numbers[0])
		return problem.Problem{X: draw(n, int(numbers[1])), Y: draw(n, int(numbers[2])), Gamma: numbers[3]}, nil
	}
	return table(filepath.Join(folder, parts[0]+".train.csv"), int(numbers[0]), int(numbers[1]), numbers[2])
}

// table reads the first rows of a classification table: features standardised over all rows, a column of ones, and the
// classes as indicators, or as ±1 where one output is asked for.
func table(path string, rows, outputs int, gamma float64) (problem.Problem, error) {
	f, err := os.Open(path)
	if err != nil {
		return problem.Problem{}, err
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return problem.Problem{}, err
	}
	records = records[1:]
	var classes []string
	for _, r := range records {
		if label := r[len(r)-1]; !slices.Contains(classes, label) {
			classes = append(classes, label)
		}
	}
	slices.Sort(classes)
	var columns [][]float64
	for j := range len(records[0]) - 1 {
		column, mean, square := make([]float64, len(records)), 0.0, 0.0
		for i, r := range records {
			if column[i], err = strconv.ParseFloat(strings.TrimSpace(r[j]), 64); err != nil {
				return problem.Problem{}, fmt.Errorf("%s: row %d: %w", path, i+1, err)
			}
			mean += column[i] / float64(len(records))
		}
		for _, v := range column {
			square += (v - mean) * (v - mean) / float64(len(records))
		}
		if square == 0 {
			continue
		}
		for i := range column {
			column[i] = (column[i] - mean) / math.Sqrt(square)
		}
		columns = append(columns, column)
	}
	if rows <= 0 || rows > len(records) {
		rows = len(records)
	}
	x, y := mat.NewDense(rows, len(columns)+1, nil), mat.NewDense(rows, outputs, nil)
	for i := range rows {
		for j, column := range columns {
			x.Set(i, j, column[i])
		}
		x.Set(i, len(columns), 1)
		k := slices.Index(classes, records[i][len(records[i])-1])
		switch {
		case outputs == 1:
			y.Set(i, 0, float64(2*k-1))
		default:
			y.Set(i, k, 1)
		}
	}
	return problem.Problem{X: x, Y: y, Gamma: gamma}, nil
}

// processor returns the seconds of processor time that this process has used.
func processor() float64 {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return math.NaN()
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano()).Seconds()
}
