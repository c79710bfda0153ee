// Package metamorphic tests solvers and verifiers by changes of a problem whose effect is known: rows in
// another order, features rotated, a row split in four, and so on.  No test needs to know the optimum of any problem; the
// optimum of the changed problem must be what the law of the change makes of the other.
package metamorphic

import (
	"fmt"
	"os"
	"testing"

	"github.com/relift/relift/internal/dense"
)

// The tests run on the linear algebra that RELIFT_BLAS names, as the program
// does.
func TestMain(m *testing.M) {
	if _, err := dense.Init(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}
