package dataset

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// notation is how the numbers of a column are written: which sign separates
// the decimals, and which the thousands.
type notation struct {
	decimal byte   // '.' or ','
	groups  string // the signs that may separate thousands, each one character
}

// Signs that separate thousands: beside the one that is no decimal separator,
// blanks of any width and apostrophes.
const groupSigns = " \u00a0\u2009\u202f'\u2019"

var (
	pointNotation = notation{'.', "," + groupSigns}
	commaNotation = notation{',', "." + groupSigns}
)

// written is a number as a text gives it.
type written struct {
	value float64
	// plain: only digits, a sign, the decimal separator and an exponent.
	plain bool
	// unit is a currency or "%" beside the digits.
	unit string
	// grouped: a sign separates thousands.
	grouped bool
	// fraction: there are decimals or an exponent.
	fraction bool
}

// units that may stand beside a number.
var units = []string{"$", "€", "£", "¥", "₹", "%", "USD", "EUR", "GBP", "CHF", "JPY"}

// read returns the number that s (trimmed) is in this notation; false when it
// is none, or not finite.
func (n notation) read(s string) (written, bool) {
	w := written{plain: true}
	if v, ok := readPlain(s, n.decimal); ok { // what most texts are
		point := strings.IndexByte(s, n.decimal)
		w.value, w.fraction = v, point >= 0 && point < len(s)-1
		return w, true
	}
	if n.cannotRead(s) {
		return w, false
	}
	negative := false
	if inner, ok := strings.CutPrefix(s, "("); ok && strings.HasSuffix(inner, ")") { // bookkeepers' minus
		s, negative, w.plain = strings.TrimSpace(inner[:len(inner)-1]), true, false
	}
	for range 2 { // "-$5" and "$-5"
		sign := leadingSign(s)
		if sign != "" {
			if negative {
				return w, false
			}
			negative = sign != "+"
			w.plain = w.plain && sign != "−" && sign != "–"
			s = s[len(sign):]
		}
		if w.unit != "" {
			break
		}
		for _, unit := range units {
			if rest, ok := strings.CutPrefix(s, unit); ok && unit != "%" {
				w.unit, s = unit, strings.TrimLeft(rest, " \u00a0")
				break
			}
			if rest, ok := strings.CutSuffix(s, unit); ok {
				w.unit, s = unit, strings.TrimRight(rest, " \u00a0\u202f")
				break
			}
		}
		if w.unit == "" || sign != "" {
			break
		}
	}
	w.plain = w.plain && w.unit == ""
	digits, exponent, ok := cutExponent(s, &w)
	if !ok {
		return w, false
	}
	integer, fraction := digits, ""
	if i := strings.IndexByte(digits, n.decimal); i >= 0 {
		integer, fraction = digits[:i], digits[i+1:]
		w.fraction = w.fraction || fraction != ""
		if !onlyDigits(fraction) {
			return w, false
		}
	}
	if !onlyDigits(integer) {
		if integer, ok = n.ungroup(integer); !ok {
			return w, false
		}
		w.grouped, w.plain = true, false
	}
	if integer == "" && fraction == "" {
		return w, false
	}
	v, err := strconv.ParseFloat(integer+"."+fraction+"e"+exponent, 64)
	if err != nil {
		return w, false
	}
	if w.value = v; negative && v != 0 {
		w.value = -v
	}
	return w, true
}

// cannotRead refuses quickly a plain number of the other notation: its decimal
// sign could only separate thousands, before three digits.
func (n notation) cannotRead(s string) bool {
	other := byte('.' + ',' - n.decimal)
	point := strings.LastIndexByte(s, other)
	if point < 0 || len(s)-1-point == 3 {
		return false
	}
	_, ok := readPlain(s, other)
	return ok
}

func leadingSign(s string) string {
	for _, sign := range []string{"-", "+", "−", "–"} {
		if strings.HasPrefix(s, sign) {
			return sign
		}
	}
	return ""
}

// cutExponent splits off an exponent: e or E, or the D of Fortran where it
// cannot be part of a code, beside a decimal point or with a sign.
func cutExponent(s string, w *written) (digits, exponent string, ok bool) {
	i := strings.IndexAny(s, "eEdD")
	if i < 0 {
		return s, "0", true
	}
	digits, exponent = s[:i], s[i+1:]
	unsigned := strings.TrimLeft(exponent, "+-")
	if len(exponent)-len(unsigned) > 1 || unsigned == "" || !onlyDigits(unsigned) {
		return "", "", false
	}
	if s[i] == 'd' || s[i] == 'D' {
		if !strings.ContainsAny(digits, ".,") && len(unsigned) == len(exponent) {
			return "", "", false
		}
		w.plain = false
	}
	w.fraction = true
	return digits, exponent, true
}

func onlyDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// ungroup takes the separators out of "1,234,567": one to three digits, not
// beginning with 0, then groups of three with the same sign before each.
func (n notation) ungroup(s string) (string, bool) {
	at := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if at < 1 || at > 3 || s[0] == '0' {
		return "", false
	}
	_, size := utf8.DecodeRuneInString(s[at:])
	sign := s[at : at+size]
	if !strings.Contains(n.groups, sign) {
		return "", false
	}
	parts := strings.Split(s, sign)
	for _, part := range parts[1:] {
		if len(part) != 3 || !onlyDigits(part) {
			return "", false
		}
	}
	return strings.Join(parts, ""), true
}

// powersOfTen are the powers that are exactly doubles.
var powersOfTen = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// readPlain is the fast way for what most fields are: digits with a sign and a
// decimal separator, few enough that one division rounds once.
func readPlain[T ~string | ~[]byte](b T, decimal byte) (v float64, ok bool) {
	i, negative := 0, false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		negative, i = b[0] == '-', 1
	}
	if len(b)-i > 16 || len(b) == i {
		return 0, false
	}
	mantissa, decimals, point := uint64(0), 0, false
	digits := 0
	for ; i < len(b); i++ {
		c := b[i] - '0'
		if c > 9 {
			if b[i] != decimal || point {
				return 0, false
			}
			point = true
			continue
		}
		mantissa = 10*mantissa + uint64(c)
		digits++
		if point {
			decimals++
		}
	}
	if digits == 0 || mantissa > 1<<53 {
		return 0, false
	}
	v = float64(mantissa) / powersOfTen[decimals]
	if negative && v != 0 {
		v = -v
	}
	return v, true
}

// wholeTooLong reports whether s is a whole number that no double holds: an
// identifier, whose neighbours would become one number.
func wholeTooLong(s string) bool {
	digits := strings.TrimLeft(s, "+-")
	if len(digits) < 16 || !onlyDigits(digits) {
		return false
	}
	v, err := strconv.ParseUint(digits, 10, 64)
	return err != nil || v > 1<<63 || uint64(float64(v)) != v
}
