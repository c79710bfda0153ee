package check

import (
	"fmt"
	"slices"
	"strings"
)

// names are those that arrays of a derivation can have, beside its steps, with the array without which there is none of the name.
var names = map[string]string{
	"derivation_version": "", "lower_bound": "", "gamma": "", "loss": "", "delta": "", "intercept": "",
	"X": "", "Y": "", "W": "", "weights": "", "x_exponent": "", "w_exponent": "",
	"rows": "", "row_of": "rows", "row_scale": "rows", "basis": "rows",
	"claim_u": "", "claim_v": "", "claim_g": "", "claim_in_x": "claim_g", "meta": "",
}

// checkNames holds that every array is one that is looked at, so that no reader sees in a file what others do not.
func checkNames(have []string) error {
	steps := map[string]bool{}
	for _, name := range have {
		steps[name] = strings.HasPrefix(name, "steps_")
	}
	for _, name := range have {
		switch needed, known := names[name]; {
		case known && needed != "" && !slices.Contains(have, needed):
			return fmt.Errorf("has an array %q and no array %q, without which it means nothing", name, needed)
		case !known && !steps[name]:
			return fmt.Errorf("has an array %.100q, which derivations do not have", name)
		}
	}
	pairs := 0
	for steps[fmt.Sprintf("steps_%d_int", pairs)] && steps[fmt.Sprintf("steps_%d_real", pairs)] {
		delete(steps, fmt.Sprintf("steps_%d_int", pairs))
		delete(steps, fmt.Sprintf("steps_%d_real", pairs))
		pairs++
	}
	for _, name := range have {
		if steps[name] {
			return fmt.Errorf("has an array %.100q behind %d pairs of steps, to which it does not belong", name, pairs)
		}
	}
	return nil
}
