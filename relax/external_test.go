package relax

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/relift/relift/lift"
	"github.com/relift/relift/problem"
)

// sdp is a semidefinite program in standard form, minimise ⟨C, X⟩ subject to ⟨A_i, X⟩ = b_i over
// a block-diagonal X ⪰ 0.
type sdp struct {
	blocks []int // orders; negative for a diagonal block
	cost   []entry
	rows   [][]entry
	rhs    []float64
}

// entry is one entry of a symmetric matrix, its mirror image implied.
type entry struct {
	block, i, j int
	value       float64
}

// half is the coefficient that makes ⟨A, X⟩ count an off-diagonal entry of X once.
func (s *sdp) at(block, i, j int, v float64) entry {
	if i > j {
		i, j = j, i
	}
	if i != j {
		v /= 2
	}
	return entry{block, i, j, v}
}

func (s *sdp) equal(rhs float64, terms ...entry) {
	sum := make(map[[3]int]float64)
	var order [][3]int
	for _, e := range terms {
		key := [3]int{e.block, e.i, e.j}
		if _, ok := sum[key]; !ok {
			order = append(order, key)
		}
		sum[key] += e.value
	}
	var row []entry
	for _, key := range order {
		if sum[key] != 0 {
			row = append(row, entry{key[0], key[1], key[2], sum[key]})
		}
	}
	s.rows, s.rhs = append(s.rows, row), append(s.rhs, rhs)
}

// nonnegative adds the inequality Σ terms ≥ 0 with a slack in the diagonal block.
func (s *sdp) nonnegative(slack int, terms ...entry) {
	k := -s.blocks[slack]
	s.blocks[slack]--
	s.equal(0, append(terms, entry{slack, k, k, -1})...)
}

// file is the program in the sparse SDPA format, where ours is the dual: maximise ⟨−C, X⟩.
func (s *sdp) file() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%d\n%d\n", len(s.rows), len(s.blocks))
	for _, n := range s.blocks {
		fmt.Fprintf(&b, "%d ", n)
	}
	fmt.Fprintln(&b)
	for _, v := range s.rhs {
		fmt.Fprintf(&b, "%.17g ", v)
	}
	fmt.Fprintln(&b)
	write := func(k int, entries []entry, sign float64) {
		for _, e := range entries {
			fmt.Fprintf(&b, "%d %d %d %d %.17g\n", k, e.block+1, e.i+1, e.j+1, sign*e.value)
		}
	}
	write(0, s.cost, -1)
	for k, row := range s.rows {
		write(k+1, row, 1)
	}
	return b.Bytes()
}

// published is the paper's program: Λ of order p = 2n+d+c with MΛMᵀ = 0, diag Λ_αβ = 0 and Λ ≥ 0
// on (α,β), and the loss through [[I, vec R], [·, t]] ⪰ 0 with R = Λ_αv − Y, t the squared loss.
func published(p problem.Problem) *sdp {
	n, d, c := p.Dims()
	const lambda, loss, slack = 0, 1, 2
	s := &sdp{blocks: []int{2*n + d + c, n*c + 1, 0}}
	s.cost = append(s.cost, entry{loss, n * c, n * c, 0.5})
	for i := 2 * n; i < 2*n+d+c; i++ {
		s.cost = append(s.cost, entry{lambda, i, i, p.Gamma / 2})
	}
	row := func(i int) []entry { // row i of M as (index, value) in i, j
		out := []entry{{0, i, 0, -1}, {0, n + i, 0, 1}}
		for k := range d {
			out = append(out, entry{0, 2*n + k, 0, p.X.At(i, k)})
		}
		return out
	}
	for i := range n {
		for j := i; j < n; j++ {
			var terms []entry
			for _, a := range row(i) {
				for _, b := range row(j) {
					terms = append(terms, s.at(lambda, a.i, b.i, a.value*b.value))
				}
			}
			s.equal(0, terms...)
		}
		s.equal(0, s.at(lambda, i, n+i, 1))
	}
	for i := range 2 * n {
		for j := i + 1; j < 2*n; j++ {
			if j != i+n {
				s.nonnegative(slack, s.at(lambda, i, j, 1))
			}
		}
	}
	for i := range n * c {
		s.equal(1, s.at(loss, i, i, 1))
		for j := i + 1; j < n*c; j++ {
			s.equal(0, s.at(loss, i, j, 1))
		}
		s.equal(-p.Y.At(i/c, i%c), s.at(loss, i, n*c, 1), s.at(lambda, i/c, 2*n+d+i%c, -1))
	}
	return s
}

// reduced is the program of the package comment, Z of order m+r and [[K+γI, Y], [Yᵀ, V]].
func reduced(red *lift.Reduced) *sdp {
	m, r, q := red.Dims()
	_, c := red.Y.Dims()
	gamma := red.Source.Gamma
	const moments, fit, slack = 0, 1, 2
	s := &sdp{blocks: []int{m + r, q + c, 0}}
	for k := range r {
		s.cost = append(s.cost, entry{moments, m + k, m + k, gamma / 2})
	}
	for a := range c {
		s.cost = append(s.cost, entry{fit, q + a, q + a, gamma / 2})
	}
	// A line of L as a linear form of (α̂, û).
	line := func(a int) []entry {
		if a < m {
			return []entry{{0, a, 0, 1}}
		}
		out := []entry{{0, a - m, 0, 1}}
		for k := range r {
			out = append(out, entry{0, m + k, 0, -red.X.At(a-m, k)})
		}
		return out
	}
	product := func(a, b int, scale float64) []entry {
		var terms []entry
		for _, e := range line(a) {
			for _, f := range line(b) {
				terms = append(terms, s.at(moments, e.i, f.i, scale*e.value*f.value))
			}
		}
		return terms
	}
	for a := range 2 * m {
		for b := a + 1; b < 2*m; b++ {
			if b == a+m {
				s.equal(0, product(a, b, 1)...)
			} else {
				s.nonnegative(slack, product(a, b, 1)...)
			}
		}
	}
	for a, fa := range red.Fits {
		for b := a; b < q; b++ {
			fb := red.Fits[b]
			rhs := 0.0
			if a == b {
				rhs = gamma
			}
			s.equal(rhs, append(product(slot(fa, m), slot(fb, m), -fa.Weight*fb.Weight), s.at(fit, a, b, 1))...)
		}
		for j := range c {
			s.equal(red.Y.At(a, j), s.at(fit, a, q+j, 1))
		}
	}
	return s
}

// runSolver returns the optimal value that an external solver prints.
func runSolver(t testing.TB, name string, s *sdp) float64 {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed (Debian packages coinor-csdp and sdpa)", name)
	}
	dir := t.TempDir()
	input, output := filepath.Join(dir, "problem.dat-s"), filepath.Join(dir, "result")
	if err := os.WriteFile(input, s.file(), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, input, output)
	pattern := `Primal objective value: *(\S+)`
	if name == "sdpa" {
		// The sign is that of the minimisation whose dual ours is.
		cmd = exec.Command(path, "-ds", input, "-o", output)
		pattern = `objValDual *= *(\S+)`
	}
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil && name == "sdpa" {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	match := regexp.MustCompile(pattern).FindSubmatch(out)
	if match == nil {
		t.Fatalf("%s printed no optimal value (%v):\n%s", name, err, out)
	}
	v, err := strconv.ParseFloat(string(match[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return -v
}

// TestExternalSolvers compares the optimum with that of general conic solvers, which see the
// program as reduced and as published.
//
// The published program has no interior: MΛMᵀ = 0 confines Λ to a face of the cone.  There
// general solvers stop early or return other values (SDPA 7.3 is wrong in the sixth digit on
// the first problem, and CSDP 6.2 in the fourth on the second, which has merged rows), so that
// only CSDP on the first is held to the tolerance and the other values are printed.
func TestExternalSolvers(t *testing.T) {
	for _, c := range []struct {
		name    string
		problem problem.Problem
		holds   map[string]bool // solvers that solve the published program
	}{
		{"gaussian", gaussian(t, 11, 7, 2, 2, 0.3), map[string]bool{"csdp": true}},
		{"merged", merged(t), nil},
	} {
		red := presolve(t, c.problem)
		want := solve(t, red, Options{Method: InteriorPoint}).Value
		for _, solver := range []string{"csdp", "sdpa"} {
			t.Run(c.name+"/"+solver+"/reduced", func(t *testing.T) {
				got := runSolver(t, solver, reduced(red)) + red.Constant
				if !(math.Abs(got-want) <= 1e-5*want) {
					t.Errorf("%s: %.9f, ours %.9f", solver, got, want)
				}
			})
			t.Run(c.name+"/"+solver+"/published", func(t *testing.T) {
				if !c.holds[solver] {
					t.Skipf("%s: %.9f, ours %.9f; the program has no interior", solver, runSolver(t, solver, published(c.problem)), want)
				}
				got := runSolver(t, solver, published(c.problem))
				if !(math.Abs(got-want) <= 1e-5*want) {
					t.Errorf("%s: %.9f, ours %.9f", solver, got, want)
				}
			})
		}
	}
}

// BenchmarkExternalSolvers times the general solvers on a random problem of the paper's kind, as
// published and as reduced, beside ours.
func BenchmarkExternalSolvers(b *testing.B) {
	for _, n := range []int{8, 12, 16} {
		p := gaussian(b, 12, n, 2, 2, 0.1)
		red := presolve(b, p)
		b.Run(fmt.Sprintf("n=%d/relift", n), func(b *testing.B) {
			for b.Loop() {
				b.ReportMetric(solve(b, red, Options{Method: InteriorPoint}).Value, "value")
			}
		})
		for _, solver := range []string{"csdp", "sdpa"} {
			b.Run(fmt.Sprintf("n=%d/%s/reduced", n, solver), func(b *testing.B) {
				for b.Loop() {
					b.ReportMetric(runSolver(b, solver, reduced(red))+red.Constant, "value")
				}
			})
			b.Run(fmt.Sprintf("n=%d/%s/published", n, solver), func(b *testing.B) {
				for b.Loop() {
					b.ReportMetric(runSolver(b, solver, published(p)), "value")
				}
			})
		}
	}
}
