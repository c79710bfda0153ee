package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/relift/relift/certificate"
)

// certified makes a certificate of the tiny table.
func certified(t *testing.T, args ...string) (dir, data, cert string) {
	t.Helper()
	dir, data = file(t, "tiny.csv", tiny)
	cert = filepath.Join(dir, "c.npz")
	if o := command(t, append([]string{"bound", data, "-q", "--certificate", cert}, args...)...); o.status != exitDone {
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
	for name, change := range map[string]func(*certificate.Certificate){
		"bound":    func(c *certificate.Certificate) { c.LowerBound *= 1 + 1e-6 },
		"weight":   func(c *certificate.Certificate) { c.W.Set(0, 0, -c.W.At(0, 0)) },
		"Φ":        func(c *certificate.Certificate) { c.Phi.Set(0, 1, -1) },
		"γ":        func(c *certificate.Certificate) { c.Gamma /= 2 },
		"grouping": func(c *certificate.Certificate) { c.MergedInto[0] = 1 },
	} {
		c, err := certificate.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		change(c)
		c.Seal()
		forged := filepath.Join(dir, "forged.npz")
		if err := c.Save(forged); err != nil {
			t.Fatal(err)
		}
		o := command(t, "verify", forged)
		if o.status != exitVerify || !strings.Contains(o.stdout, "FAIL") || !strings.Contains(o.stdout, "Not proved") || strings.Count(o.stderr, "\n") != 1 || !strings.HasPrefix(o.stderr, forged+": check ") {
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
	command(t, "verify", data).wantRefusal(t, "tiny.csv")
	command(t, "verify", cert, filepath.Join(dir, "none.csv")).wantRefusal(t, "none.csv", "no such file")
	command(t, "verify").wantRefusal(t, "CERTIFICATE is missing")
}
