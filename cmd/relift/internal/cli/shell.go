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

const topicShell = `Shells and scripts

Completion of commands, flags, their values and built-in tables:

  bash   source <(relift completion bash)           needs the package bash-completion
  zsh    source <(relift completion zsh)
  fish   relift completion fish | source

in ~/.bashrc, ~/.zshrc or ~/.config/fish/config.fish; relift completion SHELL
--help says how to install it for every user. relift man writes the manual page.

In scripts:

  --json         one JSON object on standard output
  --quiet        nothing on standard error but errors, which are one line
  exit status    see relift help exit-status

Results go to standard output, progress and warnings to standard error. relift
never writes colours, so that NO_COLOR (https://no-color.org) has nothing to turn
off; on a terminal the progress rewrites its last line in place, which
TERM=dumb or writing to a file or a pipe prevents.`
