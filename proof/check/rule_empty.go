package check

import (
	"context"
	"errors"
	"math"
	"math/big"
)

// empty is a leaf that says nothing: Σ_k λ_k a_k = 0 for the lines of K in u, or in v,
// with integers λ_k ≥ 0, not all zero, in exact arithmetic.  A point of the interior
// has a_kᵀu > 0 for all of them, so that there is none.
type empty struct {
	lines  [][]float64
	lambda []*big.Int
}

// maxParts bounds the size of a λ: it is a sum of that many float64 integers.
const maxParts = 64

// readEmpty reads a leaf.  Integers: 0 for u, 1 for v; the number of parts of each λ.
// Reals: the parts of each λ, which are integers ≥ 0 below 2⁵³, from the highest to the
// lowest: λ = Σ parts·2^(53·position from the end).
func (w *walker) readEmpty(c claim) (leaf, error) {
	inV, err := w.steps.count("the variable of an empty cone", 1)
	if err != nil {
		return nil, err
	}
	e := &empty{}
	if inV == 1 {
		e.lines = c.v
	} else {
		for _, l := range c.u {
			e.lines = append(e.lines, l.normal)
		}
	}
	parts, err := w.steps.count("the parts of a factor", maxParts)
	if err != nil {
		return nil, err
	}
	positive := false
	for range e.lines {
		numbers, err := w.steps.numbers(parts)
		if err != nil {
			return nil, err
		}
		lambda := new(big.Int)
		for _, v := range numbers {
			if !(v >= 0 && v < 1<<53) || v != math.Trunc(v) {
				return nil, w.fail("empty", "a factor has the part %v, expected an integer from 0 to 2⁵³", v)
			}
			lambda.Lsh(lambda, 53)
			lambda.Add(lambda, big.NewInt(int64(v)))
		}
		positive = positive || lambda.Sign() > 0
		e.lambda = append(e.lambda, lambda)
	}
	if !positive {
		return nil, w.fail("empty", "every factor is zero")
	}
	return e, nil
}

func (e *empty) work() float64 {
	if len(e.lines) == 0 {
		return 1
	}
	return float64(len(e.lines)) * float64(len(e.lines[0])) * 2000
}

func (e *empty) memory() float64 { return 1 << 16 }

func (e *empty) prove(ctx context.Context) (charge, error) {
	for j := range e.lines[0] {
		if ctx.Err() != nil {
			return charge{}, ctx.Err()
		}
		sum := new(big.Int) // of 2^1074 Σ λ_k a_kj
		for k, lambda := range e.lambda {
			if a := e.lines[k][j]; a != 0 && lambda.Sign() > 0 {
				fraction, exponent := math.Frexp(a)
				term := big.NewInt(int64(math.Ldexp(fraction, 53)))
				term.Mul(term, lambda)
				sum.Add(sum, term.Lsh(term, uint(exponent-53+1127)))
			}
		}
		if sum.Sign() != 0 {
			return charge{}, errors.New("the cone is not empty: the combination of its lines is not exactly zero")
		}
	}
	return charge{}, nil
}
