package proof

import (
	"context"

	"github.com/relift/relift/proof/check"
)

// Repair sets the slack of every leaf made of multipliers to about the smallest one with
// which it can be checked, as package proof/check finds it.
func (d *Derivation) Repair() error {
	claims, err := d.claims()
	if err != nil {
		return err
	}
	slacks, err := claims.Slacks(context.Background(), check.Options{})
	if err != nil {
		return err
	}
	return d.each(func(leaf *Multipliers, _ view) error {
		leaf.Slack, slacks = slacks[0], slacks[1:]
		return nil
	})
}
