package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/relift/relift/report"
)

// TestPublishedProblems trains on the paper's small problems, with the data of
// the shared folder beside the repository, to known quality.
func TestPublishedProblems(t *testing.T) {
	root := "../../../../../shared/data/"
	for _, c := range []struct {
		name             string
		reg              float64
		bound, objective float64 // at least, at most
		gap              float64
	}{
		{"spiral.csv", 0.1, 16.235, 16.60, 1e-3},
		{"spiral.csv", 0.01, 15.1545, 15.1552, 1e-4},
		{"iris.train.csv", 0.1, 2.45, 2.55, 0.03},
	} {
		data := root + c.name
		if _, err := os.Stat(data); err != nil {
			t.Skip("no shared data: ", err)
		}
		cert := filepath.Join(t.TempDir(), "c.npz")
		number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
		o := command(t, "train", data, "--reg", number(c.reg), "--gap", number(c.gap), "--intercept=false", "--scale", "none", "--bias=false", "--json", "-q", "--certificate", cert)
		var s report.Summary
		if err := json.Unmarshal([]byte(o.stdout), &s); err != nil {
			t.Fatalf("exit status %d: %s", o.status, o.stderr)
		}
		if !(float64(s.LowerBound) >= c.bound) || !(float64(s.UpperBound) <= c.objective) || !(s.LowerBound <= s.UpperBound) {
			t.Errorf("%s, γ = %v: bounds %v and %v, want at least %v and at most %v", c.name, c.reg, s.LowerBound, s.UpperBound, c.bound, c.objective)
		}
		if o := command(t, "verify", cert, data); o.status != exitDone {
			t.Errorf("%s: exit status %d: %s%s", c.name, o.status, o.stdout, o.stderr)
		}
	}
}
