package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/relift/relift/internal/markdown"
)

// root is the folder of the repository.
const root = ".."

// document is a page of the repository.
type document struct {
	name   string // from the root, with slashes
	blocks []markdown.Block
}

// documents are all pages that people read, the README first, because it is where they begin.
func documents(t *testing.T) []document {
	t.Helper()
	var all []document
	add := func(name string) {
		page, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, document{name, markdown.Parse(string(page))})
	}
	add("README.md")
	err := fs.WalkDir(os.DirFS(root), ".", func(path string, entry fs.DirEntry, err error) error {
		switch hidden := strings.HasPrefix(entry.Name(), ".") && path != "."; {
		case err != nil:
			return err
		case entry.IsDir() && (hidden || entry.Name() == "testdata" || entry.Name() == "node_modules" || entry.Name() == "dist"):
			return fs.SkipDir
		case strings.HasSuffix(path, ".md") && path != "README.md":
			add(path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var address = regexp.MustCompile(`\]\(([^)#\s]+)[^)]*\)`)

func TestLinksLeadSomewhere(t *testing.T) {
	links := 0
	for _, d := range documents(t) {
		page, err := os.ReadFile(filepath.Join(root, d.name))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range address.FindAllStringSubmatch(string(page), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			links++
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(d.name), m[1])); err != nil {
				t.Errorf("%s refers to %s, which is not there", d.name, m[1])
			}
		}
	}
	if links < 20 {
		t.Errorf("%d links were found", links)
	}
}

// The figures of the comparison are rows of BENCHMARKS.md, which a command writes.
func TestComparisonQuotesTheBenchmarks(t *testing.T) {
	rows := map[string][]string{}
	for _, name := range []string{"docs/how-it-compares.md", "BENCHMARKS.md"} {
		page, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(page)) {
			if strings.HasPrefix(line, "| ") && strings.Contains(line, "torch") && strings.Contains(line, " / ") {
				rows[name] = append(rows[name], line)
			}
		}
	}
	if len(rows["docs/how-it-compares.md"]) == 0 {
		t.Fatal("the comparison has no figures")
	}
	for _, row := range rows["docs/how-it-compares.md"] {
		if !slices.Contains(rows["BENCHMARKS.md"], row) {
			t.Errorf("not a row of BENCHMARKS.md: %s", row)
		}
	}
}

func TestPagesOfHelpHaveTitles(t *testing.T) {
	for _, d := range documents(t) {
		if len(d.blocks) == 0 || d.blocks[0].Kind != markdown.Heading {
			t.Errorf("%s does not begin with a heading", d.name)
		}
	}
}
