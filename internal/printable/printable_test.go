package printable

import (
	"strings"
	"testing"
	"unicode"
)

func TestLine(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"plain text", "Größe [m²] – 3 × 4", "Größe [m²] – 3 × 4"},
		{"escape sequence", "\x1b[31mred\x1b[0m", "?[31mred?[0m"},
		{"C1 control sequence introducer", "a\u009b2Jb", "a?2Jb"},
		{"line breaks", "  two\r\n\tlines\u2028here ", "two lines here"},
		{"bell, NUL, delete", "\a\x00\x7f", "???"},
		{"direction override", "abc\u202egpj.exe", "abc?gpj.exe"},
		{"no UTF-8", "a\xffb", "a?b"},
		{"nothing", "", ""},
	} {
		if got := Line(c.text); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestShort(t *testing.T) {
	if got := Short("äöü", 3); got != "äöü" {
		t.Errorf("three characters: %q", got)
	}
	if got := Short("äöüß", 3); got != "äöü…" {
		t.Errorf("four characters: %q", got)
	}
	if got := Short(strings.Repeat("\n", 100)+"x", 4); got != "" {
		t.Errorf("blanks at the beginning: %q", got)
	}
}

func FuzzLine(f *testing.F) {
	f.Add("\x1b]0;title\a\xc3")
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range Line(text) {
			if !unicode.IsPrint(r) {
				t.Errorf("%q gives the character %U", text, r)
			}
		}
		if short := Short(text, 5); len([]rune(short)) > 6 {
			t.Errorf("%q is shortened to %q", text, short)
		}
	})
}
