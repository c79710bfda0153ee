package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/relift/relift/report"
)

// graded is a table of two classes or, by its column y, of numbers, with weights of the rows.
func graded() string {
	var b strings.Builder
	b.WriteString("a,b,w,y,class\n")
	for i := range 24 {
		a, c := float64((i*7)%11)/5-1, float64((i*5)%9)/4-1
		class := "low"
		if a+c*c > 0.3 || i%8 == 0 {
			class = "high"
		}
		fmt.Fprintf(&b, "%g,%g,%d,%g,%s\n", a, c, i%3, 20+a-2*c*c+float64(i%5)/10, class)
	}
	return b.String()
}

// TestObjectives goes with each objective through training, its model and its certificate: predictions, audit, verification with the table, and
// verification against another objective.
func TestObjectives(t *testing.T) {
	dir, data := file(t, "graded.csv", graded())
	for _, c := range []struct {
		name    string
		args    []string
		outputs int
		wrong   []string // what the certificate is not for
	}{
		{"huber", []string{"--target", "y", "--drop", "class,w", "--loss", "huber", "--huber-delta", "0.5", "--intercept"}, 1, []string{"--huber-delta", "0.6"}},
		{"squared", []string{"--target", "y", "--drop", "class", "--weight", "w", "--intercept"}, 1, []string{"--intercept=false"}},
		{"weighted", []string{"--target", "y", "--drop", "class", "--weight", "w", "--intercept=false"}, 1, []string{"--weight", ""}},
		{"logistic", []string{"--target", "class", "--drop", "y,w", "--loss", "logistic", "--class-weight", "balanced", "--intercept=false"}, 1, []string{"--class-weight", "none"}},
		{"softmax", []string{"--target", "class", "--drop", "y", "--loss", "softmax", "--intercept", "--weight", "w"}, 2, []string{"--loss", "squared"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			model, cert := filepath.Join(dir, c.name+".json"), filepath.Join(dir, c.name+".npz")
			args := append([]string{"train", data, "--quiet", "--json", "--reg", "2", "--time-limit", "20s", "--gap", "0.1", "-o", model, "--certificate", cert}, c.args...)
			o := command(t, args...)
			if o.status != exitDone {
				t.Fatalf("exit status %d: %s", o.status, o.stderr)
			}
			var s report.Summary
			if err := json.Unmarshal([]byte(o.stdout), &s); err != nil {
				t.Fatal(err)
			}
			if s.Data.Outputs != c.outputs || !(s.LowerBound > 0) || !(s.LowerBound <= s.UpperBound) || s.Metrics.Train.Baseline == nil {
				t.Errorf("%d outputs, bound %v, objective %v, metrics %v", s.Data.Outputs, s.LowerBound, s.UpperBound, s.Metrics.Train)
			}
			if o := command(t, "verify", cert, data); o.status != exitDone || !strings.Contains(o.stdout, "pass  objective") {
				t.Errorf("verify: exit status %d: %s%s", o.status, o.stdout, o.stderr)
			}
			if o := command(t, append([]string{"verify", cert, data}, c.wrong...)...); o.status != exitVerify {
				t.Errorf("verify %v: exit status %d: %s%s", c.wrong, o.status, o.stdout, o.stderr)
			}
			o = command(t, "audit", model, data, "--json", "--quiet", "--from-certificate", cert)
			var audited auditSummary
			if err := json.Unmarshal([]byte(o.stdout), &audited); err != nil || audited.Objective != s.UpperBound || !(audited.LowerBound > 0) {
				t.Errorf("audit: objective %v of %v, bound %v (%v) %s", audited.Objective, s.UpperBound, audited.LowerBound, err, o.stderr)
			}
			probable := c.name == "logistic" || c.name == "softmax"
			o = command(t, "predict", model, data, "--probabilities")
			if header, _, _ := strings.Cut(o.stdout, "\n"); probable != strings.HasSuffix(header, "probability_high,probability_low") || probable != (o.status == exitDone) {
				t.Errorf("predict --probabilities: exit status %d, header %q, %s", o.status, header, o.stderr)
			}
			if o := command(t, "explain", model, data); o.status != exitDone || strings.Contains(o.stdout, "intercept") == slices.Contains(c.args, "--intercept=false") {
				t.Errorf("explain: exit status %d: %s%s", o.status, o.stdout, o.stderr)
			}
			converted := filepath.Join(dir, c.name+".onnx")
			if o := command(t, "convert", model, converted); o.status != exitDone {
				t.Errorf("convert: %s", o.stderr)
			}
			again := filepath.Join(dir, c.name+".again.json")
			if o := command(t, "convert", converted, again); o.status != exitDone {
				t.Errorf("convert back: %s", o.stderr)
			}
			was, err := os.ReadFile(model)
			if err != nil {
				t.Fatal(err)
			}
			if is, err := os.ReadFile(again); err != nil || string(is) != string(was) {
				t.Errorf("the model is another one after ONNX: %v", err)
			}
		})
	}
}

func TestObjectivesThatDoNotFit(t *testing.T) {
	_, data := file(t, "graded.csv", graded())
	for _, c := range []struct {
		args  []string
		words []string
	}{
		{[]string{"--target", "y", "--loss", "logistic"}, []string{"--loss logistic", "two classes"}},
		{[]string{"--target", "y", "--loss", "softmax"}, []string{"--loss softmax", "classes"}},
		{[]string{"--target", "w", "--task", "classification", "--loss", "logistic"}, []string{"3 classes", "--loss softmax"}},
		{[]string{"--target", "y", "--class-weight", "balanced"}, []string{"class weight"}},
		{[]string{"--loss", "hinge"}, []string{"--loss", "squared"}},
		{[]string{"--loss", "huber", "--huber-delta", "0"}, []string{"--huber-delta"}},
		{[]string{"--target", "class", "--loss", "logistic", "--method", "exact"}, []string{"method exact", "--intercept=false", "signs"}},
		{[]string{"--target", "class", "--weight", "nothing"}, []string{"nothing"}},
	} {
		command(t, append([]string{"train", data, "--quiet"}, c.args...)...).wantRefusal(t, c.words...)
	}
}

// TestUselessNetwork: where weight decay leaves no neuron, the warning says that the network is a constant, and what to do.
func TestUselessNetwork(t *testing.T) {
	_, data := file(t, "graded.csv", graded())
	o := command(t, "train", data, "--target", "class", "--reg", "1e4", "--time-limit", "2s", "--intercept")
	if o.status != exitDone || !strings.Contains(o.stderr, "no better than predicting the most frequent class") || !strings.Contains(o.stderr, "smaller --reg") {
		t.Errorf("exit status %d: %s", o.status, o.stderr)
	}
}
