package verify

// Matrix is a dense matrix in row-major order.
type Matrix struct {
	Rows, Cols int
	Data       []float64 // Rows·Cols
}

// At returns entry (i, j).
func (m Matrix) At(i, j int) float64 { return m.Data[i*m.Cols+j] }

// Row returns row i without copying it.
func (m Matrix) Row(i int) []float64 { return m.Data[i*m.Cols : (i+1)*m.Cols : (i+1)*m.Cols] }

// Claims are the arrays of a certificate as they lie in its file.  Nothing about
// them is assumed.
type Claims struct {
	X, Y            Matrix    // n×d, n×c
	Gamma           float64   // weight decay γ
	Representatives []int64   // m, indices of rows of X
	MergedInto      []int64   // n, index into Representatives, −1 for a zero row
	MergeScale      []float64 // n, s with x_i = s·x_r, 0 for a zero row
	W               Matrix    // n×c
	Phi, Omega, Psi Matrix    // m×m
	LowerBound      float64   // the claim
	Meta            string    // JSON; may be empty
}
