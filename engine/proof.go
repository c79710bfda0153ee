package engine

import (
	"context"
	"fmt"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/exact"
	"github.com/relift/relift/proof"
)

// Proof is a certificate of a lower bound.
type Proof interface {
	// Bound is the certified bound.
	Bound() float64
	// At is the bound that is certified for another weight decay than the problem's: one proof has one for every γ > 0, −Inf where it says nothing.
	At(gamma float64) float64
	// Source says in a few words what the bound was proved with.
	Source() string
	// Verify checks the proof from its raw numbers, by code that shares
	// nothing with what made it.
	Verify(ctx context.Context) error
	// Save writes the certificate to a file, with a description of how its
	// data were made, which is not part of the proof.
	Save(path string, origin Origin) error
}

// Claim is a bound that a solver found, from which a proof is still to be made.
type Claim interface {
	// Bound is the bound that is claimed.
	Bound() float64
	// Source says in a few words what it was found with.
	Source() string
	// Prove returns a proof that its verifier has accepted, of about the bound; nil if that is no bound.
	Prove(ctx context.Context) (Proof, error)
}

// What bounds are proved with.
const (
	relaxationSource = "semidefinite relaxation"
	conesSource      = "branch and bound over directions"
)

// moments is the claim by the multipliers of the semidefinite relaxation: multipliers at the root of a derivation.
type moments struct{ *certificate.Certificate }

func (m moments) Bound() float64 { return m.LowerBound }
func (m moments) Source() string { return relaxationSource }

func (m moments) Prove(ctx context.Context) (Proof, error) {
	d := proof.FromCertificate(m.Certificate)
	if err := d.Repair(); err != nil {
		return nil, err
	}
	p, err := derive(ctx, d, m.Source())
	if err != nil || p == nil {
		return nil, err
	}
	p.certificate = m.Certificate
	return p, nil
}

var _ Claim = moments{}

// cones is the claim by a branch and bound over directions.
type cones struct{ *exact.Certificate }

func (c cones) Bound() float64                           { return c.LowerBound }
func (c cones) Source() string                           { return conesSource }
func (c cones) Prove(ctx context.Context) (Proof, error) { return ProveCones(ctx, c.Certificate) }

var _ Claim = cones{}

// ProveCones makes a proof of a certificate of package exact, and has it verified; nil if it proves nothing beyond 0.
func ProveCones(ctx context.Context, c *exact.Certificate) (Proof, error) {
	var failed error
	// A margin that the checker's roundings exceed is rare: cones that are very thin in the coordinates of X.
	for _, margin := range []float64{1e-11, 1e-9, 1e-7, 1e-5, 1e-3} {
		d, err := proof.FromCones(c.Claims(), margin)
		if err != nil {
			return nil, err
		}
		d.Problem = c.Problem // with its loss, weights and intercept
		p, err := derive(ctx, d, conesSource)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err == nil && p == nil:
			return nil, nil
		case err == nil:
			return p, nil
		}
		failed = err
	}
	return nil, fmt.Errorf("no derivation is accepted: %w", failed)
}
