package cli

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestNextStepsCanBeTyped(t *testing.T) {
	dir, data := file(t, "tiny table.csv", tiny)
	model, cert := filepath.Join(dir, "m.json"), filepath.Join(dir, "c.npz")
	o := command(t, "train", data, "--reg", "0.1", "--method", "descent", "-o", model, "--certificate", cert)
	for _, want := range []string{
		"\nnext: relift verify " + cert + " '" + data + "'\n",
		"\nnext: relift explain " + model + " '" + data + "'\n",
	} {
		if !strings.Contains(o.stderr, want) {
			t.Errorf("%q is not in %q", want, o.stderr)
		}
	}
	for _, args := range [][]string{{"verify", cert, data}, {"explain", model, data}} {
		if o := command(t, args...); o.status != exitDone {
			t.Errorf("relift %v: exit status %d: %s", args, o.status, o.stderr)
		}
	}
	if o := command(t, "bound", data, "--reg", "0.1", "--intercept=false"); !strings.Contains(o.stderr, "next: --certificate FILE.npz keeps the proof") {
		t.Errorf("nothing was kept, but %q", o.stderr)
	}
	if o := command(t, "bound", data, "-q", "--reg", "0.1", "--intercept=false"); strings.Contains(o.stderr, "next:") {
		t.Errorf("quiet, but %q", o.stderr)
	}
}
