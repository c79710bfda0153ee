package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/relift/relift"
	"github.com/relift/relift/docs"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const manLong = `Write the manual page of relift, with every command and help topic, to standard
output.

  relift man | man -l -                                  read it
  relift man > ~/.local/share/man/man1/relift.1          install it for man relift`

func newMan() *cobra.Command {
	return &cobra.Command{
		Use:     "man",
		Short:   "Write the manual page",
		Long:    manLong,
		GroupID: "other",
		Args:    arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			return internal(writeMan(c.OutOrStdout(), c.Root()))
		},
	}
}

// writeMan writes the page relift(1) in the man macros of roff.
func writeMan(w io.Writer, root *cobra.Command) error {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH RELIFT 1 \"\" \"relift %s\" \"relift manual\"\n", roff(relift.Version))
	fmt.Fprintf(&b, ".SH NAME\nrelift \\- %s\n", roff(lowerFirst(root.Short)))
	b.WriteString(".SH SYNOPSIS\n.B relift\n.I command\n[\\fIarguments\\fR] [\\fIoptions\\fR]\n")
	b.WriteString(".SH DESCRIPTION\n")
	preformatted(&b, root.Long)
	b.WriteString(".SH COMMANDS\n")
	var topics []*cobra.Command
	for _, c := range root.Commands() {
		switch {
		case c.Hidden || c.Name() == "help" || c.Name() == "completion":
		case !c.Runnable():
			topics = append(topics, c)
		default:
			manCommand(&b, c)
		}
	}
	for _, c := range topics {
		fmt.Fprintf(&b, ".SH %s\n", roff(strings.ToUpper(c.Name())))
		preformatted(&b, docs.Text(c.Name()))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// manCommand writes the section of one command.
func manCommand(b *strings.Builder, c *cobra.Command) {
	fmt.Fprintf(b, ".SS %s\n", roff(c.UseLine()))
	preformatted(b, c.Long)
	c.Flags().VisitAll(func(flag *pflag.Flag) {
		if flag.Hidden || flag.Name == "help" {
			return
		}
		name := "--" + flag.Name
		if flag.Shorthand != "" {
			name = "-" + flag.Shorthand + ", " + name
		}
		fmt.Fprintf(b, ".TP\n\\fB%s\\fR", roff(name))
		if flag.NoOptDefVal == "" {
			fmt.Fprintf(b, " \\fI%s\\fR", roff(flag.Value.Type()))
		}
		b.WriteString("\n" + roff(flag.Usage))
		if flag.DefValue != "" && flag.DefValue != "false" {
			fmt.Fprintf(b, " (default %s)", roff(flag.DefValue))
		}
		b.WriteByte('\n')
	})
	if c.Example != "" {
		b.WriteString(".PP\nExamples:\n")
		preformatted(b, c.Example)
	}
}

// preformatted writes a text in its own lines.
func preformatted(b *strings.Builder, text string) {
	b.WriteString(".PP\n.nf\n")
	for line := range strings.Lines(text) {
		b.WriteString(roff(strings.TrimRight(line, "\n")) + "\n")
	}
	b.WriteString(".fi\n")
}

// roff escapes a line.
func roff(line string) string {
	line = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(line)
	if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
		line = `\&` + line
	}
	return line
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
