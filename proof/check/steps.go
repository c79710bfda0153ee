package check

import (
	"errors"
	"fmt"
	"math"
)

// steps reads the nodes of a derivation in preorder: the arrays steps_0_int and
// steps_0_real, steps_1_int and steps_1_real, and so on.  A node lies in one pair.
type steps struct {
	arrays *arrays
	next   int // number of the next pair
	ints   []int64
	reals  []float64
	nodes  int64
}

// errSteps is wrapped by what is wrong with the sequence of nodes itself.
var errSteps = errors.New("the steps are malformed")

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errSteps, fmt.Sprintf(format, args...))
}

// begin gets ready to read the next node and returns its rule.
func (s *steps) begin() (int64, error) {
	for len(s.ints) == 0 {
		if len(s.reals) > 0 {
			return 0, malformed("steps_%d_real has %d numbers too many", s.next-1, len(s.reals))
		}
		ints, reals := fmt.Sprintf("steps_%d_int", s.next), fmt.Sprintf("steps_%d_real", s.next)
		if !s.arrays.has(ints) {
			return 0, malformed("they end after %d nodes, where another one is needed", s.nodes)
		}
		s.ints, s.reals = s.arrays.integers(ints), s.arrays.vector(reals)
		if s.arrays.err != nil {
			return 0, s.arrays.err
		}
		s.next++
	}
	s.nodes++
	code := s.ints[0]
	s.ints = s.ints[1:]
	return code, nil
}

// end holds that nothing follows the last node.
func (s *steps) end() error {
	if len(s.ints) > 0 || len(s.reals) > 0 || s.arrays.has(fmt.Sprintf("steps_%d_int", s.next)) {
		return malformed("nodes follow after the tree has ended, at node %d", s.nodes)
	}
	return nil
}

// integers takes n integers.
func (s *steps) integers(n int) ([]int64, error) {
	if n > len(s.ints) {
		return nil, malformed("node %d is cut off", s.nodes)
	}
	v := s.ints[:n:n]
	s.ints = s.ints[n:]
	return v, nil
}

// count takes an integer between 0 and limit.
func (s *steps) count(what string, limit int) (int, error) {
	v, err := s.integers(1)
	if err != nil {
		return 0, err
	}
	if v[0] < 0 || v[0] > int64(limit) {
		return 0, malformed("node %d has %d for %s, expected at most %d", s.nodes, v[0], what, limit)
	}
	return int(v[0]), nil
}

// numbers takes n reals, which are finite and not huge.
func (s *steps) numbers(n int) ([]float64, error) {
	if n > len(s.reals) {
		return nil, malformed("node %d is cut off", s.nodes)
	}
	v := s.reals[:n:n]
	s.reals = s.reals[n:]
	for _, x := range v {
		if !(math.Abs(x) <= largest) {
			return nil, malformed("node %d has %v, expected numbers of size at most %g", s.nodes, x, largest)
		}
	}
	return v, nil
}
