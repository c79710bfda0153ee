package npy

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// An archive whose arrays are read one by one has what one in memory has.
func TestOpenMembersReadsWhatIsAskedFor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npz")
	if err := os.WriteFile(path, encodeArchive(t, sampleEntries()), 0o600); err != nil {
		t.Fatal(err)
	}
	whole, err := OpenArchive(path)
	if err != nil {
		t.Fatal(err)
	}
	one, err := OpenMembers(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(one.Names(), whole.Names()) || one.Size() != whole.Size() {
		t.Errorf("names %v and size %d, expected %v and %d", one.Names(), one.Size(), whole.Names(), whole.Size())
	}
	for range 2 {
		for _, name := range whole.Names() {
			want, err := whole.Array(name)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := one.Array(name); want.Kind == Bool {
				if !errors.Is(err, ErrFormat) {
					t.Errorf("%s: error %v, expected that it is no array of a certificate", name, err)
				}
			} else if err != nil || !reflect.DeepEqual(got, want) || !one.Has(name) {
				t.Errorf("%s: %v, %v, expected %v", name, got, err, want)
			}
		}
	}
	if _, err := one.Array("absent"); err == nil || one.Has("absent") {
		t.Error("there is an array that is not there")
	}
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := one.Array(whole.Names()[0]); err == nil {
		t.Error("an array is read after the end")
	}
	if err := whole.Close(); err != nil {
		t.Errorf("an archive in memory: %v", err)
	}
}

// A damaged array is found when it is read, and does not hide the others.
func TestOpenMembersFindsDamage(t *testing.T) {
	content := encodeArchive(t, []Entry{{Name: "a", Array: Vector([]float64{1, 2})}, {Name: "b", Array: Vector([]float64{3, 4})}})
	at := strings.Index(string(content), "b.npy") + 5 + 128 // its first element
	content[at] ^= 1
	path := filepath.Join(t.TempDir(), "a.npz")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	archive, err := OpenMembers(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	if _, err := archive.Array("a"); err != nil {
		t.Error(err)
	}
	if _, err := archive.Array("b"); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), `"b"`) {
		t.Errorf("error %v, expected one about the array", err)
	}
}

// A certificate has float64, int64 and texts: another reader of it refuses what could be made one of these.
func TestOpenMembersTakesNoOtherTypes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npz")
	for _, descr := range []string{"<f2", "<f4", "|i1", "<i2", "<i4", "|u1", "<u4", "<u8", "|b1", "<f8", ">f8", "<i8"} {
		size := int(descr[2] - '0')
		content := zipOf(t, 0, "a.npy", append(file(1, dictionary(descr, "False", "()")), make([]byte, size)...))
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		archive, err := OpenMembers(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = archive.Array("a")
		if exact := strings.HasSuffix(descr, "f8") || strings.HasSuffix(descr, "i8"); exact != (err == nil) || !exact && !errors.Is(err, ErrFormat) {
			t.Errorf("%s: error %v", descr, err)
		}
		archive.Close()
	}
}

// All arrays together are bounded, however often they are read.
func TestOpenMembersIsLimited(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npz")
	if err := os.WriteFile(path, encodeArchive(t, []Entry{{Name: "a", Array: Vector(make([]float64, 100))}, {Name: "b", Array: Vector(make([]float64, 100))}}), 0o600); err != nil {
		t.Fatal(err)
	}
	archive, err := OpenMembers(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	archive.file.left = 1500 // bytes: one of the two
	for range 3 {
		if _, err := archive.Array("a"); err != nil {
			t.Error(err)
		}
	}
	if _, err := archive.Array("b"); !errors.Is(err, ErrFormat) {
		t.Errorf("error %v, expected that it exceeds the limit", err)
	}
}

func TestOpenMembersInterrupted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npz")
	if err := os.WriteFile(path, encodeArchive(t, sampleEntries()), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	archive, err := OpenMembers(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	cancel()
	if _, err := archive.Array(archive.Names()[0]); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, expected the end of the context", err)
	}
	if _, err := OpenMembers(t.Context(), path+"x"); !errors.Is(err, os.ErrNotExist) || !strings.HasPrefix(err.Error(), path) {
		t.Errorf("error %v", err)
	}
}
