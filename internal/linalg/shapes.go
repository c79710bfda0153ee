package linalg

import (
	"math"

	"gonum.org/v1/gonum/blas"
)

func validTranspose(t blas.Transpose) bool {
	return t == blas.NoTrans || t == blas.Trans || t == blas.ConjTrans
}

func validUplo(ul blas.Uplo) bool { return ul == blas.Upper || ul == blas.Lower }

func validSide(s blas.Side) bool { return s == blas.Left || s == blas.Right }

func validDiag(d blas.Diag) bool { return d == blas.Unit || d == blas.NonUnit }

// holds reports whether a slice has room for a rows×cols matrix with row stride
// ld. Every method below hands calls that fail such a check to gonum, whose
// panics say what is wrong.
func holds[T Real](a []T, rows, cols, ld int) bool {
	return ld >= max(1, cols) && rows > 0 && cols > 0 && len(a) >= (rows-1)*ld+cols
}

// holdsVector reports whether a slice has room for n elements with step inc.
func holdsVector(x []float64, n, inc int) bool {
	if inc < 0 {
		inc = -inc
	}
	return n > 0 && inc > 0 && len(x) >= (n-1)*inc+1
}

// holdProduct reports whether slices have room for C (m×n) = op(A)·op(B) with the inner dimension k.
func holdProduct[T Real](tA, tB blas.Transpose, m, n, k int, a []T, lda int, b []T, ldb int, c []T, ldc int) bool {
	rowsA, colsA := m, k
	if tA != blas.NoTrans {
		rowsA, colsA = k, m
	}
	rowsB, colsB := k, n
	if tB != blas.NoTrans {
		rowsB, colsB = n, k
	}
	return validTranspose(tA) && validTranspose(tB) && holds(a, rowsA, colsA, lda) && holds(b, rowsB, colsB, ldb) && holds(c, m, n, ldc)
}

func finite(x []float64) bool {
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
