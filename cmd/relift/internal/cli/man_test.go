package cli

import (
	"os/exec"
	"strings"
	"testing"
)

func TestManPage(t *testing.T) {
	o := command(t, "man")
	if o.status != exitDone || o.stderr != "" {
		t.Fatalf("exit status %d: %s", o.status, o.stderr)
	}
	for _, c := range newRoot().Commands() {
		want := ".SS " + roff(strings.TrimSuffix(c.UseLine(), " [flags]"))
		if !c.Runnable() {
			want = ".SH " + roff(strings.ToUpper(c.Name()))
		}
		if c.Name() != "completion" && c.Name() != "help" && !strings.Contains(o.stdout, want) {
			t.Errorf("%q is not in the manual page", want)
		}
	}
	for _, want := range []string{".TH RELIFT 1", `\fB\-\-time\-limit\fR \fIduration\fR`, "γ = n·λ"} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("%q is not in the manual page", want)
		}
	}
	groff, err := exec.LookPath("groff")
	if err != nil {
		t.Skip("no groff to format the page with")
	}
	run := exec.Command(groff, "-k", "-man", "-ww", "-Tutf8", "-z")
	run.Stdin = strings.NewReader(o.stdout)
	if out, err := run.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("groff: %v: %s", err, out)
	}
}

func TestRoffEscapes(t *testing.T) {
	for line, want := range map[string]string{".x": `\&.x`, "'x": `\&'x`, `a\b-c`: `a\eb\-c`} {
		if got := roff(line); got != want {
			t.Errorf("%q is %q, want %q", line, got, want)
		}
	}
}
