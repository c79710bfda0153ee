package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/relift/relift"
	"github.com/relift/relift/explain"
	"github.com/relift/relift/internal/certfile"
	"github.com/relift/relift/network"
	"github.com/relift/relift/report"
	"github.com/relift/relift/report/html"
	"github.com/relift/relift/table/recipe"
)

// tee gives each row to several recorders.
type tee []relift.Recorder

// Record implements relift.Recorder.
func (t tee) Record(r relift.Event) {
	for _, to := range t {
		to.Record(r)
	}
}

var (
	_ relift.Recorder = tee{}
	_ relift.Recorder = (*html.History)(nil)
)

// saveReport writes the report that --report asks for, after the certificate, and returns where it is.
// The model is nil for a run without a network.
func (f *solveFlags) saveReport(files *written, c *cobra.Command, args []string, p *prepared, s *report.Summary, m *network.Model) string {
	if f.report == "" {
		return ""
	}
	return files.file("report", f.report, func(path string) error {
		s.Files.Report = path
		page, err := f.page(c, args, p, s, m)
		if err != nil {
			return err
		}
		return page.Save(path)
	})
}

// page makes the report.
func (f *solveFlags) page(c *cobra.Command, args []string, p *prepared, s *report.Summary, m *network.Model) (*html.Page, error) {
	page := &html.Page{
		Summary: s, History: f.history.Rows(), Command: typed(c, args), Created: time.Now(), Go: runtime.Version(),
	}
	if certificate := s.Files.Certificate; certificate != "" {
		digest, err := fileDigest(certificate)
		if err != nil {
			return nil, err
		}
		file, err := certfile.Open(c.Context(), certificate)
		if err != nil {
			return nil, err
		}
		page.NumPyCheck = file.AtRoot()
		if err := file.Close(); err != nil {
			return nil, err
		}
		page.CertificateDigest, page.Recheck = digest, recheck(certificate, p.source, f.data.format)
	}
	if m != nil {
		if err := describe(page, p, m); err != nil {
			return nil, err
		}
	}
	return page, nil
}

// describe fills the parts of the page that are about the network.
func describe(page *html.Page, p *prepared, m *network.Model) error {
	page.Train = m.EvaluateEncoded(p.train)
	if p.test != nil {
		page.Test = m.EvaluateEncoded(p.test)
	}
	// How good a network is shows on rows that it has not seen.
	rows, name := p.train, "training rows"
	if p.test != nil {
		rows, name = p.test, "test rows"
	}
	if m.Encoding.Task == recipe.TaskRegression {
		page.Errors = errorsOf(m, rows, name, 0)
	} else {
		page.Scores = scoresOf(m, rows, name)
	}
	e, err := explain.New(m, p.train)
	if err != nil {
		return err
	}
	page.Explanation = e
	for _, f := range e.Features[:min(strongest, len(e.Features))] {
		r, err := explain.NewResponse(m, p.train, e, f.Feature)
		if err != nil {
			return err
		}
		page.Responses = append(page.Responses, r)
	}
	two, err := e.Influential()
	if err != nil {
		return nil // a single feature has no plane to draw
	}
	page.Slice, err = explain.NewSlice(m, p.train, e, two, explain.SliceOptions{})
	return err
}

// strongest is the number of features whose response a report shows.
const strongest = 4

// fileDigest returns the SHA-256 of a file in hexadecimal.
func fileDigest(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// recheck is the command that verifies a certificate against its table, which
// standard input does not give twice.
func recheck(certificate, source, format string) string {
	words := []string{"relift", "verify", certificate}
	if source != "-" {
		words = append(words, source)
		if format != "auto" {
			words = append(words, "--format", format)
		}
	}
	return shellWords(words)
}

// typed is the command line as it can be typed again in a POSIX shell.
func typed(c *cobra.Command, args []string) string {
	words := append(strings.Fields(c.CommandPath()), args...)
	c.Flags().Visit(func(flag *pflag.Flag) {
		if flag.NoOptDefVal != "" {
			word := "--" + flag.Name
			if text := flag.Value.String(); text != flag.NoOptDefVal {
				word += "=" + text
			}
			words = append(words, word)
			return
		}
		words = append(words, "--"+flag.Name, flag.Value.String())
	})
	return shellWords(words)
}

// shellWords joins words, quoted where a POSIX shell needs it.
func shellWords(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = w
		plain := func(r rune) bool {
			return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=,+@%", r)
		}
		if w == "" || strings.ContainsFunc(w, func(r rune) bool { return !plain(r) }) {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}
