package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/relift/relift/docs"
)

// topics returns the help topics: commands without anything to run, for which relift help prints a page of docs.
func topics() []*cobra.Command {
	commands := make([]*cobra.Command, len(docs.Topics))
	for i, topic := range docs.Topics {
		commands[i] = &cobra.Command{Use: topic, Short: docs.Title(topic)}
		commands[i].SetHelpFunc(func(c *cobra.Command, _ []string) { fmt.Fprint(c.OutOrStdout(), docs.Text(topic)) })
	}
	return commands
}
