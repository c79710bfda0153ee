package relift

import (
	"os"
	"strings"
	"testing"
)

func TestReadmeShowsTheCheckThatIsTested(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	check, err := os.ReadFile("report/html/check.py")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), "```python\n"+string(check)+"```") {
		t.Error("the Python code in README.md is not report/html/check.py")
	}
}

func TestReadmeRefersToFilesThatExist(t *testing.T) {
	for _, name := range []string{"ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "NOTICE", "docs/settings.md", "docs/spiral.png"} {
		if _, err := os.Stat(name); err != nil {
			t.Errorf("README.md refers to %s: %v", name, err)
		}
	}
}
