package forgery

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the corpus anew")

// folder is where the corpus lies.
var folder = filepath.Join("..", "..", "certificate", "testdata", "forgeries")

// TestCorpus holds that the folder is what this package makes; with -update it
// becomes that.
func TestCorpus(t *testing.T) {
	files := Files()
	contents := map[string][]byte{Index: EncodeIndex(files)}
	for _, f := range files {
		contents[f.Name] = f.Bytes
	}
	if *update {
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, data := range contents {
			if err := os.WriteFile(filepath.Join(folder, name), data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	there, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range there {
		if contents[entry.Name()] == nil {
			t.Errorf("%s is not made by this package: go test ./internal/forgery -update removes it", entry.Name())
		}
	}
	for name, want := range contents {
		got, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Errorf("%v: go test ./internal/forgery -update makes it", err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("%s is not what this package makes: go test ./internal/forgery -update writes it anew", name)
		}
		if len(want) > 100_000 {
			t.Errorf("%s has %d bytes", name, len(want))
		}
	}
}
