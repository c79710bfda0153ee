package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/relift/relift/internal/atomicfile"
	"github.com/relift/relift/internal/npy"
)

// certified makes a certificate of the tiny table.
func certified(t *testing.T, args ...string) (dir, data, cert string) {
	t.Helper()
	dir, data = file(t, "tiny.csv", tiny)
	cert = filepath.Join(dir, "c.npz")
	if o := command(t, append([]string{"bound", data, "-q", "--reg", "0.1", "--intercept=false", "--certificate", cert}, args...)...); o.status != exitDone {
		t.Fatal(o.stderr)
	}
	return dir, data, cert
}

func TestVerify(t *testing.T) {
	for _, args := range [][]string{
		nil, {"--scale", "none", "--bias=false"}, {"--holdout", "0.4", "--seed", "7"}, {"--split", "sklearn:1:0.4"}, {"--features", "b", "--target", "y"},
	} {
		_, data, cert := certified(t, args...)
		for _, verify := range [][]string{{"verify", cert}, {"verify", cert, data}} {
			o := command(t, verify...)
			if o.status != exitDone || o.stderr != "" || !strings.Contains(o.stdout, "Proved: no two-layer ReLU network") {
				t.Errorf("%v %v: exit status %d: %s%s", args, verify, o.status, o.stdout, o.stderr)
			}
		}
	}
}

func TestVerifyJSON(t *testing.T) {
	_, data, cert := certified(t)
	var v verdict
	o := command(t, "verify", cert, data, "--json")
	if err := json.Unmarshal([]byte(o.stdout), &v); err != nil || !v.OK || v.Claimed > v.Proven || len(v.Checks) < 5 {
		t.Errorf("%s (%v)", o.stdout, err)
	}
}

func TestVerifyRejectsAnotherTable(t *testing.T) {
	dir, _, cert := certified(t)
	for name, content := range map[string]string{
		"number": strings.Replace(tiny, "0.25", "0.26", 1),
		"label":  strings.Replace(tiny, "2,1,x", "2,1,z", 1),
		"row":    tiny + "1,1,x\n",
		"order":  "a,b,y\n-1,0.25,z\n1,0.5,x\n0.5,-1,x\n-0.25,-0.75,z\n2,1,x\n-1.5,0.75,z\n",
	} {
		other := filepath.Join(dir, "other.csv")
		if err := os.WriteFile(other, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		o := command(t, "verify", cert, other)
		if o.status != exitVerify || !strings.Contains(o.stdout, "FAIL  table") || !strings.Contains(o.stdout, "not the data of "+other) {
			t.Errorf("%s: exit status %d: %s%s", name, o.status, o.stdout, o.stderr)
		}
	}
}

func TestVerifyRejectsFalseClaims(t *testing.T) {
	dir, _, path := certified(t)
	archive, err := npy.OpenArchive(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(npy.Array){
		"lower_bound":  func(a npy.Array) { a.Float64[0] *= 1 + 1e-6 },
		"W":            func(a npy.Array) { a.Float64[0] *= -1 },
		"steps_0_real": func(a npy.Array) { a.Float64[len(a.Float64)-1] = -1 }, // a multiplier
		"gamma":        func(a npy.Array) { a.Float64[0] /= 2 },
		"row_of":       func(a npy.Array) { a.Int64[0] = 1 },
	} {
		var entries []npy.Entry
		for _, other := range archive.Names() {
			a, err := archive.Array(other)
			if err != nil {
				t.Fatal(err)
			}
			if other == name {
				a.Float64, a.Int64 = slices.Clone(a.Float64), slices.Clone(a.Int64)
				change(a)
			}
			entries = append(entries, npy.Entry{Name: other, Array: a})
		}
		forged := filepath.Join(dir, "forged.npz")
		if err := atomicfile.Write(forged, func(w io.Writer) error { return npy.WriteArchive(w, entries) }); err != nil {
			t.Fatal(err)
		}
		o := command(t, "verify", forged)
		if o.status != exitVerify || !strings.Contains(o.stdout, "FAIL") || !strings.Contains(o.stdout, "Not proved") || !strings.Contains(o.stdout, "claimed for γ") || strings.Contains(o.stdout, "proved for") || strings.Count(o.stderr, "\n") != 1 || !strings.HasPrefix(o.stderr, forged+": check ") {
			t.Errorf("%s: exit status %d: %s%s", name, o.status, o.stdout, o.stderr)
		}
	}
}

func TestVerifyBadFiles(t *testing.T) {
	dir, data, cert := certified(t)
	whole, err := os.ReadFile(cert)
	if err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(dir, "half.npz")
	if err := os.WriteFile(half, whole[:len(whole)/2], 0o644); err != nil {
		t.Fatal(err)
	}
	command(t, "verify", half).wantRefusal(t, "half.npz")
	command(t, "verify", data).wantRefusal(t, "tiny.csv", "not an NPZ archive; expected a certificate")
	command(t, "verify", cert, filepath.Join(dir, "none.csv")).wantRefusal(t, "none.csv", "no such file")
	command(t, "verify").wantRefusal(t, "CERTIFICATE is missing")
}

// TestVerifySaysWhatIsProved: γ, loss and how the file says that X and Y were
// made, or that it does not.
func TestVerifySaysWhatIsProved(t *testing.T) {
	_, _, cert := certified(t, "--reg", "0.25", "--scale", "none", "--target", "y")
	o := command(t, "verify", cert)
	for _, want := range []string{"γ = 0.25, squared loss", "target y", "scale none", "bias true", "missing error"} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("%q is missing in\n%s", want, o.stdout)
		}
	}
	var v verdict
	o = command(t, "verify", cert, "--json")
	if err := json.Unmarshal([]byte(o.stdout), &v); err != nil || v.Problem.Gamma != 0.25 || v.Problem.Loss != "squared" || v.Problem.Recipe == nil || v.Problem.Recipe.Scale != "none" {
		t.Errorf("%s (%v)", o.stdout, err)
	}
	o = command(t, "verify", forgery("cones-honest-3.npz"))
	if o.status != exitDone || !strings.Contains(o.stdout, "γ = 1, squared loss") || !strings.Contains(o.stdout, "target, scale, bias and encoding: not stated") {
		t.Errorf("exit status %d: %s%s", o.status, o.stdout, o.stderr)
	}
}

// forgery is the path of a file of the corpus of package internal/forgery.
func forgery(name string) string {
	return filepath.Join("..", "..", "..", "..", "certificate", "testdata", "forgeries", name)
}

// TestVerifyComparesWithTheCaller: exit status 3, and both values, where the
// certificate is for something else than the flags say.
func TestVerifyComparesWithTheCaller(t *testing.T) {
	_, data, cert := certified(t, "--reg", "0.25", "--target", "y", "--scale", "none")
	for _, c := range []struct {
		args   []string
		status int
		stderr []string // parts of the message
	}{
		{[]string{"--reg", "0.25"}, exitDone, nil},
		{[]string{"--reg", "0.25", "--target", "y", "--scale", "none", "--bias"}, exitDone, nil},
		{[]string{"--reg", "0.1"}, exitDone, nil}, // a derivation proves a bound for every γ
		{[]string{"--scale", "standard"}, exitVerify, []string{`"scale"`, "none", "standard"}},
		{[]string{"--bias=false"}, exitVerify, []string{`"bias"`, "true", "false"}},
		{[]string{"--target", "a"}, exitVerify, []string{`"target"`, "for y", "is a"}},
		{[]string{"--missing", "mean"}, exitVerify, []string{"error", "mean"}},
		{[]string{"--split", "sklearn:1:0.4"}, exitVerify, []string{"does not state it", "sklearn:1:0.4"}},
		{[]string{data, "--target", "y"}, exitDone, nil},
		{[]string{data, "--target", "2"}, exitDone, nil}, // the same column by its index
		{[]string{data, "--target", "a"}, exitVerify, []string{`"table"`}},
		{[]string{data, "--reg", "0.1"}, exitDone, nil},
		{[]string{data, "--scale", "standard"}, exitVerify, []string{`"scale"`}},
	} {
		o := command(t, append([]string{"verify", cert}, c.args...)...)
		if o.status != c.status {
			t.Errorf("%v: exit status %d, want %d: %s%s", c.args, o.status, c.status, o.stdout, o.stderr)
		}
		for _, part := range c.stderr {
			if !strings.Contains(o.stderr, part) {
				t.Errorf("%v: %q is missing in %q", c.args, part, o.stderr)
			}
		}
		if c.status == exitVerify && strings.Contains(o.stdout, "Proved:") {
			t.Errorf("%v: called proved: %s", c.args, o.stdout)
		}
	}
}

// TestVerifyWorkLimit: a small file that is dear to check is refused at once, and
// the flag decides.
func TestVerifyWorkLimit(t *testing.T) {
	o := command(t, "verify", forgery("work-orthants.npz"))
	if o.status != exitVerify || !strings.Contains(o.stderr, "--work-limit") {
		t.Errorf("exit status %d: %s", o.status, o.stderr)
	}
	o = command(t, "verify", forgery("cones-honest-3.npz"), "--work-limit", "1e-9")
	if o.status != exitVerify || !strings.Contains(o.stderr, "--work-limit") {
		t.Errorf("exit status %d: %s", o.status, o.stderr)
	}
	command(t, "verify", forgery("cones-honest-3.npz"), "--work-limit", "nan").wantRefusal(t, "work-limit")
}

// TestVerifyForgeries: no forgery leaves with the exit status 0, and none with that
// of an internal error.
func TestVerifyForgeries(t *testing.T) {
	text, err := os.ReadFile(forgery("index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var files []struct {
		File    string
		Refused bool
	}
	if err := json.Unmarshal(text, &files); err != nil || len(files) < 100 {
		t.Fatalf("%d forgeries (%v)", len(files), err)
	}
	for _, f := range files {
		o := command(t, "verify", forgery(f.File))
		switch {
		case !f.Refused && o.status != exitDone:
			t.Errorf("%s: exit status %d: %s", f.File, o.status, o.stderr)
		case f.Refused && (o.status != exitInput && o.status != exitVerify || strings.Contains(o.stdout, "Proved:")):
			t.Errorf("%s: exit status %d: %s%s", f.File, o.status, o.stdout, o.stderr)
		}
	}
}

// TestVerifyIsInterrupted: the end of the context ends the command at once, in
// the middle of a long check.
func TestVerifyIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	var stdout, stderr bytes.Buffer
	status := Main(ctx, []string{"verify", forgery("work-tree.npz"), "--work-limit", "1e12"}, &stdout, &stderr)
	if status != exitInterrupted || !strings.Contains(stderr.String(), "nothing was proved") {
		t.Errorf("exit status %d: %s", status, stderr.String())
	}
}

// derivation is the path of a file of format version 2.
func derivation(name string) string {
	return filepath.Join("..", "..", "..", "..", "proof", "testdata", "forgeries", name)
}

// TestVerifyComparesTheObjective: a proof for weighted rows or another loss is true, and
// not one for what relift train minimises on the table.
func TestVerifyComparesTheObjective(t *testing.T) {
	dir := t.TempDir()
	data, cert := filepath.Join(dir, "two.csv"), filepath.Join(dir, "two.npz")
	if err := os.WriteFile(data, []byte("x,y\n1,1.5\n-1,2.5\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	number := func(v int64) npy.Array { return npy.Array{Kind: npy.Int64, Int64: []int64{v}} }
	column := func(v ...float64) npy.Array { return npy.Array{Shape: []int{2, 1}, Kind: npy.Float64, Float64: v} }
	// W = 0 is feasible for every γ and needs no multipliers.
	entries := []npy.Entry{
		{Name: "derivation_version", Array: number(2)}, {Name: "lower_bound", Array: npy.Scalar(0)}, {Name: "gamma", Array: npy.Scalar(1)},
		{Name: "loss", Array: npy.String("squared")}, {Name: "delta", Array: npy.Scalar(0)}, {Name: "intercept", Array: number(0)},
		{Name: "X", Array: column(1, -1)}, {Name: "Y", Array: column(1.5, 2.5)}, {Name: "W", Array: column(0, 0)},
		{Name: "x_exponent", Array: number(0)}, {Name: "w_exponent", Array: number(0)}, {Name: "claim_u", Array: npy.Scalar(1)}, {Name: "claim_v", Array: npy.Scalar(1)},
		{Name: "steps_0_int", Array: npy.Array{Shape: []int{4}, Kind: npy.Int64, Int64: []int64{7, 0, 0, 0}}},
		{Name: "steps_0_real", Array: npy.Vector([]float64{0, 0, -1, -1})}, {Name: "meta", Array: npy.String("{}")},
	}
	verifyWith := func(more ...npy.Entry) outcome {
		f, err := os.Create(cert)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := npy.WriteArchive(f, append(entries[:len(entries):len(entries)], more...)); err != nil {
			t.Fatal(err)
		}
		return command(t, "verify", cert, data, "--scale", "none", "--bias=false", "--header", "--task", "regression")
	}
	verifyWith().wantOutput(t, "Proved:")
	if o := verifyWith(npy.Entry{Name: "weights", Array: npy.Vector([]float64{1, 3})}); o.status != exitVerify || !strings.Contains(o.stderr, "rows with weights") {
		t.Errorf("weighted rows: status %d, %s", o.status, o.stderr)
	}
	entries[3].Array, entries[4].Array = npy.String("huber"), npy.Scalar(1)
	if o := verifyWith(); o.status != exitVerify || !strings.Contains(o.stderr, "huber loss") {
		t.Errorf("Huber loss: status %d, %s", o.status, o.stderr)
	}
}

// TestVerifyDerivations: a derivation is checked like the other proofs, and gives the bound
// for the γ that --reg asks for.
func TestVerifyDerivations(t *testing.T) {
	command(t, "verify", derivation("honest-ball.npz")).wantOutput(t, "Proved:", "γ = 0.5, squared loss")
	command(t, "verify", derivation("honest-softmax.npz")).wantOutput(t, "Proved:", "softmax loss")
	// The optimum for γ is 3γ − γ²/2.
	command(t, "verify", derivation("honest-split.npz"), "--reg", "1").wantOutput(t, "every γ", "γ = 1,", "objective below 2.4999999")
	if o := command(t, "verify", derivation("split-zero.npz")); o.status != exitVerify || !strings.Contains(o.stderr, "the normal is zero") {
		t.Errorf("exit status %d: %s", o.status, o.stderr)
	}
	if o := command(t, "verify", derivation("version.npz")); o.status != exitInput || !strings.Contains(o.stderr, "newer relift") {
		t.Errorf("exit status %d: %s", o.status, o.stderr)
	}
}

// wantOutput holds that the command succeeded and printed the parts.
func (o outcome) wantOutput(t *testing.T, parts ...string) {
	t.Helper()
	if o.status != exitDone {
		t.Errorf("exit status %d: %s%s", o.status, o.stdout, o.stderr)
	}
	for _, part := range parts {
		if !strings.Contains(o.stdout, part) {
			t.Errorf("%q is missing in\n%s", part, o.stdout)
		}
	}
}
