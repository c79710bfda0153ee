// Command growth times the relaxation against the number of rows, on random-teacher problems of the
// paper's kind (two features, five outputs, γ = 0.1), each in a process of its own, and fits the exponent of the growth.
//
//	go run ./docs/growth [-sizes 25,50,100,200,400]
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"gonum.org/v1/gonum/stat"

	"github.com/relift/relift/docs/internal/binary"
)

func main() {
	sizes := flag.String("sizes", "25,50,100,200,400", "numbers of rows")
	flag.Parse()
	if err := run(strings.Split(*sizes, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "growth:", err)
		os.Exit(1)
	}
}

func run(sizes []string) error {
	dir, relift, err := binary.Build()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	version, _ := exec.Command(relift, "version").Output()
	fmt.Printf("%s, %d processors, %s/%s\n\n", strings.ReplaceAll(strings.TrimSpace(string(version)), "\n", "; "), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
	fmt.Println("| n | certified bound | value | steps | wall s | peak MB |")
	fmt.Println("|---|---|---|---|---|---|")
	var logs, times []float64
	for _, size := range sizes {
		n, err := strconv.Atoi(size)
		if err != nil {
			return err
		}
		begin := time.Now()
		cmd := exec.Command(relift, "bound", "--intercept=false", fmt.Sprintf("builtin:random?seed=0&n=%d", n),
			"--reg", "0.1", "--scale", "none", "--bias=false", "--json", "--quiet")
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("n = %d: %w", n, err)
		}
		seconds := time.Since(begin).Seconds()
		var result struct {
			Lower      float64 `json:"lower_bound"`
			Relaxation struct {
				Value float64 `json:"value"`
				Outer int     `json:"outer_iterations"`
			} `json:"relaxation"`
		}
		if err := json.Unmarshal(out, &result); err != nil {
			return err
		}
		peak := math.NaN()
		if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			peak = float64(usage.Maxrss) / 1024
		}
		fmt.Printf("| %d | %.7g | %.7g | %d | %.2f | %.0f |\n", n, result.Lower, result.Relaxation.Value, result.Relaxation.Outer, seconds, peak)
		logs, times = append(logs, math.Log(float64(n))), append(times, math.Log(seconds))
	}
	if len(logs) > 2 {
		_, slope := stat.LinearRegression(logs[1:], times[1:], nil, false)
		fmt.Printf("\nTime grows as n^%.2f from the second size on.\n", slope)
	}
	return nil
}
