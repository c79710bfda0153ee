package cli

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/relift/relift"
	"github.com/relift/relift/internal/atomicfile"
	"github.com/relift/relift/report"
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
	return files.file("certificate", f.certificate, func(path string) error { return f.save(r.Proof, path, p) }), ""
}

// save writes a proof with how its X and Y were made.
func (f *solveFlags) save(proof relift.Proof, path string, p *prepared) error {
	recipe, err := json.Marshal(plan{f.data.Plan, f.data.objective.stated()})
	if err != nil {
		return err
	}
	return proof.Save(path, relift.Origin{Source: p.source, Digest: "sha256:" + p.train.Digest(), Recipe: recipe})
}

// saveLog writes the log of the run and returns where it is.
func (f *solveFlags) saveLog(files *written, s *report.Summary) string {
	if f.log == "" {
		return ""
	}
	f.course.End(s)
	return files.file("log", f.log, func(path string) error {
		return atomicfile.Write(path, func(w io.Writer) error {
			_, err := w.Write(f.lines.Bytes())
			return err
		})
	})
}
