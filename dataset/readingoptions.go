package dataset

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// Header says whether the first line of a table has the column names.
type Header string

// The answers; columns without names are x0, x1, ….
const (
	HeaderAuto Header = "" // by the entries; refused in doubt
	HeaderYes  Header = "yes"
	HeaderNo   Header = "no"
)

// Decimal is the sign before the decimals of numbers in text files.
type Decimal string

// The decimal signs.
const (
	DecimalAuto  Decimal = "" // by the entries of each column; refused in doubt
	DecimalPoint Decimal = "point"
	DecimalComma Decimal = "comma"
)

// Thousands is the sign between the thousands of numbers in text files.
type Thousands string

// The signs; each but ThousandsNone also reads numbers without one.
const (
	ThousandsAuto       Thousands = "" // any that is no decimal sign
	ThousandsNone       Thousands = "none"
	ThousandsComma      Thousands = "comma"
	ThousandsPoint      Thousands = "point"
	ThousandsSpace      Thousands = "space"
	ThousandsApostrophe Thousands = "apostrophe"
)

// signs are the characters that the setting stands for.
func (t Thousands) signs() string {
	switch t {
	case ThousandsComma:
		return ","
	case ThousandsPoint:
		return "."
	case ThousandsSpace:
		return " \u00a0\u2009\u202f"
	case ThousandsApostrophe:
		return "'\u2019"
	}
	return ""
}

var defaultMissing = []string{"NA", "N/A", "#N/A", "NaN", "-NaN", "?", "null"}

// DefaultMissing returns the texts, in any case, that stand for a missing entry
// unless Reading.Missing has others.
func DefaultMissing() []string { return slices.Clone(defaultMissing) }

// isMissing reports whether a field without blanks around it is missing.
func (r *Reading) isMissing(field []byte) bool {
	if len(field) == 0 {
		return true
	}
	if r.Missing == nil {
		if len(field) > 4 || field[0] >= '0' && field[0] <= '9' {
			return false
		}
		return isMissing(string(field))
	}
	for _, marker := range r.Missing {
		if len(marker) == len(field) && bytes.EqualFold([]byte(marker), field) {
			return true
		}
	}
	return false
}

// notation restricts n to what the user said about thousands.
func (r *Reading) notation(n notation) notation {
	if r.Thousands != ThousandsAuto {
		n.groups = strings.ReplaceAll(r.Thousands.signs(), string(n.decimal), "")
	}
	return n
}

// indexReference returns the 0-based column that a reference by number means
// among count columns, −1 for none.
func indexReference(reference string, count int) int {
	i, err := strconv.Atoi(reference)
	if err != nil {
		return -1
	}
	if i < 0 {
		i += count
	}
	if i < 0 || i >= count {
		return -1
	}
	return i
}
