package reduce

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
)

// RankUpTo returns min(rank x, most) by a pivoted Gram–Schmidt process on the rows, each scaled to unit norm: at most
// `most` sweeps over x and one copy of it.  A row counts as dependent when what is left of it is
// rounding.
func RankUpTo(x *mat.Dense, most int) int {
	n, d := x.Dims()
	most = min(most, n, d)
	rest := mat.DenseCopyOf(x)
	for i := range n {
		row := rest.RawRowView(i)
		largest := 0.0
		for _, v := range row {
			largest = max(largest, math.Abs(v))
		}
		if largest == 0 {
			continue
		}
		_, e := math.Frexp(largest)
		for j := range row { // in two steps: the factor alone may overflow
			row[j] = math.Ldexp(row[j], -e)
		}
		s := linalg.Norm(row)
		for j := range row {
			row[j] /= s
		}
	}
	tolerance := float64(max(n, d)) * 0x1p-50
	for rank := range most {
		pivot, largest := 0, 0.0
		for i := range n {
			if s := linalg.Norm(rest.RawRowView(i)); s > largest {
				pivot, largest = i, s
			}
		}
		if largest <= tolerance {
			return rank
		}
		direction := make([]float64, d)
		linalg.Axpy(1/largest, rest.RawRowView(pivot), direction)
		for i := range n {
			row := rest.RawRowView(i)
			linalg.Axpy(-linalg.Dot(direction, row), direction, row)
		}
	}
	return most
}
