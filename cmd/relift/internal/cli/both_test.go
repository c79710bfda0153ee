package cli

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/relift/relift"
	"github.com/relift/relift/internal/atomicfile"
	"github.com/relift/relift/internal/npy"
)

// TestCertificateOfBothKinds writes the file of a small problem, whose proof by cones stands
// beside the multipliers of the relaxation, and tampers with each array of the former.
func TestCertificateOfBothKinds(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "both.npz")
	if o := command(t, "train", "builtin:random?n=8&d=2&c=2&seed=3", "--scale", "none", "--bias=false", "--quiet", "--certificate", path); o.status != exitDone {
		t.Fatalf("status %d: %s", o.status, o.stderr)
	}
	verdict := command(t, "verify", path)
	if verdict.status != exitDone {
		t.Fatalf("status %d: %s", verdict.status, verdict.stderr)
	}
	if !strings.Contains(verdict.stdout, "exact bound") || !strings.Contains(verdict.stdout, "definite") {
		t.Fatalf("the file does not hold both proofs:\n%s", verdict.stdout)
	}
	archive, err := npy.OpenArchive(path)
	if err != nil {
		t.Fatal(err)
	}
	tampered := 0
	for _, name := range archive.Names() {
		if !strings.HasPrefix(name, relift.ConesPrefix) {
			continue
		}
		tampered++
		var entries []npy.Entry
		for _, other := range archive.Names() {
			a, err := archive.Array(other)
			if err != nil {
				t.Fatal(err)
			}
			if other == name && len(a.Float64) > 0 {
				a.Float64[0] += 1e-3
			}
			entries = append(entries, npy.Entry{Name: other, Array: a})
		}
		forged := filepath.Join(dir, "forged.npz")
		if err := atomicfile.Write(forged, func(w io.Writer) error { return npy.WriteArchive(w, entries) }); err != nil {
			t.Fatal(err)
		}
		if o := command(t, "verify", forged); o.status != exitVerify {
			t.Errorf("%s changed: status %d, expected %d", name, o.status, exitVerify)
		}
	}
	if tampered < 3 {
		t.Fatalf("only %d arrays of the proof by cones in the file", tampered)
	}
}
