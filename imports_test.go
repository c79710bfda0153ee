package relift_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const modulePath = "github.com/relift/relift"

// importGraph returns the imports of every package of the module, on any system and with any build tag, without
// its tests and without the standard library.  Packages of the module are named by their folder.
func importGraph(t *testing.T) map[string][]string { return importsOf(t, false) }

// importsOf is the graph of the files that are tests, or of those that are not.
func importsOf(t *testing.T, tests bool) map[string][]string {
	t.Helper()
	graph := map[string]map[string]bool{}
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			_, err := os.Stat(filepath.Join(name, "go.mod"))
			if name != "." && (err == nil || entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), ".")) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") != tests {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder := filepath.ToSlash(filepath.Dir(name))
		if graph[folder] == nil {
			graph[folder] = map[string]bool{}
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if own, isOwn := strings.CutPrefix(imported, modulePath); isOwn {
				imported = path.Join(".", own)
			} else if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
				continue // the standard library
			}
			graph[folder][imported] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	sorted := map[string][]string{}
	for folder, imports := range graph {
		sorted[folder] = slices.Sorted(maps.Keys(imports))
	}
	return sorted
}

// foreign reports whether an import of the graph is one of another module: these begin with a domain.
func foreign(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return strings.Contains(strings.TrimPrefix(first, "."), ".")
}

// among reports whether a package is in the list, in which /... ends a folder with all that is under it.
func among(list []string, folder string) bool {
	return slices.ContainsFunc(list, func(pattern string) bool {
		tree, isTree := strings.CutSuffix(pattern, "/...")
		return folder == tree || isTree && strings.HasPrefix(folder, tree+"/")
	})
}

// roomOf returns the index of the room of a package, or −1.
func roomOf(folder string) int {
	return slices.IndexFunc(rooms, func(r room) bool { return among(r.packages, folder) })
}

// TestImportsPointDown reads the import graph: a package imports nothing of a room after its own.
func TestImportsPointDown(t *testing.T) {
	for folder, imports := range importGraph(t) {
		from := roomOf(folder)
		if from < 0 {
			t.Errorf("package %s is in no room of rooms_test.go; expected it in the first room whose packages, with the rooms before, are all that it imports", folder)
			continue
		}
		for _, imported := range imports {
			if to := roomOf(imported); !foreign(imported) && to > from {
				t.Errorf("%s (%s) imports %s (%s), a room after its own", folder, rooms[from].name, imported, rooms[to].name)
			}
		}
	}
}

// TestNarrowPackages checks the rules that are stricter than the rooms.
func TestNarrowPackages(t *testing.T) {
	graph := importGraph(t)
	for folder, allowed := range narrow {
		imports, exists := graph[folder]
		if !exists {
			t.Errorf("%s has a rule in rooms_test.go and does not exist", folder)
		}
		for _, imported := range imports {
			inModule := foreign(imported) && slices.ContainsFunc(allowed, func(module string) bool { return strings.HasPrefix(imported, module+"/") })
			if !inModule && !slices.Contains(allowed, imported) {
				t.Errorf("%s imports %s; of packages outside the standard library it may import %v", folder, imported, allowed)
			}
		}
	}
	tests := importsOf(t, true)
	for imported, allowed := range onlyFor {
		for folder := range graph {
			if slices.Contains(graph[folder], imported) && !among(allowed.packages, folder) {
				t.Errorf("%s imports %s, which is for %v", folder, imported, allowed.packages)
			}
		}
		for folder := range tests {
			if slices.Contains(tests[folder], imported) && !among(allowed.tests, folder) {
				t.Errorf("tests of %s import %s, which is for those of %v", folder, imported, allowed.tests)
			}
		}
	}
	for _, rule := range strangers {
		for folder, imports := range graph {
			for _, imported := range imports {
				if among(rule.who, folder) && among(rule.doNotKnow, imported) {
					t.Errorf("%s imports %s; of that room it may know anything but %v", folder, imported, rule.doNotKnow)
				}
			}
		}
	}
}

// TestModulesAreUsedWhereTheyBelong checks which packages import which modules, that go.mod requires none that nothing imports,
// and that docs/dependencies.md says what each is for.
func TestModulesAreUsedWhereTheyBelong(t *testing.T) {
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	graph := importGraph(t)
	direct, _, _ := strings.Cut(string(mod), ")")
	modules := regexp.MustCompile(`(?m)^\t(\S+) v`).FindAllStringSubmatch(direct, -1)
	if len(modules) == 0 {
		t.Fatal("go.mod has no requirements that this test can read")
	}
	for _, match := range modules {
		module, used := match[1], false
		for folder, imports := range graph {
			for _, imported := range imports {
				if imported != module && !strings.HasPrefix(imported, module+"/") {
					continue
				}
				used = true
				if allowed, limited := users[module]; limited && !among(allowed, folder) {
					t.Errorf("%s imports %s, which is for %v", folder, imported, allowed)
				}
			}
		}
		for _, imports := range importsOf(t, true) {
			used = used || slices.ContainsFunc(imports, func(imported string) bool { return imported == module || strings.HasPrefix(imported, module+"/") })
		}
		if !used {
			t.Errorf("go.mod requires %s, which nothing imports", module)
		}
		if !strings.Contains(string(page), "\n| "+module+" |") {
			t.Errorf("docs/dependencies.md has no row for %s", module)
		}
	}
}
