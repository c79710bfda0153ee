package relift_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	multipliers "github.com/relift/relift/certificate/verify"
	exact "github.com/relift/relift/exact/verify"
	"github.com/relift/relift/network"
)

// The note states formats and versions that the code states too.
func TestCompatibilityNote(t *testing.T) {
	note, err := os.ReadFile("docs/compatibility.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []struct {
		name    string
		version int
	}{
		{network.FormatName, network.FormatVersion},
		{multipliers.Format, multipliers.FormatVersion},
		{exact.Format, exact.FormatVersion},
	} {
		row := regexp.MustCompile(fmt.Sprintf(`(?m)^\|.*"format": %q.*\| %d \|`, format.name, format.version))
		if !row.Match(note) {
			t.Errorf("docs/compatibility.md has no row for %q, version %d", format.name, format.version)
		}
	}
}

// The Python package reads the same formats.
func TestPythonReadsTheSameFormats(t *testing.T) {
	for path, want := range map[string][]string{
		"python/relift/model.py":       {fmt.Sprintf("FORMAT = %q\nFORMAT_VERSION = %d\n", network.FormatName, network.FormatVersion)},
		"python/relift/certificate.py": {fmt.Sprintf("FORMAT = %q\nFORMAT_VERSION = %d\n", multipliers.Format, multipliers.FormatVersion)},
		"python/relift/cones.py":       {fmt.Sprintf("FORMAT = %q\n", exact.Format)},
	} {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range want {
			if !strings.Contains(string(source), line) {
				t.Errorf("%s does not contain %q", path, line)
			}
		}
	}
}
