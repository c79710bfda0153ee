package report

import (
	"encoding/json"
	"math"
)

// Number is a float64 that JSON can carry: NaN and the infinities, which JSON
// has no word for, become null, and null becomes NaN.
type Number float64

// MarshalJSON implements json.Marshaler.
func (x Number) MarshalJSON() ([]byte, error) {
	if v := float64(x); math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(x))
}

// UnmarshalJSON implements json.Unmarshaler.
func (x *Number) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*x = Number(math.NaN())
		return nil
	}
	return json.Unmarshal(text, (*float64)(x))
}

var (
	_ json.Marshaler   = Number(0)
	_ json.Unmarshaler = (*Number)(nil)
)

// RelativeGap returns (upper − lower)/upper, the largest fraction by which the
// objective upper can exceed the best possible one, which is at least lower.
// It is 0 when upper is 0, because no objective is negative, and never below 0.
// It is 1, nothing known, when an argument is NaN or upper is infinite.
func RelativeGap(lower, upper float64) float64 {
	switch {
	case upper == 0:
		return 0
	case math.IsNaN(lower) || math.IsNaN(upper) || math.IsInf(upper, 0):
		return 1
	}
	return min(1, max(0, (upper-max(lower, 0))/upper))
}
