package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// project is the table [project] of a pyproject.toml, as far as there is need of it.
type project struct {
	Name           string              `toml:"name"`
	Version        string              `toml:"version"`
	Description    string              `toml:"description"`
	Readme         string              `toml:"readme"`
	RequiresPython string              `toml:"requires-python"`
	License        string              `toml:"license"`
	Keywords       []string            `toml:"keywords"`
	Classifiers    []string            `toml:"classifiers"`
	Dependencies   []string            `toml:"dependencies"`
	Optional       map[string][]string `toml:"optional-dependencies"`
	URLs           map[string]string   `toml:"urls"`

	readme []byte
}

// readProject reads the pyproject.toml of a folder and the file that it calls its readme.
func readProject(folder string) (*project, error) {
	var file struct {
		Project project `toml:"project"`
	}
	path := filepath.Join(folder, "pyproject.toml")
	read, err := toml.DecodeFile(path, &file)
	if err != nil {
		return nil, err
	}
	for _, key := range read.Undecoded() {
		if key[0] == "project" {
			return nil, fmt.Errorf("%s: %s: the metadata of wheels are not made from it; expected no such key, or code for it", path, key)
		}
	}
	p := &file.Project
	p.readme, err = os.ReadFile(filepath.Join(folder, p.Readme))
	return p, err
}

// metadata writes the core metadata (https://packaging.python.org/specifications/core-metadata/).
func (p *project) metadata(licences []string) []byte {
	var b bytes.Buffer
	line := func(key, value string) { fmt.Fprintf(&b, "%s: %s\n", key, value) }
	line("Metadata-Version", "2.4")
	line("Name", p.Name)
	line("Version", p.Version)
	line("Summary", p.Description)
	line("License-Expression", p.License)
	for _, name := range licences {
		line("License-File", name)
	}
	line("Keywords", strings.Join(p.Keywords, ","))
	for _, name := range slices.Sorted(maps.Keys(p.URLs)) {
		line("Project-URL", name+", "+p.URLs[name])
	}
	for _, classifier := range p.Classifiers {
		line("Classifier", classifier)
	}
	line("Requires-Python", p.RequiresPython)
	for _, need := range p.Dependencies {
		line("Requires-Dist", need)
	}
	for _, extra := range slices.Sorted(maps.Keys(p.Optional)) {
		line("Provides-Extra", extra)
		for _, need := range p.Optional[extra] {
			line("Requires-Dist", need+" ; extra == \""+extra+"\"")
		}
	}
	line("Description-Content-Type", "text/markdown; charset=UTF-8")
	b.WriteByte('\n')
	// Outside of the sources a link to a file of them has to say where they are.
	b.Write(bytes.ReplaceAll(p.readme, []byte("](../"), []byte("]("+p.URLs["Source"]+"/blob/v"+p.Version+"/")))
	return b.Bytes()
}
