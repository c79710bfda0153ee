package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/relift/relift"
	"github.com/relift/relift/report"
)

// measured is a table of two features, a group, a number and a class that depend on them with some noise.
func measured(rows int) string {
	rng := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("a,b,site,y,kind\n")
	for i := range rows {
		u, v := rng.NormFloat64(), rng.NormFloat64()
		y := max(u+v, 0) - max(u, 0) + 0.3*rng.NormFloat64()
		fmt.Fprintf(&b, "%.3f,%.3f,s%d,%.4f,%v\n", u, v, i%7, y, y > 0)
	}
	return b.String()
}

// tuned trains with --reg auto and returns the summary.
func tuned(t *testing.T, args ...string) (*report.Summary, outcome) {
	t.Helper()
	o := command(t, append([]string{"train", "--reg", "auto", "--effort", "30", "--json"}, args...)...)
	var s report.Summary
	if err := json.Unmarshal([]byte(o.stdout), &s); err != nil {
		t.Fatalf("exit status %d: %s%s", o.status, o.stdout, o.stderr)
	}
	if s.Tuning == nil || len(s.Tuning.Path) == 0 {
		t.Fatalf("no cross-validation in %s", o.stdout)
	}
	return &s, o
}

func TestTrainChoosesGamma(t *testing.T) {
	dir, path := file(t, "t.csv", measured(60))
	model, cert := filepath.Join(dir, "m.json"), filepath.Join(dir, "c.npz")
	s, o := tuned(t, path, "--target", "kind", "--drop", "y,site", "--method", "descent", "-o", model, "--certificate", cert)
	c := s.Tuning
	if c.Folds != 5 || c.Division != "classes" || c.Rows != 60 || c.Metric != "deviance" || c.Higher || s.Settings.Reg != float64(c.Gamma) || float64(c.GammaPerRow) != s.Settings.Reg/60 {
		t.Errorf("%+v with γ = %v", c, s.Settings.Reg)
	}
	if c.Chosen != c.Best || c.Path[c.Chosen].Gamma != c.Gamma || !(c.Path[0].Gamma < c.GammaMax) {
		t.Errorf("chose %v, number %d of %+v", c.Gamma, c.Chosen, c.Path)
	}
	for k, q := range c.Path {
		if len(q.Folds) != 5 || q.Mean < c.Path[c.Best].Mean || k > 0 && !(q.Gamma < c.Path[k-1].Gamma) {
			t.Errorf("point %d: %+v", k, q)
		}
	}
	if a := c.NewRows; a.Metric != "accuracy" || !(a.Mean > 0.6 && a.Mean <= 1) {
		t.Errorf("on new rows: %+v", a)
	}
	if lines := strings.Count(o.stderr, " ± "); lines != len(c.Path)+1 || !strings.Contains(o.stderr, "deviance ± deviation of the folds") {
		t.Errorf("%d lines for %d points: %s", lines, len(c.Path), o.stderr)
	}
	if o := command(t, "verify", cert, path, "--reg", fmt.Sprint(s.Settings.Reg), "--target", "kind"); o.status != exitDone {
		t.Errorf("the certificate: exit status %d, %s%s", o.status, o.stdout, o.stderr)
	}
	again, _ := tuned(t, path, "--target", "kind", "--drop", "y,site", "--method", "descent", "--quiet", "--threads", "1")
	for k, q := range again.Tuning.Path {
		if q.Mean != c.Path[k].Mean || q.Gamma != c.Path[k].Gamma {
			t.Errorf("with one thread point %d is %+v, was %+v", k, q, c.Path[k])
		}
	}
	text := command(t, "train", path, "--target", "kind", "--drop", "y,site", "--method", "descent", "--reg", "auto", "--effort", "30", "--quiet")
	for _, want := range []string{fmt.Sprintf("weight decay  γ = %v, the best of %d by deviance", s.Settings.Reg, len(c.Path)), "new rows      accuracy about "} {
		if !strings.Contains(text.stdout, want) {
			t.Errorf("the summary does not say %q:\n%s", want, text.stdout)
		}
	}
}

func TestTuningByGroupsAndMetric(t *testing.T) {
	_, path := file(t, "t.csv", measured(70))
	s, _ := tuned(t, path, "--target", "y", "--drop", "kind", "--groups", "site", "--metric", "r2", "--folds", "3", "--one-standard-error")
	c := s.Tuning
	if c.Division != "groups" || c.Folds != 3 || !c.Higher || !c.OneStandardError || s.Data.Features != 2 {
		t.Errorf("%+v, %d features", c, s.Data.Features)
	}
	best := c.Path[c.Best]
	if best.Mean > 1 || best.Mean < 0.2 || c.Chosen > c.Best {
		t.Errorf("R² %v at best; chose number %d", best.Mean, c.Chosen)
	}
	for _, q := range c.Path {
		if q.Mean > best.Mean {
			t.Errorf("R² %v is better than the best, %v", q.Mean, best.Mean)
		}
	}
}

func TestTuningInOrder(t *testing.T) {
	_, path := file(t, "t.csv", measured(60))
	if s, _ := tuned(t, path, "--target", "y", "--drop", "kind,site", "--method", "descent", "--fold-order"); s.Tuning.Division != "order" || s.Tuning.Rows != 60 {
		t.Errorf("%+v", s.Tuning)
	}
}

func TestTuningRefusals(t *testing.T) {
	_, path := file(t, "t.csv", measured(20))
	for _, c := range []struct {
		args  []string
		words []string
	}{
		{[]string{"train", path, "--reg", "some"}, []string{`--reg "some"`, "expected auto or", "number greater than 0"}},
		{[]string{"train", path, "--reg", "auto", "--folds", "1"}, []string{`--folds "1"`}},
		{[]string{"train", path, "--reg", "auto", "--folds", "30"}, []string{"--reg auto", "20 rows", "at least 30"}},
		{[]string{"train", path, "--reg", "auto", "--groups", "place"}, []string{"place", "not found"}},
		{[]string{"train", path, "--reg", "auto", "--groups", "site", "--folds", "9"}, []string{"7 groups"}},
		{[]string{"train", path, "--reg", "auto", "--groups", "site", "--fold-order"}, []string{"groups", "fold-order"}},
		{[]string{"train", path, "--reg", "auto", "--metric", "r2"}, []string{"--metric r2", "classification", "accuracy"}},
		{[]string{"train", path, "--reg", "auto", "--metric", "accuracy", "--target", "y", "--drop", "kind"}, []string{"--metric accuracy", "regression", "r2"}},
		{[]string{"train", path, "--reg", "auto", "--loss", "squared", "--metric", "log-loss"}, []string{"--metric log-loss", "squared loss has no probabilities", "logistic"}},
	} {
		t.Run(strings.Join(append(c.args[:1:1], c.args[2:]...), " "), func(t *testing.T) { command(t, c.args...).wantRefusal(t, c.words...) })
	}
}

// TestTimeLeft: what is left of a cross-validation is that of the points that it may still have, or of its limit.
func TestTimeLeft(t *testing.T) {
	begin := time.Unix(1000, 0)
	now := begin.Add(6 * time.Second)
	v := new(validation)
	if left := v.left(begin, now, 3, 16); left != 26*time.Second {
		t.Errorf("%v", left)
	}
	v.until = begin.Add(10 * time.Second)
	if left := v.left(begin, now, 3, 16); left != 4*time.Second {
		t.Errorf("%v of the limit", left)
	}
	if left := v.left(begin, now, 16, 16); left != 0 {
		t.Errorf("%v after the last point", left)
	}
}

// TestRuleOfThumb: where cross-validation can choose nothing, the run goes on with a weight decay of its own and says so.
func TestRuleOfThumb(t *testing.T) {
	for _, c := range []struct{ name, content, reason string }{
		{"flat", "a,y\n1,0\n2,0\n3,0\n4,0\n5,0\n6,0\n", "targets do not vary"},
		{"short", "a,y\n1,0.5\n", "1 row"},
	} {
		_, path := file(t, c.name+".csv", c.content)
		o := command(t, "train", path, "--task", "regression", "--scale", "none", "--json")
		var s report.Summary
		if err := json.Unmarshal([]byte(o.stdout), &s); err != nil {
			t.Fatalf("exit status %d: %s%s", o.status, o.stdout, o.stderr)
		}
		if s.Settings.Reg != 1 || s.Settings.RegFrom != "rule of thumb" || s.Tuning != nil || !strings.Contains(o.stderr, "--reg auto") || !strings.Contains(o.stderr, c.reason) {
			t.Errorf("%s: γ = %v by %s, %s", c.name, s.Settings.Reg, s.Settings.RegFrom, o.stderr)
		}
	}
}

// TestRuleOfThumbForUselessFolds: each fold of two rows has one to train on.
func TestRuleOfThumbForUselessFolds(t *testing.T) {
	_, path := file(t, "two.csv", "a,b,y\n1,2,3\n2,1,4\n")
	o := command(t, "train", path, "--method", "descent")
	if o.status != exitDone || !strings.Contains(o.stdout, "rule of thumb") || !strings.Contains(o.stderr, "fold 1 has 1 row to train on; expected at least 2; took ") {
		t.Errorf("exit status %d: %s%s", o.status, o.stdout, o.stderr)
	}
	command(t, "train", path, "--folds", "2").wantRefusal(t, "--reg auto", "fold 1", "1 row to train on")
}

// TestInterruptedChoiceOfGamma: a run that is interrupted before γ is chosen goes on for a moment and has a network.
func TestInterruptedChoiceOfGamma(t *testing.T) {
	_, path := file(t, "t.csv", measured(60))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	o := commandWithin(t, ctx, "train", path, "--target", "kind", "--drop", "y,site", "--json", "--quiet")
	var s report.Summary
	if err := json.Unmarshal([]byte(o.stdout), &s); err != nil {
		t.Fatalf("exit status %d: %s%s", o.status, o.stdout, o.stderr)
	}
	if o.status != exitDone || s.Settings.RegFrom != "rule of thumb" || s.Network.Width == 0 || !strings.Contains(strings.Join(s.Warnings, "\n"), "interrupted before γ was chosen") {
		t.Errorf("exit status %d, γ by %s, width %d, %v", o.status, s.Settings.RegFrom, s.Network.Width, s.Warnings)
	}
}

// watcher acts on lines of progress with certain words.
type watcher struct {
	bytes.Buffer
	words string
	act   func(line string)
}

func (w *watcher) Write(text []byte) (int, error) {
	if bytes.Contains(text, []byte(w.words)) {
		w.act(string(text))
	}
	return w.Buffer.Write(text)
}

// TestFirstNetworkIsInReserve: the run has the network that was trained before γ was chosen.
func TestFirstNetworkIsInReserve(t *testing.T) {
	_, path := file(t, "t.csv", measured(30))
	var f solveFlags
	c := &cobra.Command{Use: "train"} // whose defaults they are
	f.bind(c)
	if err := c.ParseFlags([]string{"--target", "kind", "--drop", "y,site"}); err != nil {
		t.Fatal(err)
	}
	p, err := f.prepare(t.Context(), path, "", io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stderr := &watcher{words: "a first network", act: func(string) { cancel() }}
	if err := f.tune(ctx, p, time.Now(), stderr); err != nil {
		t.Fatal(err)
	}
	var reserve int
	solve := func(_ context.Context, _ relift.Problem, o relift.Options) (*relift.Result, error) {
		reserve = o.Reserve.Width()
		return new(relift.Result), nil
	}
	if _, err := f.run(ctx, solve, p, time.Now(), io.Discard); err != nil || reserve == 0 {
		t.Errorf("%d neurons are in reserve (%v)", reserve, err)
	}
}

// TestInterruptedAtAnyMoment: after the first network, among the folds, and between those and the final training: there is a trained network.
func TestInterruptedAtAnyMoment(t *testing.T) {
	_, path := file(t, "t.csv", measured(60))
	for _, c := range []struct{ words, from, tuning string }{
		{"a first network", "rule of thumb", ""},
		{" ± deviation", "cross-validation", "interrupted"}, // the header comes with the first γ
		{"phase", "cross-validation", "rising"},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		var stdout bytes.Buffer
		stderr := &watcher{words: c.words, act: func(string) { cancel() }}
		status := Main(ctx, []string{"train", path, "--target", "kind", "--drop", "y,site", "--json"}, &stdout, stderr)
		var s report.Summary
		if err := json.Unmarshal(stdout.Bytes(), &s); err != nil {
			t.Fatalf("%s: exit status %d: %s%s", c.words, status, stdout.String(), stderr.String())
		}
		tuning := ""
		if s.Tuning != nil {
			tuning = s.Tuning.Status
		}
		if status != exitDone || s.Status != "interrupted" || s.Settings.RegFrom != c.from || tuning != c.tuning || s.Network.Width == 0 || !(s.LowerBound > 0) || !s.Metrics.Train.Helps() {
			t.Errorf("%s: exit status %d, %s, γ by %s, %q, width %d, bound %v, accuracy %v: %s", c.words, status, s.Status, s.Settings.RegFrom, tuning, s.Network.Width, s.LowerBound, *s.Metrics.Train.Accuracy, stderr.String())
		}
	}
}

// TestFewRows: the default number of folds gives way to the number of rows.
func TestFewRows(t *testing.T) {
	_, path := file(t, "few.csv", "a,y\n1,0\n2,1\n3,3\n")
	if s, _ := tuned(t, path, "--task", "regression"); s.Tuning.Folds != 3 || s.Settings.RegFrom != "cross-validation" {
		t.Errorf("%d folds, γ by %s", s.Tuning.Folds, s.Settings.RegFrom)
	}
}

// TestBoundChoosesGamma: as train does, on the same folds.
func TestBoundChoosesGamma(t *testing.T) {
	_, path := file(t, "t.csv", measured(24))
	s, _ := tuned(t, path, "--target", "y", "--drop", "kind,site", "--quiet")
	var bound report.Summary
	if o := command(t, "bound", path, "--target", "y", "--drop", "kind,site", "--quiet", "--json"); json.Unmarshal([]byte(o.stdout), &bound) != nil {
		t.Fatalf("exit status %d: %s", o.status, o.stderr)
	}
	if bound.Settings.Reg != s.Settings.Reg || bound.Network != nil || !(bound.LowerBound > 0) {
		t.Errorf("γ = %v and %v, bound %v", bound.Settings.Reg, s.Settings.Reg, bound.LowerBound)
	}
}

// TestTrainChoosesGammaOfALoss: the folds have the loss, the intercept, the coding and the weights of the problem.
func TestTrainChoosesGammaOfALoss(t *testing.T) {
	_, path := file(t, "t.csv", measured(30))
	for _, args := range [][]string{
		{"--target", "kind", "--drop", "y,site", "--loss", "logistic", "--intercept", "--class-weight", "balanced", "--metric", "balanced-accuracy"},
		{"--target", "kind", "--drop", "y,site", "--loss", "softmax", "--metric", "log-loss"},
		{"--target", "kind", "--drop", "y,site", "--metric", "auc"},
		{"--target", "y", "--drop", "kind,site", "--loss", "huber", "--intercept", "--metric", "mae"},
	} {
		s, _ := tuned(t, append([]string{path, "--method", "descent", "--quiet", "--effort", "60"}, args...)...)
		if !(s.LowerBound <= s.UpperBound) || s.Settings.Reg != float64(s.Tuning.Gamma) || !s.Metrics.Train.Helps() {
			t.Errorf("%v: γ = %v, bound %v, objective %v, %v", args, s.Settings.Reg, s.LowerBound, s.UpperBound, s.Metrics.Train)
		}
	}
}
