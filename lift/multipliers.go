package lift

import "gonum.org/v1/gonum/mat"

// Multipliers are the dual variables of the relaxation for a problem with n
// rows whose presolve kept m representative rows.  They refer to the
// representatives' activations α_r = (x_rᵀu)₊ and β_r = (−x_rᵀu)₊ in the units
// of the data (no scaling): W for the fit, and multipliers of products of these lines, few of which are not zero.
type Multipliers struct {
	W *mat.Dense // n×c, for the fit; at the optimum the residual
	// Pairs has M_kl ≥ 0 for the product of the lines k < l, each once.  Line r is α_r and line m + r is β_r: M is Φ_rs
	// for α_rα_s, Ψ_rs for α_rβ_s and Ω_rs for β_rβ_s.  Products of a line with itself are not among them, which would only weaken
	// a proof, nor are those of α_r with β_r, for which Psi is.
	Pairs []Pair
	Psi   []float64 // m, ψ_r = 2Ψ_rr for α_rβ_r = 0, of any sign
}

// Pair is the multiplier of a product of two lines, K < L.
type Pair struct {
	K, L  int
	Value float64
}

// SparseMultipliers returns multipliers given as m×m matrices: the symmetric parts of phi and omega, and psi with its diagonal.  What is
// negative off the diagonal is taken for zero.
func SparseMultipliers(w, phi, psi, omega *mat.Dense) Multipliers {
	mu := Multipliers{W: w}
	if psi == nil || psi.IsEmpty() {
		return mu
	}
	m, _ := psi.Dims()
	mu.Psi = make([]float64, m)
	add := func(k, l int, v float64) {
		if !(v <= 0) { // NaN is for whoever checks the multipliers
			mu.Pairs = append(mu.Pairs, Pair{k, l, v})
		}
	}
	for i := range m {
		for j := i + 1; j < m; j++ {
			add(i, j, phi.At(i, j)/2+phi.At(j, i)/2)
		}
		for j := range m {
			if i != j {
				add(i, m+j, psi.At(i, j))
			}
		}
		mu.Psi[i] = 2 * psi.At(i, i)
	}
	for i := range m {
		for j := i + 1; j < m; j++ {
			add(m+i, m+j, omega.At(i, j)/2+omega.At(j, i)/2)
		}
	}
	return mu
}

// Dense returns the m×m matrices Φ and Ω, symmetric with a zero diagonal, and Ψ; empty ones for m = 0.
func (mu Multipliers) Dense() (phi, psi, omega *mat.Dense) {
	m := len(mu.Psi)
	if m == 0 {
		return new(mat.Dense), new(mat.Dense), new(mat.Dense)
	}
	phi, psi, omega = mat.NewDense(m, m, nil), mat.NewDense(m, m, nil), mat.NewDense(m, m, nil)
	for i, v := range mu.Psi {
		psi.Set(i, i, v/2)
	}
	for _, p := range mu.Pairs {
		switch {
		case p.L < m:
			phi.Set(p.K, p.L, p.Value)
			phi.Set(p.L, p.K, p.Value)
		case p.K < m:
			psi.Set(p.K, p.L-m, p.Value)
		default:
			omega.Set(p.K-m, p.L-m, p.Value)
			omega.Set(p.L-m, p.K-m, p.Value)
		}
	}
	return phi, psi, omega
}
