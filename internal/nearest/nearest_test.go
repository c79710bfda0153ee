package nearest

import "testing"

func TestTo(t *testing.T) {
	names := []string{"train", "target", "features", "test", "time-limit", "petal_length", "Preis (€)"}
	for word, want := range map[string]string{
		"trian": "train", "Train": "train", "taget": "target", "feature": "features", "featuers": "features", "time_limit": "time-limit",
		"timelimt": "time-limit", "petal length": "petal_length", "petal": "petal_length", "preis": "Preis (€)", "tset": "test",
		"x": "", "": "", "zebra": "", "output": "",
	} {
		if got := To(word, names); got != want {
			t.Errorf("%q is nearest to %q, want %q", word, got, want)
		}
	}
}
