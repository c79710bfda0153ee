package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// small is a release of a program that is one line of text.
func small(t *testing.T) (r *release, binary string) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	project, err := readProject(filepath.Join(root, "python"))
	if err != nil {
		t.Fatal(err)
	}
	binary = filepath.Join(t.TempDir(), "relift")
	if err := os.WriteFile(binary, []byte("program"), 0o755); err != nil {
		t.Fatal(err)
	}
	r = &release{root: root, out: t.TempDir(), version: project.Version, documents: []entry{{name: "man/relift.1", content: []byte("page")}}}
	return r, binary
}

// unzip returns the files of a ZIP and their modes.
func unzip(t *testing.T, path string) (content map[string]string, modes map[string]os.FileMode) {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	content, modes = map[string]string{}, map[string]os.FileMode{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		content[f.Name], modes[f.Name] = string(text), f.Mode()
	}
	return content, modes
}

func TestWheelRecordsEveryFile(t *testing.T) {
	r, binary := small(t)
	for _, p := range platforms {
		name, err := r.wheel(p, binary, []byte("notices"))
		if err != nil {
			t.Fatal(err)
		}
		content, modes := unzip(t, filepath.Join(r.out, name))
		base := "relift-" + r.version
		records, err := csv.NewReader(strings.NewReader(content[base+".dist-info/RECORD"])).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if len(records) != len(content) {
			t.Errorf("%s: %d files and %d records", name, len(content), len(records))
		}
		for _, record := range records {
			text, ok := content[record[0]]
			digest := sha256.Sum256([]byte(text))
			if !ok {
				t.Errorf("%s: %s is recorded and not there", name, record[0])
			} else if record[1] != "" && (record[1] != "sha256="+base64.RawURLEncoding.EncodeToString(digest[:]) || record[2] != fmt.Sprint(len(text))) {
				t.Errorf("%s: the record of %s is not that of the file", name, record[0])
			}
		}
		program := base + ".data/scripts/" + p.program()
		if content[program] != "program" || modes[program].Perm() != 0o755 {
			t.Errorf("%s: program %q with mode %v", name, content[program], modes[program])
		}
		for _, file := range []string{"relift/__init__.py", "relift/py.typed", "relift/derivation/tree.py", base + ".dist-info/licenses/LICENSE"} {
			if _, ok := content[file]; !ok {
				t.Errorf("%s: no %s", name, file)
			}
		}
		for tag := range strings.SplitSeq(p.wheel, ".") {
			if !strings.Contains(content[base+".dist-info/WHEEL"], "\nTag: py3-none-"+tag+"\n") {
				t.Errorf("%s: no tag %s in WHEEL", name, tag)
			}
		}
		if metadata := content[base+".dist-info/METADATA"]; strings.Contains(metadata, "](../") || !strings.Contains(metadata, "\nRequires-Dist: numpy") {
			t.Errorf("%s: METADATA leads out of the wheel, or needs no NumPy:\n%s", name, metadata)
		}
	}
}

func TestArchivesHoldTheProgramAndItsDocuments(t *testing.T) {
	r, binary := small(t)
	for _, p := range platforms {
		name, err := r.archive(p, binary, []byte("notices"))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(r.out, name)
		content := map[string]string{}
		if p.os == "windows" {
			content, _ = unzip(t, path)
		} else {
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			z, err := gzip.NewReader(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			for in := tar.NewReader(z); ; {
				header, err := in.Next()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				if program := strings.HasSuffix(header.Name, "/relift"); program != (header.Mode == 0o755) || header.Uid != 0 || !header.ModTime.Equal(epoch) {
					t.Errorf("%s: %s has mode %o, owner %d, time %v", name, header.Name, header.Mode, header.Uid, header.ModTime)
				}
				text, err := io.ReadAll(in)
				if err != nil {
					t.Fatal(err)
				}
				content[header.Name] = string(text)
			}
		}
		folder := strings.TrimSuffix(strings.TrimSuffix(name, ".zip"), ".tar.gz")
		for file, want := range map[string]string{p.program(): "program", "man/relift.1": "page", "THIRD_PARTY_LICENSES": "notices"} {
			if content[folder+"/"+file] != want {
				t.Errorf("%s: %s is %q, want %q", name, file, content[folder+"/"+file], want)
			}
		}
		if !strings.Contains(content[folder+"/LICENSE"], "Apache License") {
			t.Errorf("%s: no licence", name)
		}
	}
}

func TestSameInputsMakeTheSameBytes(t *testing.T) {
	var sums [2]string
	for i := range sums {
		r, binary := small(t)
		var names []string
		for _, p := range platforms {
			for _, make := range []func(platform, string, []byte) (string, error){r.wheel, r.archive} {
				name, err := make(p, binary, nil)
				if err != nil {
					t.Fatal(err)
				}
				names = append(names, name)
			}
		}
		if err := writeSums(r.out, names); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(r.out, "SHA256SUMS"))
		if err != nil {
			t.Fatal(err)
		}
		sums[i] = string(text)
	}
	if sums[0] != sums[1] || strings.Count(sums[0], "\n") != 2*len(platforms) {
		t.Errorf("first\n%ssecond\n%s", sums[0], sums[1])
	}
}

func TestLicencesOfAllThatIsLinked(t *testing.T) {
	r, _ := small(t)
	for _, p := range []platform{platforms[0], {os: "windows", arch: "amd64"}} {
		text, err := r.licences(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		index, texts, _ := strings.Cut(string(text), strings.Repeat("=", 80))
		for _, want := range []string{"the Go standard library: BSD-3-Clause", "github.com/spf13/cobra v", "gonum.org/v1/gonum v", "github.com/apache/arrow-go/v18 v"} {
			if !strings.Contains(index, want) {
				t.Errorf("%s: %q is not in\n%s", p, want, index)
			}
		}
		if onlyWindows := strings.Contains(index, "mousetrap"); onlyWindows != (p.os == "windows") {
			t.Errorf("%s: mousetrap listed: %v; it is linked on Windows", p, onlyWindows)
		}
		if strings.Contains(index, "parquet-go/parquet-go") {
			t.Error("a module of tests is listed")
		}
		// A package's own licence, beside that of its module.
		if !strings.Contains(texts, "github.com/klauspost/compress") || !strings.Contains(texts, "Caleb Spare") {
			t.Error("the licence of klauspost's copy of xxhash is missing")
		}
	}
}

func TestModulesWithoutAKnownLicenceAreRefused(t *testing.T) {
	folder := t.TempDir()
	if _, err := notices([]module{{name: "m v1", folder: folder}}); err == nil {
		t.Error("a module without any licence passes")
	}
	if err := os.WriteFile(filepath.Join(folder, "LICENSE"), []byte("All rights reserved."), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := notices([]module{{name: "m v1", folder: folder}}); err == nil || !strings.Contains(err.Error(), "m v1") {
		t.Errorf("a module with all rights reserved: %v", err)
	}
}

func TestChoose(t *testing.T) {
	all, err := choose("")
	if err != nil || len(all) != len(platforms) {
		t.Errorf("no list: %d platforms, %v", len(all), err)
	}
	two, err := choose("linux/amd64/static,windows/amd64")
	if err != nil || len(two) != 2 || two[0].tags != "noblas" || two[1].os != "windows" {
		t.Errorf("two: %v, %v", two, err)
	}
	if _, err := choose("plan9/amd64"); err == nil || !strings.Contains(err.Error(), "linux/arm64/static") {
		t.Errorf("a platform that there is nothing for: %v", err)
	}
}
