package cli

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/relift/relift"
	"github.com/relift/relift/internal/atomicfile"
)

// saveCertificate writes the certificate with the recipe that made its X and Y, and returns where it is and a
// warning if there is none.
func (f *solveFlags) saveCertificate(files *written, p *prepared, r *relift.Result) (path, warning string) {
	if f.certificate == "" {
		return "", ""
	}
	if r.Proof == nil {
		return "", fmt.Sprintf("--certificate %s: not written, because nothing beyond 0 was proved within the limits", f.certificate)
	}
	recipe, err := json.Marshal(plan{f.data.Plan, f.data.objective.stated()})
	return files.file("certificate", f.certificate, func(path string) error {
		if err != nil {
			return err
		}
		return r.Proof.Save(path, relift.Origin{Source: p.source, Digest: "sha256:" + p.train.Digest(), Recipe: recipe})
	}), ""
}

// saveLog writes the log of the run and returns where it is.
func (f *solveFlags) saveLog(files *written) string {
	if f.log == "" {
		return ""
	}
	return files.file("log", f.log, func(path string) error {
		return atomicfile.Write(path, func(w io.Writer) error {
			_, err := w.Write(f.lines.Bytes())
			return err
		})
	})
}
