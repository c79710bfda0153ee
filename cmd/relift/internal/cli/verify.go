package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"github.com/relift/relift/internal/certfile"
	"github.com/relift/relift/internal/effort"
	"github.com/relift/relift/internal/memory"
	"github.com/relift/relift/report"
)

const verifyLong = `Check a certificate independently of the program that made it.

Every claim is recomputed from the numbers in the file, by code that shares
nothing with the solver and accounts for its own rounding errors. What the bound is
for is printed: γ, the loss, and how the file says that X and Y were made.

With the table relift also checks that X, Y and the weights of the rows are exactly
what it makes of that table. --reg, --loss, --target, --scale and the other flags of
relift train say what the certificate is expected to be for: the check fails where it
is for something else.
A certificate of format version 2 proves a bound for every γ; --reg chooses which one
is printed.

A file whose check would take more work than its size warrants is not checked;
--work-limit allows more.

The exit status is 3 when any check fails (relift help exit-status).`

// verdict is what relift verify --json prints.
type verdict struct {
	Certificate string          `json:"certificate"`
	Data        string          `json:"data,omitempty"`
	OK          bool            `json:"ok"`
	Claimed     report.Number   `json:"claimed_bound"`
	Proven      report.Number   `json:"proven_bound"` // null unless everything it rests on passed
	Checks      []verdictCheck  `json:"checks"`
	Problem     stated          `json:"problem"`
	CreatedBy   string          `json:"created_by,omitempty"`
	Settings    json.RawMessage `json:"settings,omitempty"`

	proved bool // the bound, whatever was expected
}

type verdictCheck struct {
	Name   string `json:"name"`
	Passed bool   `json:"passed"`
	Detail string `json:"detail"`
}

func newVerify() *cobra.Command {
	var e expectation
	var work float64
	var asJSON bool
	c := &cobra.Command{
		Use:     "verify CERTIFICATE [DATA]",
		Short:   "Check a certificate, and that it is about a table",
		Long:    verifyLong,
		Example: "  relift verify iris.cert.npz\n  relift verify iris.cert.npz iris.csv --reg 0.1 --target species",
		GroupID: "main",
		Args:    arguments(1, 2, "CERTIFICATE"),
		RunE: func(c *cobra.Command, args []string) error {
			e.changed = c.Flags().Changed
			e.settle()
			v, err := interruptibly(c.Context(), func(ctx context.Context) (*verdict, error) {
				bar := newLeaves(c.ErrOrStderr())
				defer bar.clear()
				return e.verifyFile(ctx, args[0], args[1:], work*billion, bar.progress())
			})
			if err != nil {
				return err
			}
			if asJSON {
				err = report.WriteJSON(forPrograms(c.OutOrStdout()), v)
			} else {
				err = v.writeText(c.OutOrStdout())
			}
			if err != nil {
				return internal(err)
			}
			return v.failure()
		},
	}
	e.readFlags.bind(c)
	e.bindRecipe(c)
	e.bindObjective(c)
	bind(c, "reg", &e.reg)
	bind(c, "work-limit", &work)
	bind(c, "json", &asJSON)
	return c
}

// billion is the unit of --work-limit.
const billion = 1e9

// interruptibly returns what work does, or at once when ctx ends.
func interruptibly[T any](ctx context.Context, work func(context.Context) (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		value, err := work(ctx)
		done <- outcome{value, err}
	}()
	select {
	case o := <-done:
		if ctx.Err() == nil {
			return o.value, o.err
		}
	case <-ctx.Done():
	}
	var none T
	return none, &failure{exitInterrupted, errors.New("interrupted: nothing was proved")}
}

// verifyFile checks the certificate at path, that it is about what the caller
// says and, if data is not empty, about that table.  It tells progress, unless that is nil, how many leaves are proved.
func (e *expectation) verifyFile(ctx context.Context, path string, data []string, operations float64, progress func(done, leaves int64)) (*verdict, error) {
	f, err := certfile.Open(ctx, path)
	if err != nil {
		return nil, badInput(err)
	}
	defer f.Close()
	limit := effort.Effort{Operations: operations, Bytes: float64(e.memory)}
	if e.memory == 0 {
		limit.Bytes = float64(memory.Available())
	}
	outcome, err := f.Verify(ctx, limit, progress)
	if err != nil {
		return nil, err
	}
	v := &verdict{
		Certificate: path, Claimed: report.Number(outcome.Claimed), Proven: report.Number(outcome.Proven),
		Problem: statedBy(f), CreatedBy: f.CreatedBy, Settings: f.Settings,
	}
	if f.EveryGamma() && e.changed("reg") && outcome.OK() {
		v.at(e.reg, outcome)
	}
	checks := append(outcome.Checks, e.compare(v.Problem, len(data) > 0)...)
	if len(data) > 0 {
		v.Data = data[0]
		compared, err := e.compareTable(ctx, path, data[0], f, v.Problem)
		if err != nil {
			return nil, err
		}
		checks = append(checks, compared...)
	}
	v.OK, v.proved = len(checks) > 0, outcome.OK()
	for _, c := range checks {
		v.OK = v.OK && c.Passed
		v.Checks = append(v.Checks, verdictCheck(c))
	}
	return v, nil
}

// at makes the verdict one about another weight decay, for which a derivation proves a
// bound as well.
func (v *verdict) at(gamma float64, outcome certfile.Outcome) {
	if bound := outcome.At(gamma); gamma != v.Problem.Gamma && !math.IsInf(bound, 0) {
		v.Problem.Gamma, v.Claimed, v.Proven = gamma, report.Number(bound), report.Number(bound)
	}
}

// writeText lists the checks and the conclusion.
func (v *verdict) writeText(w io.Writer) error {
	var b strings.Builder
	widest := 0
	for _, c := range v.Checks {
		widest = max(widest, len(c.Name))
	}
	for _, c := range v.Checks {
		fmt.Fprintf(&b, "%s  %-*s  %s\n", map[bool]string{true: "pass", false: "FAIL"}[c.Passed], widest, c.Name, c.Detail)
	}
	v.Problem.writeTo(&b, v.proved)
	switch {
	case v.OK:
		fmt.Fprintf(&b, "\nProved: no two-layer ReLU network of any width has an objective below %v on these data.\n", float64(v.Claimed))
	case v.proved && v.failed(tableCheck):
		fmt.Fprintf(&b, "\nThe bound %v is proved for the data in the certificate, but those are not the data of %s.\n", float64(v.Claimed), v.Data)
	case v.proved:
		fmt.Fprintf(&b, "\nThe bound %v is proved for the problem in the certificate, but that is not the one that was expected.\n", float64(v.Claimed))
	default:
		b.WriteString("\nNot proved: this certificate is not to be trusted.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// failed reports whether the check of that name failed.
func (v *verdict) failed(name string) bool {
	for _, c := range v.Checks {
		if c.Name == name && !c.Passed {
			return true
		}
	}
	return false
}

// failure is nil for a certificate that passed, else an error that leads to
// exit status 3.
func (v *verdict) failure() error {
	if v.OK && !math.IsNaN(float64(v.Claimed)) {
		return nil
	}
	for _, c := range v.Checks {
		if !c.Passed {
			return unverified(fmt.Errorf("%s: check %q failed: %s", v.Certificate, c.Name, c.Detail))
		}
	}
	return unverified(errors.New(v.Certificate + ": nothing was checked"))
}
