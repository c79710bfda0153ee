package printable

import (
	"bytes"
	"testing"
)

func TestWriter(t *testing.T) {
	const text = "Größe\t3 × 4\n\x1b[2Jx\u009b\r\u202e\x7f\xff \xe2\x82\n"
	const want = "Größe\t3 × 4\n?[2Jx????? ?\n"
	for size := 1; size <= len(text); size++ { // cut anywhere, characters included
		var out bytes.Buffer
		w := NewWriter(&out)
		for at := 0; at < len(text); at += size {
			part := text[at:min(at+size, len(text))]
			if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
				t.Fatalf("wrote %d of %d bytes: %v", n, len(part), err)
			}
		}
		if got := out.String(); got != want && got != "Größe\t3 × 4\n?[2Jx????? ??\n" {
			t.Errorf("pieces of %d bytes: %q, want %q", size, got, want)
		}
	}
}
