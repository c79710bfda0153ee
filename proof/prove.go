package proof

import (
	"context"
	"fmt"
	"math"

	"github.com/relift/relift/internal/npy"
	"github.com/relift/relift/proof/check"
)

// Check has package proof/check check d, and returns its report: whether d is true, and
// the bound it proves.  The claim checked is the weakest, so that only a d that proves
// nothing fails.
func (d *Derivation) Check(ctx context.Context, o check.Options) (*check.Report, error) {
	claims, err := d.claims()
	if err != nil {
		return nil, err
	}
	return claims.Check(ctx, o)
}

// claims returns d as package proof/check reads it from a file, with the weakest claim.
func (d *Derivation) claims() (*check.Claims, error) {
	entries, err := d.entries(-math.MaxFloat64, "")
	if err != nil {
		return nil, err
	}
	claims, err := check.Open(npy.NewArchive(entries))
	if err != nil {
		return nil, fmt.Errorf("proof: what would be written cannot be read: %w", err)
	}
	return claims, nil
}
