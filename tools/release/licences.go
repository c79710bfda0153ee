package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// licences returns the licences and notices of everything that is linked into the program of a
// platform: of each package those in its folder and in the folders above it, up to its module's.
func (r *release) licences(ctx context.Context, p platform) ([]byte, error) {
	list, err := output(ctx, r.root, p.environment(), "go", "list", "-deps", "-tags="+p.tags,
		"-f", "{{if .Module}}{{if not .Module.Main}}{{.Module.Path}}\t{{.Module.Version}}\t{{.Module.Dir}}\t{{.Dir}}{{end}}{{end}}", "./cmd/relift")
	if err != nil {
		return nil, err
	}
	goroot, err := output(ctx, r.root, nil, "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	// Go's own packages are linked as well.
	linked := []module{{name: "the Go standard library", folder: strings.TrimSpace(string(goroot))}}
	for line := range strings.SplitSeq(strings.TrimSpace(string(list)), "\n") {
		if line == "" {
			continue
		}
		field := strings.Split(line, "\t")
		name := field[0] + " " + field[1]
		at := slices.IndexFunc(linked, func(m module) bool { return m.name == name })
		if at < 0 {
			at = len(linked)
			linked = append(linked, module{name: name, folder: field[2]})
		}
		linked[at].packages = append(linked[at].packages, field[3])
	}
	slices.SortFunc(linked[1:], func(a, b module) int { return strings.Compare(a.name, b.name) })
	return notices(linked)
}

// module is a module that is linked, with the folders of its packages that are.
type module struct {
	name, folder string
	packages     []string
}

// notices lists the modules with their licences, and then the texts.
func notices(linked []module) ([]byte, error) {
	var index, texts bytes.Buffer
	index.WriteString("The program relift is linked from its own sources (LICENSE) and from these modules:\n\n")
	for _, m := range linked {
		files, err := m.files()
		if err != nil {
			return nil, err
		}
		var names []string
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			name := licenceOf(string(text))
			if name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
			relative, err := filepath.Rel(m.folder, file)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(&texts, "\n%s\n%s: %s\n\n%s\n", strings.Repeat("=", 80), m.name, filepath.ToSlash(relative), bytes.TrimSpace(text))
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("%s (%s): no licence that is known in %d files; read it before the module is linked", m.name, m.folder, len(files))
		}
		fmt.Fprintf(&index, "  %s: %s\n", m.name, strings.Join(names, ", "))
	}
	return append(index.Bytes(), texts.Bytes()...), nil
}

var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents|unlicense)([-.].*)?$`)

// files returns the licence files beside the packages and above them, the module's own first, and
// those that a folder licenses of the module has.
func (m module) files() ([]string, error) {
	folders := []string{m.folder}
	for _, folder := range m.packages {
		for ; len(folder) > len(m.folder); folder = filepath.Dir(folder) {
			if !slices.Contains(folders, folder) {
				folders = append(folders, folder)
			}
		}
	}
	slices.Sort(folders)
	var files []string
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if e.IsDir() && strings.EqualFold(e.Name(), "licenses") && folder == m.folder {
				texts, err := filepath.Glob(filepath.Join(folder, e.Name(), "*.txt"))
				if err != nil {
					return nil, err
				}
				files = append(files, texts...)
			}
			if !e.IsDir() && licenceFile.MatchString(e.Name()) && !strings.HasSuffix(e.Name(), ".go") {
				files = append(files, filepath.Join(folder, e.Name()))
			}
		}
	}
	return files, nil
}

// known are words of licences that allow the program to be passed on with their texts.
var known = []struct{ name, words string }{
	{"FTL", "freetype go software is subject to your choice of exactly one of the following two licenses: the freetype license"},
	{"Apache-2.0", "apache license version 2.0"},
	{"OFL-1.1", "sil open font license version 1.1"},
	{"BSD-3-Clause", "neither the name of"},
	{"BSD-3-Clause", "names of its contributors may be used to endorse"},
	{"BSD-2-Clause", "redistributions in binary form must reproduce"},
	{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy"},
	{"Unlicense", "free and unencumbered software released into the public domain"},
	{"CC-BY-4.0", "creative commons attribution 4.0"},
}

var blanks = regexp.MustCompile(`[\s*/-]+`)

// licenceOf names the licence of a text; empty when it is none that is known.
func licenceOf(text string) string {
	text = blanks.ReplaceAllString(strings.ToLower(text), " ")
	for _, licence := range known {
		if strings.Contains(text, licence.words) {
			return licence.name
		}
	}
	return ""
}
