package verify_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/relift/relift/certificate/verify"
	"github.com/relift/relift/internal/npy"
)

// honest is a file of format version 1.
const honest = "../testdata/forgeries/multipliers-honest.npz"

func archiveOf(t *testing.T) *npy.Archive {
	t.Helper()
	archive, err := npy.OpenArchive(honest)
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

// The names, types and shapes are a promise to those who have such files.
func TestFileLayout(t *testing.T) {
	archive := archiveOf(t)
	for name, want := range map[string]string{
		"X": "float64 (5, 2)", "Y": "float64 (5, 1)", "gamma": "float64 ()", "representatives": "int64 (2,)", "merged_into": "int64 (5,)",
		"merge_scale": "float64 (5,)", "W": "float64 (5, 1)", "Phi": "float64 (2, 2)", "Omega": "float64 (2, 2)", "Psi": "float64 (2, 2)",
		"lower_bound": "float64 ()", "meta": "str ()",
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
	claims, err := verify.FromArchive(archive)
	if err != nil {
		t.Fatal(err)
	}
	if r := verify.Verify(claims); !r.OK() {
		t.Errorf("the file is refused:\n%v", r)
	}
}

func TestArraysThatDoNotFitAreRefused(t *testing.T) {
	archive := archiveOf(t)
	// refused reads the archive without an array, or with another in its place, and expects an error that says so.
	refused := func(which string, with *npy.Array, says string) {
		t.Helper()
		var entries []npy.Entry
		for _, name := range archive.Names() {
			a, err := archive.Array(name)
			if err != nil {
				t.Fatal(err)
			}
			if name == which && with != nil {
				a = *with
			}
			if name != which || with != nil {
				entries = append(entries, npy.Entry{Name: name, Array: a})
			}
		}
		var b bytes.Buffer
		if err := npy.WriteArchive(&b, entries); err != nil {
			t.Fatal(err)
		}
		changed, err := npy.ReadArchive(bytes.NewReader(b.Bytes()), int64(b.Len()), 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := verify.FromArchive(changed); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, expected one line with %q", which, err, says)
		}
	}
	for _, name := range archive.Names() {
		if name != "meta" { // which is optional
			refused(name, nil, name)
		}
	}
	for name, array := range map[string]npy.Array{
		"gamma": npy.Ints([]int{1}), "X": npy.Vector([]float64{1}), "Phi": npy.String("Φ"), "representatives": npy.Vector([]float64{0, 1}),
	} {
		refused(name, &array, name)
	}
	newer := npy.String(`{"format":"relift certificate","format_version":2}`)
	refused("meta", &newer, "version 2")
}
