package dense

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	blasgonum "gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/mat"
)

func benchRand() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func BenchmarkGemm(b *testing.B) {
	const n = 1000
	rnd := benchRand()
	x, y := mat.NewDense(n, n, gaussian(rnd, n*n)), mat.NewDense(n, n, gaussian(rnd, n*n))
	z := mat.NewDense(n, n, nil)
	for b.Loop() {
		Gemm(blas.NoTrans, blas.NoTrans, 1, x, y, 0, z)
	}
	b.ReportMetric(2*n*n*n*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

func BenchmarkCholesky(b *testing.B) {
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
		if !Cholesky(blas.Upper, n, work, n) {
			b.Fatal("not positive definite")
		}
	}
	b.ReportMetric(n*n*n/3.0*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

func BenchmarkEigenSym(b *testing.B) {
	for _, n := range []int{100, 500, 1000} {
		a := symmetric(gaussian(benchRand(), n*n), n)
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, _, ok := EigenSym(a, true); !ok {
					b.Fatal("failed")
				}
			}
		})
	}
}

func BenchmarkEigenSmallest(b *testing.B) {
	for _, n := range []int{100, 500, 1000} {
		for _, k := range []int{1, 5, n / 4} {
			a := symmetric(gaussian(benchRand(), n*n), n)
			b.Run(fmt.Sprintf("n=%d/k=%d", n, k), func(b *testing.B) {
				for b.Loop() {
					if _, _, ok := EigenSmallest(a, k, true); !ok {
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
	library := anyLibrary(b)
	for _, n := range []int{4, 8, 12, 16, 24, 32, 48, 64, 96} {
		rnd := benchRand()
		x, y, z := gaussian(rnd, n*n), gaussian(rnd, n*n), gaussian(rnd, n*n)
		for name, kernels := range map[string]blas.Float64{"gonum": blasgonum.Implementation{}, "library": library.blas} {
			b.Run(fmt.Sprintf("gemm/n=%d/%s", n, name), func(b *testing.B) {
				for b.Loop() {
					kernels.Dgemm(blas.NoTrans, blas.NoTrans, n, n, n, 1, x, n, y, n, 0, z, n)
				}
			})
		}
	}
	for _, n := range []int{64, 128, 192, 256, 512, 1024} {
		rnd := benchRand()
		a, x, y := gaussian(rnd, n*n), gaussian(rnd, n), gaussian(rnd, n)
		for name, kernels := range map[string]blas.Float64{"gonum": blasgonum.Implementation{}, "library": library.blas} {
			b.Run(fmt.Sprintf("gemv/n=%d/%s", n, name), func(b *testing.B) {
				for b.Loop() {
					kernels.Dgemv(blas.NoTrans, n, n, 1, a, n, x, 1, 0, y, 1)
				}
			})
			b.Run(fmt.Sprintf("gemvT/n=%d/%s", n, name), func(b *testing.B) {
				for b.Loop() {
					kernels.Dgemv(blas.Trans, n, n, 1, a, n, x, 1, 0, y, 1)
				}
			})
		}
	}
}

func BenchmarkSyrk(b *testing.B) {
	const n = 1000
	rnd := benchRand()
	x := blas64.General{Rows: n, Cols: n, Stride: n, Data: gaussian(rnd, n*n)}
	c := blas64.Symmetric{Uplo: blas.Upper, N: n, Stride: n, Data: make([]float64, n*n)}
	for b.Loop() {
		blas64.Syrk(blas.NoTrans, 1, x, 0, c)
	}
	b.ReportMetric(n*n*n*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
