package weights

import (
	"errors"
	"fmt"
	"strings"
)

// Names says which arrays of a file are the layers; empty: found by their names
// and shapes.
type Names struct {
	U, B1 string // weights and biases of the first layer
	V, B2 string // of the second
}

// ErrNames is wrapped by the errors about names that a caller gives.
var ErrNames = errors.New("names of weights")

// ParseNames reads names as u=NAME, b1=NAME, v=NAME, b2=NAME; u and v have to be
// there.
func ParseNames(items []string) (Names, error) {
	const expected = "expected u=NAME,v=NAME and, where there are biases, b1=NAME,b2=NAME"
	var n Names
	for _, item := range items {
		key, name, ok := strings.Cut(item, "=")
		to := map[string]*string{"u": &n.U, "v": &n.V, "b1": &n.B1, "b2": &n.B2}[key]
		switch {
		case !ok || to == nil || name == "":
			return Names{}, fmt.Errorf("%w: %q; %s", ErrNames, item, expected)
		case *to != "":
			return Names{}, fmt.Errorf("%w: %s is given twice; %s", ErrNames, key, expected)
		}
		*to = name
	}
	if len(items) > 0 && (n.U == "" || n.V == "") {
		return Names{}, fmt.Errorf("%w: u or v is missing; %s", ErrNames, expected)
	}
	if n.U != "" && n.U == n.V || n.B1 != "" && n.B1 == n.B2 {
		return Names{}, fmt.Errorf("%w: both layers are the same array; %s", ErrNames, expected)
	}
	return n, nil
}

// String returns the names as ParseNames reads them.
func (n Names) String() string {
	parts := []string{"u=" + n.U}
	if n.B1 != "" {
		parts = append(parts, "b1="+n.B1)
	}
	parts = append(parts, "v="+n.V)
	if n.B2 != "" {
		parts = append(parts, "b2="+n.B2)
	}
	return strings.Join(parts, ",")
}

// all lists the names that are there.
func (n Names) all() []string {
	var out []string
	for _, name := range []string{n.U, n.B1, n.V, n.B2} {
		if name != "" {
			out = append(out, name)
		}
	}
	return out
}
