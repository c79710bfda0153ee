package cli

import (
	"fmt"
	"io"

	"github.com/relift/relift/report"
)

// next says on standard error what can be done with the outcome of a run,
// unless quiet.
func (f *solveFlags) next(w io.Writer, s *report.Summary) {
	if f.quiet {
		return
	}
	for _, line := range nextSteps(s, f.data.format) {
		fmt.Fprintln(w, "next: "+line)
	}
}

// nextSteps are commands to go on with, or the flags that keep the results.
func nextSteps(s *report.Summary, format string) []string {
	var steps []string
	files, source := s.Files, s.Data.Source
	if files.Certificate == "" && files.Model == "" && files.Report == "" {
		if s.Network == nil {
			return []string{"--certificate FILE.npz keeps the proof, --report FILE.html a page for people"}
		}
		return []string{"-o FILE.json keeps the network, --certificate FILE.npz the proof, --report FILE.html a page for people"}
	}
	if files.Certificate != "" {
		steps = append(steps, recheck(files.Certificate, source, format))
	}
	if files.Model != "" {
		words := []string{"relift", "explain", files.Model}
		if source != "-" {
			words = append(words, source)
			if format != "auto" {
				words = append(words, "--format", format)
			}
		}
		steps = append(steps, shellWords(words))
	}
	return steps
}
