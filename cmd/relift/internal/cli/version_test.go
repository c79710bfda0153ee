package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/relift/relift"
)

func TestVersion(t *testing.T) {
	o := command(t, "version")
	for _, word := range []string{"relift " + relift.Version, "go1", "BLAS ", "processor thread"} {
		if o.status != exitDone || !strings.Contains(o.stdout, word) {
			t.Errorf("exit status %d, output without %q: %s", o.status, word, o.stdout)
		}
	}
	var v versionReport
	if err := json.Unmarshal([]byte(command(t, "version", "--json").stdout), &v); err != nil || v.Version != relift.Version || v.Threads < 1 {
		t.Errorf("JSON %+v, %v", v, err)
	}
	command(t, "version", "--json=2").wantRefusal(t, "--json")
}
