package linalg

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// EnvBackend is the environment variable by which the user of a program chooses the back end.
const EnvBackend = "RELIFT_BLAS"

// The values of EnvBackend beside the path of a library.
const (
	choiceAuto     = "auto"
	choiceGonum    = "gonum"
	choiceOpenBLAS = "openblas"
)

// nameOpenBLAS is the name of the one family that [OpenBLAS] takes without a path.
const nameOpenBLAS = "OpenBLAS"

// FromEnvironment is [Choose] with the value of RELIFT_BLAS.
func FromEnvironment() (Algebra, error) {
	a, err := Choose(os.Getenv(EnvBackend))
	if err != nil {
		return a, fmt.Errorf("%s=%w", EnvBackend, err)
	}
	return a, nil
}

// Choose returns the back end for a word:
//
//	auto      an OpenBLAS if one is found, else gonum (the default, also when empty)
//	gonum     pure Go
//	openblas  an OpenBLAS, and an error if there is none
//	PATH      the library in that file (a value with a slash), and an error if it cannot be used
//
// Anything else is an error.  With an error it returns gonum.
func Choose(choice string) (Algebra, error) {
	switch {
	case choice == choiceGonum:
		return Gonum(), nil
	case choice == "" || choice == choiceAuto:
		library, err := loadFirst(libraryNames, false)
		if err != nil {
			return Gonum(), nil
		}
		return Algebra{backend: library}, nil
	case choice == choiceOpenBLAS:
		a, err := OpenBLAS("")
		if err != nil {
			return a, fmt.Errorf("%s: %w", choice, err)
		}
		return a, nil
	case strings.ContainsRune(choice, '/'):
		a, err := OpenBLAS(choice)
		if err != nil {
			return a, fmt.Errorf("%s: %w", choice, err)
		}
		return a, nil
	default:
		return Gonum(), fmt.Errorf("%q is unknown; expected auto, gonum, openblas or the path of a library", choice)
	}
}

// OpenBLAS loads the library in a file, which may also be an MKL or a FlexiBLAS, or with an empty path the first OpenBLAS where the
// system keeps its libraries.  With an error, which says what was tried, it returns gonum.
func OpenBLAS(path string) (Algebra, error) {
	if path != "" {
		library, err := load(path)
		if err != nil {
			return Gonum(), oneLine(err)
		}
		return Algebra{backend: library}, nil
	}
	library, err := loadFirst(libraryNames, true)
	if err != nil {
		return Gonum(), fmt.Errorf("no usable OpenBLAS found (on Debian or Ubuntu: apt-get install libopenblas0-pthread): %w", err)
	}
	return Algebra{backend: library}, nil
}

// loadFirst returns the first of names that loads and passes its checks, or
// all the reasons why none did.
func loadFirst(names []string, onlyOpenBLAS bool) (backend, error) {
	var reasons []string
	for _, name := range names {
		library, err := load(name)
		switch {
		case err != nil:
			reasons = append(reasons, oneLine(err).Error())
		case onlyOpenBLAS && library.describe().Name != nameOpenBLAS:
			reasons = append(reasons, fmt.Sprintf("%s: is %s", name, library.describe().Name))
		default:
			return library, nil
		}
	}
	if len(reasons) == 0 {
		return nil, errNoLoader
	}
	return nil, errors.New(strings.Join(reasons, "; "))
}

var errNoLoader = errors.New("this binary was built without the loader of shared libraries")

// oneLine has the message of an error on one line: dlopen's may span several.
func oneLine(err error) error { return errors.New(strings.Join(strings.Fields(err.Error()), " ")) }
