// Command gaps prints how the gap of the column generation falls with time and with the cones that the
// branch and bound has examined, from the solver's own log, as the Markdown table of BENCHMARKS.md.
//
//	go run ./docs/gaps -data ../shared/data
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/relift/relift/docs/internal/binary"
)

// levels are the gaps whose times are printed.
var levels = []float64{0.5, 0.2, 0.1, 0.05, 0.02, 0.01}

func main() {
	data := flag.String("data", filepath.Join("..", "shared", "data"), "folder of the reference data")
	flag.Parse()
	if err := run(*data); err != nil {
		fmt.Fprintln(os.Stderr, "gaps:", err)
		os.Exit(1)
	}
}

func run(data string) error {
	dir, relift, err := binary.Build()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Print("| data | γ |")
	for _, l := range levels {
		fmt.Printf(" %g %% |", 100*l)
	}
	fmt.Println("\n|---|---|---|---|---|---|---|---|")
	raw := []string{"--scale", "none", "--bias=false"}
	for _, c := range []struct {
		name, file, gamma string
		args              []string
	}{
		{"iris.train raw", "iris.train.csv", "0.1", raw},
		{"iris.train raw", "iris.train.csv", "0.01", raw},
		{"iris.train standardised, bias", "iris.train.csv", "0.1", nil},
		{"iris.train standardised, bias", "iris.train.csv", "0.01", nil},
		{"bank_notes.train raw", "bank_notes.train.csv", "0.1", raw},
	} {
		log := filepath.Join(dir, "log.jsonl")
		args := append([]string{"train", filepath.Join(data, c.file), "--method", "exact", "--intercept=false", "--gap", "0.01", "--reg", c.gamma,
			"--time-limit", "300s", "--quiet", "--log", log}, c.args...)
		if out, err := exec.Command(relift, args...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", c.name, err, out)
		}
		row, err := times(log)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		fmt.Printf("| %s | %s |%s\n", c.name, c.gamma, row)
	}
	return nil
}

// times reads when the log reached each level, and after how many cones.
func times(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	row, next, cones := "", 0, int64(0)
	scanner := bufio.NewScanner(file)
	for scanner.Scan() && next < len(levels) {
		var record struct {
			Cones   int64    `json:"cones"`
			Best    *float64 `json:"best_bound"`
			Network *float64 `json:"network"`
			Seconds float64  `json:"seconds"`
		}
		if err := json.Unmarshal(scanner.Bytes(), &record); err != nil {
			return "", err
		}
		cones = max(cones, record.Cones)
		if record.Best == nil || record.Network == nil || !(*record.Network > 0) {
			continue
		}
		for next < len(levels) && 1 - *record.Best / *record.Network <= levels[next] {
			row += fmt.Sprintf(" %.1f s, %d |", record.Seconds, cones)
			next++
		}
	}
	for ; next < len(levels); next++ {
		row += " – |"
	}
	return row, scanner.Err()
}
