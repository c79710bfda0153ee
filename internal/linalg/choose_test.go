package linalg

import (
	"strings"
	"testing"
)

func TestChoose(t *testing.T) {
	for _, choice := range []string{"bogus", "OpenBLAS ", "mkl", "1"} {
		_, err := Choose(choice)
		if err == nil || !strings.Contains(err.Error(), "gonum, openblas") {
			t.Errorf("%q: error %v, want one with the choices", choice, err)
		}
		t.Setenv(EnvBackend, choice)
		_, err = FromEnvironment()
		if err == nil || !strings.Contains(err.Error(), "RELIFT_BLAS=") || strings.Contains(err.Error(), "\n") {
			t.Errorf("RELIFT_BLAS=%q: error %v, want one line that names the variable", choice, err)
		}
	}
	if a, err := Choose("gonum"); a != Gonum() || err != nil {
		t.Errorf("gonum: %v, %v", a, err)
	}
	if _, err := Choose("auto"); err != nil {
		t.Errorf("auto never fails, but: %v", err)
	}
	if a, err := Choose("/nowhere/libopenblas.so.0"); err == nil || !strings.Contains(err.Error(), "/nowhere") || a != Gonum() {
		t.Errorf("a missing library: %v, error %v", a, err)
	}
	a, err := Choose("openblas")
	if err != nil {
		if !strings.HasPrefix(err.Error(), "openblas: ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("openblas: %v", err)
		}
		return
	}
	if d := a.Description(); d.Name != nameOpenBLAS || !strings.HasPrefix(d.Config, nameOpenBLAS) || d.Path == "" {
		t.Errorf("openblas: %+v", d)
	}
	// The same library by another name has the same gate.
	if again, err := OpenBLAS(a.Description().Path); err != nil || again != a {
		t.Errorf("by its path: %v, %v", again, err)
	}
}

func TestThreads(t *testing.T) {
	for _, n := range []int{1, 3, 2} {
		if got := Gonum().WithThreads(n).Threads(); got != n {
			t.Errorf("WithThreads(%d) has %d", n, got)
		}
	}
	if got := Gonum().WithThreads(1 << 30).Threads(); got > maxThreads {
		t.Errorf("%d threads", got)
	}
	for _, a := range []Algebra{Gonum(), Gonum().WithThreads(-1)} {
		if got := a.Threads(); got < 1 {
			t.Errorf("%d threads", got)
		}
	}
}

func TestDescription(t *testing.T) {
	for name, a := range implementations(t) {
		d := a.Description()
		if d.Name == "" || d.Config == "" || d.Threads < 1 || !strings.Contains(a.String(), d.Config) {
			t.Errorf("%s: %+v, %q", name, d, a)
		}
	}
}
