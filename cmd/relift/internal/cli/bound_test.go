package cli

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/relift/relift/report"
)

func TestBound(t *testing.T) {
	dir, path := file(t, "tiny.csv", tiny)
	cert := filepath.Join(dir, "c.npz")
	o := command(t, "bound", path, "--reg", "0.1", "--intercept=false", "--certificate", cert)
	if o.status != exitDone || !strings.Contains(o.stdout, "lower bound") || strings.Contains(o.stdout, "\ngap ") || strings.Contains(o.stdout, "\nwidth ") {
		t.Errorf("exit status %d: %s%s", o.status, o.stdout, o.stderr)
	}
	var s report.Summary
	if err := json.Unmarshal([]byte(command(t, "bound", path, "--reg", "0.1", "--intercept=false", "--json", "-q").stdout), &s); err != nil {
		t.Fatal(err)
	}
	if s.Network != nil || s.Metrics != nil || !(s.LowerBound > 0) || s.Relaxation == nil || s.Relaxation.LowerBound != s.LowerBound {
		t.Errorf("summary %+v", s)
	}
	wantOnly(t, dir, "tiny.csv", "c.npz")
	if o := command(t, "verify", cert, path); o.status != exitDone {
		t.Errorf("exit status %d: %s%s", o.status, o.stdout, o.stderr)
	}
}
