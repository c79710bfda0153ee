package verify

import (
	"fmt"
	"math"
)

// VerifyTable checks that the certificate is about the data X (n×d) and Y (n×c),
// number for number.
func VerifyTable(c *Claims, x, y Matrix) Check {
	for _, part := range []struct {
		name        string
		have, given Matrix
	}{{"X", c.X, x}, {"Y", c.Y, y}} {
		if part.have.Rows != part.given.Rows || part.have.Cols != part.given.Cols {
			return Check{"table", false, fmt.Sprintf("%s is %d×%d in the certificate and %d×%d in the table",
				part.name, part.have.Rows, part.have.Cols, part.given.Rows, part.given.Cols)}
		}
		if len(part.have.Data) != part.have.Rows*part.have.Cols || len(part.given.Data) != len(part.have.Data) {
			return Check{"table", false, fmt.Sprintf("%s does not hold as many numbers as its shape says", part.name)}
		}
		different, at := 0, 0
		for i := range part.have.Data {
			if !(part.have.Data[i] == part.given.Data[i]) || math.IsNaN(part.given.Data[i]) {
				if different == 0 {
					at = i
				}
				different++
			}
		}
		if different > 0 {
			row, column := at/part.have.Cols, at%part.have.Cols
			return Check{"table", false, fmt.Sprintf("%s differs in %d numbers, first in row %d, column %d (counted from 0): %v in the certificate, %v in the table",
				part.name, different, row, column, part.have.Data[at], part.given.Data[at])}
		}
	}
	return Check{"table", true, "X and Y are those of the table"}
}
