package cli

import (
	"os/exec"
	"strings"
	"testing"
)

func TestCompletionScripts(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		o := command(t, "completion", shell)
		if o.status != exitDone || o.stderr != "" || !strings.Contains(o.stdout, "relift") {
			t.Fatalf("%s: exit status %d: %s", shell, o.status, o.stderr)
		}
		path, err := exec.LookPath(shell)
		if err != nil {
			t.Logf("no %s to read its script with", shell)
			continue
		}
		check := exec.Command(path, "-n")
		if shell == "fish" {
			check = exec.Command(path, "--no-execute", "/dev/stdin")
		}
		check.Stdin = strings.NewReader(o.stdout)
		if out, err := check.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s does not accept its script: %v: %s", shell, err, out)
		}
	}
}

func TestCompletionOfBuiltinTables(t *testing.T) {
	for _, c := range []struct {
		args []string
		want bool
	}{
		{[]string{"train", ""}, true},
		{[]string{"explain", ""}, false}, // the model
		{[]string{"explain", "m.json", ""}, true},
		{[]string{"train", "iris.csv", ""}, false},
	} {
		o := command(t, append([]string{"__complete"}, c.args...)...)
		if got := strings.Contains(o.stdout, "builtin:iris"); got != c.want {
			t.Errorf("%v: %q", c.args, o.stdout)
		}
	}
}

// NO_COLOR is respected because there are no colours to turn off.
func TestNoColours(t *testing.T) {
	dir, data, model := trained(t)
	for _, value := range []string{"", "1"} {
		t.Setenv("NO_COLOR", value)
		for _, args := range [][]string{
			{"train", data, "--reg", "0.1", "--method", "descent", "--effort", "5"}, {"train", data, "--reg", "0.1", "--method", "descent", "--effort", "5", "--json"}, {"bound", data, "--reg", "0.1", "--intercept=false"}, {"predict", model, data},
			{"evaluate", model, data}, {"explain", model, data}, {"--help"}, {"help", "shell"}, {"version"}, {"train", dir + "/none.csv"},
		} {
			if o := command(t, args...); strings.Contains(o.stdout+o.stderr, "\x1b") {
				t.Errorf("relift %v writes terminal controls: %q", args, o.stdout+o.stderr)
			}
		}
	}
}
