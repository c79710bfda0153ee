package proof

import (
	"fmt"
	"math"

	"github.com/relift/relift/internal/short"
)

// sectorMargin is by how much more than 1/cos φ the q of a sector is long, so that it can be proved in floating point.
const sectorMargin = 1e-9

// Sector returns the shortest q, but for a margin of 10⁻⁹, for two outputs and a K whose lines in v are lines, of which numbers i < j bound
// it: with the half angle φ of the sector, q has the direction of its middle and the length 1/cos φ.
func Sector(lines [][]float64, i, j int) (*Radial, error) {
	if i < 0 || j <= i || j >= len(lines) || len(lines[i]) != 2 || len(lines[j]) != 2 {
		return nil, fmt.Errorf("proof: a sector of lines %d and %d of %d, expected two lines in the plane in order", i, j, len(lines))
	}
	a, b := short.Norm(lines[i]), short.Norm(lines[j])
	middle := []float64{lines[i][0]/a + lines[j][0]/b, lines[i][1]/a + lines[j][1]/b} // of length 2 sin φ
	sine := short.Norm(middle) / 2
	square := 1 - sine*sine // cos² φ
	if !(sine > 0) || !(square > 1e-6) {
		return nil, fmt.Errorf("proof: the sector of lines %d and %d is a half plane or no cone", i, j)
	}
	length := (1 + sectorMargin) / math.Sqrt(square)
	r := &Radial{
		Q:  []float64{middle[0] / (2 * sine) * length, middle[1] / (2 * sine) * length},
		Mu: make([]float64, len(lines)), N: make([]float64, len(lines)*(len(lines)-1)/2),
	}
	// Along the middle and across it b_i b_jᵀ + b_j b_iᵀ is 2ab·diag(sin² φ, −cos² φ).
	r.Mu[i], r.Mu[j] = length/(2*sine*a), length/(2*sine*b)
	r.N[i*(2*len(lines)-i-1)/2+j-i-1] = (1 + sectorMargin) / (2 * square * a * b)
	return r, nil
}
