package cli

import (
	"time"

	"github.com/relift/relift"
	"github.com/spf13/cobra"
)

const boundLong = `Certify a lower bound of the training problem; no network is kept. For the problem
of the paper (--loss squared --intercept=false) the semidefinite relaxation is
solved; else a network is trained whose dual point gives the bound.

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
			f.tuning.exclude(&f.data)
			p, err := f.prepare(c.Context(), args[0], "", c.ErrOrStderr())
			if err != nil {
				return err
			}
			if err := f.tune(c.Context(), p, begin, c.ErrOrStderr()); err != nil {
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
	f.method = string(relift.MethodAuto) // of the relaxation, or the network behind the bound
	return c
}
