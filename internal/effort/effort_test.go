package effort

import (
	"math"
	"strings"
	"testing"
)

func TestProblem(t *testing.T) {
	for _, c := range []struct {
		name     string
		e, limit Effort
		want     string
	}{
		{"no limit", Effort{1e30, 1e30}, Effort{}, ""},
		{"within", Effort{1e9, 1e9}, Effort{1e9, 1e9}, ""},
		{"operations", Effort{2e9, 1}, Effort{1e9, 1e9}, "--work-limit"},
		{"bytes", Effort{1, 2 << 30}, Effort{1e9, 1 << 30}, "--memory-limit"},
		{"not a number", Effort{math.NaN(), 1}, Effort{1e9, 1e9}, "--work-limit"},
	} {
		if got := c.e.Problem(c.limit); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if !(Limit(5000) < 3e10) || !(Limit(24<<20) > 1e13) {
		t.Errorf("limits %g for 5 KB and %g for 24 MiB", Limit(5000), Limit(24<<20))
	}
}
