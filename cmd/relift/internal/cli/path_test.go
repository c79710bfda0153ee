package cli

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/relift/relift/report"
)

// pathOf computes a path and returns what --json prints.
func pathOf(t *testing.T, args ...string) (*report.Path, outcome) {
	t.Helper()
	o := command(t, append([]string{"path", "--json", "--steps", "3", "--effort", "30", "--folds", "3", "--proofs", "2"}, args...)...)
	var s report.Path
	if err := json.Unmarshal([]byte(o.stdout), &s); err != nil {
		t.Fatalf("exit status %d: %s%s", o.status, o.stdout, o.stderr)
	}
	return &s, o
}

// TestPathFolder: the models and the proofs of the folder are those that the table speaks of, and the verifier proves every bound in it.
func TestPathFolder(t *testing.T) {
	dir, data := file(t, "t.csv", measured(32))
	folder, picture, page := filepath.Join(dir, "p"), filepath.Join(dir, "p.svg"), filepath.Join(dir, "p.html")
	s, o := pathOf(t, data, "--target", "kind", "--drop", "y,site", "--holdout", "0.25", "--folder", folder, "--plot", picture, "--report", page)
	if len(s.Points) != 3 || len(s.Tuning.Path) != 3 || s.Data.Rows != 24 || s.Data.TestRows != 8 || s.Settings.Reg != float64(s.Best) || s.OneStandardError < s.Best {
		t.Fatalf("%s", o.stdout)
	}
	if strings.Count(o.stderr, " ± ") != 4 || !strings.Contains(o.stderr, "proof 1, at γ = ") {
		t.Errorf("progress %q", o.stderr)
	}
	want := []string{tableName}
	for _, gamma := range s.Proofs {
		want = append(want, fmt.Sprintf(certificateName, float64(gamma)))
	}
	for k, q := range s.Points {
		if !(q.LowerBound > 0 && q.LowerBound <= q.Objective) || q.GammaPerRow != q.Gamma/24 || q.Metrics.Test.Rows != 8 || q.Gamma != s.Tuning.Path[k].Gamma {
			t.Errorf("point %d: %+v", k, q)
		}
		want = append(want, filepath.Base(q.Model))
		reg := fmt.Sprint(float64(q.Gamma))
		v := command(t, "verify", q.Certificate, data, "--reg", reg, "--json")
		var proved verdict
		if err := json.Unmarshal([]byte(v.stdout), &proved); err != nil || v.status != exitDone {
			t.Fatalf("exit status %d: %s%s", v.status, v.stdout, v.stderr)
		}
		if !(q.LowerBound <= proved.Proven) || q.LowerBound < proved.Proven*(1-1e-7) {
			t.Errorf("point %d: the bound is %v, %v is proved", k, q.LowerBound, proved.Proven)
		}
	}
	for _, q := range s.Points {
		m, err := loadModel(q.Model)
		if err != nil {
			t.Fatal(err)
		}
		stated := m.Provenance.Settings
		_, from := stated["reg-from"]
		if perRow := fmt.Sprint(float64(q.GammaPerRow)); stated["reg-per-row"] != perRow || from != (q.Gamma == s.Tuning.Gamma) {
			t.Errorf("the model for γ = %v, %v for each row, has the settings %v", q.Gamma, perRow, stated)
		}
	}
	wantOnly(t, folder, want...)
	wantOnly(t, dir, "t.csv", "p", "p.svg", "p.html")
	if v := command(t, "evaluate", s.Points[1].Model, data, "--json"); v.status != exitDone || !strings.Contains(v.stdout, "accuracy") {
		t.Errorf("a model of the folder: exit status %d, %s%s", v.status, v.stdout, v.stderr)
	}
	table, err := os.Open(filepath.Join(folder, tableName))
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	lines, err := csv.NewReader(table).ReadAll()
	if err != nil || len(lines) != 4 || lines[0][8] != "deviance" || len(lines[0]) != 11+3+1 || lines[1][0] != fmt.Sprint(float64(s.Points[0].Gamma)) {
		t.Errorf("table %v, %v", lines, err)
	}
	command(t, "path", data, "--target", "kind", "--folder", folder).wantRefusal(t, "--folder "+folder, "not empty")
}

// TestPathNamesWhatThereIs: a certificate that cannot be written into its place is named where it is.
func TestPathNamesWhatThereIs(t *testing.T) {
	dir, data := file(t, "t.csv", measured(32))
	folder := filepath.Join(dir, "p")
	var stdout bytes.Buffer
	stderr := &watcher{words: "proof 1, at γ = ", act: func(line string) {
		_, gamma, _ := strings.Cut(line, "γ = ")
		gamma, _, _ = strings.Cut(gamma, ":")
		if err := os.Mkdir(filepath.Join(folder, fmt.Sprintf(certificateName, gamma)), 0o755); err != nil {
			t.Error(err)
		}
	}}
	status := Main(t.Context(), []string{"path", data, "--target", "kind", "--drop", "y,site", "--steps", "2", "--effort", "5", "--proofs", "1", "--folder", folder, "--json"}, &stdout, stderr)
	var s report.Path
	if err := json.Unmarshal(stdout.Bytes(), &s); err != nil || status != exitInternal {
		t.Fatalf("exit status %d, %v: %s", status, err, stderr.String())
	}
	for k, q := range s.Points {
		if info, err := os.Stat(q.Certificate); err != nil || !info.Mode().IsRegular() || !strings.Contains(q.Certificate, "rescued") {
			t.Errorf("point %d names the certificate %q (%v)", k, q.Certificate, err)
		}
	}
}

func TestPathText(t *testing.T) {
	_, data := file(t, "t.csv", measured(32))
	flags := []string{data, "--target", "y", "--drop", "kind", "--groups", "site", "--metric", "r2", "--steps", "3", "--effort", "10", "--folds", "3", "--quiet", "--proofs", "1"}
	o := command(t, append([]string{"path"}, flags...)...)
	if o.status != exitDone || o.stderr != "" {
		t.Fatalf("exit status %d, standard error %q", o.status, o.stderr)
	}
	for _, word := range []string{"r2 ± deviation of the folds", "best", "proof", "recommended   γ = ", "the best of 3 by r2 in 3 folds; γ/n = ", "all come from one proof, at γ = "} {
		if !strings.Contains(o.stdout, word) {
			t.Errorf("the text does not say %q:\n%s", word, o.stdout)
		}
	}
	o = command(t, append([]string{"path", "--csv"}, flags...)...)
	lines, err := csv.NewReader(strings.NewReader(o.stdout)).ReadAll()
	if err != nil || len(lines) != 4 || lines[0][8] != "r2" {
		t.Errorf("%v, %v: %s", lines, err, o.stderr)
	}
}

func TestPathInterrupted(t *testing.T) {
	_, data := file(t, "t.csv", measured(32))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	o := commandWithin(t, ctx, "path", data, "--target", "kind", "--quiet")
	o.wantLine(t, exitInterrupted, "interrupted before there was a network")
	command(t, "path", data, "--target", "kind", "--quiet", "--time-limit", "1ms").wantRefusal(t, "--time-limit")
}

func TestPathRefusals(t *testing.T) {
	_, data := file(t, "t.csv", measured(20))
	for _, c := range []struct {
		args  []string
		words []string
	}{
		{[]string{"--steps", "0"}, []string{`--steps "0"`, "at least 1"}},
		{[]string{"--proofs", "0"}, []string{`--proofs "0"`}},
		{[]string{"--folds", "30"}, []string{"20 rows", "at least 30"}},
		{[]string{"--plot", "path.gif"}, []string{"--plot path.gif", ".svg"}},
		{[]string{"--csv", "--json"}, []string{"csv", "json"}},
		{[]string{"--reg", "1"}, []string{"--reg"}},
		{[]string{"--metric", "mae"}, []string{"--metric mae", "classification"}},
		{[]string{"--folder", filepath.Join(data, "below")}, []string{"--folder", "expected a folder"}},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			command(t, append([]string{"path", data}, c.args...)...).wantRefusal(t, c.words...)
		})
	}
}
