package linalg

import "gonum.org/v1/gonum/blas/gonum"

// Vector operations are the same with every back end: a call of a library costs more than they do.
var vectors gonum.Implementation

// Dot returns the inner product of x and y, which have the same length.
func Dot(x, y []float64) float64 { return vectors.Ddot(len(x), x, 1, y[:len(x)], 1) }

// Axpy adds s·x to y, which has at least the length of x.
func Axpy(s float64, x, y []float64) { vectors.Daxpy(len(x), s, x, 1, y[:len(x)], 1) }

// Norm returns the Euclidean norm of x, without overflow or underflow in between.
func Norm(x []float64) float64 { return vectors.Dnrm2(len(x), x, 1) }
