package cli

import (
	"context"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/relift/relift/report"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test ./cmd/relift/... -update writes it):\n%s", path, got)
	}
}

// rounded cuts numbers to four digits and takes away times, the width and
// rank, which are not unique, and the name of the linear algebra, so that every machine gives the same text.
func rounded(text string) string {
	text = regexp.MustCompile(`BLAS \S+`).ReplaceAllString(text, "BLAS B")
	text = regexp.MustCompile(`\d+\.\d s\b`).ReplaceAllString(text, "T s")
	text = regexp.MustCompile(`\d+ outer and \d+ inner`).ReplaceAllString(text, "N outer and N inner")
	text = regexp.MustCompile(`width +\d+`).ReplaceAllString(text, "width N")
	text = regexp.MustCompile(`rank \d+`).ReplaceAllString(text, "rank N")
	return regexp.MustCompile(`\d+\.\d{4,}`).ReplaceAllStringFunc(text, func(number string) string {
		return number[:strings.Index(number, ".")+4]
	})
}

func TestTrainSummary(t *testing.T) {
	_, path := file(t, "tiny.csv", tiny)
	o := command(t, "train", path, "--quiet", "--reg", "0.5", "--intercept=false", "--method", "exact", "--gap", "1e-6")
	if o.status != exitDone || o.stderr != "" {
		t.Fatalf("exit status %d, standard error %q", o.status, o.stderr)
	}
	golden(t, "train.txt", rounded(strings.ReplaceAll(o.stdout, path, "tiny.csv")))
}

func TestTrainProgress(t *testing.T) {
	_, path := file(t, "tiny.csv", tiny)
	o := command(t, "train", path, "--reg", "0.1", "--intercept=false", "--method", "sdp")
	if o.status != exitDone || !strings.HasPrefix(o.stderr, report.Header()+"\n") {
		t.Fatalf("exit status %d, standard error %q", o.status, o.stderr)
	}
	if strings.ContainsAny(o.stderr, "\r\x1b") {
		t.Errorf("terminal controls in a file: %q", o.stderr)
	}
	if !strings.Contains(o.stderr, "\nrelax ") {
		t.Errorf("no row of the relaxation:\n%s", o.stderr)
	}
}

func TestTrainJSON(t *testing.T) {
	dir, path := file(t, "tiny.csv", tiny)
	model, cert, log := filepath.Join(dir, "m.json"), filepath.Join(dir, "c.npz"), filepath.Join(dir, "l.jsonl")
	o := command(t, "train", path, "--json", "--quiet", "--reg", "0.1", "--intercept=false", "--method", "sdp", "-o", model, "--certificate", cert, "--log", log)
	if o.status != exitDone {
		t.Fatalf("exit status %d: %s", o.status, o.stderr)
	}
	var keys map[string]any
	if err := json.Unmarshal([]byte(o.stdout), &keys); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"status", "lower_bound", "upper_bound", "relative_gap",
		"relaxation.value", "relaxation.lower_bound", "relaxation.rank", "relaxation.outer_iterations", "relaxation.inner_iterations", "relaxation.seconds",
		"network.width", "network.objective", "network.data_loss",
		"metrics.train.accuracy", "data.rows", "data.features", "data.classes", "settings.reg", "files.model", "files.certificate", "seconds",
	} {
		at := any(keys)
		for _, key := range strings.Split(path, ".") {
			object, _ := at.(map[string]any)
			at = object[key]
		}
		if at == nil {
			t.Errorf("no %s in %s", path, o.stdout)
		}
	}
	var s report.Summary
	if err := json.Unmarshal([]byte(o.stdout), &s); err != nil {
		t.Fatal(err)
	}
	if !(s.LowerBound > 0 && s.LowerBound <= s.UpperBound) || s.Network.Objective != s.UpperBound {
		t.Errorf("bounds %v and %v, objective %v", s.LowerBound, s.UpperBound, s.Network.Objective)
	}
	wantOnly(t, dir, "tiny.csv", "m.json", "c.npz", "l.jsonl")
	lines, err := os.Open(log)
	if err != nil {
		t.Fatal(err)
	}
	defer lines.Close()
	events, err := report.ReadLog(lines)
	if err != nil {
		t.Fatal(err)
	}
	outer := 0
	for _, e := range events {
		if e.Phase == "relax" {
			outer = max(outer, e.Outer)
		}
	}
	if outer != s.Relaxation.OuterIterations {
		t.Errorf("the log has %d outer iterations, the summary %d", outer, s.Relaxation.OuterIterations)
	}
	if end := events[len(events)-1]; end.Phase != "result" || end.Bound != float64(s.LowerBound) || end.Network != float64(s.UpperBound) {
		t.Errorf("the log ends with %+v", end)
	}
}

func TestTrainIsDeterministic(t *testing.T) {
	dir, path := file(t, "tiny.csv", tiny)
	var models, certificates [2]string
	for i := range 2 {
		model, cert := filepath.Join(dir, "m.json"), filepath.Join(dir, "c.npz")
		if o := command(t, "train", path, "--quiet", "--reg", "0.1", "--intercept=false", "--method", "sdp", "-o", model, "--certificate", cert); o.status != exitDone {
			t.Fatal(o.stderr)
		}
		for _, f := range []struct {
			path string
			to   *string
		}{{model, &models[i]}, {cert, &certificates[i]}} {
			content, err := os.ReadFile(f.path)
			if err != nil {
				t.Fatal(err)
			}
			*f.to = string(content)
		}
	}
	if models[0] != models[1] || certificates[0] != certificates[1] {
		t.Error("two runs wrote different files")
	}
}

func TestTrainRegression(t *testing.T) {
	_, path := file(t, "t.csv", "a,b,y1,y2\n1,2,0.5,1\n2,1,1.5,0\n3,5,2.5,-1\n4,2,3.5,2\n-1,2,0.25,1\n-2,1,4,3\n")
	o := command(t, "train", path, "--target", "y1,y2", "--reg", "0.1", "--intercept=false", "--json", "--quiet", "--holdout", "0.2", "--seed", "3")
	var s report.Summary
	if err := json.Unmarshal([]byte(o.stdout), &s); err != nil {
		t.Fatalf("exit status %d: %s", o.status, o.stderr)
	}
	if s.Data.Task != "regression" || s.Data.Outputs != 2 || s.Data.Rows != 5 || s.Data.TestRows != 1 || s.Metrics.Train.RMSE == nil || s.Metrics.Train.Accuracy != nil {
		t.Errorf("summary %s", o.stdout)
	}
	if s.Settings.Split != "holdout:3:0.2" || s.Metrics.Test == nil || s.Metrics.Test.Rows != 1 {
		t.Errorf("split %q, test %v", s.Settings.Split, s.Metrics.Test)
	}
}

func TestTrainWarnsOfConstantColumns(t *testing.T) {
	_, path := file(t, "t.csv", "a,b,same,y\n1,2,7,x\n2,1,7,z\n3,5,7,x\n4,2,7,z\n")
	o := command(t, "train", path)
	if o.status != exitDone || !strings.Contains(o.stderr, `warning: `) || !strings.Contains(o.stderr, `"same" is constant`) {
		t.Errorf("exit status %d, standard error %s", o.status, o.stderr)
	}
	if o := command(t, "train", path, "--quiet"); o.stderr != "" {
		t.Errorf("quiet, but %q", o.stderr)
	}
}

func TestTrainInterrupted(t *testing.T) {
	dir, path := file(t, "tiny.csv", tiny)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	model, cert := filepath.Join(dir, "m.json"), filepath.Join(dir, "c.npz")
	o := commandWithin(t, ctx, "train", path, "--json", "-q", "--reg", "0.1", "--intercept=false", "-o", model, "--certificate", cert)
	var s report.Summary
	if err := json.Unmarshal([]byte(o.stdout), &s); err != nil {
		t.Fatalf("exit status %d: %s", o.status, o.stderr)
	}
	if o.status != exitDone || s.Status != "interrupted" {
		t.Errorf("exit status %d, status %s", o.status, s.Status)
	}
	if math.IsNaN(float64(s.UpperBound)) || !(s.LowerBound <= s.UpperBound) {
		t.Errorf("bounds %v and %v", s.LowerBound, s.UpperBound)
	}
	wantOnly(t, dir, "tiny.csv", "m.json", "c.npz")
	if o := command(t, "verify", cert, path); o.status != exitDone {
		t.Errorf("the certificate of an interrupted run: exit status %d, %s%s", o.status, o.stdout, o.stderr)
	}
}
