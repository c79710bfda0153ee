package reproduce

import (
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"strings"
)

// pageStyle is readable on a phone and follows the reader's light or dark mode.
const pageStyle = `
:root { color-scheme: light dark; --ink: #1d2126; --paper: #ffffff; --soft: #f1f3f5; --line: #d0d5da; --muted: #5b6570; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8ea; --paper: #16191d; --soft: #20252b; --line: #3a424b; --muted: #a3adb8; } }
body { margin: 0 auto; max-width: 70rem; padding: 1rem 1rem 4rem; font: 1rem/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
p, li { max-width: 46rem; }
pre { background: var(--soft); padding: .7rem; overflow-x: auto; }
.note, figcaption { color: var(--muted); font-size: .9rem; max-width: 46rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
th { background: var(--soft); }
.n { text-align: right; }
tbody tr:hover { background: var(--soft); }
figure { margin: 1.5rem 0; }
figure img { max-width: 100%; height: auto; background: #fff; border-radius: 4px; }
`

// writeHTML writes the report as one page that needs nothing else.
func writeHTML(w io.Writer, blocks []block) error {
	var b strings.Builder
	title := html.EscapeString(reportTitle)
	fmt.Fprintf(&b, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>%s</title>\n<style>%s</style>\n</head>\n<body>\n<h1>%s</h1>\n", title, pageStyle, title)
	for _, k := range blocks {
		switch {
		case k.heading != "":
			fmt.Fprintf(&b, "<h2>%s</h2>\n", html.EscapeString(k.heading))
		case k.list != nil:
			b.WriteString("<ul>\n")
			for _, item := range k.list {
				fmt.Fprintf(&b, "<li>%s</li>\n", html.EscapeString(item))
			}
			b.WriteString("</ul>\n")
		case k.code != "":
			fmt.Fprintf(&b, "<pre>%s</pre>\n", html.EscapeString(k.code))
		case k.table != nil:
			k.table.html(&b)
		case k.figure != nil:
			fmt.Fprintf(&b, "<figure>\n<img alt=\"%s\" src=\"data:image/png;base64,%s\">\n<figcaption>%s</figcaption>\n</figure>\n",
				html.EscapeString(k.figure.title), base64.StdEncoding.EncodeToString(k.png), html.EscapeString(k.figure.title+". "+k.figure.caption))
		default:
			fmt.Fprintf(&b, "<p>%s</p>\n", html.EscapeString(k.text))
		}
	}
	b.WriteString("</body>\n</html>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// foldRows is the number of rows above which a table is folded.
const foldRows = 60

// html renders the table in a box that scrolls by itself, so that the page does
// not on a phone.
func (t *sheet) html(b *strings.Builder) {
	fmt.Fprintf(b, "<h3>%s</h3>\n<p class=\"note\">%s</p>\n", html.EscapeString(t.title), html.EscapeString(t.note))
	if len(t.rows) > foldRows {
		fmt.Fprintf(b, "<details><summary>%d rows</summary>\n", len(t.rows))
		defer b.WriteString("</details>\n")
	}
	b.WriteString("<div class=\"scroll\"><table>\n<thead><tr>")
	for _, c := range t.columns {
		fmt.Fprintf(b, "<th%s>%s</th>", t.class(c), html.EscapeString(c.title))
	}
	b.WriteString("</tr></thead>\n<tbody>\n")
	for _, row := range t.rows {
		b.WriteString("<tr>")
		for i, c := range row {
			fmt.Fprintf(b, "<td%s>%s</td>", t.class(t.columns[i]), html.EscapeString(c.text))
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody>\n</table></div>\n")
}

func (t *sheet) class(c column) string {
	if c.number {
		return ` class="n"`
	}
	return ""
}
