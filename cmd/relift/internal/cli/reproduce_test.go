package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// quickly are the arguments of a reproduction that takes a blink.
func quickly(dir string, more ...string) []string {
	return append([]string{"reproduce", "tightness", "--quick", "--only", "random000/0.1/exact,random000/0.1/sgd5", "--out", dir}, more...)
}

func TestReproduce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "results")
	o := command(t, quickly(dir)...)
	if o.status != exitDone || !strings.Contains(o.stdout, filepath.Join(dir, "report.html")) {
		t.Fatalf("exit status %d: %s%s", o.status, o.stdout, o.stderr)
	}
	if !strings.Contains(o.stderr, "[2/2] tightness/random000/0.1/") || strings.Contains(o.stderr, "\r") {
		t.Errorf("progress on a pipe: %q", o.stderr)
	}
	report, err := os.ReadFile(filepath.Join(dir, "report.md"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "relift reproduce tightness --quick --only random000/0.1/exact,random000/0.1/sgd5\n"; !strings.Contains(string(report), want) {
		t.Errorf("the report does not say %q", want)
	}
	if o := command(t, quickly(dir, "--resume")...); o.status != exitDone || !strings.Contains(o.stderr, "2 of 2 jobs are kept") {
		t.Errorf("--resume: exit status %d: %s", o.status, o.stderr)
	}
	if o := command(t, quickly(dir, "--resume", "-q")...); o.status != exitDone || o.stderr != "" {
		t.Errorf("-q: exit status %d: %q", o.status, o.stderr)
	}
}

func TestReproduceInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	o := commandWithin(t, ctx, quickly(dir)...)
	if o.status != exitDone || !strings.Contains(o.stderr, "interrupted: 0 of 2 jobs are finished; --resume goes on from there") {
		t.Errorf("exit status %d: %s", o.status, o.stderr)
	}
	if _, err := os.Stat(filepath.Join(dir, "report.md")); err != nil {
		t.Error(err)
	}
}

func TestReproduceRefusals(t *testing.T) {
	dir, path := file(t, "banknotes.txt", "1,2,3,4,0\n")
	for _, c := range []struct {
		args  []string
		words []string
	}{
		{[]string{"reproduce", "speed"}, []string{`"speed"`, "tightness, classification, cost, all"}},
		{[]string{"reproduce", "cost", "all"}, []string{`"all" is one too many`}},
		{[]string{"reproduce", "--problems", "-3"}, []string{`--problems "-3"`}},
		{[]string{"reproduce", "--jobs", "many"}, []string{`--jobs "many"`}},
		{[]string{"reproduce", "--only", "nothing-like-it", "--out", dir}, []string{"nothing-like-it", "no job", "tightness/spiral"}},
		{[]string{"reproduce", "--quick", "--out", path}, []string{"--out " + path, "folder"}},
		{[]string{"reproduce", "--bank-notes", path, "--out", dir}, []string{path, "archive.ics.uci.edu"}},
		{[]string{"reproduce", "--bank-notes", filepath.Join(dir, "none"), "--out", dir}, []string{"no such file", "archive.ics.uci.edu"}},
	} {
		t.Run(strings.Join(c.args[1:], " "), func(t *testing.T) { command(t, c.args...).wantRefusal(t, c.words...) })
	}
	wantOnly(t, dir, "banknotes.txt")
}
