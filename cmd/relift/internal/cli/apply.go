package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/relift/relift/report"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/recipe"
)

// applyFlags are the flags that say how a model's encoding is applied to a
// later table.
type applyFlags struct {
	readFlags
	missing, unknown string
	strict           bool
}

func (f *applyFlags) bind(c *cobra.Command) {
	f.readFlags.bind(c)
	bind(c, "missing", &f.missing)
	bind(c, "unknown", &f.unknown)
	bind(c, "strict", &f.strict)
}

// options is what the flags say; without --missing the model decides.
func (f *applyFlags) options() recipe.ApplyOptions {
	o := recipe.ApplyOptions{Unknown: recipe.Unknown(f.unknown), Leniently: !f.strict}
	if f.flags.Changed("missing") {
		o.Missing = recipe.Missing(f.missing)
	}
	return o
}

// warnAbout writes to w what was guessed about the table, and how many rows
// were left out and why the first of them; one and many say what became of one row
// and of several.
func warnAbout(w io.Writer, t *table.Table, left int, one, many string, first error) {
	for _, text := range t.Warnings {
		fmt.Fprintln(w, "warning: "+oneLine(text))
	}
	rows := report.Plural(left, "row", "rows")
	what := many
	if left == 1 {
		what = one
	}
	switch {
	case left > 0 && first != nil:
		fmt.Fprintln(w, oneLine(fmt.Sprintf("warning: %s %s, the first because of %v (--missing and --unknown say otherwise, --strict refuses the table)", rows, what, first)))
	case left > 0:
		fmt.Fprintln(w, oneLine(fmt.Sprintf("warning: %s: %s with missing values %s", t.Name, rows, what)))
	}
}
