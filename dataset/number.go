package dataset

import (
	"math"
	"strconv"
	"strings"
)

// token is what a field of a text file looks like.
type token int

const (
	tokenText         token = iota // anything else
	tokenMissing                   // an empty field or a missing marker
	tokenNumber                    // a finite decimal
	tokenNotFinite                 // "inf", "1e999"
	tokenDecimalComma              // "1,5"
)

// classify says what s (already trimmed) is, and its value when it is a
// finite number.
func classify(s string) (token, float64) {
	if isMissing(s) {
		return tokenMissing, math.NaN()
	}
	if isDecimal(s) {
		v, err := strconv.ParseFloat(s, 64)
		switch {
		case err == nil && v == 0:
			return tokenNumber, 0 // one zero: −0 has no meaning in a table
		case err == nil:
			return tokenNumber, v
		case math.IsInf(v, 0):
			return tokenNotFinite, math.NaN()
		}
		return tokenText, math.NaN()
	}
	switch strings.ToLower(strings.TrimLeft(s, "+-")) {
	case "inf", "infinity", "∞":
		return tokenNotFinite, math.NaN()
	}
	if strings.Count(s, ",") == 1 && !strings.Contains(s, ".") && isDecimal(strings.Replace(s, ",", ".", 1)) {
		return tokenDecimalComma, math.NaN()
	}
	return tokenText, math.NaN()
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

func isMissing(s string) bool {
	if len(s) > 4 {
		return false
	}
	switch strings.ToLower(s) {
	case "", "na", "n/a", "#n/a", "nan", "-nan", "?", "null":
		return true
	}
	return false
}

// notANumber explains why the text is refused in a numeric column.
func notANumber(text string) string {
	kind, _ := classify(text)
	switch kind {
	case tokenNotFinite:
		return quote(text) + " is not finite; expected a finite decimal such as 1.5"
	case tokenDecimalComma:
		return quote(text) + " has a decimal comma; expected a decimal point, such as 1.5, or --decimal comma"
	}
	if wholeTooLong(text) {
		return quote(text) + " has more digits than a double holds; expected a number, or --categorical to take it as text"
	}
	return quote(text) + " is not a number; expected a finite decimal such as 1.5"
}
