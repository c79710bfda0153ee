package proof

import (
	"bytes"
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
	var b bytes.Buffer
	if err := d.Write(&b, -math.MaxFloat64, ""); err != nil {
		return nil, err
	}
	archive, err := npy.ReadArchive(bytes.NewReader(b.Bytes()), int64(b.Len()), int64(b.Len())+1)
	if err != nil {
		return nil, fmt.Errorf("proof: what was written cannot be read: %w", err)
	}
	claims, err := check.Open(archive)
	if err != nil {
		return nil, fmt.Errorf("proof: what was written cannot be read: %w", err)
	}
	return claims.Check(ctx, o)
}
