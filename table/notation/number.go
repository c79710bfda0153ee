package notation

import (
	"math"
	"strconv"
	"strings"

	"github.com/relift/relift/internal/printable"
)

// Token is what a field of a text file looks like.
type Token int

const (
	TokenText         Token = iota // anything else
	TokenMissing                   // an empty field or a missing marker
	TokenNumber                    // a finite decimal
	TokenNotFinite                 // "inf", "1e999"
	TokenDecimalComma              // "1,5"
)

// Classify says what s (already trimmed) is, and its value when it is a
// finite number.
func Classify(s string) (Token, float64) {
	if IsMissing(s) {
		return TokenMissing, math.NaN()
	}
	if isDecimal(s) {
		v, err := strconv.ParseFloat(s, 64)
		switch {
		case err == nil && v == 0:
			return TokenNumber, 0 // one zero: −0 has no meaning in a table
		case err == nil:
			return TokenNumber, v
		case math.IsInf(v, 0):
			return TokenNotFinite, math.NaN()
		}
		return TokenText, math.NaN()
	}
	switch strings.ToLower(strings.TrimLeft(s, "+-")) {
	case "inf", "infinity", "∞":
		return TokenNotFinite, math.NaN()
	}
	if strings.Count(s, ",") == 1 && !strings.Contains(s, ".") && isDecimal(strings.Replace(s, ",", ".", 1)) {
		return TokenDecimalComma, math.NaN()
	}
	return TokenText, math.NaN()
}

// isDecimal reports whether s has the characters of a decimal number only:
// strconv also takes hexadecimal, underscores, "inf" and "nan".
func isDecimal(s string) bool {
	digits := false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits = true
		case c == '+' || c == '-' || c == '.':
		case (c == 'e' || c == 'E') && digits:
		default:
			return false
		}
	}
	return digits
}

func IsMissing(s string) bool {
	if len(s) > 4 {
		return false
	}
	switch strings.ToLower(s) {
	case "", "na", "n/a", "#n/a", "nan", "-nan", "?", "null":
		return true
	}
	return false
}

// NotANumber explains why the text is refused in a numeric column.
func NotANumber(text string) string {
	kind, _ := Classify(text)
	switch kind {
	case TokenNotFinite:
		return printable.Quote(text) + " is not finite; expected a finite decimal such as 1.5"
	case TokenDecimalComma:
		return printable.Quote(text) + " has a decimal comma; expected a decimal point, such as 1.5, or --decimal comma"
	}
	if TooLong(text) {
		return printable.Quote(text) + " has more digits than a double holds; expected a number, or --categorical to take it as text"
	}
	return printable.Quote(text) + " is not a number; expected a finite decimal such as 1.5"
}

// Format writes v so that it reads back as the same number, whole numbers
// without an exponent as far as they are exact; −0 is 0 and NaN, a missing
// entry, is empty.
func Format(v float64) string {
	if v != v {
		return ""
	}
	if v == 0 {
		v = 0 // drops the sign of −0
	}
	if v == math.Trunc(v) && math.Abs(v) <= 1<<53 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
