package cli

import (
	"encoding/json"
	"fmt"

	"github.com/relift/relift"
)

// saveCertificate writes the certificate with the recipe that made its X and Y.
func (f *solveFlags) saveCertificate(p *prepared, r *relift.Result) error {
	if f.certificate == "" {
		return nil
	}
	recipe, err := json.Marshal(f.data.recipe)
	if err != nil {
		return internal(err)
	}
	origin := relift.Origin{
		Source: p.source, Digest: "sha256:" + p.train.Digest(), Recipe: recipe,
	}
	if err := r.Proof.Save(f.certificate, origin); err != nil {
		return internal(fmt.Errorf("--certificate %s: %w", f.certificate, err))
	}
	return nil
}
