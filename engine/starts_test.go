package engine

import "testing"

// Networks from further starts, and one of all their neurons, are no worse than the first one, here of very little effort, and no wider than allowed.
func TestFurtherStarts(t *testing.T) {
	for _, width := range []int{0, 2} {
		p := teacher(3, 12, 3, 2)
		objective := func(phases func(s *state) []Phase) float64 {
			s, err := newState(p, Options{Effort: 3, Width: width})
			if err != nil {
				t.Fatal(err)
			}
			r, err := s.run(t.Context(), func() (Method, []Phase) { return MethodDescent, phases(s) })
			if err != nil {
				t.Fatal(err)
			}
			checkResult(t, p, r)
			if width > 0 && r.Weights.Width() > width {
				t.Errorf("the network has %d neurons, %d are allowed", r.Weights.Width(), width)
			}
			return r.UpperBound
		}
		first := objective(func(s *state) []Phase { return []Phase{s.training(0, firstEffort)} })
		further := objective(func(s *state) []Phase { return []Phase{s.training(0, firstEffort), s.starts(0)} })
		if !(further < first) {
			t.Errorf("width %d: the objective is %v with further starts, %v without", width, further, first)
		}
	}
}
