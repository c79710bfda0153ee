package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/certificate/verify"
	"github.com/relift/relift/exact"
	"github.com/relift/relift/internal/atomicfile"
	"github.com/relift/relift/internal/certfile"
	"github.com/relift/relift/internal/effort"
	"github.com/relift/relift/internal/npy"
	"github.com/relift/relift/internal/version"
)

// Proof is a certificate of a lower bound.
type Proof interface {
	// Bound is the certified bound.
	Bound() float64
	// Source says in a few words what the bound was proved with.
	Source() string
	// Verify checks the proof from its raw numbers, by code that shares
	// nothing with what made it.
	Verify(ctx context.Context) error
	// Save writes the certificate to a file, with a description of how its
	// data were made, which is not part of the proof.
	Save(path string, origin Origin) error
}

// moments is the proof by the multipliers of the semidefinite relaxation.
type moments struct{ *certificate.Certificate }

func (m moments) Bound() float64 { return m.LowerBound }
func (m moments) Source() string { return "semidefinite relaxation" }

func (m moments) Verify(ctx context.Context) error {
	report, err := verify.VerifyContext(ctx, m.Claims(), effort.Effort{})
	if err == nil && !report.OK() {
		check, _ := report.FirstFailure()
		err = fmt.Errorf("%s: %s", check.Name, check.Detail)
	}
	return err
}

func (m moments) Save(path string, origin Origin) error {
	settings, err := json.Marshal(origin)
	if err != nil {
		return err
	}
	c := *m.Certificate
	c.Meta = certificate.Meta{CreatedBy: "relift " + version.Number, Settings: settings}
	c.Seal()
	return c.Save(path)
}

var _ Proof = moments{}

// ConesProof is the proof of a certificate of package exact.
func ConesProof(c *exact.Certificate) Proof { return cones{c} }

// cones is the proof by a branch and bound over directions.
type cones struct{ *exact.Certificate }

func (c cones) Bound() float64 { return c.LowerBound }
func (c cones) Source() string { return "branch and bound over directions" }

func (c cones) Verify(ctx context.Context) error {
	report, err := c.Certificate.VerifyContext(ctx)
	if err == nil && !report.OK() {
		check, _ := report.FirstFailure()
		err = fmt.Errorf("%s: %s", check.Name, check.Detail)
	}
	return err
}

func (c cones) Save(path string, origin Origin) error {
	named := *c.Certificate
	named.CreatedBy = "relift " + version.Number
	claims := named.Claims()
	meta := map[string]any{}
	if err := json.Unmarshal([]byte(claims.Meta), &meta); err != nil {
		return err
	}
	meta["settings"] = origin
	text, err := json.Marshal(meta)
	if err != nil {
		return err
	}
	claims.Meta = string(text)
	return atomicfile.Write(path, func(w io.Writer) error { return npy.WriteArchive(w, claims.Archive()) })
}

var _ Proof = cones{}

// both is the proof by cones with the weaker one by multipliers beside it.  Its file is that of
// the multipliers, which needs nothing but NumPy to check, with the arrays of the cones
// under names that begin with ConesPrefix; X, Y and gamma are shared.
type both struct {
	cones
	moments moments
}

// ConesPrefix begins the names of the arrays of a proof by cones in a file that also holds
// the multipliers of the relaxation.  Its meta data are the part "exact" of the file's solver
// meta data, so that meta stays the only array that is not numeric.
const ConesPrefix = certfile.ConesPrefix

// SolverMeta is the solver part of the meta data of a file with both proofs.
type SolverMeta struct {
	Exact json.RawMessage `json:"exact,omitempty"`
}

func (b both) Save(path string, origin Origin) error {
	settings, err := json.Marshal(origin)
	if err != nil {
		return err
	}
	named := *b.cones.Certificate
	named.CreatedBy = "relift " + version.Number
	claims := named.Claims()
	solver, err := json.Marshal(SolverMeta{Exact: json.RawMessage(claims.Meta)})
	if err != nil {
		return err
	}
	c := *b.moments.Certificate
	c.Meta = certificate.Meta{CreatedBy: "relift " + version.Number, Settings: settings, Solver: solver}
	c.Seal()
	entries, err := c.Archive()
	if err != nil {
		return err
	}
	for _, e := range claims.Archive() {
		switch e.Name {
		case "X", "Y", "gamma", "meta":
		default:
			e.Name = ConesPrefix + e.Name
			entries = append(entries, e)
		}
	}
	return atomicfile.Write(path, func(w io.Writer) error { return npy.WriteArchive(w, entries) })
}

var _ Proof = both{}
