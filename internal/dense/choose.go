package dense

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// EnvBackend is the environment variable that forces the choice of Init.
const EnvBackend = "RELIFT_BLAS"

// The values of EnvBackend beside the path of a library.
const (
	choiceAuto     = "auto"
	choiceGonum    = "gonum"
	choiceOpenBLAS = "openblas"
)

// loaded is a library that passed every check.
type loaded struct {
	backend Backend
	accelerator
	blas   kernels
	lapack lapack.Float64
}

// kernels are a BLAS in double and, for products, in single precision.
type kernels interface {
	blas.Float64
	blas.Float32
}

// Init chooses the backend and registers it with gonum. Call it once, before
// any other use of this package or of gonum; later calls return what the first
// one did. The environment variable RELIFT_BLAS is one of
//
//	auto      an OpenBLAS if one is found, else gonum (the default, also when empty)
//	gonum     pure Go
//	openblas  an OpenBLAS, and an error if there is none
//	PATH      the library in that file (a value with a slash), and an error if it cannot be used
//
// Anything else is an error. On error gonum stays in place.
func Init() (Backend, error) {
	state.once.Do(func() {
		state.backend, state.err = initialise(os.Getenv(EnvBackend))
	})
	return state.backend, state.err
}

func initialise(choice string) (Backend, error) {
	library, err := choose(choice)
	if err != nil {
		return gonumBackend(), err
	}
	if library == nil {
		return gonumBackend(), nil
	}
	library.backend.Threads = library.setThreads(Threads())
	blas64.Use(library.blas)
	blas32.Use(library.blas)
	lapack64.Use(library.lapack)
	state.library.Store(&library.accelerator)
	return library.backend, nil
}

// choose returns the library for a value of RELIFT_BLAS, nil for gonum.
func choose(choice string) (*loaded, error) {
	switch {
	case choice == choiceGonum:
		return nil, nil
	case choice == "" || choice == choiceAuto:
		library, _ := loadFirst(libraryNames, false)
		return library, nil
	case choice == choiceOpenBLAS:
		library, err := loadFirst(libraryNames, true)
		if err != nil {
			return nil, fmt.Errorf("%s=%s: no usable OpenBLAS found (on Debian or Ubuntu: apt-get install libopenblas0-pthread): %w", EnvBackend, choice, err)
		}
		return library, nil
	case strings.ContainsRune(choice, '/'):
		library, err := load(choice)
		if err != nil {
			return nil, fmt.Errorf("%s=%s: %w", EnvBackend, choice, err)
		}
		return library, nil
	default:
		return nil, fmt.Errorf("%s=%q is unknown; expected auto, gonum, openblas or the path of a library", EnvBackend, choice)
	}
}

// loadFirst returns the first of names that loads and passes its checks, or
// all the reasons why none did.
func loadFirst(names []string, onlyOpenBLAS bool) (*loaded, error) {
	var reasons []error
	for _, name := range names {
		library, err := load(name)
		switch {
		case err != nil:
			reasons = append(reasons, err)
		case onlyOpenBLAS && library.backend.Name != nameOpenBLAS:
			reasons = append(reasons, fmt.Errorf("%s: is %s", name, library.backend.Name))
		default:
			return library, nil
		}
	}
	if len(reasons) == 0 {
		return nil, errNoLoader
	}
	return nil, errors.New(joinReasons(reasons))
}

var errNoLoader = errors.New("this binary was built without the loader of shared libraries")

func joinReasons(reasons []error) string {
	lines := make([]string, len(reasons))
	for i, r := range reasons {
		// dlopen's messages may span lines; an error here is one.
		lines[i] = strings.Join(strings.Fields(r.Error()), " ")
	}
	return strings.Join(lines, "; ")
}

const nameOpenBLAS = "OpenBLAS"

// gonumBackend describes the pure-Go kernels.
func gonumBackend() Backend {
	b := Backend{Name: "gonum", Config: "gonum (pure Go)", Threads: Threads()}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == "gonum.org/v1/gonum" {
				b.Config = "gonum " + m.Version + " (pure Go)"
			}
		}
	}
	return b
}
