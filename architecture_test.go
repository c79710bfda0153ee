package relift_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the generated part of ARCHITECTURE.md")

const (
	roomsBegin = "<!-- Written by `go test . -run Architecture -update` from rooms_test.go and the import graph. Do not edit. -->\n"
	roomsEnd   = "<!-- end of the generated part -->\n"
)

// roomsTable is the table of rooms, with the rooms whose packages the packages of each import.
func roomsTable(graph map[string][]string) string {
	var b strings.Builder
	b.WriteString("\n| room | what its packages do | packages | imports |\n|---|---|---|---|\n")
	for i, r := range rooms {
		var below []string
		for k := range i {
			if slices.ContainsFunc(slices.Collect(maps.Keys(graph)), func(folder string) bool {
				return roomOf(folder) == i && slices.ContainsFunc(graph[folder], func(imported string) bool { return !foreign(imported) && roomOf(imported) == k })
			}) {
				below = append(below, rooms[k].name)
			}
		}
		fmt.Fprintf(&b, "| %s | %s | `%s` | %s |\n", r.name, r.what, strings.Join(r.packages, "` `"), strings.Join(below, ", "))
	}
	return b.String() + "\n"
}

func TestArchitectureShowsTheRooms(t *testing.T) {
	text, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(text), roomsBegin)
	shown, after, ends := strings.Cut(rest, roomsEnd)
	if !begins || !ends {
		t.Fatalf("ARCHITECTURE.md has no part between %q and %q", roomsBegin, roomsEnd)
	}
	want := roomsTable(importGraph(t))
	if *update {
		if err := os.WriteFile("ARCHITECTURE.md", []byte(before+roomsBegin+want+roomsEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if shown != want {
		t.Error("the rooms in ARCHITECTURE.md are not those of the import graph; run go test . -run Architecture -update")
	}
}

// TestArchitectureNamesEveryPackage compares the tables of packages with the packages that exist.  Packages internal to another are
// described by it, and commands in docs/ where their results are.
func TestArchitectureNamesEveryPackage(t *testing.T) {
	text, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z/…-]+)`(?: \\(root\\))? \\|").FindAllStringSubmatch(string(text), -1) {
		if named[row[1]] {
			t.Errorf("ARCHITECTURE.md has two rows for %s", row[1])
		}
		named[row[1]] = true
	}
	exists := map[string]bool{}
	for folder := range importGraph(t) {
		row := folder
		switch {
		case folder == ".":
			row = "relift"
		case strings.HasPrefix(folder, "baseline/"):
			row = "baseline/…"
		case strings.Contains(folder, "/internal/") || strings.HasPrefix(folder, "docs/"):
			continue
		}
		exists[row] = true
		if !named[row] {
			t.Errorf("ARCHITECTURE.md has no row for %s", row)
		}
	}
	for row := range named {
		if !exists[row] {
			t.Errorf("ARCHITECTURE.md has a row for %s, which does not exist", row)
		}
	}
}
