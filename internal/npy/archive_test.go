package npy

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func sampleEntries() []Entry {
	var names []string
	all := samples()
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	var entries []Entry
	for _, name := range names {
		entries = append(entries, Entry{name, all[name]})
	}
	return entries
}

func encodeArchive(t testing.TB, entries []Entry) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteArchive(&b, entries); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func readArchive(data []byte) (*Archive, error) {
	return ReadArchive(bytes.NewReader(data), int64(len(data)), testLimit)
}

func TestArchiveRoundTrip(t *testing.T) {
	entries := sampleEntries()
	data := encodeArchive(t, entries)
	if !bytes.Equal(data, encodeArchive(t, entries)) {
		t.Error("two writings differ")
	}
	archive, err := readArchive(data)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range archive.Names() {
		if name != entries[i].Name {
			t.Errorf("array %d is %q, want %q", i, name, entries[i].Name)
		}
		if a, err := archive.Array(name); err != nil || !same(a, entries[i].Array) {
			t.Errorf("%q: %+v (%v), want %+v", name, a, err, entries[i].Array)
		}
	}
	if _, err := archive.Array("other"); err == nil || archive.Has("other") {
		t.Error("there is an array that was not written")
	}
}

func TestOpenArchive(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.npz")
	if err := os.WriteFile(path, encodeArchive(t, sampleEntries()), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenArchive(path); err != nil {
		t.Error(err)
	}
	empty := filepath.Join(dir, "empty.npz")
	if err := os.WriteFile(empty, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{empty, dir, filepath.Join(dir, "missing")} {
		_, err := OpenArchive(bad)
		if err == nil || !strings.HasPrefix(err.Error(), bad) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want one line that begins with the path", bad, err)
		}
	}
}

func TestArchiveTruncated(t *testing.T) {
	data := encodeArchive(t, sampleEntries())
	for n := 0; n < len(data); n += 7 {
		if _, err := readArchive(data[:n]); !errors.Is(err, ErrFormat) {
			t.Errorf("the first %d of %d bytes: error %v", n, len(data), err)
		}
	}
}

// TestArchiveCorrupt changes every byte of the arrays in turn: the checksum of
// the zip member, if nothing else, must tell.
func TestArchiveCorrupt(t *testing.T) {
	entries := []Entry{{"a", Vector([]float64{1, 2, 3})}}
	clean := encodeArchive(t, entries)
	start := bytes.Index(clean, []byte(magic))
	end := bytes.Index(clean, []byte("PK\x01\x02"))
	for i := start; i < start+64+64+24 && i < end; i++ {
		data := bytes.Clone(clean)
		data[i] ^= 0x40
		if _, err := readArchive(data); !errors.Is(err, ErrFormat) {
			t.Errorf("byte %d changed: error %v", i, err)
		}
	}
}

// zipOf builds an archive with other means than WriteArchive.
func zipOf(t *testing.T, method uint16, members ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: members[i].(string), Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(members[i+1].([]byte)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestArchiveDeflated(t *testing.T) {
	data := zipOf(t, zip.Deflate, "a.npy", encode(t, Scalar(2)))
	archive, err := readArchive(data)
	if err != nil {
		t.Fatal(err)
	}
	if a, err := archive.Array("a"); err != nil || !same(a, Scalar(2)) {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestArchiveRefuses(t *testing.T) {
	scalar := encode(t, Scalar(1))
	// 4 KiB of compressed zeros that claim, and have, four times the limit.
	bomb := append(encode(t, Vector(make([]float64, 0)))[:0], file(1, dictionary("<f8", "False", "(524288,)"))...)
	bomb = append(bomb, make([]byte, 8*524288)...)
	half := encode(t, Vector(make([]float64, testLimit/8/2)))
	var many []any
	for i := range maxMembers + 1 {
		many = append(many, strings.Repeat("a", i+1)+".npy", scalar)
	}
	for name, data := range map[string][]byte{
		"text":           []byte("not a zip file"),
		"other member":   zipOf(t, zip.Store, "readme.txt", []byte("hello")),
		"no name":        zipOf(t, zip.Store, ".npy", scalar),
		"twice":          zipOf(t, zip.Store, "a.npy", scalar, "a.npy", scalar),
		"bomb":           zipOf(t, zip.Deflate, "a.npy", bomb),
		"bomb in parts":  zipOf(t, zip.Deflate, "a.npy", half, "b.npy", half, "c.npy", half),
		"too many":       zipOf(t, zip.Store, many...),
		"surplus":        zipOf(t, zip.Store, "a.npy", append(bytes.Clone(scalar), 0)),
		"not an array":   zipOf(t, zip.Store, "a.npy", []byte("hello")),
		"empty member":   zipOf(t, zip.Store, "a.npy", []byte{}),
		"pickled object": zipOf(t, zip.Store, "a.npy", file(1, dictionary("|O", "False", "()"), 0x80)),
	} {
		if _, err := readArchive(data); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: error %v, want one that is ErrFormat", name, err)
		}
	}
}

func TestWriteArchiveRefuses(t *testing.T) {
	for name, entries := range map[string][]Entry{
		"no name": {{"", Scalar(1)}},
		"twice":   {{"a", Scalar(1)}, {"a", Scalar(2)}},
		"invalid": {{"a", Array{}}},
	} {
		if err := WriteArchive(io.Discard, entries); err == nil {
			t.Errorf("%s was written", name)
		}
	}
	if err := WriteArchive(failingWriter{}, sampleEntries()); err == nil {
		t.Error("a failing writer gave no error")
	}
}
