package reproduce

import (
	"fmt"
	"io"
	"strings"
)

// writeMarkdown writes the report as Markdown, with the figures beside it.
func writeMarkdown(w io.Writer, blocks []block) error {
	var b strings.Builder
	b.WriteString("# " + reportTitle + "\n")
	for _, k := range blocks {
		b.WriteString("\n")
		switch {
		case k.heading != "":
			b.WriteString("## " + k.heading + "\n")
		case k.list != nil:
			for _, item := range k.list {
				b.WriteString("- " + item + "\n")
			}
		case k.code != "":
			b.WriteString("    " + k.code + "\n")
		case k.table != nil:
			fmt.Fprintf(&b, "### %s\n\n%s\n\n%s", k.table.title, k.table.note, k.table.markdown())
		case k.figure != nil:
			fmt.Fprintf(&b, "![%s](%s.png)\n\n%s\n", k.figure.title, k.figure.name, k.figure.caption)
		default:
			b.WriteString(k.text + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
