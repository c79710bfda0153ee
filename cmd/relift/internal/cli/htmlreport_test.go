package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/relift/relift/report"
)

func TestReport(t *testing.T) {
	dir, data := file(t, "tiny.csv", tiny)
	page, cert := filepath.Join(dir, "r.html"), filepath.Join(dir, "c.npz")
	o := command(t, "train", data, "-q", "--json", "--reg", "0.1", "--intercept=false", "--method", "sdp", "--certificate", cert, "--report", page, "--holdout", "0.3")
	if o.status != exitDone || o.stderr != "" {
		t.Fatalf("exit status %d: %s", o.status, o.stderr)
	}
	var s report.Summary
	if err := json.Unmarshal([]byte(o.stdout), &s); err != nil || s.Files.Report != page {
		t.Fatalf("report %q, %v", s.Files.Report, err)
	}
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	proof, err := os.ReadFile(cert)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(proof)
	for _, want := range []string{
		report.Below(s.LowerBound), report.Above(s.UpperBound), hex.EncodeToString(digest[:]),
		"relift verify " + cert + " " + data, "relift train " + data + " ", "--method sdp", "Decision regions", "Confusion matrix, Test rows", "import sys, numpy", `class="curve bound"`,
	} {
		if !strings.Contains(string(content), want) {
			t.Errorf("%q is not in the report", want)
		}
	}
	wantOnly(t, dir, "tiny.csv", "r.html", "c.npz")
	if o := command(t, "train", data, "--report", data); o.status != exitInput {
		t.Errorf("a report over the input: exit status %d", o.status)
	}
}

func TestReportOfABoundAndOfARegression(t *testing.T) {
	dir, data := file(t, "t.csv", "a,y\n1,0.5\n2,1.5\n3,2.5\n4,3.75\n")
	bound, train := filepath.Join(dir, "b.html"), filepath.Join(dir, "t.html")
	if o := command(t, "bound", data, "-q", "--reg", "0.1", "--intercept=false", "--report", bound); o.status != exitDone {
		t.Fatal(o.stderr)
	}
	if o := command(t, "train", data, "-q", "--reg", "0.1", "--intercept=false", "--report", train); o.status != exitDone {
		t.Fatal(o.stderr)
	}
	for path, c := range map[string]struct{ with, without string }{
		bound: {"not kept", `id="neurons"`},
		train: {"Residuals of y", "<h2 id=\"regions-h\""}, // one feature has no plane
	} {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(content), c.with) || strings.Contains(string(content), c.without) {
			t.Errorf("%s: want %q and not %q", filepath.Base(path), c.with, c.without)
		}
	}
}

func TestShellWords(t *testing.T) {
	got := shellWords([]string{"relift", "a b.csv", "it's", "", "--reg", "0.1", "$HOME", "@x"})
	if want := `relift 'a b.csv' 'it'\''s' '' --reg 0.1 '$HOME' @x`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
