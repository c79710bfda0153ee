package certfile

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/relift/relift/internal/atomicfile"
	"github.com/relift/relift/internal/effort"
	"github.com/relift/relift/internal/npy"
)

// folder holds the corpus of forgeries of package internal/forgery.
var folder = filepath.Join("..", "..", "certificate", "testdata", "forgeries")

// corpus reads the index of the forgeries.
func corpus(t testing.TB) []struct {
	File, What string
	Refused    bool
} {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var files []struct {
		File, What string
		Refused    bool
	}
	if err := json.Unmarshal(text, &files); err != nil {
		t.Fatal(err)
	}
	if len(files) < 100 {
		t.Fatalf("the index lists %d files", len(files))
	}
	return files
}

// TestForgeries: every forgery is refused, every honest file is accepted.
func TestForgeries(t *testing.T) {
	for _, c := range corpus(t) {
		proven := math.Inf(-1)
		f, err := Open(t.Context(), filepath.Join(folder, c.File))
		if err == nil {
			var o Outcome
			if o, err = f.Verify(t.Context(), effort.Effort{}, nil); err != nil {
				t.Fatal(err)
			}
			proven = o.Proven
			if o.OK() != !math.IsInf(proven, -1) {
				t.Errorf("%s: OK %v and proven %v", c.File, o.OK(), proven)
			}
		}
		switch accepted := !math.IsInf(proven, -1); {
		case accepted && c.Refused:
			t.Errorf("%s was accepted, bound %v: %s", c.File, proven, c.What)
		case !accepted && !c.Refused:
			t.Errorf("%s was refused (%v): %s", c.File, err, c.What)
		}
	}
}

// TestVerifyIsInterrupted: with a limit that lets a dear file through, the end of
// the context ends the verification.
func TestVerifyIsInterrupted(t *testing.T) {
	for _, name := range []string{"work-tree.npz", "work-orthants.npz"} {
		f, err := Open(t.Context(), filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		_, err = f.Verify(ctx, effort.Effort{Operations: math.Inf(1)}, nil)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: error %v, expected the end of the context", name, err)
		}
	}
}

// FuzzCertificate: no bytes make the readers or the verifiers panic, and nothing is
// proved beyond what the network 0 attains, which is true of every problem.
func FuzzCertificate(f *testing.F) {
	for _, c := range corpus(f) {
		data, err := os.ReadFile(filepath.Join(folder, c.File))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	path := filepath.Join(f.TempDir(), "fuzz.npz")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := Open(t.Context(), path)
		if err != nil {
			return
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		o, err := file.Verify(ctx, effort.Effort{Operations: 1e8, Bytes: 1 << 28}, nil)
		if err != nil {
			return
		}
		zero := 0.0
		for _, y := range file.Y.Data {
			zero += y * y / 2
		}
		if o.OK() && !(o.Claimed <= zero*(1+1e-9)+1e-300) {
			t.Errorf("a bound of %v was accepted and the network 0 attains %v", o.Claimed, zero)
		}
	})
}

// TestDerivations: forged derivations are refused here as well, honest ones are accepted and
// give bounds for every γ.
func TestDerivations(t *testing.T) {
	folder := filepath.Join("..", "..", "proof", "testdata", "forgeries")
	index, err := os.ReadFile(filepath.Join(folder, "index.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(index)) {
		name, cheat, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		f, err := Open(t.Context(), filepath.Join(folder, name+".npz"))
		var o Outcome
		if err == nil {
			o, err = f.Verify(t.Context(), effort.Effort{}, nil)
		}
		switch {
		case cheat != "" && err == nil && o.OK():
			t.Errorf("%s: accepted, although %s", name, cheat)
		case cheat != "":
		case err != nil || !o.OK():
			t.Errorf("%s: an honest file was refused: %v %v", name, err, o.Checks)
		case !f.EveryGamma() || !(o.At(2*f.Gamma) >= o.Proven) || !(o.At(f.Gamma/2) <= o.Proven):
			t.Errorf("%s: bounds %v, %v and %v at half, all and twice of γ", name, o.At(f.Gamma/2), o.Proven, o.At(2*f.Gamma))
		}
	}
}

// What the meta data of a derivation state of γ and of a bias has to be true.
func TestStatements(t *testing.T) {
	archive, err := npy.OpenArchive(filepath.Join("..", "..", "proof", "testdata", "forgeries", "honest-split.npz"))
	if err != nil {
		t.Fatal(err)
	}
	for settings, fails := range map[string]bool{
		`{"gamma": 0.5, "reg": 0.5, "recipe": {"bias": true}}`: false, // X is 1, γ is ½
		`{"gamma": 7}`: true, `{"reg": 7}`: true, `[]`: false, `{"reg": 7, "recipe": []}`: true,
		`{"gamma": 7, "Gamma": 0.5}`: true, `{"Gamma": 7}`: false, `{"gamma": "0.5"}`: true, `{"reg": null}`: true,
	} {
		var entries []npy.Entry
		for _, name := range archive.Names() {
			a, err := archive.Array(name)
			if err != nil {
				t.Fatal(err)
			}
			if name == "meta" {
				a = npy.String(`{"settings": ` + settings + `}`)
			}
			entries = append(entries, npy.Entry{Name: name, Array: a})
		}
		path := filepath.Join(t.TempDir(), "stated.npz")
		if err := atomicfile.Write(path, func(w io.Writer) error { return npy.WriteArchive(w, entries) }); err != nil {
			t.Fatal(err)
		}
		if proven := proves(t, path); math.IsInf(proven, -1) != fails {
			t.Errorf("%s: %v is proved", settings, proven)
		}
	}
}

// Files of format version 1, one of each kind, as relift 0.1.0 wrote them, still verify; with any array
// of numbers changed they do not.
func TestFilesOfVersionOne(t *testing.T) {
	for kind, bound := range map[string]float64{"multipliers": 16.859210288289848, "cones": 17.56797671223175, "both": 17.560120961290934} {
		path := filepath.Join("testdata", "v1", kind+".npz")
		if proven := proves(t, path); !(proven >= bound) || !(proven <= bound*(1+1e-9)) {
			t.Errorf("%s: proves %v, expected %v", kind, proven, bound)
		}
		archive, err := npy.OpenArchive(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range archive.Names() {
			var entries []npy.Entry
			for _, other := range archive.Names() {
				a, err := archive.Array(other)
				if err != nil {
					t.Fatal(err)
				}
				switch {
				case other == name && len(a.Float64) > 0:
					a.Float64 = slices.Clone(a.Float64)
					a.Float64[0] += 1e-3
				case other == name && len(a.Int64) > 0:
					a.Int64 = slices.Clone(a.Int64)
					a.Int64[0]++
				}
				entries = append(entries, npy.Entry{Name: other, Array: a})
			}
			forged := filepath.Join(t.TempDir(), "forged.npz")
			if err := atomicfile.Write(forged, func(w io.Writer) error { return npy.WriteArchive(w, entries) }); err != nil {
				t.Fatal(err)
			}
			if proven := proves(t, forged); name != "meta" && !math.IsInf(proven, -1) {
				t.Errorf("%s with %s changed proves %v", kind, name, proven)
			}
		}
	}
}

// proves returns the bound that a file proves, −Inf for none.
func proves(t *testing.T, path string) float64 {
	t.Helper()
	f, err := Open(t.Context(), path)
	if err != nil {
		return math.Inf(-1)
	}
	o, err := f.Verify(t.Context(), effort.Effort{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return o.Proven
}
