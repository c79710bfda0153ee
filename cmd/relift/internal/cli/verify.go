package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/relift/relift/certificate/verify"
	"github.com/relift/relift/report"
	"github.com/spf13/cobra"
)

const verifyLong = `Check a certificate independently of the program that made it.

Every claim is recomputed from the numbers in the file, by code that shares
nothing with the solver and accounts for its own rounding errors. With the table
relift also checks that X and Y are exactly what it makes of that table.

The exit status is 3 when any check fails (relift help exit-status).`

// verdict is what relift verify --json prints.
type verdict struct {
	Certificate string          `json:"certificate"`
	Data        string          `json:"data,omitempty"`
	OK          bool            `json:"ok"`
	Claimed     report.Number   `json:"claimed_bound"`
	Proven      report.Number   `json:"proven_bound"` // null unless everything it rests on passed
	Checks      []verdictCheck  `json:"checks"`
	CreatedBy   string          `json:"created_by,omitempty"`
	Settings    json.RawMessage `json:"settings,omitempty"`
}

type verdictCheck struct {
	Name   string `json:"name"`
	Passed bool   `json:"passed"`
	Detail string `json:"detail"`
}

func newVerify() *cobra.Command {
	var in readFlags
	var asJSON bool
	c := &cobra.Command{
		Use:     "verify CERTIFICATE [DATA]",
		Short:   "Check a certificate, and that it is about a table",
		Long:    verifyLong,
		Example: "  relift verify iris.cert.npz\n  relift verify iris.cert.npz iris.csv",
		GroupID: "main",
		Args:    arguments(1, 2, "CERTIFICATE"),
		RunE: func(c *cobra.Command, args []string) error {
			v, err := verifyFile(c.Context(), args[0], args[1:], &in)
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
	in.bind(c)
	bind(c, "json", &asJSON)
	return c
}

// verifyFile checks the certificate at path and, if data is not empty, that it
// is about that table.
func verifyFile(ctx context.Context, path string, data []string, in *readFlags) (*verdict, error) {
	f, err := loadCertificate(path)
	if err != nil {
		return nil, badInput(err)
	}
	v := &verdict{Certificate: path, CreatedBy: f.createdBy, Settings: f.settings}
	var table *verify.Check
	if len(data) > 0 {
		v.Data = data[0]
		if table, err = f.compareTable(ctx, path, data[0], in); err != nil {
			return nil, err
		}
	}
	checks, claimed, proven := f.verify()
	if table != nil {
		checks = append(checks, verdictCheck(*table))
	}
	v.OK = len(checks) > 0
	for _, check := range checks {
		v.OK = v.OK && check.Passed
	}
	v.Checks, v.Claimed, v.Proven = checks, report.Number(claimed), report.Number(proven)
	return v, nil
}

// writeText lists the checks and the conclusion.
func (v *verdict) writeText(w io.Writer) error {
	var b strings.Builder
	for _, c := range v.Checks {
		fmt.Fprintf(&b, "%s  %-9s %s\n", map[bool]string{true: "pass", false: "FAIL"}[c.Passed], c.Name, c.Detail)
	}
	switch {
	case v.OK:
		fmt.Fprintf(&b, "\nProved: no two-layer ReLU network of any width has an objective below %v on these data.\n", float64(v.Claimed))
	case v.onlyTableFailed():
		fmt.Fprintf(&b, "\nThe bound %v is proved for the data in the certificate, but those are not the data of %s.\n", float64(v.Claimed), v.Data)
	default:
		b.WriteString("\nNot proved: this certificate is not to be trusted.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// onlyTableFailed reports whether the proof holds but is about other data.
func (v *verdict) onlyTableFailed() bool {
	for _, c := range v.Checks {
		if c.Passed == (c.Name == "table") {
			return false
		}
	}
	return len(v.Checks) > 0
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
