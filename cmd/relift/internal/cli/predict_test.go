package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// trained trains on the tiny table and returns its folder, the table and the
// model.
func trained(t *testing.T) (dir, data, model string) {
	t.Helper()
	dir, data = file(t, "tiny.csv", tiny)
	model = filepath.Join(dir, "m.json")
	if o := command(t, "train", data, "-q", "--reg", "0.1", "--intercept=false", "--method", "descent", "-o", model); o.status != exitDone {
		t.Fatal(o.stderr)
	}
	return dir, data, model
}

func TestPredict(t *testing.T) {
	dir, data, model := trained(t)
	o := command(t, "predict", model, data)
	lines := strings.Split(strings.TrimSpace(o.stdout), "\n")
	if o.status != exitDone || len(lines) != 7 || !strings.HasPrefix(lines[0], "y,") {
		t.Fatalf("exit status %d, output %q, %s", o.status, o.stdout, o.stderr)
	}
	for i, row := range strings.Split(strings.TrimSpace(tiny), "\n")[1:] {
		want := row[strings.LastIndex(row, ",")+1:]
		if !strings.HasPrefix(lines[i+1], want+",") {
			t.Errorf("row %d is predicted as %q, want %s", i, lines[i+1], want)
		}
	}
	out := filepath.Join(dir, "p.csv")
	if o := command(t, "predict", model, data, "-o", out); o.status != exitDone || o.stdout != "" || o.stderr != "" {
		t.Errorf("exit status %d, output %q, %q", o.status, o.stdout, o.stderr)
	}
	if content, err := os.ReadFile(out); err != nil || string(content) != o.stdout {
		t.Errorf("the file has %q, standard output had %q (%v)", content, o.stdout, err)
	}
}

func TestPredictBadInput(t *testing.T) {
	dir, data, model := trained(t)
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	other := write("other.csv", "a,c\n1,2\n")
	whole, err := os.ReadFile(model)
	if err != nil {
		t.Fatal(err)
	}
	half := write("half.json", string(whole[:len(whole)/2]))
	foreign := write("foreign.json", `{"weights": [1, 2, 3]}`)
	out := filepath.Join(dir, "p.csv")

	command(t, "predict", model, other, "-o", out).wantRefusal(t, "other.csv", `"b" not found`)
	command(t, "predict", half, data, "-o", out).wantRefusal(t, "half.json")
	command(t, "predict", foreign, data, "-o", out).wantRefusal(t, "foreign.json")
	command(t, "predict", data, data, "-o", out).wantRefusal(t, "tiny.csv")
	command(t, "predict", model, data, "-o", data).wantRefusal(t, "--output", "also the input")
	command(t, "predict", model, data, "-o", model).wantRefusal(t, "--output", "also the input")
	command(t, "predict", model).wantRefusal(t, "DATA is missing")
	command(t, "evaluate", model, other).wantRefusal(t, "other.csv", "not found")
	command(t, "evaluate", half, data).wantRefusal(t, "half.json")
	wantOnly(t, dir, "tiny.csv", "m.json", "other.csv", "half.json", "foreign.json")
}

func TestPredictJSON(t *testing.T) {
	_, data, model := trained(t)
	o := command(t, "predict", model, data, "--json")
	var list predictionList
	if err := json.Unmarshal([]byte(o.stdout), &list); err != nil {
		t.Fatalf("exit status %d: %s%s", o.status, o.stderr, o.stdout)
	}
	if list.Rows != 6 || len(list.Predictions) != 6 || list.Predictions[5].Row != 6 || list.Predictions[0].Label != "x" || len(list.Predictions[0].Scores) != 2 {
		t.Errorf("%s", o.stdout)
	}
}
