// Command targets runs the table of BENCHMARKS.md: whole processes of relift on reference data, each
// certificate verified by a second process.  It prints a Markdown table.
//
//	go run ./docs/targets -data ../shared/data [-only REGEXP] [-binary RELIFT]
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/relift/relift/docs/internal/binary"
)

// job is one row of the table.
type job struct {
	name string
	file string
	args []string
	rows int // the first ones of the file only; 0: all

	chosen bool     // γ, intercept and loss are those that train chooses
	table  []string // flags that say how to read the file, for the verifier as well
}

var raw = []string{"--scale", "none", "--bias=false"}

func jobs() []job {
	bound := func(name, file string, args ...string) job {
		return job{name: "bound: " + name, file: file, args: append([]string{"bound"}, args...)}
	}
	exact := func(name, file string, args ...string) job {
		return job{name: "exact: " + name, file: file, args: append([]string{"train", "--method", "exact"}, args...)}
	}
	with := func(gamma, limit string, more ...string) []string {
		return append(append([]string{"--reg", gamma, "--time-limit", limit}, more...), raw...)
	}
	standard := func(gamma, limit string) []string { return []string{"--reg", gamma, "--time-limit", limit} }
	var list []job
	targets := []string{"--target", "y1,y2,y3,y4,y5"}
	for _, gamma := range []string{"0.1", "0.01"} {
		for i := range 20 {
			file := fmt.Sprintf("random/random%03d.csv", i)
			list = append(list, bound("random γ="+gamma, file, with(gamma, "60s", targets...)...),
				exact("random γ="+gamma, file, with(gamma, "60s", append([]string{"--gap", "1e-4"}, targets...)...)...))
		}
		list = append(list,
			bound("spiral γ="+gamma, "spiral.csv", with(gamma, "60s")...),
			bound("iris.train raw γ="+gamma, "iris.train.csv", with(gamma, "60s")...),
			exact("spiral γ="+gamma, "spiral.csv", with(gamma, "60s", "--gap", "1e-4")...),
			exact("iris.train raw γ="+gamma, "iris.train.csv", with(gamma, "120s", "--gap", "0.01")...),
			exact("iris.train standardised, bias γ="+gamma, "iris.train.csv", append(standard(gamma, "120s"), "--gap", "0.01")...))
	}
	auto := func(name, file string, args ...string) job {
		return job{name: "train: " + name, file: file, args: append([]string{"train"}, args...)}
	}
	for _, j := range []struct {
		table        string
		rows         int
		gamma, limit string
	}{
		{"pima_indians", 40, "2", "20s"}, {"pima_indians", 100, "4", "600s"},
		{"ionosphere", 60, "1", "60s"}, {"ionosphere", 100, "3", "600s"}, {"ionosphere", 175, "5", "600s"},
	} {
		list = append(list, job{
			name: fmt.Sprintf("signs: %s, first %d rows, γ=%s, %s", j.table, j.rows, j.gamma, j.limit), file: j.table + ".train.csv",
			args: append([]string{"train", "--gap", "1e-4"}, standard(j.gamma, j.limit)...), rows: j.rows,
		})
	}
	for _, limit := range []string{"60s", "600s"} {
		for _, t := range []struct {
			name, file string
			args       []string
		}{
			{"iris", "builtin:iris", nil}, {"spiral", "builtin:spiral", nil}, {"ionosphere", "builtin:ionosphere", nil}, {"Pima", "builtin:pima_indians", nil},
			{"penguins", "examples/penguins.csv", []string{"--target", "species", "--missing", "drop"}},
			{"penguins by bills", "examples/penguins.csv", []string{"--target", "species", "--features", "bill_length_mm,bill_depth_mm", "--missing", "drop"}},
			{"cars", "examples/cars.csv", []string{"--target", "mpg", "--missing", "drop"}},
			{"cars by weight and year", "examples/cars.csv", []string{"--target", "mpg", "--features", "weight,year", "--missing", "drop"}},
			{"possum", "possum.csv", []string{"--target", "totlngth", "--drop", "rownames,case", "--missing", "drop"}}, {"bank notes", "bank_notes.train.csv", nil},
		} {
			list = append(list, job{name: "default: " + t.name + ", " + limit, file: t.file, args: append([]string{"train", "--time-limit", limit}, t.args...), chosen: true, table: t.args})
		}
	}
	return append(list,
		auto("ionosphere.train raw γ=0.1", "ionosphere.train.csv", with("0.1", "120s")...),
		auto("pima_indians.train standardised, bias γ=0.1", "pima_indians.train.csv", standard("0.1", "180s")...),
		auto("mnist20.train standardised γ=0.1", "mnist20.train.csv", "--reg", "0.1", "--time-limit", "600s", "--bias=false"),
		bound("ionosphere.train raw γ=0.1", "ionosphere.train.csv", with("0.1", "60s")...),
		bound("pima_indians.train raw γ=0.1", "pima_indians.train.csv", with("0.1", "180s")...),
		bound("pima_indians.train standardised, bias γ=0.1", "pima_indians.train.csv", standard("0.1", "180s")...),
		bound("bank_notes.train raw γ=0.1", "bank_notes.train.csv", with("0.1", "300s")...),
		bound("mnist20.train standardised γ=0.1", "mnist20.train.csv", "--reg", "0.1", "--time-limit", "600s", "--bias=false"),
		exact("bank_notes.train raw γ=0.1", "bank_notes.train.csv", with("0.1", "300s", "--gap", "0.01")...))
}

// outcome is what a run gave.
type outcome struct {
	lower, upper, relaxed float64
	seconds, megabytes    float64
	verified              bool
}

func main() {
	data := flag.String("data", filepath.Join("..", "shared", "data"), "folder of the reference data")
	only := flag.String("only", "", "run the rows whose name matches this regular expression")
	given := flag.String("binary", "", "measure this program instead of one that is built now")
	flag.Parse()
	if err := run(*data, *only, *given); err != nil {
		fmt.Fprintln(os.Stderr, "targets:", err)
		os.Exit(1)
	}
}

func run(data, only, given string) error {
	match, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	dir, relift, err := binary.Use(given)
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	version, _ := exec.Command(relift, "version").Output()
	fmt.Printf("%s, %d processors, %s/%s\n\n", strings.ReplaceAll(strings.TrimSpace(string(version)), "\n", "; "), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
	fmt.Println("| run | certified bound | relaxation's value | network | gap | wall s | peak MB | verified |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	groups := map[string][]outcome{}
	var order []string
	for _, j := range jobs() {
		if !match.MatchString(j.name) {
			continue
		}
		file := j.file
		if !strings.HasPrefix(file, "builtin:") && !strings.HasPrefix(file, "examples/") {
			file = filepath.Join(data, filepath.FromSlash(j.file))
		}
		if j.rows > 0 {
			if file, err = first(dir, file, j.rows); err != nil {
				return err
			}
		}
		o, err := one(relift, dir, file, j)
		if err != nil {
			return fmt.Errorf("%s (%s): %w", j.name, j.file, err)
		}
		if !slices.Contains(order, j.name) {
			order = append(order, j.name)
		}
		groups[j.name] = append(groups[j.name], o)
		if !strings.Contains(j.name, "random") {
			print(j.name, groups[j.name])
		}
	}
	for _, name := range order {
		if strings.Contains(name, "random") {
			print(name, groups[name])
		}
	}
	return nil
}

// first writes the header and the first rows of a table to a file in dir.
func first(dir, file string, rows int) (string, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	lines := strings.SplitAfter(string(content), "\n")
	path := filepath.Join(dir, fmt.Sprintf("first%d-%s", rows, filepath.Base(file)))
	return path, os.WriteFile(path, []byte(strings.Join(lines[:min(len(lines), rows+1)], "")), 0o644)
}

// one runs a job and verifies its certificate.
func one(relift, dir, file string, j job) (outcome, error) {
	certificate := filepath.Join(dir, "certificate.npz")
	args := []string{j.args[0], file, "--json", "--quiet", "--certificate", certificate}
	if !j.chosen {
		args = append(args, "--intercept=false") // the paper's problem
	}
	cmd := exec.Command(relift, append(args, j.args[1:]...)...)
	cmd.Stderr = os.Stderr
	begin := time.Now()
	out, err := cmd.Output()
	if err != nil {
		return outcome{}, err
	}
	o := outcome{seconds: time.Since(begin).Seconds(), relaxed: math.NaN(), upper: math.NaN()}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		o.megabytes = float64(usage.Maxrss) / 1024
	}
	var result struct {
		Lower      float64  `json:"lower_bound"`
		Upper      *float64 `json:"upper_bound"`
		Relaxation *struct {
			Value float64 `json:"value"`
		} `json:"relaxation"`
	}
	if err := json.Unmarshal(out, &result); err != nil {
		return o, err
	}
	o.lower = result.Lower
	if result.Upper != nil {
		o.upper = *result.Upper
	}
	if result.Relaxation != nil {
		o.relaxed = result.Relaxation.Value
	}
	o.verified = exec.Command(relift, append([]string{"verify", certificate, file}, j.table...)...).Run() == nil
	return o, nil
}

// print writes a row; of several outcomes the medians of time and gap.
func print(name string, list []outcome) {
	median := func(f func(outcome) float64) float64 {
		var v []float64
		for _, o := range list {
			v = append(v, f(o))
		}
		slices.Sort(v)
		return v[len(v)/2]
	}
	number := func(v float64, format string) string {
		if math.IsNaN(v) {
			return "–"
		}
		return fmt.Sprintf(format, v)
	}
	verified := 0
	for _, o := range list {
		if o.verified {
			verified++
		}
	}
	lower, relaxed, upper := number(list[0].lower, "%.7g"), number(list[0].relaxed, "%.7g"), number(list[0].upper, "%.7g")
	gap := func(o outcome) float64 {
		if strings.HasPrefix(name, "bound") {
			return (o.relaxed - o.lower) / o.relaxed
		}
		return (o.upper - o.lower) / o.upper
	}
	if len(list) > 1 {
		name += fmt.Sprintf(" (%d problems)", len(list))
		lower, relaxed, upper = "", "", ""
	}
	fmt.Printf("| %s | %s | %s | %s | %s | %.2f | %.0f | %d of %d |\n", name, lower, relaxed, upper,
		number(median(gap), "%.1e"), median(func(o outcome) float64 { return o.seconds }),
		median(func(o outcome) float64 { return o.megabytes }), verified, len(list))
}
