package main

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// wheel writes the Python package with the program inside, and returns the file's name.  pip puts the
// program beside the interpreter's other scripts.
//
// The format is https://packaging.python.org/specifications/binary-distribution-format/.
func (r *release) wheel(p platform, binary string, notices []byte) (string, error) {
	project, err := readProject(filepath.Join(r.root, "python"))
	if err != nil {
		return "", err
	}
	if project.Version != r.version {
		return "", fmt.Errorf("python/pyproject.toml has version %s, and the program %s; expected the same", project.Version, r.version)
	}
	entries, err := pythonFiles(filepath.Join(r.root, "python"), project.Name)
	if err != nil {
		return "", err
	}
	program, err := os.ReadFile(binary)
	if err != nil {
		return "", err
	}
	base := project.Name + "-" + project.Version
	entries = append(entries, entry{name: base + ".data/scripts/" + p.program(), content: program, executable: true})
	information := base + ".dist-info/"
	tags := "py3-none-" + p.wheel
	licences := []entry{{name: "THIRD_PARTY_LICENSES", content: notices}}
	for _, name := range []string{"LICENSE", "NOTICE"} {
		content, err := os.ReadFile(filepath.Join(r.root, name))
		if err != nil {
			return "", err
		}
		licences = append(licences, entry{name: name, content: content})
	}
	var names []string
	for _, l := range licences {
		names = append(names, l.name)
		l.name = information + "licenses/" + l.name
		entries = append(entries, l)
	}
	slices.Sort(names)
	entries = append(entries,
		entry{name: information + "METADATA", content: project.metadata(names)},
		entry{name: information + "WHEEL", content: wheelFile(tags)},
	)
	record := information + "RECORD"
	entries = append(entries, entry{name: record, content: recordOf(entries, record)})
	name := base + "-" + tags + ".whl"
	return name, save(filepath.Join(r.out, name), entries, writeZip)
}

// pythonFiles returns the files of the package, in the order of their names.
func pythonFiles(folder, name string) ([]entry, error) {
	var entries []entry
	err := filepath.WalkDir(filepath.Join(folder, name), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == "__pycache__" {
				return filepath.SkipDir
			}
			return nil
		}
		if ext := filepath.Ext(path); ext != ".py" && d.Name() != "py.typed" {
			return fmt.Errorf("%s: expected Python sources and py.typed alone", path)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		entries = append(entries, entry{name: filepath.ToSlash(relative), content: content})
		return nil
	})
	return entries, err
}

// wheelFile says what kind of wheel it is; tags that are joined by points stand for one line each.
func wheelFile(tags string) []byte {
	var b strings.Builder
	b.WriteString("Wheel-Version: 1.0\nGenerator: relift release\nRoot-Is-Purelib: false\n")
	python, places, _ := strings.Cut(tags, "-none-")
	for place := range strings.SplitSeq(places, ".") {
		fmt.Fprintf(&b, "Tag: %s-none-%s\n", python, place)
	}
	return []byte(b.String())
}

// recordOf lists the files with their digests and sizes, and itself without.
func recordOf(entries []entry, itself string) []byte {
	var b strings.Builder
	for _, e := range entries {
		digest := sha256.Sum256(e.content)
		fmt.Fprintf(&b, "%s,sha256=%s,%d\n", e.name, base64.RawURLEncoding.EncodeToString(digest[:]), len(e.content))
	}
	b.WriteString(itself + ",,\n")
	return []byte(b.String())
}
