package cli

import (
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/relift/relift/internal/nearest"
)

// unknownCommand is the error for a first argument that is neither a command nor a
// topic; nil where the command line has none.
func unknownCommand(root *cobra.Command, args []string) error {
	if _, _, err := root.Find(args); err == nil {
		return nil
	}
	for _, word := range args {
		if strings.HasPrefix(word, "-") {
			continue
		}
		var names []string
		for _, c := range root.Commands() {
			names = append(names, c.Name())
		}
		if near := nearest.To(word, names); near != "" {
			return badInputf("relift: %q is not a command; expected %s, or another of relift --help", word, near)
		}
		if _, err := os.Stat(word); err == nil {
			return badInputf("relift: %q is a file, not a command; expected a command before it, such as relift train %s", word, word)
		}
		return badInputf("relift: %q is not a command; expected one of relift --help", word)
	}
	return nil
}

// helpOfUnknown makes relift help refuse what is neither a command nor a topic.
func helpOfUnknown(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	help, _, err := root.Find([]string{"help"})
	if err != nil {
		panic(err) // it was made in the line above
	}
	help.Run = nil
	help.RunE = func(_ *cobra.Command, args []string) error {
		if unknown := unknownCommand(root, args); unknown != nil {
			return unknown
		}
		about, _, err := root.Find(args)
		if err != nil {
			return err
		}
		about.InitDefaultHelpFlag()
		return about.Help()
	}
}

// unknownFlag is the error for a flag that the command does not have.
func unknownFlag(c *cobra.Command, err *pflag.NotExistError) error {
	if err.GetSpecifiedShortnames() != "" {
		return badInputf("%s: -%s is not a flag; expected one of %s --help", c.CommandPath(), err.GetSpecifiedName(), c.CommandPath())
	}
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	name := err.GetSpecifiedName()
	if near := nearest.To(name, names); near != "" {
		return badInputf("%s: --%s is not a flag; expected --%s, or another of %s --help", c.CommandPath(), name, near, c.CommandPath())
	}
	var others []string
	for _, other := range c.Root().Commands() {
		if other != c && other.Flags().Lookup(name) != nil {
			others = append(others, other.Name())
		}
	}
	if len(others) > 0 {
		return badInputf("%s: --%s is not a flag here but of %s; expected one of %s --help", c.CommandPath(), name, strings.Join(others, ", "), c.CommandPath())
	}
	return badInputf("%s: --%s is not a flag; expected one of %s --help", c.CommandPath(), name, c.CommandPath())
}
