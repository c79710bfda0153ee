package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/internal/atomicfile"
	"github.com/relift/relift/internal/version"
	"github.com/relift/relift/proof"
	"github.com/relift/relift/proof/check"
)

// derived is the proof by a derivation.
type derived struct {
	derivation *proof.Derivation
	bound      float64 // claimed, and proved by the checker
	source     string
	proved     func(gamma float64) float64 // by the checker, for any γ
	// certificate is what the multipliers of the relaxation were repaired to, where the derivation was made of it.
	certificate *certificate.Certificate
}

// derive returns the proof that the derivation is, which the checker has accepted with about the bound that it found; nil if that is
// no bound.
func derive(ctx context.Context, d *proof.Derivation, source string) (*derived, error) {
	r, err := d.Check(ctx, check.Options{ForOthers: true})
	if err != nil {
		return nil, err
	}
	if !r.OK() {
		failed, _ := r.FirstFailure()
		return nil, fmt.Errorf("a derivation by %s is not accepted: %s: %s", source, failed.Name, failed.Detail)
	}
	if !(r.ProvenBound > 0) {
		return nil, nil
	}
	return &derived{derivation: d, bound: r.ProvenBound * (1 - claimShare), source: source, proved: r.At}, nil
}

// claimShare is how much less than what the checker proves with room for other verifiers is claimed: for the roundings of the dual value.
const claimShare = 1e-9

// signSource says what a bound was proved with by the tree of signs.
const signSource = "branch and bound on signs"

// prove has the derivation of a tree of signs checked and keeps it; source says what it is.
func (s *state) prove(ctx context.Context, a Access, d *proof.Derivation, source string) error {
	p, err := derive(ctx, d, source)
	if err != nil || p == nil {
		return err
	}
	a.Prove(p)
	return nil
}

func (p *derived) Bound() float64           { return p.bound }
func (p *derived) At(gamma float64) float64 { return p.proved(gamma) * (1 - claimShare) }
func (p *derived) Source() string           { return p.source }

func (p *derived) Verify(ctx context.Context) error {
	r, err := p.derivation.Check(ctx, check.Options{})
	if err != nil {
		return err
	}
	if failed, bad := r.FirstFailure(); bad {
		return fmt.Errorf("%s: %s", failed.Name, failed.Detail)
	}
	if r.ProvenBound < p.bound {
		return errors.New("it proves less than was claimed")
	}
	return nil
}

// derivationMeta is the description in a derivation's file.
type derivationMeta struct {
	CreatedBy string `json:"created_by"`
	Settings  Origin `json:"settings"`
}

func (p *derived) Save(path string, origin Origin) error {
	meta, err := json.Marshal(derivationMeta{"relift " + version.Number, origin})
	if err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error { return p.derivation.Write(w, p.bound, string(meta)) })
}

var _ Proof = (*derived)(nil)
