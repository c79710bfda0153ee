package dense

import (
	"strings"
	"testing"
)

func TestChoose(t *testing.T) {
	for _, choice := range []string{"bogus", "OpenBLAS ", "mkl", "1"} {
		_, err := choose(choice)
		if err == nil || !strings.Contains(err.Error(), "RELIFT_BLAS") || !strings.Contains(err.Error(), "gonum, openblas") {
			t.Errorf("RELIFT_BLAS=%q: error %v, want one that names the variable and the choices", choice, err)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("RELIFT_BLAS=%q: the error has several lines: %v", choice, err)
		}
	}
	if library, err := choose("gonum"); library != nil || err != nil {
		t.Errorf("gonum: %v, %v", library, err)
	}
	if _, err := choose("auto"); err != nil {
		t.Errorf("auto never fails, but: %v", err)
	}
	if _, err := choose("/nowhere/libopenblas.so.0"); err == nil || !strings.Contains(err.Error(), "/nowhere") {
		t.Errorf("a missing library: error %v", err)
	}
	library, err := choose("openblas")
	if err != nil {
		if !strings.Contains(err.Error(), "RELIFT_BLAS=openblas") || strings.Contains(err.Error(), "\n") {
			t.Errorf("openblas: %v", err)
		}
		return
	}
	if b := library.backend; b.Name != nameOpenBLAS || !strings.HasPrefix(b.Config, nameOpenBLAS) || b.Path == "" {
		t.Errorf("openblas: %+v", b)
	}
}

func TestInitTwice(t *testing.T) {
	a, err1 := Init()
	b, err2 := Init()
	if a != b || err1 != nil || err2 != nil {
		t.Errorf("%v, %v; then %v, %v", a, err1, b, err2)
	}
	if a.Name == "" || a.Config == "" || a.Threads < 1 {
		t.Errorf("%+v", a)
	}
}

func TestSetThreads(t *testing.T) {
	defer SetThreads(0)
	for _, n := range []int{1, 3, 2} {
		if SetThreads(n); Threads() != n {
			t.Errorf("SetThreads(%d) gives %d", n, Threads())
		}
	}
	SetThreads(1 << 30)
	if Threads() > maxThreads {
		t.Errorf("%d threads", Threads())
	}
	SetThreads(-1)
	if Threads() < 1 {
		t.Errorf("%d threads", Threads())
	}
}
