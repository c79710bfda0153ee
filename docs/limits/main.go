// Command limits runs relift on inputs that once broke its limits, as whole processes: time, peak memory and what came
// out, and how long it takes to end after an interruption at several moments.  It prints Markdown tables and fails
// when a limit did not hold.
//
//	go run ./docs/limits [-only REGEXP] [-binary RELIFT]
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/relift/relift/docs/internal/binary"
	"github.com/relift/relift/docs/internal/tables"
)

// run is one row: a command on an input that the row makes.
type run struct {
	name    string
	make    func(dir string) (file string, err error)
	args    []string
	limit   time.Duration // 0: none, but patience
	peakMB  float64       // allowed
	refused string        // exit status 2 is right as well, with a message that has this word
}

// patience is what a run without a time limit may take.
const patience = 2 * time.Minute

// slack is how much later than its limit a process may end.
func slack(limit time.Duration) time.Duration { return max(300*time.Millisecond, limit/20) }

func runs() []run {
	regression := func(n, d int, noise float64) func(string) (string, error) {
		return func(dir string) (string, error) { return tables.Regression(dir, n, d, noise) }
	}
	classes := func(n, d, c int) func(string) (string, error) {
		return func(dir string) (string, error) { return tables.Classes(dir, n, d, c) }
	}
	return []run{
		{name: "12×6000, 3 s", make: regression(12, 6000, 0.1), args: []string{"train", "--time-limit", "3s"}, limit: 3 * time.Second, peakMB: 500},
		{name: "2×200 000, 5 s", make: regression(2, 200_000, 0.1), args: []string{"train", "--time-limit", "5s"}, limit: 5 * time.Second, peakMB: 1000},
		{name: "160×2000, 5 s", make: regression(160, 2000, 0.1), args: []string{"train", "--time-limit", "5s"}, limit: 5 * time.Second, peakMB: 1000},
		{name: "4×5000, 5 s", make: regression(4, 5000, 0.1), args: []string{"train", "--time-limit", "5s"}, limit: 5 * time.Second, peakMB: 500},
		{name: "5404×5 in two classes, 20 s", make: classes(5404, 5, 2), args: []string{"train", "--time-limit", "20s"}, limit: 20 * time.Second, peakMB: 1000},
		{name: "11 183×6 in two classes, 20 s", make: classes(11_183, 6, 2), args: []string{"train", "--time-limit", "20s"}, limit: 20 * time.Second, peakMB: 1000},
		{name: "4000×31, γ=10, 5 s", make: regression(4000, 30, 0.3), args: []string{"train", "--reg", "10", "--intercept=false", "--time-limit", "5s"}, limit: 5 * time.Second, peakMB: 1000},
		{name: "4000×31, γ=10, 60 s", make: regression(4000, 30, 0.3), args: []string{"train", "--reg", "10", "--intercept=false", "--time-limit", "60s"}, limit: time.Minute, peakMB: 1000},
		{name: "40 000×31, γ=100, 70 s", make: regression(40_000, 30, 0.3), args: []string{"train", "--reg", "100", "--intercept=false", "--time-limit", "70s"}, limit: 70 * time.Second, peakMB: 1000},
		{name: "40 000×31, descent, 20 s", make: regression(40_000, 30, 0.3), args: []string{"train", "--reg", "100", "--intercept=false", "--method", "descent", "--time-limit", "20s"}, limit: 20 * time.Second, peakMB: 1000},
		{name: "1797×64 in ten classes, 5 s", make: classes(1797, 64, 10), args: []string{"train", "--time-limit", "5s"}, limit: 5 * time.Second, peakMB: 1000},
		{name: "569×30 in two classes, defaults", make: classes(569, 30, 2), args: []string{"train"}, peakMB: 1500},
		{name: "LIBSVM with index 10 000 000", make: tables.SparseIndex, args: []string{"train", "--format", "libsvm", "--time-limit", "5s"}, limit: 5 * time.Second, peakMB: 500, refused: "index"},
		{name: "1 MB of gzip, 1 GB unpacked, 1 GB allowed", make: tables.GzipBomb, args: []string{"train", "--memory-limit", "1GB", "--time-limit", "40s"}, limit: 40 * time.Second, peakMB: 1100, refused: "memory"},
		{name: "ARFF with 100 000 attributes", make: tables.WideARFF, args: []string{"train", "--time-limit", "10s"}, limit: 10 * time.Second, peakMB: 1000},
		{name: "ARFF with 100 000 values", make: tables.ManyValues, args: []string{"train", "--time-limit", "10s"}, limit: 10 * time.Second, peakMB: 1000, refused: "values"},
		{name: "iris, width 3, γ=0.1, 10 s", make: builtin("builtin:iris"), args: []string{"train", "--width", "3", "--reg", "0.1", "--intercept=false", "--loss", "squared", "--time-limit", "10s"}, limit: 10 * time.Second, peakMB: 500},
	}
}

func builtin(name string) func(string) (string, error) {
	return func(string) (string, error) { return name, nil }
}

func main() {
	only := flag.String("only", "", "run the rows whose name matches this regular expression")
	given := flag.String("binary", "", "measure this program instead of one that is built now")
	flag.Parse()
	held, err := all(*only, *given)
	if err != nil {
		fmt.Fprintln(os.Stderr, "limits:", err)
		os.Exit(1)
	}
	if !held {
		os.Exit(1)
	}
}

func all(only, given string) (held bool, err error) {
	match, err := regexp.Compile(only)
	if err != nil {
		return false, err
	}
	dir, relift, err := binary.Use(given)
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	version, _ := exec.Command(relift, "version").Output()
	fmt.Printf("%s, %d processors, %s/%s\n\n", strings.ReplaceAll(strings.TrimSpace(string(version)), "\n", "; "), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
	fmt.Println("| run | ended after s | peak MB | width | objective | bound | status | held |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	held = true
	for _, r := range runs() {
		if !match.MatchString(r.name) {
			continue
		}
		ok, err := r.print(dir, relift)
		if err != nil {
			return false, fmt.Errorf("%s: %w", r.name, err)
		}
		held = held && ok
	}
	if !match.MatchString("interruptions") {
		return held, nil
	}
	ok, err := interruptions(dir, relift)
	return held && ok, err
}

// summary is what is read of a run's JSON.
type summary struct {
	Status string   `json:"status"`
	Lower  float64  `json:"lower_bound"`
	Upper  *float64 `json:"upper_bound"`
	Net    *struct {
		Width int `json:"width"`
	} `json:"network"`
}

// measured is one process.
type measured struct {
	wall   time.Duration
	peakMB float64
	status int
	out    summary
	stderr string
}

// start runs relift until it ends; during, if given, is called when it has started.
func start(relift string, args []string, during func(*os.Process)) (measured, error) {
	var m measured
	cmd := exec.Command(relift, args...)
	var out, messages strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &messages
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return m, err
	}
	if during != nil {
		go during(cmd.Process)
	}
	err := cmd.Wait()
	m.wall, m.stderr = time.Since(begin), messages.String()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		m.peakMB = float64(usage.Maxrss) / 1024
	}
	m.status = cmd.ProcessState.ExitCode()
	if err == nil {
		err = json.Unmarshal([]byte(out.String()), &m.out)
	} else if _, ended := err.(*exec.ExitError); ended { // also by a signal that came before the program could listen
		err = nil
	}
	return m, err
}

// print runs the row and prints it.
func (r run) print(dir, relift string) (held bool, err error) {
	file, err := r.make(dir)
	if err != nil {
		return false, err
	}
	if filepath.IsAbs(file) {
		defer os.Remove(file)
	}
	m, err := start(relift, append([]string{r.args[0], file, "--json", "--quiet"}, r.args[1:]...), nil)
	if err != nil {
		return false, err
	}
	allowed := patience
	if r.limit > 0 {
		allowed = r.limit + slack(r.limit)
	}
	held = m.wall <= allowed && m.peakMB <= r.peakMB
	width, objective, bound, status := "–", "–", "–", m.out.Status
	switch {
	case m.status == 2 && r.refused != "" && strings.Contains(m.stderr, r.refused):
		status = "refused"
	case m.status != 0:
		held, status = false, fmt.Sprintf("exit status %d: %s", m.status, firstLine(m.stderr))
	default:
		if m.out.Net != nil {
			width = fmt.Sprint(m.out.Net.Width)
			held = held && m.out.Net.Width > 0
		}
		if m.out.Upper != nil {
			objective = fmt.Sprintf("%.6g", *m.out.Upper)
		}
		bound = fmt.Sprintf("%.6g", m.out.Lower)
	}
	fmt.Printf("| %s | %.2f | %.0f | %s | %s | %s | %s | %s |\n", r.name, m.wall.Seconds(), m.peakMB, width, objective, bound, status, yes(held))
	return held, nil
}

func firstLine(text string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return first
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "**no**"
}

// interruptions interrupts runs of several kinds at several moments; each has to end within a second, with
// its results.
func interruptions(dir, relift string) (held bool, err error) {
	fmt.Println("\n| interrupted run | after s | ended after s more | width | bound | held |")
	fmt.Println("|---|---|---|---|---|---|")
	held = true
	for _, r := range []run{
		{name: "569×30 in two classes", make: func(dir string) (string, error) { return tables.Classes(dir, 569, 30, 2) }},
		{name: "160×2000", make: func(dir string) (string, error) { return tables.Regression(dir, 160, 2000, 0.1) }},
		{name: "4000×31", make: func(dir string) (string, error) { return tables.Regression(dir, 4000, 30, 0.3) }},
		{name: "iris", make: builtin("builtin:iris")},
	} {
		file, err := r.make(dir)
		if err != nil {
			return false, err
		}
		for _, after := range []time.Duration{20 * time.Millisecond, 200 * time.Millisecond, time.Second, 4 * time.Second, 9 * time.Second} {
			model, certificate := filepath.Join(dir, "m.json"), filepath.Join(dir, "c.npz")
			os.Remove(model)
			os.Remove(certificate)
			var at time.Time
			m, err := start(relift, []string{"train", file, "--json", "--quiet", "--time-limit", "1h", "--gap", "1e-9", "-o", model, "--certificate", certificate}, func(p *os.Process) {
				time.Sleep(after)
				at = time.Now()
				_ = p.Signal(syscall.SIGINT)
			})
			if err != nil {
				return false, err
			}
			more := time.Since(at)
			width := "–"
			if m.out.Net != nil {
				width = fmt.Sprint(m.out.Net.Width)
			}
			ok := more <= time.Second && (m.status == 0 || after < 100*time.Millisecond)
			if m.out.Lower > 0 && ok {
				ok = exec.Command(relift, "verify", certificate).Run() == nil
			}
			held = held && ok
			fmt.Printf("| %s | %.2f | %.2f | %s | %.6g | %s |\n", r.name, after.Seconds(), more.Seconds(), width, m.out.Lower, yes(ok))
		}
		if filepath.IsAbs(file) {
			os.Remove(file)
		}
	}
	return held, nil
}
