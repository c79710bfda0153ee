package markdown

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Text is a page for a terminal of the width given, in characters: without marks, its paragraphs broken into lines, its
// code as it is.
func Text(page string, width int) string {
	var b strings.Builder
	blocks := Parse(page)
	for i, block := range blocks {
		if i > 0 && !(block.Kind == Item && blocks[i-1].Kind == Item) {
			b.WriteByte('\n')
		}
		switch block.Kind {
		case Heading:
			b.WriteString(plain(block.Text) + "\n")
		case Paragraph:
			writeWrapped(&b, plain(block.Text), "", "", width)
		case Item:
			indent := strings.Repeat(" ", len(block.Marker)+1)
			writeWrapped(&b, plain(block.Text), block.Marker+" ", indent, width)
		case Code:
			for _, line := range block.Lines {
				b.WriteString(strings.TrimRight(indentation+line, " ") + "\n")
			}
		case Table:
			writeTable(&b, block.Rows, width)
		}
	}
	return b.String()
}

var (
	link   = regexp.MustCompile(`\[([^\]]*)\]\(([^)]*)\)`)
	strong = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	accent = regexp.MustCompile(`\*([^*\s][^*]*)\*`)
	quoted = regexp.MustCompile("`[^`]*`")
)

// plain takes the marks out of a text: emphasis, code, and links, whose address follows where it leads out of the pages.
func plain(text string) string {
	text = link.ReplaceAllStringFunc(text, func(s string) string {
		m := link.FindStringSubmatch(s)
		if strings.Contains(m[2], "://") {
			return m[1] + " (" + m[2] + ")"
		}
		return m[1]
	})
	// What is between back quotes keeps its stars.
	var b strings.Builder
	at := 0
	for _, span := range quoted.FindAllStringIndex(text, -1) {
		b.WriteString(unaccented(text[at:span[0]]) + text[span[0]+1:span[1]-1])
		at = span[1]
	}
	return b.String() + unaccented(text[at:])
}

func unaccented(text string) string {
	return accent.ReplaceAllString(strong.ReplaceAllString(text, "$1"), "$1")
}

// writeWrapped writes a text in lines of at most width characters where its words allow.
func writeWrapped(b *strings.Builder, text, first, rest string, width int) {
	for i, line := range wrap(text, width-utf8.RuneCountInString(rest)) {
		if i == 0 {
			b.WriteString(first)
		} else {
			b.WriteString(rest)
		}
		b.WriteString(line + "\n")
	}
}

func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// The last column of a table has at least this many characters, or the table becomes a list.
const leastColumn = 28

// writeTable writes the columns side by side, the last one in several lines where it is long, or, where the others leave no room
// for that, the rows as a list: the first cell, and under it the others.
func writeTable(b *strings.Builder, rows [][]string, width int) {
	columns := 0
	for _, row := range rows {
		columns = max(columns, len(row))
	}
	text := make([][]string, len(rows))
	widths := make([]int, columns)
	for r, row := range rows {
		text[r] = make([]string, columns)
		for c, cell := range row {
			text[r][c] = plain(cell)
			widths[c] = max(widths[c], utf8.RuneCountInString(text[r][c]))
		}
	}
	const gap = 2
	before := 0
	for _, w := range widths[:columns-1] {
		before += w + gap
	}
	if last := min(widths[columns-1], leastColumn); before+last > width {
		for _, row := range text {
			writeWrapped(b, row[0], "", "", width)
			for _, cell := range row[1:] {
				if cell != "" {
					writeWrapped(b, cell, indentation, indentation, width)
				}
			}
		}
		return
	}
	for _, row := range text {
		var first strings.Builder
		for c, cell := range row[:columns-1] {
			first.WriteString(cell + strings.Repeat(" ", widths[c]+gap-utf8.RuneCountInString(cell)))
		}
		if row[columns-1] == "" {
			b.WriteString(strings.TrimRight(first.String(), " ") + "\n")
			continue
		}
		writeWrapped(b, row[columns-1], first.String(), strings.Repeat(" ", before), width)
	}
}
