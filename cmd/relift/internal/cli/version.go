package cli

import (
	"fmt"
	"runtime"

	"github.com/relift/relift"
	"github.com/relift/relift/report"
	"github.com/spf13/cobra"
)

// versionReport is what relift version --json prints.
type versionReport struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	BLAS    string `json:"blas"`
	Threads int    `json:"threads"`
}

func newVersion() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "version",
		Short:   "Print the version, and what linear algebra is in use",
		GroupID: "other",
		Args:    arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			v := versionReport{Version: relift.Version, Go: runtime.Version(), BLAS: blas().String(), Threads: threads()}
			if asJSON {
				return internal(report.WriteJSON(forPrograms(c.OutOrStdout()), v))
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "relift %s\n%s %s/%s\nBLAS %s\n%d processor threads\n",
				v.Version, v.Go, runtime.GOOS, runtime.GOARCH, v.BLAS, v.Threads)
			return internal(err)
		},
	}
	bind(c, "json", &asJSON)
	return c
}
