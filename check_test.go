package relift

import (
	"os"
	"strings"
	"testing"
)

func TestPagesShowTheCheckThatIsTested(t *testing.T) {
	page, err := os.ReadFile("docs/check.md")
	if err != nil {
		t.Fatal(err)
	}
	check, err := os.ReadFile("report/html/check.py")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "```python\n"+string(check)+"```") {
		t.Error("the Python code in docs/check.md is not report/html/check.py")
	}
}
