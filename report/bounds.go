package report

// LowerText renders a lower bound with seven significant digits, never above
// it, so that what is printed is a bound; "-" for a number that is not finite.
func LowerText(v float64) string { return Below(Number(v)) }

// UpperText renders an objective, which is an upper bound of the best one, with
// seven significant digits, never below it; "-" for a number that is not
// finite.
func UpperText(v float64) string { return Above(Number(v)) }
