// Command targets runs the table of BENCHMARKS.md: whole processes of relift on reference data, each
// certificate verified by a second process.  It prints a Markdown table.
//
//	go run ./docs/targets -data ../shared/data:bench/defaults/tables [-only REGEXP] [-binary RELIFT]
//
// bench/defaults/run.sh --export bench/defaults/tables writes the tables of scikit-learn.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
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

// outcome is what a run gave.
type outcome struct {
	lower, upper, relaxed float64
	seconds, megabytes    float64
	verified              bool
}

func main() {
	data := flag.String("data", filepath.Join("..", "shared", "data"), "folders of the reference data, as in PATH; rows without a file are left out")
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
		file, err := j.path(filepath.SplitList(data), dir)
		if errors.Is(err, fs.ErrNotExist) {
			fmt.Fprintf(os.Stderr, "targets: %s: not run: %v\n", j.name, err)
			continue
		}
		if err != nil {
			return err
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
