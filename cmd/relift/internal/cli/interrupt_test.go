package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/relift/relift/internal/atomicfile"
	"github.com/relift/relift/report"
)

// The test binary plays the program when this variable is set: "main" runs
// relift, "write" waits for two signals while it writes a file.
const role = "RELIFT_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "main":
		ctx, stop := Interruptible()
		defer stop()
		os.Exit(Main(ctx, os.Args[1:], os.Stdout, os.Stderr))
	case "write":
		ctx, stop := Interruptible()
		defer stop()
		err := atomicfile.Write(os.Args[1], func(io.Writer) error {
			fmt.Println("ready")
			<-ctx.Done()
			fmt.Println("cancelled")
			time.Sleep(time.Minute)
			return nil
		})
		fmt.Println(err)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// start prepares the test binary in a role.
func start(t *testing.T, as string, args ...string) *exec.Cmd {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("no signals on Windows")
	}
	c := exec.CommandContext(t.Context(), os.Args[0], args...)
	c.Env = append(os.Environ(), role+"="+as)
	return c
}

// hasBound reports whether a line of the progress has a bound.
func hasBound(line string) bool {
	const column = 4
	fields := strings.Fields(line)
	return len(fields) > column && strings.ContainsAny(fields[column], "123456789") && !strings.HasPrefix(line, "warning: ")
}

func TestSignalEndsARunCleanly(t *testing.T) {
	dir := t.TempDir()
	model, cert := filepath.Join(dir, "m.json"), filepath.Join(dir, "c.npz")
	c := start(t, "main", "train", "builtin:ionosphere", "--reg", "0.1", "--intercept=false", "--json", "-o", model, "--certificate", cert)
	var stdout bytes.Buffer
	c.Stdout = &stdout
	stderr, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	var all strings.Builder
	for signalled := false; lines.Scan(); {
		fmt.Fprintln(&all, lines.Text())
		if !signalled && hasBound(lines.Text()) {
			signalled = true
			if err := c.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := c.Wait(); err != nil {
		t.Fatalf("the run ended with %v: %s", err, all.String())
	}
	var s report.Summary
	if err := json.Unmarshal(stdout.Bytes(), &s); err != nil {
		t.Fatalf("%v: %s", err, stdout.String())
	}
	if s.Status != "interrupted" || !(s.LowerBound <= s.UpperBound) {
		t.Errorf("status %s, bounds %v and %v", s.Status, s.LowerBound, s.UpperBound)
	}
	wantOnly(t, dir, "m.json", "c.npz")
}

// TestSecondSignalEndsTheProcess at once, and leaves no part of a file.
func TestSecondSignalEndsTheProcess(t *testing.T) {
	dir := t.TempDir()
	c := start(t, "write", filepath.Join(dir, "m.json"))
	stdout, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	for _, want := range []string{"ready", "cancelled"} {
		if !lines.Scan() || lines.Text() != want {
			t.Fatalf("got %q, want %q", lines.Text(), want)
		}
		if err := c.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Wait(); err == nil || !strings.Contains(err.Error(), "interrupt") {
		t.Errorf("the process ended with %v", err)
	}
	wantOnly(t, dir)
}

// TestSignalEndsTheReading interrupts a run that waits for its table.
func TestSignalEndsTheReading(t *testing.T) {
	c := start(t, "main", "train", "-")
	stdin, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	var stderr bytes.Buffer
	c.Stderr = &stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := stdin.Write([]byte("a,b\n1,2\n")); err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	if err := c.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	err = c.Wait()
	if c.ProcessState.ExitCode() != exitInterrupted || strings.Count(stderr.String(), "\n") != 1 || !strings.Contains(stderr.String(), "standard input: reading it was interrupted") {
		t.Errorf("%v: %q", err, stderr.String())
	}
}
