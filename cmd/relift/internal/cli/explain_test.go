package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/relift/relift/explain"
)

func TestExplain(t *testing.T) {
	dir, data, model := trained(t)
	picture := filepath.Join(dir, "p.svg")
	o := command(t, "explain", model, data, "--plot", picture, "--features", "b,a")
	if o.status != exitDone || o.stderr != "" {
		t.Fatalf("exit status %d: %s", o.status, o.stderr)
	}
	for _, want := range []string{"those the network was trained on", "active where", "·a", "Activation patterns:"} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("%q is not in %s", want, o.stdout)
		}
	}
	if svg, err := os.ReadFile(picture); err != nil || !strings.Contains(string(svg), "</svg>") {
		t.Errorf("no picture: %v", err)
	}
	var e explain.Explanation
	if err := json.Unmarshal([]byte(command(t, "explain", model, data, "--json").stdout), &e); err != nil || e.Rows != 6 || len(e.Neurons) != e.Width || e.Width == 0 {
		t.Errorf("%+v, %v", e, err)
	}
	if o := command(t, "explain", model); o.status != exitDone || !strings.Contains(o.stdout, "shares are those of the weights") {
		t.Errorf("without data: exit status %d, %s%s", o.status, o.stdout, o.stderr)
	}
	bare := filepath.Join(dir, "bare.csv")
	if err := os.WriteFile(bare, []byte("a,b\n1,2\n3,4\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if o := command(t, "explain", model, bare, "--plot", filepath.Join(dir, "bare.png")); o.status != exitDone || !strings.Contains(o.stdout, "2 rows\n") {
		t.Errorf("without targets: exit status %d, %s%s", o.status, o.stdout, o.stderr)
	}
	wantOnly(t, dir, "tiny.csv", "m.json", "p.svg", "bare.csv", "bare.png")
}

func TestExplainRefusals(t *testing.T) {
	dir, data, model := trained(t)
	for _, c := range []struct{ args, words []string }{
		{[]string{model, data, "--features", "a,b"}, []string{"--features", "expected --plot FILE"}},
		{[]string{model, data, "--plot", dir + "/p.gif"}, []string{"--plot", ".gif", ".png, .svg or .pdf"}},
		{[]string{model, data, "--plot", dir + "/p.png", "--features", "a"}, []string{"--features", "expected two"}},
		{[]string{model, data, "--plot", dir + "/p.png", "--features", "a,c"}, []string{"--features", `"c" is not in the model`, "a, b"}},
		{[]string{model, data, "--plot", dir + "/no/p.png"}, []string{"--plot", "existing folder"}},
		{[]string{data}, []string{"tiny.csv"}},
		{nil, []string{"MODEL is missing"}},
	} {
		command(t, append([]string{"explain"}, c.args...)...).wantRefusal(t, c.words...)
	}
	wantOnly(t, dir, "tiny.csv", "m.json")
}
