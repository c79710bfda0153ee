package certificate

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/relift/relift/certificate/verify"
	"github.com/relift/relift/internal/npy"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/problem"
	"gonum.org/v1/gonum/mat"
)

func smallCertificate(t testing.TB, seed uint64) *Certificate {
	t.Helper()
	p := withMerges(newRand(seed), 5, 2, 2, 0.3)
	g := presolved(t, p)
	return mustRepair(t, p, g, lift.SparseMultipliers(p.Y, square(g), square(g), square(g)))
}

func saved(t testing.TB, c *Certificate) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.cert.npz")
	if err := c.Save(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSaveAndLoadKeepEveryBit(t *testing.T) {
	c := smallCertificate(t, 1)
	c.Meta.Settings = []byte(`{"reg":0.3}`)
	c.Seal()
	path := saved(t, c)
	back, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back.Claims(), c.Claims()) {
		t.Errorf("loaded %+v, saved %+v", back.Claims(), c.Claims())
	}
	mustVerify(t, back)
	raw, err := verify.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if r := verify.Verify(raw); !r.OK() {
		t.Errorf("the file is refused:\n%v", r)
	}
}

func TestZeroRowsOnlySurviveTheFile(t *testing.T) {
	p := problem.Problem{X: mat.NewDense(2, 3, nil), Y: mat.NewDense(2, 1, []float64{1, -2}), Gamma: 1}
	back, err := Load(saved(t, mustRepair(t, p, presolved(t, p), lift.Multipliers{W: mat.NewDense(2, 1, nil)})))
	if err != nil {
		t.Fatal(err)
	}
	mustVerify(t, back)
}

// The names, types and shapes are a promise to users of the file.
func TestFileLayout(t *testing.T) {
	c := smallCertificate(t, 2)
	archive, err := npy.OpenArchive(saved(t, c))
	if err != nil {
		t.Fatal(err)
	}
	n, d, outputs, m := c.Dims()
	for name, want := range map[string]string{
		"X": fmt.Sprintf("float64 (%d, %d)", n, d), "Y": fmt.Sprintf("float64 (%d, %d)", n, outputs), "gamma": "float64 ()",
		"representatives": fmt.Sprintf("int64 (%d,)", m), "merged_into": fmt.Sprintf("int64 (%d,)", n), "merge_scale": fmt.Sprintf("float64 (%d,)", n),
		"W": fmt.Sprintf("float64 (%d, %d)", n, outputs), "Phi": fmt.Sprintf("float64 (%d, %d)", m, m), "Omega": fmt.Sprintf("float64 (%d, %d)", m, m),
		"Psi": fmt.Sprintf("float64 (%d, %d)", m, m), "lower_bound": "float64 ()", "meta": "str ()",
	} {
		a, err := archive.Array(name)
		if err != nil {
			t.Error(err)
		} else if a.String() != want {
			t.Errorf("%s is %v, expected %s", name, a, want)
		}
	}
	if len(archive.Names()) != 12 {
		t.Errorf("the file holds %v", archive.Names())
	}
}

func TestLoadRefuses(t *testing.T) {
	good := smallCertificate(t, 3)
	path := saved(t, good)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	archive, err := npy.OpenArchive(path)
	if err != nil {
		t.Fatal(err)
	}
	rewrite := func(change func(name string, a npy.Array) (npy.Array, bool)) []byte {
		var entries []npy.Entry
		for _, name := range archive.Names() {
			a, err := archive.Array(name)
			if err != nil {
				t.Fatal(err)
			}
			if a, keep := change(name, a); keep {
				entries = append(entries, npy.Entry{Name: name, Array: a})
			}
		}
		var b bytes.Buffer
		if err := npy.WriteArchive(&b, entries); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	replace := func(which string, with npy.Array) []byte {
		return rewrite(func(name string, a npy.Array) (npy.Array, bool) {
			if name == which {
				return with, true
			}
			return a, true
		})
	}
	meta := func(version int, format string) npy.Array {
		return npy.String(fmt.Sprintf(`{"format":%q,"format_version":%d}`, format, version))
	}
	cases := map[string]struct {
		content []byte
		says    string
	}{
		"truncated":     {raw[:len(raw)/2], ""},
		"empty":         {nil, ""},
		"text":          {[]byte("a,b\n1,2\n"), ""},
		"newer":         {replace("meta", meta(2, Format)), "version 2"},
		"version zero":  {replace("meta", meta(0, Format)), "version 0"},
		"foreign":       {replace("meta", meta(1, "something else")), "something else"},
		"meta not JSON": {replace("meta", npy.String("{")), "JSON"},
		"integer gamma": {replace("gamma", npy.Ints([]int{1})), "gamma"},
		"short scale":   {replace("merge_scale", npy.Vector([]float64{1})), "merge_scale"},
		"wide Phi":      {replace("Phi", npy.Matrix(mat.NewDense(2, 9, nil))), "Phi"},
	}
	for _, name := range archive.Names() {
		cases["without "+name] = struct {
			content []byte
			says    string
		}{rewrite(func(n string, a npy.Array) (npy.Array, bool) { return a, n != name }), name}
	}
	for name, test := range cases {
		bad := filepath.Join(t.TempDir(), "bad.npz")
		if err := os.WriteFile(bad, test.content, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(bad)
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		if text := err.Error(); !strings.HasPrefix(text, bad+": ") || strings.Contains(text, "\n") || !strings.Contains(text, test.says) {
			t.Errorf("%s: error %q, expected one line that begins with the path and mentions %q", name, text, test.says)
		}
	}
	if _, err := Load(filepath.Join(t.TempDir(), "absent.npz")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent file: error %v", err)
	}
}

func TestSaveLeavesNothingWhenItFails(t *testing.T) {
	c := smallCertificate(t, 4)
	c.Meta.Settings = []byte("{") // not JSON
	dir := t.TempDir()
	if err := c.Save(filepath.Join(dir, "x.npz")); err == nil {
		t.Error("no error")
	}
	if files, _ := os.ReadDir(dir); len(files) != 0 {
		t.Errorf("left %v", files)
	}
}

// FuzzLoad feeds arbitrary bytes: an error or a certificate that the verifier can
// look at, never a panic.
func FuzzLoad(f *testing.F) {
	raw, err := os.ReadFile(saved(f, smallCertificate(f, 5)))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add(raw[:len(raw)/3])
	for i := 40; i < len(raw); i += 997 {
		changed := bytes.Clone(raw)
		changed[i] ^= 0x41
		f.Add(changed)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(dir, "fuzz.npz")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if c, err := Load(path); err == nil {
			verify.Verify(c.Claims())
		}
	})
}
