// Package cli is the command line of relift: one file and one test file for
// each subcommand.  Commands write to the writers they are given.
package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/relift/relift/internal/printable"
	"github.com/spf13/cobra"
)

const about = `relift trains two-layer ReLU networks and proves how good they are: a lower bound
that no two-layer ReLU network of any width can beat on the data, with a
certificate that can be checked without relift.

  relift train builtin:iris
  relift train iris.csv --target species -o iris.model.json --certificate iris.cert.npz
  relift predict iris.model.json new.csv -o predictions.csv
  relift verify iris.cert.npz iris.csv`

// Main runs relift with the arguments args (without the program's name) and
// returns the exit status: 0 done, 1 internal error, 2 bad input or usage,
// 3 a verification failed.
func Main(ctx context.Context, args []string, stdout, stderr io.Writer) (status int) {
	defer func() {
		if cause := recover(); cause != nil {
			fmt.Fprintf(stderr, "internal error: %v\n", cause)
			status = exitInternal
		}
	}()
	stdout, stderr = printable.NewWriter(stdout), printable.NewWriter(stderr)
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err != nil {
		if unknown := unknownCommand(root, args); unknown != nil {
			err = unknown
		}
		fmt.Fprintln(stderr, oneLine(err.Error()))
	}
	return statusOf(err)
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "relift",
		Short:         "Train two-layer ReLU networks and prove how good they are",
		Long:          about,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetFlagErrorFunc(flagError)
	root.AddGroup(&cobra.Group{ID: "main", Title: "Commands:"}, &cobra.Group{ID: "other", Title: "Other commands:"})
	root.SetHelpCommandGroupID("other")
	root.SetCompletionCommandGroupID("other")
	root.AddCommand(newTrain(), newPath(), newBound(), newPredict(), newEvaluate(), newExplain(), newPlot(), newAudit(), newVerify(), newConvert(), newReproduce(), newMan(), newVersion())
	completeData(root.Commands())
	root.PersistentPreRunE = func(*cobra.Command, []string) error { return startBLAS() }
	root.AddCommand(topics()...)
	helpOfUnknown(root)
	return root
}

// oneLine makes a message, whose names may come from files, fit for a terminal.
func oneLine(message string) string { return printable.Line(message) }

// arguments checks the number of arguments and names the missing one.
func arguments(least, most int, names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return badInputf("%s: %s is missing; expected %s", c.CommandPath(), names[len(args)], c.UseLine())
		case len(args) > most:
			return badInputf("%s: argument %q is one too many; expected %s", c.CommandPath(), args[most], c.UseLine())
		}
		return nil
	}
}
