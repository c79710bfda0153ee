// Package tabletest has what the tests of the packages of tables share.
package tabletest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/relift/relift/table"
)

// CheckInputError compares a message, less the directory of path.
func CheckInputError(t testing.TB, err error, path, want string) {
	t.Helper()
	if err == nil {
		t.Fatalf("accepted; want the error %s", want)
	}
	if !errors.Is(err, table.ErrInput) {
		t.Errorf("%v is no ErrInput", err)
	}
	got := strings.ReplaceAll(err.Error(), filepath.Dir(path)+string(filepath.Separator), "")
	if got != want {
		t.Errorf("message\n  %s\nwant\n  %s", got, want)
	}
	if strings.Contains(got, "\n") {
		t.Errorf("the message has more than one line: %q", got)
	}
}

// SharedData returns the path of a file of the shared data, which lies beside
// the repository, or skips the test.
func SharedData(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if filepath.Dir(dir) == dir {
			t.Skip("no go.mod above the test's directory")
		}
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(dir, "..", "shared", "data", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("shared data not there: %v", err)
	}
	return path
}

// WriteFile writes a table to a temporary directory and returns its path.
func WriteFile(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
