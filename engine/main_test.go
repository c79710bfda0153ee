package engine

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
