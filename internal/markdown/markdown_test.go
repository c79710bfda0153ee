package markdown

import (
	"strings"
	"testing"
)

const page = `# A page

<!-- A comment
of two lines -->

The first **paragraph** has a [link](https://example.org), one to [a page](page.md), and ` + "`a * b * c`" + `,
and goes on.

![a picture](picture.png)

    relift train a.csv   # indented

        deeper

- an item that is long enough for a second line of text in a narrow terminal
  and that goes on
- another

10. a numbered one

` + "```python" + `
    print("| no table |")

# no heading
` + "```" + `

| name | meaning |
|---|---|
| a\|b | one |
| ` + "`long`" + ` | a text that takes more than one line in the narrow terminal of this test |
`

func TestText(t *testing.T) {
	const want = `A page

The first paragraph has a link
(https://example.org), one to a page,
and a * b * c, and goes on.

    relift train a.csv   # indented

        deeper

- an item that is long enough for a
  second line of text in a narrow
  terminal and that goes on
- another
10. a numbered one

        print("| no table |")

    # no heading

name  meaning
a|b   one
long  a text that takes more than one
      line in the narrow terminal of
      this test
`
	if got := Text(page, 40); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestBlocksKnowTheirLines(t *testing.T) {
	lines := strings.Split(page, "\n")
	code := 0
	for _, b := range Parse(page) {
		if b.Kind != Code {
			continue
		}
		code++
		for i, line := range b.Lines {
			if got := lines[b.Line-1+i]; strings.TrimSpace(got) != strings.TrimSpace(line) {
				t.Errorf("line %d is %q, and %q in the block", b.Line+i, got, line)
			}
		}
	}
	if code != 2 {
		t.Errorf("%d blocks of code, want 2", code)
	}
}

func TestLanguages(t *testing.T) {
	var languages []string
	for _, b := range Parse(page) {
		if b.Kind == Code {
			languages = append(languages, b.Language)
		}
	}
	if strings.Join(languages, ",") != ",python" {
		t.Errorf("languages %q", languages)
	}
}

func TestWideTablesBecomeLists(t *testing.T) {
	got := Text("| a | b | c |\n|---|---|---|\n| something long | as long as this | and a third |\n", 40)
	want := "a\n    b\n    c\nsomething long\n    as long as this\n    and a third\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Whatever a page is, parsing ends, and no line of a paragraph is lost.
func TestOddPages(t *testing.T) {
	for _, odd := range []string{"", "\n\n", "```", "```python\nx", "<!--", "<!-- a", "|", "||\n|-|", "|-|", "    ", "- ", "text\n    more"} {
		Text(odd, 20)
	}
	if got := Text("text\n    more", 20); got != "text more\n" {
		t.Errorf("got %q", got)
	}
}
