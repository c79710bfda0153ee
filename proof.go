package relift

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/certificate/verify"
	"github.com/relift/relift/exact"
	"github.com/relift/relift/internal/atomicfile"
	"github.com/relift/relift/internal/npy"
)

// Proof is a certificate of a lower bound.
type Proof interface {
	// Bound is the certified bound.
	Bound() float64
	// Source says in a few words what the bound was proved with.
	Source() string
	// Verify checks the proof from its raw numbers, by code that shares
	// nothing with what made it.
	Verify() error
	// Save writes the certificate to a file, with a description of how its
	// data were made, which is not part of the proof.
	Save(path string, origin Origin) error
}

// moments is the proof by the multipliers of the semidefinite relaxation.
type moments struct{ *certificate.Certificate }

func (m moments) Bound() float64 { return m.LowerBound }
func (m moments) Source() string { return "semidefinite relaxation" }

func (m moments) Verify() error {
	if report := verify.Verify(m.Claims()); !report.OK() {
		check, _ := report.FirstFailure()
		return fmt.Errorf("%s: %s", check.Name, check.Detail)
	}
	return nil
}

func (m moments) Save(path string, origin Origin) error {
	settings, err := json.Marshal(origin)
	if err != nil {
		return err
	}
	c := *m.Certificate
	c.Meta = certificate.Meta{CreatedBy: "relift " + Version, Settings: settings}
	c.Seal()
	return c.Save(path)
}

var _ Proof = moments{}

// cones is the proof by a branch and bound over directions.
type cones struct{ *exact.Certificate }

func (c cones) Bound() float64 { return c.LowerBound }
func (c cones) Source() string { return "branch and bound over directions" }

func (c cones) Verify() error {
	if report := c.Certificate.Verify(); !report.OK() {
		check, _ := report.FirstFailure()
		return fmt.Errorf("%s: %s", check.Name, check.Detail)
	}
	return nil
}

func (c cones) Save(path string, origin Origin) error {
	named := *c.Certificate
	named.CreatedBy = "relift " + Version
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

// firstAccepted returns the first of the proofs that its verifier accepts, and
// a warning for each one before it.
func firstAccepted(candidates []Proof) (Proof, []string, error) {
	var warnings []string
	for _, p := range candidates {
		err := p.Verify()
		if err == nil {
			return p, warnings, nil
		}
		warnings = append(warnings, fmt.Sprintf("a certificate of the bound %.6g was not accepted by the verifier and is not used: %v", p.Bound(), err))
	}
	return nil, warnings, fmt.Errorf("no certificate was accepted by the verifier: %s", warnings)
}

// candidates returns the proofs to try, the largest bound first.
func (r *run) candidates() []Proof {
	list := slices.Clone(r.proofs)
	for _, c := range []*certificate.Certificate{r.best, r.previous} {
		if c != nil {
			list = append(list, moments{c})
		}
	}
	slices.SortStableFunc(list, func(a, b Proof) int { return cmp.Compare(b.Bound(), a.Bound()) })
	return list
}
