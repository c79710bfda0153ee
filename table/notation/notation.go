package notation

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Notation is how the numbers of a column are written: which sign separates
// the decimals, and which the thousands.
type Notation struct {
	Decimal byte   // '.' or ','
	Groups  string // the signs that may separate thousands, each one character
}

// Signs that separate thousands: beside the one that is no decimal separator,
// blanks of any width and apostrophes.
const groupSigns = " \u00a0\u2009\u202f'\u2019"

var (
	Point = Notation{'.', "," + groupSigns}
	Comma = Notation{',', "." + groupSigns}
)

// Number is a number as a text gives it.
type Number struct {
	Value float64
	// Plain: only digits, a sign, the decimal separator and an exponent.
	Plain bool
	// Unit is a currency or "%" beside the digits.
	Unit string
	// Grouped: a sign separates thousands.
	Grouped bool
	// Fraction: there are decimals or an exponent.
	Fraction bool
}

// units that may stand beside a number.
var units = []string{"$", "€", "£", "¥", "₹", "%", "USD", "EUR", "GBP", "CHF", "JPY"}

// read returns the number that s (trimmed) is in this notation; false when it
// is none, or not finite.
func (n Notation) Read(s string) (Number, bool) {
	w := Number{Plain: true}
	if v, ok := ReadPlain(s, n.Decimal); ok { // what most texts are
		point := strings.IndexByte(s, n.Decimal)
		w.Value, w.Fraction = v, point >= 0 && point < len(s)-1
		return w, true
	}
	if n.cannotRead(s) {
		return w, false
	}
	negative := false
	if inner, ok := strings.CutPrefix(s, "("); ok && strings.HasSuffix(inner, ")") { // bookkeepers' minus
		s, negative, w.Plain = strings.TrimSpace(inner[:len(inner)-1]), true, false
	}
	for range 2 { // "-$5" and "$-5"
		sign := leadingSign(s)
		if sign != "" {
			if negative {
				return w, false
			}
			negative = sign != "+"
			w.Plain = w.Plain && sign != "−" && sign != "–"
			s = s[len(sign):]
		}
		if w.Unit != "" {
			break
		}
		for _, unit := range units {
			if rest, ok := strings.CutPrefix(s, unit); ok && unit != "%" {
				w.Unit, s = unit, strings.TrimLeft(rest, " \u00a0")
				break
			}
			if rest, ok := strings.CutSuffix(s, unit); ok {
				w.Unit, s = unit, strings.TrimRight(rest, " \u00a0\u202f")
				break
			}
		}
		if w.Unit == "" || sign != "" {
			break
		}
	}
	w.Plain = w.Plain && w.Unit == ""
	digits, exponent, ok := cutExponent(s, &w)
	if !ok {
		return w, false
	}
	integer, fraction := digits, ""
	if i := strings.IndexByte(digits, n.Decimal); i >= 0 {
		integer, fraction = digits[:i], digits[i+1:]
		w.Fraction = w.Fraction || fraction != ""
		if !OnlyDigits(fraction) {
			return w, false
		}
	}
	if !OnlyDigits(integer) {
		if integer, ok = n.ungroup(integer); !ok {
			return w, false
		}
		w.Grouped, w.Plain = true, false
	}
	if integer == "" && fraction == "" {
		return w, false
	}
	v, err := strconv.ParseFloat(integer+"."+fraction+"e"+exponent, 64)
	if err != nil {
		return w, false
	}
	if w.Value = v; negative && v != 0 {
		w.Value = -v
	}
	return w, true
}

// cannotRead refuses quickly a plain number of the other notation: its decimal
// sign could only separate thousands, before three digits.
func (n Notation) cannotRead(s string) bool {
	other := byte('.' + ',' - n.Decimal)
	point := strings.LastIndexByte(s, other)
	if point < 0 || len(s)-1-point == 3 {
		return false
	}
	_, ok := ReadPlain(s, other)
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
func cutExponent(s string, w *Number) (digits, exponent string, ok bool) {
	i := strings.IndexAny(s, "eEdD")
	if i < 0 {
		return s, "0", true
	}
	digits, exponent = s[:i], s[i+1:]
	unsigned := strings.TrimLeft(exponent, "+-")
	if len(exponent)-len(unsigned) > 1 || unsigned == "" || !OnlyDigits(unsigned) {
		return "", "", false
	}
	if s[i] == 'd' || s[i] == 'D' {
		if !strings.ContainsAny(digits, ".,") && len(unsigned) == len(exponent) {
			return "", "", false
		}
		w.Plain = false
	}
	w.Fraction = true
	return digits, exponent, true
}

func OnlyDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// ungroup takes the separators out of "1,234,567": one to three digits, not
// beginning with 0, then groups of three with the same sign before each.
func (n Notation) ungroup(s string) (string, bool) {
	at := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if at < 1 || at > 3 || s[0] == '0' {
		return "", false
	}
	_, size := utf8.DecodeRuneInString(s[at:])
	sign := s[at : at+size]
	if !strings.Contains(n.Groups, sign) {
		return "", false
	}
	parts := strings.Split(s, sign)
	for _, part := range parts[1:] {
		if len(part) != 3 || !OnlyDigits(part) {
			return "", false
		}
	}
	return strings.Join(parts, ""), true
}

// powersOfTen are the powers that are exactly doubles.
var powersOfTen = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// ReadPlain is the fast way for what most fields are: digits with a sign and a
// decimal separator, few enough that one division rounds once.
func ReadPlain[T ~string | ~[]byte](b T, decimal byte) (v float64, ok bool) {
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

// TooLong reports whether s is a whole number that no double holds: an
// identifier, whose neighbours would become one number.
func TooLong(s string) bool {
	digits := strings.TrimLeft(s, "+-")
	if len(digits) < 16 || !OnlyDigits(digits) {
		return false
	}
	v, err := strconv.ParseUint(digits, 10, 64)
	return err != nil || v > 1<<63 || uint64(float64(v)) != v
}
