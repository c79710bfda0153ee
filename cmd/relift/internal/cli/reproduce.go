package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/relift/relift/reproduce"
	"github.com/spf13/cobra"
)

const reproduceLong = `Run the experiments of the paper behind relift and write a report.

EXPERIMENT is tightness (is the relaxation tight, and what do local methods
reach), classification (test accuracies), cost (time and memory against the
number of rows) or all of them, the default.

Every finished job is kept in the folder of --out, so that --resume goes on
after an interruption. The report is report.html (it needs no network),
report.md, a CSV file for each table and a PNG and an SVG file for each figure.
The numbers are the same in every run; the times are in tables of their own.
The full plan takes hours, --quick less than two minutes.`

const reproduceExample = `  relift reproduce --quick
  relift reproduce tightness --problems 20 --out tightness
  relift reproduce --resume`

func newReproduce() *cobra.Command {
	var quick, resume, quiet bool
	var problems, jobs int64
	var dir, bankNotes string
	var only []string
	c := &cobra.Command{
		Use:       "reproduce [EXPERIMENT]",
		Short:     "Run the paper's experiments and write a report",
		Long:      reproduceLong,
		Example:   reproduceExample,
		GroupID:   "main",
		Args:      arguments(0, 1, "EXPERIMENT"),
		ValidArgs: reproduce.Experiments(),
		RunE: func(c *cobra.Command, args []string) error {
			o := reproduce.Options{Quick: quick, Problems: int(problems), BankNotes: bankNotes, Only: only}
			if len(args) == 1 {
				o.Experiment = args[0]
			}
			e := reproduce.Execution{Dir: dir, Resume: resume, Jobs: int(jobs), Command: commandLine(args, c), LinearAlgebra: blas()}
			if !quiet {
				e.Progress, e.Terminal = raw(c.ErrOrStderr()), isTerminal(c.ErrOrStderr())
			}
			return runReproduce(c, o, e)
		},
	}
	bind(c, "quick", &quick)
	bind(c, "out", &dir)
	bind(c, "resume", &resume)
	bind(c, "jobs", &jobs)
	bind(c, "problems", &problems)
	bind(c, "only", &only)
	bind(c, "bank-notes", &bankNotes)
	bind(c, "quiet", &quiet)
	return c
}

// runReproduce checks everything before it starts, and writes a report also
// about an interrupted run.
func runReproduce(c *cobra.Command, o reproduce.Options, e reproduce.Execution) error {
	plan, err := reproduce.Plan(o)
	if err != nil {
		return badInput(err)
	}
	if o.BankNotes != "" {
		if err := reproduce.CheckBankNotes(o.BankNotes); err != nil {
			return badInput(err)
		}
	}
	if err := os.MkdirAll(e.Dir, 0o755); err != nil {
		return badInputf("--out %s: %w; expected a folder that can be made and written to", e.Dir, err)
	}
	if err := writable(output{"out", filepath.Join(e.Dir, "report.md")}); err != nil {
		return err
	}
	outcome, failed := reproduce.Run(c.Context(), plan, e)
	if outcome == nil {
		return internal(failed)
	}
	files, err := reproduce.WriteReport(e.Dir, o, e, outcome)
	if err != nil {
		return internal(err)
	}
	for _, f := range files {
		if _, err := fmt.Fprintln(c.OutOrStdout(), f); err != nil {
			return internal(err)
		}
	}
	if errors.Is(failed, reproduce.ErrInterrupted) {
		fmt.Fprintln(c.ErrOrStderr(), oneLine(failed.Error()))
		return nil // as for train: what there is has been written
	}
	return internal(failed)
}

// commandLine renders the command with the flags that were given.
func commandLine(args []string, c *cobra.Command) string {
	parts := append([]string{c.CommandPath()}, args...)
	for _, name := range []string{"quick", "problems", "only", "bank-notes", "jobs"} {
		if f := c.Flags().Lookup(name); f.Changed {
			if f.Value.String() == "true" {
				parts = append(parts, "--"+name)
			} else {
				parts = append(parts, "--"+name+" "+f.Value.String())
			}
		}
	}
	return strings.Join(parts, " ")
}
