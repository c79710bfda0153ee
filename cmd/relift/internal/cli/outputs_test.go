package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOutputsAreCheckedBeforeTheRun(t *testing.T) {
	dir, data := file(t, "tiny.csv", tiny)
	link := filepath.Join(dir, "link.csv")
	if err := os.Symlink(data, link); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ args, words []string }{
		"over the input":      {[]string{"-o", data}, []string{"--output", "also the input"}},
		"no model's name":     {[]string{"-o", dir + "/m.txt"}, []string{"--output", "m.txt", ".onnx or .json"}},
		"over a link":         {[]string{"-o", link}, []string{"--output", "also the input"}},
		"same file twice":     {[]string{"-o", dir + "/m", "--certificate", dir + "/./m"}, []string{"--certificate", "--output names the same file"}},
		"missing folder":      {[]string{"-o", dir + "/no/m.json"}, []string{"--output", "no such file or directory", "existing folder"}},
		"folder as a file":    {[]string{"--certificate", dir}, []string{"--certificate", "not a regular file"}},
		"log over the input":  {[]string{"--log", data}, []string{"--log", "also the input"}},
		"file as a folder":    {[]string{"-o", data + "/m.json"}, []string{"--output"}},
		"log in no directory": {[]string{"--log", dir + "/no/log"}, []string{"--log", "no such file"}},
	} {
		t.Run(name, func(t *testing.T) {
			command(t, append([]string{"train", data}, c.args...)...).wantRefusal(t, c.words...)
			wantOnly(t, dir, "tiny.csv", "link.csv")
		})
	}
	if os.Getuid() != 0 {
		closed := filepath.Join(dir, "closed")
		if err := os.Mkdir(closed, 0o555); err != nil {
			t.Fatal(err)
		}
		command(t, "train", data, "-o", closed+"/m.json").wantRefusal(t, "--output", "permission denied")
	}
}

// A file that cannot be written goes beside, and the failure of one costs no other.
func TestWhatCannotBeWrittenIsKeptBeside(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(t.TempDir())
	gone := filepath.Join(dir, "gone", "m.json")
	full := errors.New("no space left")
	write := func(path string) error { return os.WriteFile(path, []byte("x"), 0o600) }
	var files written
	if at := files.file("output", filepath.Join(dir, "a.json"), write); at != filepath.Join(dir, "a.json") || files.err() != nil {
		t.Errorf("a file that can be written is at %q, error %v", at, files.err())
	}
	at := files.file("output", gone, write) // its folder has vanished
	if _, err := os.Stat(at); err != nil || filepath.Base(at) != "m.rescued.json" {
		t.Errorf("the model is at %q: %v", at, err)
	}
	if at := files.file("report", filepath.Join(dir, "r.html"), func(string) error { return full }); at != "" {
		t.Errorf("a file that nowhere can be written is at %q", at)
	}
	err := files.err()
	if err == nil || statusOf(err) != exitInternal {
		t.Fatalf("error %v", err)
	}
	for _, want := range []string{"--output " + gone, "it is in " + at + " instead", "--report", full.Error()} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not contain %q", err, want)
		}
	}
}
