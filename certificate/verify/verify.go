package verify

import (
	"context"
	"fmt"
	"math"

	"github.com/relift/relift/internal/effort"
)

// Verify is VerifyContext without an end and without a limit.
func Verify(c *Claims) Report {
	r, _ := VerifyContext(context.Background(), c, effort.Effort{}) // the background does not end
	return r
}

// VerifyContext checks every claim of c.  It never panics on any contents; a report
// whose OK is true proves the claimed bound.  Where c.Effort is above limit, nothing
// is checked but that and the shapes.
//
// Checks that need an earlier one to hold are left out when that one fails.  An
// error is that of ctx, which ended; nothing is proved then.
func VerifyContext(ctx context.Context, c *Claims, limit effort.Effort) (Report, error) {
	r := newReport(c.LowerBound)
	r.check(ctx, c, limit)
	if err := ctx.Err(); err != nil {
		return newReport(c.LowerBound), err
	}
	return r, nil
}

func (r *Report) check(ctx context.Context, c *Claims, limit effort.Effort) {
	n, d, outputs, m := c.X.Rows, c.X.Cols, c.Y.Cols, len(c.Representatives)
	if !r.add("shapes", ShapeProblem(c), fmt.Sprintf("%d rows, %d features, %d outputs, %d representatives", n, d, outputs, m)) {
		return
	}
	if problem := c.Effort().Problem(limit); problem != "" {
		r.add("work", problem, "")
		return
	}
	finite := r.add("finite", c.finiteProblem(), "every number is finite and γ is positive")
	grouping := r.add("grouping", c.groupingProblem(), "representatives, groups and zero rows are well formed")
	if !finite || !grouping {
		return
	}
	r.add("merges", c.mergeProblem(ctx), "every merged row is exactly its scale times its representative")
	r.add("signs", c.signProblem(), "Φ and Ω are symmetric and nonnegative, Ψ is nonnegative off its diagonal")
	r.definiteness(ctx, c)
	if note, problem := c.metaProblem(ctx); problem != "" || note != "" {
		r.add("digest", problem, note)
	}
	value := dualValue(ctx, c.W, c.Y)
	if r.OK() && !math.IsNaN(value) {
		r.ProvenBound = value
	}
	problem := ""
	if !(c.LowerBound <= value) {
		problem = fmt.Sprintf("the claimed bound %v is above ⟨W,Y⟩ − ½‖W‖² = %v", c.LowerBound, value)
	}
	r.add("bound", problem, fmt.Sprintf("the claimed bound %v is at most ⟨W,Y⟩ − ½‖W‖² = %v", c.LowerBound, value))
}

// definiteness proves K ⪰ 0 and adds the check.
func (r *Report) definiteness(ctx context.Context, c *Claims) {
	outcome := proof{shift: math.NaN(), smallest: math.NaN(), reason: "its wide rows could not be replaced by short ones"}
	order := len(c.Representatives) + c.X.Cols + c.Y.Cols
	if k := formK(ctx, c); k != nil {
		order = k.order
		outcome = k.prove(ctx)
	}
	r.ErrorBound, r.SmallestEigenvalue = outcome.shift, outcome.smallest
	if outcome.proven {
		r.add("definite", "", fmt.Sprintf("K of order %d is positive semidefinite: smallest scaled eigenvalue about %.2e, all errors at most %.2e", order, outcome.smallest, outcome.shift))
		return
	}
	if ctx.Err() == nil && c.exactlyDecidable() {
		r.ErrorBound = 0
		problem := ""
		if !exactlySemidefinite(ctx, c) {
			problem = fmt.Sprintf("K of order %d has a negative eigenvalue (exact arithmetic)", order)
		}
		r.add("definite", problem, fmt.Sprintf("K of order %d is positive semidefinite (exact arithmetic)", order))
		return
	}
	r.add("definite", fmt.Sprintf("K of order %d could not be proved positive semidefinite: %s", order, outcome.reason), "")
}

// ShapeProblem describes the first array whose shape does not fit the others; it
// is empty when all do.
func ShapeProblem(c *Claims) string {
	n, m := c.X.Rows, len(c.Representatives)
	if n < 1 || c.X.Cols < 1 || c.Y.Cols < 1 {
		return fmt.Sprintf("X is %d×%d and Y is %d×%d, expected at least one row and column each", n, c.X.Cols, c.Y.Rows, c.Y.Cols)
	}
	if n > maxRows || c.X.Cols > maxRows {
		return fmt.Sprintf("X is %d×%d, expected at most %d rows and columns", n, c.X.Cols, maxRows)
	}
	for _, part := range []struct {
		name       string
		v          Matrix
		rows, cols int
	}{
		{"X", c.X, n, c.X.Cols}, {"Y", c.Y, n, c.Y.Cols}, {"W", c.W, n, c.Y.Cols},
		{"Phi", c.Phi, m, m}, {"Omega", c.Omega, m, m}, {"Psi", c.Psi, m, m},
	} {
		if part.v.Rows != part.rows || part.v.Cols != part.cols {
			return fmt.Sprintf("%s is %d×%d, expected %d×%d", part.name, part.v.Rows, part.v.Cols, part.rows, part.cols)
		}
		if len(part.v.Data) != part.rows*part.cols {
			return fmt.Sprintf("%s holds %d numbers, expected %d", part.name, len(part.v.Data), part.rows*part.cols)
		}
	}
	if len(c.MergedInto) != n || len(c.MergeScale) != n {
		return fmt.Sprintf("merged_into and merge_scale have %d and %d entries, expected %d each", len(c.MergedInto), len(c.MergeScale), n)
	}
	return ""
}

func (c *Claims) finiteProblem() string {
	for _, part := range []struct {
		name string
		v    Matrix
	}{{"X", c.X}, {"Y", c.Y}, {"W", c.W}, {"Phi", c.Phi}, {"Omega", c.Omega}, {"Psi", c.Psi}} {
		for i, v := range part.v.Data {
			if !isFinite(v) {
				return fmt.Sprintf("%s[%d,%d] is %v", part.name, i/part.v.Cols, i%part.v.Cols, v)
			}
		}
	}
	for i, v := range c.MergeScale {
		if !isFinite(v) {
			return fmt.Sprintf("merge_scale[%d] is %v", i, v)
		}
	}
	if !isFinite(c.LowerBound) {
		return fmt.Sprintf("lower_bound is %v", c.LowerBound)
	}
	if !(c.Gamma > 0) || !isFinite(c.Gamma) {
		return fmt.Sprintf("gamma is %v, expected a positive finite number", c.Gamma)
	}
	return ""
}

func (c *Claims) groupingProblem() string {
	n, m := int64(c.X.Rows), int64(len(c.Representatives))
	for r, i := range c.Representatives {
		switch {
		case i < 0 || i >= n:
			return fmt.Sprintf("representatives[%d] is %d, expected a row index below %d", r, i, n)
		case c.MergedInto[i] != int64(r):
			return fmt.Sprintf("row %d represents group %d and is merged into %d", i, r, c.MergedInto[i])
		case c.MergeScale[i] != 1:
			return fmt.Sprintf("row %d is a representative with scale %v, expected 1", i, c.MergeScale[i])
		}
	}
	for i, r := range c.MergedInto {
		switch s := c.MergeScale[i]; {
		case r < -1 || r >= m:
			return fmt.Sprintf("merged_into[%d] is %d, expected −1 or a group below %d", i, r, m)
		case r == -1 && s != 0:
			return fmt.Sprintf("row %d is called a zero row and has merge scale %v, expected 0", i, s)
		case r >= 0 && s == 0:
			return fmt.Sprintf("row %d is merged into group %d with scale 0", i, r)
		case r == -1:
			for j, v := range c.X.Row(i) {
				if v != 0 {
					return fmt.Sprintf("row %d is called a zero row and X[%d,%d] is %v", i, i, j, v)
				}
			}
		}
	}
	return ""
}

func (c *Claims) mergeProblem(ctx context.Context) string {
	for i, r := range c.MergedInto {
		if ctx.Err() != nil {
			return "interrupted"
		}
		if r < 0 {
			continue
		}
		representative := c.Representatives[r]
		for j, v := range c.X.Row(i) {
			if !isExactProduct(c.MergeScale[i], c.X.At(int(representative), j), v) {
				return fmt.Sprintf("X[%d,%d] is not exactly %v times X[%d,%d]", i, j, c.MergeScale[i], representative, j)
			}
		}
	}
	return ""
}

func (c *Claims) signProblem() string {
	m := len(c.Representatives)
	for i := range m {
		for j := range m {
			switch {
			case c.Phi.At(i, j) != c.Phi.At(j, i):
				return fmt.Sprintf("Phi[%d,%d] and Phi[%d,%d] differ", i, j, j, i)
			case c.Omega.At(i, j) != c.Omega.At(j, i):
				return fmt.Sprintf("Omega[%d,%d] and Omega[%d,%d] differ", i, j, j, i)
			case !(c.Phi.At(i, j) >= 0):
				return fmt.Sprintf("Phi[%d,%d] is %v, expected at least 0", i, j, c.Phi.At(i, j))
			case !(c.Omega.At(i, j) >= 0):
				return fmt.Sprintf("Omega[%d,%d] is %v, expected at least 0", i, j, c.Omega.At(i, j))
			case i != j && !(c.Psi.At(i, j) >= 0):
				return fmt.Sprintf("Psi[%d,%d] is %v, expected at least 0", i, j, c.Psi.At(i, j))
			}
		}
	}
	return ""
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
