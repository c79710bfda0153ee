package table

import (
	"strings"
	"testing"
)

// TestSums: a last row that sums up the others is named, and one that only looks so to a machine is not.
func TestSums(t *testing.T) {
	for text, want := range map[string]bool{
		"A 1\nB 2\nTotal 3\n": true, "A 1\nB 2\nSUMME: 3\n": true,
		"A 1\nTotal 2\nTotal 3\n": false, "Total 3\nA 1\nB 2\n": false, "A 1\nTotal 1\n": false, "A 1\nB 2\nTotally 3\n": false, "1 1\n2 2\n3 3\n": false,
	} {
		b, err := NewBuilder("t.csv", []string{"shop", "sold"}, true)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
			shop, sold, _ := strings.Cut(line, " ")
			b.AddText(0, shop)
			b.AddText(1, sold)
			if err := b.EndRow(i + 2); err != nil {
				t.Fatal(err)
			}
		}
		frame, err := b.Table()
		if err != nil {
			t.Fatal(err)
		}
		if said := strings.Join(frame.Warnings, "\n"); strings.Contains(said, `line 4, the last, has "`) != want {
			t.Errorf("%q: warnings %q", text, said)
		}
	}
}
