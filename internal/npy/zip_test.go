package npy

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// containers are the archives of the corpus of forgeries, by name.
func containers(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "..", "certificate", "testdata", "forgeries", "container-*.npz"))
	if err != nil || len(paths) < 20 {
		t.Fatalf("%d containers (%v)", len(paths), err)
	}
	all := map[string][]byte{}
	for _, path := range paths {
		if all[filepath.Base(path)], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func TestAmbiguousArchives(t *testing.T) {
	for name, data := range containers(t) {
		_, err := readArchive(data)
		switch honest := name == "container-honest.npz"; {
		case honest && err != nil:
			t.Errorf("%s: %v", name, err)
		case !honest && !errors.Is(err, ErrFormat):
			t.Errorf("%s: error %v, want one that is ErrFormat", name, err)
		}
	}
}

// agree fails when the standard library sees another archive in data than the
// one that was accepted.
func agree(t *testing.T, archive *Archive, data []byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatalf("the standard library refuses an archive that was accepted: %v", err)
	}
	if len(z.File) != len(archive.Names()) {
		t.Fatalf("the standard library sees %d members, here there are %d", len(z.File), len(archive.Names()))
	}
	for i, name := range archive.Names() {
		if z.File[i].Name != name+".npy" {
			t.Errorf("member %d is %q to the standard library and %q here", i, z.File[i].Name, name)
		}
		r, err := z.File[i].Open()
		if err != nil {
			t.Fatal(err)
		}
		contents, err := io.ReadAll(r)
		if err != nil {
			t.Fatalf("%s: the standard library cannot read a member that was accepted: %v", name, err)
		}
		want, err := Read(bytes.NewReader(contents), testLimit)
		have, _ := archive.Array(name)
		if err != nil || !bytes.Equal(encode(t, want), encode(t, have)) {
			t.Errorf("%s: the standard library sees other contents (%v)", name, err)
		}
	}
}

// TestEveryByteOfAnArchive changes each byte in turn: what is still accepted has
// to be the same archive to the standard library.
func TestEveryByteOfAnArchive(t *testing.T) {
	clean := encodeArchive(t, []Entry{{"a", Vector([]float64{1, 2, 3})}, {"b", Scalar(4)}})
	accepted := 0
	for i := range clean {
		for _, flip := range []byte{1, 0x80, 0xff} {
			data := bytes.Clone(clean)
			data[i] ^= flip
			if archive, err := readArchive(data); err == nil {
				accepted++
				agree(t, archive, data)
			} else if !errors.Is(err, ErrFormat) {
				t.Errorf("byte %d changed: error %v", i, err)
			}
		}
	}
	if accepted == 0 { // times and versions, which nobody reads
		t.Error("every change was refused")
	}
}

func TestOpenArchiveInterrupted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npz")
	if err := os.WriteFile(path, encodeArchive(t, sampleEntries()), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := OpenArchiveContext(ctx, path); !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), path) {
		t.Errorf("error %v, want that of the context behind the path", err)
	}
}
