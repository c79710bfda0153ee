package cli

import (
	"time"

	"github.com/relift/relift"
	"github.com/spf13/cobra"
)

const boundLong = `Solve the semidefinite relaxation of the training problem and certify its lower
bound; no network is kept.

The bound holds for every two-layer ReLU network of any width on these data,
after encoding and scaling.`

func newBound() *cobra.Command {
	var f solveFlags
	c := &cobra.Command{
		Use:     "bound DATA",
		Short:   "Prove a lower bound without training a network",
		Long:    boundLong,
		Example: "  relift bound iris.csv --target species --reg 0.1 --certificate iris.cert.npz",
		GroupID: "main",
		Args:    arguments(1, 1, "DATA"),
		RunE: func(c *cobra.Command, args []string) error {
			begin := time.Now()
			if err := checkOutputs([]string{args[0]}, output{"certificate", f.certificate}, output{"log", f.log}, output{"report", f.report}); err != nil {
				return err
			}
			p, err := f.prepare(c.Context(), args[0], "", c.ErrOrStderr())
			if err != nil {
				return err
			}
			result, err := f.run(c.Context(), relift.Bound, p, begin, c.ErrOrStderr())
			if err != nil {
				return err
			}
			return f.conclude(c, args, p, result, f.summary(p, result, begin), nil, new(written), begin)
		},
	}
	f.bind(c)
	bind(c, "reg", &f.reg)
	f.method = string(relift.MethodSDP)
	return c
}
