// Package markdown reads the Markdown of this repository's pages: headings, paragraphs, lists, code, tables.  relift help
// prints pages as text, and a test runs the commands in their code.  It is no reader of Markdown in general: a page that
// uses more (quotations, nested lists, HTML but comments) reads as paragraphs.
package markdown

import (
	"regexp"
	"strings"
)

// Kind says what a block is.
type Kind int

const (
	Heading Kind = iota
	Paragraph
	Item
	Code
	Table
)

// Block is a part of a page between blank lines, or a heading, item, or table.
type Block struct {
	Kind Kind
	// Line is the number of its first line in the page, from 1; of Code, that of the first line of code.
	Line int
	// Text is that of a heading, paragraph or item, on one line, with its inline marks.
	Text string
	// Marker is what an item begins with: "-" or a number with its point.
	Marker string
	// Language is the word behind the fence of code; empty for indented code.
	Language string
	// Lines are those of Code, without the indentation of the block.
	Lines []string
	// Rows are those of a Table, the header first.
	Rows [][]string
}

var (
	heading   = regexp.MustCompile(`^#+ (.*)$`)
	item      = regexp.MustCompile(`^(-|\d+\.) +(.*)$`)
	fence     = regexp.MustCompile("^```(\\S*)$")
	delimiter = regexp.MustCompile(`^\|[-:| ]+\|$`)
	picture   = regexp.MustCompile(`^!\[.*\]\(.*\)$`)
)

const indentation = "    "

// Parse returns the blocks of a page in their order.  Comments and pictures are left out.
func Parse(page string) []Block {
	var blocks []Block
	lines := strings.Split(strings.TrimRight(page, "\n"), "\n")
	open := -1 // the paragraph or item that the next line may continue
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		add := func(b Block) {
			if b.Line == 0 {
				b.Line = i + 1
			}
			blocks, open = append(blocks, b), -1
			if b.Kind == Paragraph || b.Kind == Item {
				open = len(blocks) - 1
			}
		}
		switch {
		case strings.TrimSpace(line) == "":
			open = -1
		case strings.HasPrefix(line, "<!--"):
			for i+1 < len(lines) && !strings.Contains(lines[i], "-->") {
				i++
			}
			open = -1
		case picture.MatchString(line):
			open = -1
		case fence.MatchString(line):
			b := Block{Kind: Code, Line: i + 2, Language: fence.FindStringSubmatch(line)[1]}
			for i++; i < len(lines) && lines[i] != "```"; i++ {
				b.Lines = append(b.Lines, lines[i])
			}
			add(b)
		case open < 0 && strings.HasPrefix(line, indentation):
			b := Block{Kind: Code, Line: i + 1}
			for ; i < len(lines) && (strings.HasPrefix(lines[i], indentation) || strings.TrimSpace(lines[i]) == ""); i++ {
				b.Lines = append(b.Lines, strings.TrimPrefix(lines[i], indentation))
			}
			i--
			for strings.TrimSpace(b.Lines[len(b.Lines)-1]) == "" {
				b.Lines = b.Lines[:len(b.Lines)-1]
			}
			add(b)
		case heading.MatchString(line):
			add(Block{Kind: Heading, Text: heading.FindStringSubmatch(line)[1]})
		case strings.HasPrefix(line, "|"):
			b := Block{Kind: Table, Line: i + 1}
			for ; i < len(lines) && strings.HasPrefix(lines[i], "|"); i++ {
				if !delimiter.MatchString(lines[i]) {
					b.Rows = append(b.Rows, cells(lines[i]))
				}
			}
			i--
			if b.Rows != nil {
				add(b)
			}
		case item.MatchString(line):
			m := item.FindStringSubmatch(line)
			add(Block{Kind: Item, Marker: m[1], Text: m[2]})
		case open >= 0:
			blocks[open].Text += " " + strings.TrimSpace(line)
		default:
			add(Block{Kind: Paragraph, Text: strings.TrimSpace(line)})
		}
	}
	return blocks
}

// cells divides a line of a table, in which \| is no border.
func cells(line string) []string {
	const bar = "\x00"
	line = strings.ReplaceAll(line, `\|`, bar)
	row := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
	for i, cell := range row {
		row[i] = strings.TrimSpace(strings.ReplaceAll(cell, bar, "|"))
	}
	return row
}
