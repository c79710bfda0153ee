package cli

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

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

// warnAbout writes to w what was guessed about the table and what became of its
// rows and entries; one and many say what happened to one row and to several.
func warnAbout(w io.Writer, t *table.Table, a recipe.Account, one, many string) {
	for _, text := range append(slices.Clone(t.Warnings), a.Remarks(t, one, many)...) {
		fmt.Fprintln(w, "warning: "+oneLine(text))
	}
}
