package printable

import "testing"

func TestListShowsTheFirstNames(t *testing.T) {
	if got, want := List([]string{"a", "b", "c"}, 2), `"a", "b" and 1 more`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
