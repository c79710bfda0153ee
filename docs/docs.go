// Package docs holds the pages that relift help prints, so that they say the same here and on a terminal.
package docs

import (
	"embed"
	"strings"

	"github.com/relift/relift/internal/markdown"
)

//go:embed *.md
var pages embed.FS

// Topics are the pages that relift help prints, in the order of a newcomer's questions.
var Topics = []string{"tutorial", "faq", "reg", "objective", "formats", "certificate", "check", "python", "onnx", "status", "exit-status", "shell"}

// width of the text of a page, in characters of a terminal.
const width = 88

// Title is the heading of a page of Topics.
func Title(topic string) string {
	first, _, _ := strings.Cut(page(topic), "\n")
	return strings.TrimPrefix(first, "# ")
}

// Text is a page of Topics for a terminal.
func Text(topic string) string { return markdown.Text(page(topic), width) }

func page(topic string) string {
	page, err := pages.ReadFile(topic + ".md")
	if err != nil {
		panic("docs: " + err.Error()) // not one of Topics
	}
	return string(page)
}
