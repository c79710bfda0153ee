package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPlot(t *testing.T) {
	dir, data, model := trained(t)
	for _, c := range []struct{ args, words []string }{
		{[]string{"regions", "--features", "b,a"}, []string{"Decision regions along b and a"}},
		{[]string{"regions"}, []string{"Decision regions along"}},
		{[]string{"response", "--features", "b"}, []string{"Outputs along b"}},
		{[]string{"response"}, []string{"Outputs along"}},
		{[]string{"roc"}, []string{"Area under the curve"}},
		{[]string{"calibration"}, []string{"Calibration"}},
	} {
		picture := filepath.Join(dir, "p.svg")
		o := command(t, append([]string{"plot", c.args[0], model, data, "-o", picture}, c.args[1:]...)...)
		if o.status != exitDone || o.stdout != "" || o.stderr != "" {
			t.Errorf("%v: exit status %d: %s%s", c.args, o.status, o.stdout, o.stderr)
		}
		svg, err := os.ReadFile(picture)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range c.words {
			if !strings.Contains(string(svg), word) {
				t.Errorf("%v: %q is not in the picture", c.args, word)
			}
		}
	}
	wantOnly(t, dir, "tiny.csv", "m.json", "p.svg")
}

func TestPlotOfARun(t *testing.T) {
	dir, data := file(t, "tiny.csv", tiny)
	log, picture := filepath.Join(dir, "l.jsonl"), filepath.Join(dir, "p.svg")
	if o := command(t, "train", data, "--method", "signs", "--reg", "0.5", "--intercept=false", "--time-limit", "2s", "-q", "--log", log); o.status != exitDone {
		t.Fatal(o.stderr)
	}
	for name, want := range map[string]string{"convergence": "the certified bound is", "gap": "ends at", "tree": "the tree has"} {
		o := command(t, "plot", name, log, "-o", picture)
		if svg, err := os.ReadFile(picture); o.status != exitDone || err != nil || !strings.Contains(string(svg), want) {
			t.Errorf("%s: exit status %d, %s; %q is not in the picture (%v)", name, o.status, o.stderr, want, err)
		}
	}
	command(t, "plot", "gap", data, "-o", picture).wantRefusal(t, "tiny.csv", "line 1", "--log")
	command(t, "plot", "gap", log, data, "-o", picture).wantRefusal(t, "gap", "one too many", "LOG")
	if o := command(t, "train", data, "--method", "descent", "--reg", "0.5", "--gap", "0.9", "-q", "--log", log); o.status != exitDone {
		t.Fatal(o.stderr)
	}
	command(t, "plot", "tree", log, "-o", picture).wantRefusal(t, "l.jsonl", "nothing to draw as tree", "--method signs")
}

func TestPlotOfARegression(t *testing.T) {
	dir := t.TempDir()
	data, model, picture := filepath.Join(dir, "d.csv"), filepath.Join(dir, "m.json"), filepath.Join(dir, "p.png")
	if err := os.WriteFile(data, []byte("a,b,y,z\n1,2,0.5,1\n2,1,1.5,2\n4,4,2.25,0.5\n0,3,3.75,7.5\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if o := command(t, "train", data, "--target", "y,z", "--reg", "0.1", "--intercept=false", "--method", "descent", "--time-limit", "2s", "--gap", "0.9", "-q", "-o", model); o.status != exitDone {
		t.Fatal(o.stderr)
	}
	if o := command(t, "plot", "residuals", model, data, "-o", picture, "--target", "z"); o.status != exitDone {
		t.Errorf("exit status %d: %s", o.status, o.stderr)
	}
	if content, err := os.ReadFile(picture); err != nil || !strings.HasPrefix(string(content), "\x89PNG") {
		t.Errorf("no PNG: %v", err)
	}
	command(t, "plot", "residuals", model, data, "-o", picture, "--target", "a").wantRefusal(t, "--target a", "y, z")
	command(t, "plot", "roc", model, data, "-o", picture).wantRefusal(t, "roc", "regression", "expected residuals")
}

func TestPlotOfOneOutputForTwoClasses(t *testing.T) {
	dir := t.TempDir()
	data, model, picture := filepath.Join(dir, "d.csv"), filepath.Join(dir, "m.json"), filepath.Join(dir, "p.svg")
	if err := os.WriteFile(data, []byte("a,b,y\n1,2,no\n2,1,yes\n4,4,no\n0,3,no\n3,1,yes\n3,2,yes\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if o := command(t, "train", data, "--loss", "logistic", "--reg", "0.1", "--intercept=false", "--method", "descent", "--time-limit", "2s", "--gap", "0.9", "-q", "-o", model); o.status != exitDone {
		t.Fatal(o.stderr)
	}
	for name, want := range map[string]string{"roc": "Area under the curve: yes", "calibration": ">yes</text>", "response": ">no</text>", "regions": "Parts of the plane by predicted class: no"} {
		if o := command(t, "plot", name, model, data, "-o", picture); o.status != exitDone {
			t.Errorf("%s: exit status %d: %s", name, o.status, o.stderr)
		}
		if svg, err := os.ReadFile(picture); err != nil || !strings.Contains(string(svg), want) {
			t.Errorf("%s: %q is not in the picture (%v)", name, want, err)
		}
	}
}

func TestPlotRefusals(t *testing.T) {
	dir, data, model := trained(t)
	bare := filepath.Join(dir, "bare.csv")
	if err := os.WriteFile(bare, []byte("a,b\n1,2\n3,4\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "p.svg")
	for _, c := range []struct{ args, words []string }{
		{[]string{"pie", model, data, "-o", out}, []string{`"pie"`, "regions, response"}},
		{[]string{"roc", model, data}, []string{"--output is missing", ".svg"}},
		{[]string{"roc", model, data, "-o", dir + "/p.gif"}, []string{"--output", ".gif", ".png, .svg or .pdf"}},
		{[]string{"roc", model, data, "-o", dir + "/no/p.svg"}, []string{"--output", "existing folder"}},
		{[]string{"roc", model, data, "-o", out, "--features", "a"}, []string{"--features", "roc takes 0"}},
		{[]string{"response", model, data, "-o", out, "--features", "a,b"}, []string{"response takes 1"}},
		{[]string{"response", model, data, "-o", out, "--features", "c"}, []string{`"c" is not in the model`}},
		{[]string{"residuals", model, data, "-o", out}, []string{"classification", "expected roc or calibration"}},
		{[]string{"roc", model, data, "-o", out, "--target", "class"}, []string{"--target class", "residuals", "roc"}},
		{[]string{"roc", model, bare, "-o", out}, []string{"bare.csv", "needs the true values"}},
		{[]string{"roc", model}, []string{"DATA is missing"}},
		{nil, []string{"FIGURE is missing"}},
	} {
		command(t, append([]string{"plot"}, c.args...)...).wantRefusal(t, c.words...)
	}
	wantOnly(t, dir, "tiny.csv", "m.json", "bare.csv")
}

// TestSliceOfOneFeature: what nobody asked for by --features is not blamed on it.
func TestSliceOfOneFeature(t *testing.T) {
	dir, data := file(t, "one.csv", "a,y\n1,2\n2,4\n3,1\n")
	model, picture := filepath.Join(dir, "m.json"), filepath.Join(dir, "p.svg")
	if o := command(t, "train", data, "--reg", "0.1", "--method", "descent", "--effort", "10", "-q", "-o", model); o.status != exitDone {
		t.Fatal(o.stderr)
	}
	for _, args := range [][]string{{"plot", "regions", model, data, "-o", picture}, {"explain", model, data, "--plot", picture}} {
		o := command(t, args...)
		if o.wantRefusal(t, "single feature"); strings.Contains(o.stderr, "--features:") || args[0] == "explain" && !strings.Contains(o.stderr, "--plot "+picture) {
			t.Errorf("%q: %s", args, o.stderr)
		}
	}
}
