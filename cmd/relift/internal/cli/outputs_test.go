package cli

import (
	"os"
	"path/filepath"
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
