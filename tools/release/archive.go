package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// entry is a file of an archive.
type entry struct {
	name       string // with slashes
	content    []byte
	executable bool
}

func (e entry) mode() os.FileMode {
	if e.executable {
		return 0o755
	}
	return 0o644
}

// epoch is the time of every file in an archive: the first that ZIP can hold.
var epoch = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// archive writes the program, its licences, completions and manual page, and returns the file's name:
// a ZIP for Windows, else a tar.gz.
func (r *release) archive(p platform, binary string, notices []byte) (string, error) {
	program, err := os.ReadFile(binary)
	if err != nil {
		return "", err
	}
	folder := fmt.Sprintf("relift-%s-%s", r.version, strings.ReplaceAll(p.String(), "/", "-"))
	entries := []entry{{name: p.program(), content: program, executable: true}, {name: "THIRD_PARTY_LICENSES", content: notices}}
	for _, name := range []string{"LICENSE", "NOTICE", "README.md", "CHANGELOG.md"} {
		content, err := os.ReadFile(filepath.Join(r.root, name))
		if err != nil {
			return "", err
		}
		entries = append(entries, entry{name: name, content: content})
	}
	entries = append(entries, r.documents...)
	for i := range entries {
		entries[i].name = folder + "/" + entries[i].name
	}
	name, write := folder+".tar.gz", writeTarGz
	if p.os == "windows" {
		name, write = folder+".zip", writeZip
	}
	return name, save(filepath.Join(r.out, name), entries, write)
}

// save writes an archive to a path.
func save(path string, entries []entry, write func(io.Writer, []entry) error) error {
	var b bytes.Buffer
	if err := write(&b, entries); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}

// writeTarGz writes the entries, in their order, as a tar file compressed by gzip.
func writeTarGz(w io.Writer, entries []entry) error {
	z := gzip.NewWriter(w)
	t := tar.NewWriter(z)
	for _, e := range entries {
		err := t.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: e.name, Size: int64(len(e.content)), Mode: int64(e.mode()), ModTime: epoch, Format: tar.FormatUSTAR})
		if err != nil {
			return err
		}
		if _, err := t.Write(e.content); err != nil {
			return err
		}
	}
	if err := t.Close(); err != nil {
		return err
	}
	return z.Close()
}

// writeZip writes the entries, in their order, as a ZIP.
func writeZip(w io.Writer, entries []entry) error {
	z := zip.NewWriter(w)
	for _, e := range entries {
		header := &zip.FileHeader{Name: e.name, Method: zip.Deflate, Modified: epoch}
		header.SetMode(e.mode())
		f, err := z.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := f.Write(e.content); err != nil {
			return err
		}
	}
	return z.Close()
}

// writeSums writes SHA256SUMS, which sha256sum -c reads.
func writeSums(folder string, names []string) error {
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(content), name)
	}
	return os.WriteFile(filepath.Join(folder, "SHA256SUMS"), []byte(b.String()), 0o644)
}
