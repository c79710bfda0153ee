package npy

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// numpy runs a Python script in dir, or skips where there is no NumPy.
func numpy(t *testing.T, dir, script string) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here")
	}
	// The system's Python has Debian's NumPy where another in PATH does not.
	if _, err := os.Stat("/usr/bin/python3"); err == nil {
		python = "/usr/bin/python3"
	}
	if out, err := exec.Command(python, "-c", "import numpy").CombinedOutput(); err != nil {
		t.Skipf("no NumPy here: %s", out)
	}
	command := exec.Command(python, "-c", script)
	command.Dir = dir
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestNumPyReadsOurs(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ours.npz"), encodeArchive(t, sampleEntries()), 0o644); err != nil {
		t.Fatal(err)
	}
	numpy(t, dir, `
import numpy as np
z = np.load('ours.npz', allow_pickle=False)
assert len(z.files) == 12, z.files
def is_(a, kind, shape, values):
    assert a.dtype == kind and a.shape == shape and (a == np.array(values, dtype=kind).reshape(shape)).all(), (a.dtype, a.shape, a)
is_(z['scalar'], 'f8', (), -1.5)
is_(z['special'], 'f8', (5,), [np.inf, -np.inf, 0.0, 5e-324, np.finfo(float).max])
assert np.signbit(z['special'][2])
is_(z['empty'], 'f8', (0,), [])
is_(z['matrix'], 'f8', (2, 3), [1, 2, 3, 4, 5, 6])
is_(z['no_rows'], 'f8', (0, 3), [])
is_(z['no_cols'], 'i8', (3, 0), [])
is_(z['integers'], 'i8', (4,), [0, -1, 2**63 - 1, -2**63])
is_(z['integer'], 'i8', (), 7)
is_(z['bools'], '?', (1, 3), [True, False, True])
assert str(z['text']) == '{"γ": 0.1, "note": "π 😀"}', z['text']
assert str(z['nothing']) == '' and z['nothing'].shape == ()
assert str(z['zeros']) == 'a\0b'
`)
}

func TestWeReadNumPys(t *testing.T) {
	dir := t.TempDir()
	numpy(t, dir, `
import numpy as np
m = np.arange(6.0).reshape(2, 3)
arrays = dict(c=m, fortran=np.asfortranarray(m), big=m.astype('>f8'), single=m.astype('f4'), scalar=np.float64(0.1),
              ints=np.array([-1, 2], dtype='i4'), big_ints=np.array([[-1], [2]], dtype='>i8'), flags=np.array([True, False]),
              text=np.array('γ = 0.1'), bytes=np.array(b'abc'), empty=np.zeros((0, 2)), sliced=np.arange(12.0).reshape(3, 4)[:, ::2],
              nan=np.array([np.nan]))
np.savez('stored.npz', **arrays)
np.savez_compressed('deflated.npz', **arrays)
np.savez('pickled.npz', o=np.array([{}], dtype=object))
with open('long.npz', 'wb') as f:
    np.savez(f, x=np.zeros(100000))
`)
	matrix := Array{Shape: []int{2, 3}, Kind: Float64, Float64: []float64{0, 1, 2, 3, 4, 5}}
	want := map[string]Array{
		"c": matrix, "fortran": matrix, "big": matrix, "single": matrix,
		"scalar": Scalar(0.1), "ints": Ints([]int{-1, 2}),
		"big_ints": {Shape: []int{2, 1}, Kind: Int64, Int64: []int64{-1, 2}},
		"flags":    {Shape: []int{2}, Kind: Bool, Bool: []bool{true, false}},
		"text":     String("γ = 0.1"), "bytes": String("abc"),
		"empty":  {Shape: []int{0, 2}, Kind: Float64},
		"sliced": {Shape: []int{3, 2}, Kind: Float64, Float64: []float64{0, 2, 4, 6, 8, 10}},
	}
	for _, name := range []string{"stored.npz", "deflated.npz"} {
		archive, err := OpenArchive(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for key, w := range want {
			if a, err := archive.Array(key); err != nil || !same(a, w) {
				t.Errorf("%s %s: %+v (%v), want %+v", name, key, a, err, w)
			}
		}
		if a, err := archive.Array("nan"); err != nil || !math.IsNaN(a.Float64[0]) {
			t.Errorf("%s nan: %+v (%v)", name, a, err)
		}
	}
	if _, err := OpenArchive(filepath.Join(dir, "pickled.npz")); err == nil {
		t.Error("a pickled object was read")
	}
	if archive, err := OpenArchive(filepath.Join(dir, "long.npz")); err != nil || len(archive.entries[0].Array.Float64) != 100000 {
		t.Errorf("a long array: %v", err)
	}
}
