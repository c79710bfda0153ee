package reproduce

import "math"

// sample collects numbers; NaN is left out.
type sample []float64

func (s *sample) add(v float64) {
	if !math.IsNaN(v) {
		*s = append(*s, v)
	}
}

// mean is NaN for no numbers.
func (s sample) mean() float64 {
	sum := 0.0
	for _, v := range s {
		sum += v
	}
	return sum / float64(len(s))
}

// deviation is the sample standard deviation, with n − 1 in the denominator;
// NaN for fewer than two numbers.
func (s sample) deviation() float64 {
	if len(s) < 2 {
		return math.NaN()
	}
	m, sum := s.mean(), 0.0
	for _, v := range s {
		sum += (v - m) * (v - m)
	}
	return math.Sqrt(sum / float64(len(s)-1))
}

// farthest is the number with the largest absolute value; NaN for none.
func (s sample) farthest() float64 {
	far := math.NaN()
	for _, v := range s {
		if !(math.Abs(v) <= math.Abs(far)) {
			far = v
		}
	}
	return far
}
