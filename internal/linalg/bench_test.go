package linalg

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// benchAlgebra is what RELIFT_BLAS asks for.
func benchAlgebra(b *testing.B) Algebra {
	b.Helper()
	a, err := FromEnvironment()
	if err != nil {
		b.Fatal(err)
	}
	return a
}

func benchRand() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func BenchmarkGemm(b *testing.B) {
	algebra := benchAlgebra(b)
	const n = 1000
	rnd := benchRand()
	x, y := mat.NewDense(n, n, gaussian(rnd, n*n)), mat.NewDense(n, n, gaussian(rnd, n*n))
	z := mat.NewDense(n, n, nil)
	for b.Loop() {
		algebra.Gemm(blas.NoTrans, blas.NoTrans, 1, x.RawMatrix(), y.RawMatrix(), 0, z.RawMatrix())
	}
	b.ReportMetric(2*n*n*n*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

func BenchmarkCholesky(b *testing.B) {
	algebra := benchAlgebra(b)
	const n = 2000
	rnd := benchRand()
	g := mat.NewDense(n, n, gaussian(rnd, n*n))
	var a mat.SymDense
	a.SymOuterK(1.0/n, g)
	for i := range n {
		a.SetSym(i, i, a.At(i, i)+1)
	}
	work := make([]float64, n*n)
	for b.Loop() {
		copy(work, a.RawSymmetric().Data)
		if !algebra.Cholesky(blas.Upper, n, work, n) {
			b.Fatal("not positive definite")
		}
	}
	b.ReportMetric(n*n*n/3.0*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

func BenchmarkEigenSym(b *testing.B) {
	algebra := benchAlgebra(b)
	for _, n := range []int{100, 500, 1000} {
		a := symmetric(gaussian(benchRand(), n*n), n)
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, _, ok := algebra.EigenSym(a, true); !ok {
					b.Fatal("failed")
				}
			}
		})
	}
}

func BenchmarkEigenSmallest(b *testing.B) {
	algebra := benchAlgebra(b)
	for _, n := range []int{100, 500, 1000} {
		for _, k := range []int{1, 5, n / 4} {
			a := symmetric(gaussian(benchRand(), n*n), n)
			b.Run(fmt.Sprintf("n=%d/k=%d", n, k), func(b *testing.B) {
				for b.Loop() {
					if _, _, ok := algebra.EigenSmallest(a, k, true); !ok {
						b.Fatal("failed")
					}
				}
			})
		}
	}
}

// BenchmarkThreshold shows where a call of the library begins to pay: the
// thresholds in blas.go come from it.
func BenchmarkThreshold(b *testing.B) {
	library := benchAlgebra(b)
	if library.backend == nil {
		b.Skip("no shared BLAS here")
	}
	for _, n := range []int{4, 8, 12, 16, 24, 32, 48, 64, 96} {
		rnd := benchRand()
		x, y, z := gaussian(rnd, n*n), gaussian(rnd, n*n), gaussian(rnd, n*n)
		for name, k := range map[string]kernels{"gonum": Gonum().kernels(), "library": library.kernels()} {
			b.Run(fmt.Sprintf("gemm/n=%d/%s", n, name), func(b *testing.B) {
				for b.Loop() {
					k.Dgemm(blas.NoTrans, blas.NoTrans, n, n, n, 1, x, n, y, n, 0, z, n)
				}
			})
		}
	}
	for _, n := range []int{64, 128, 192, 256, 512, 1024} {
		rnd := benchRand()
		a, x, y := gaussian(rnd, n*n), gaussian(rnd, n), gaussian(rnd, n)
		for name, k := range map[string]kernels{"gonum": Gonum().kernels(), "library": library.kernels()} {
			b.Run(fmt.Sprintf("gemv/n=%d/%s", n, name), func(b *testing.B) {
				for b.Loop() {
					k.Dgemv(blas.NoTrans, n, n, 1, a, n, x, 1, 0, y, 1)
				}
			})
			b.Run(fmt.Sprintf("gemvT/n=%d/%s", n, name), func(b *testing.B) {
				for b.Loop() {
					k.Dgemv(blas.Trans, n, n, 1, a, n, x, 1, 0, y, 1)
				}
			})
		}
	}
}

func BenchmarkSyrk(b *testing.B) {
	algebra := benchAlgebra(b)
	const n = 1000
	rnd := benchRand()
	x := blas64.General{Rows: n, Cols: n, Stride: n, Data: gaussian(rnd, n*n)}
	c := blas64.Symmetric{Uplo: blas.Upper, N: n, Stride: n, Data: make([]float64, n*n)}
	for b.Loop() {
		algebra.Syrk(blas.NoTrans, 1, x, 0, c)
	}
	b.ReportMetric(n*n*n*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
