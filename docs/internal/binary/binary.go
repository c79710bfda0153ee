// Package binary builds relift for the commands that measure whole processes.
package binary

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Build compiles ./cmd/relift into a new temporary folder, which is for the caller's files too and
// which the caller removes.
func Build() (dir, path string, err error) {
	dir, err = os.MkdirTemp("", "relift")
	if err != nil {
		return "", "", err
	}
	path = filepath.Join(dir, "relift")
	if out, err := exec.Command("go", "build", "-o", path, "./cmd/relift").CombinedOutput(); err != nil {
		os.RemoveAll(dir)
		return "", "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return dir, path, nil
}

// Use returns the program given, or one that is built now where none is, and a new temporary folder as Build does.
func Use(given string) (dir, path string, err error) {
	if given == "" {
		return Build()
	}
	dir, err = os.MkdirTemp("", "relift")
	return dir, given, err
}
