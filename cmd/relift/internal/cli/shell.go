package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/relift/relift/table/builtin"
)

// completeData lets the shell complete the names of built-in tables, beside
// those of files, where a command takes a table.
func completeData(commands []*cobra.Command) {
	for _, c := range commands {
		words := strings.Fields(strings.NewReplacer("[", "", "]", "").Replace(c.Use))
		at := slices.Index(words, "DATA") - 1
		if at < 0 {
			continue
		}
		c.ValidArgsFunction = func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) != at {
				return nil, cobra.ShellCompDirectiveDefault
			}
			return builtin.Names(), cobra.ShellCompDirectiveDefault
		}
	}
}
