package relax

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/lift"
)

// BenchmarkInteriorStep times a step from the start, and its largest parts by themselves.
func BenchmarkInteriorStep(b *testing.B) {
	for _, n := range []int{50, 100, 200} {
		red := presolve(b, gaussian(b, 21, n, 4, 1, 0.1))
		ip, err := newInterior(red)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("n=%d/step", n), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				fresh, err := newInterior(red)
				if err != nil {
					b.Fatal(err)
				}
				ms := fresh.measure(1e-6)
				b.StartTimer()
				fresh.step(ms)
			}
			b.ReportMetric(float64(len(ip.pairs)), "unknowns")
		})
		inv, _ := inverse(algebra, ip.s)
		lz, ls := ip.lift(ip.z), ip.lift(inv)
		p := len(ip.pairs)
		h := ip.square(p)
		b.Run(fmt.Sprintf("n=%d/schur", n), func(b *testing.B) {
			for b.Loop() {
				ip.schur(h, ip.pairs, lz, ls)
			}
		})
		b.Run(fmt.Sprintf("n=%d/factor", n), func(b *testing.B) {
			for b.Loop() {
				factorSystem(algebra, func() *mat.Dense {
					ip.schur(h, ip.pairs, lz, ls)
					for i := range p {
						h.Set(i, i, h.At(i, i)+1)
					}
					return h
				})
			}
			b.ReportMetric(float64(p)*float64(p)*float64(p)/3*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}

// BenchmarkHessian times a product with the Hessian of the augmented Lagrangian, by matrices and
// over the active pairs.
func BenchmarkHessian(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{383, 1000} {
		red := presolve(b, gaussian(b, 22, n, 9, 2, 0.1))
		al := newLagrangian(red)
		al.sigma = 3
		f, g := firstFactor(red, lift.Factor{}, 16, 1)
		f.Apply(func(_, _ int, v float64) float64 { return v - 0.02*rng.Float64() }, f)
		pt := al.at(f, g, nil)
		b.Run(fmt.Sprintf("n=%d/matrices", n), func(b *testing.B) {
			for b.Loop() {
				al.hessian(pt, f, g)
			}
		})
		if pt.pattern = al.newPattern(pt); pt.pattern == nil {
			b.Fatal("the pattern is not sparse")
		}
		b.Run(fmt.Sprintf("n=%d/pairs", n), func(b *testing.B) {
			for b.Loop() {
				al.hessian(pt, f, g)
			}
			b.ReportMetric(float64(len(pt.pattern.col)), "pairs")
		})
	}
}
