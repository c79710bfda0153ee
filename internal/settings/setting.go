// Package settings is the one source of truth about what a user can set: each
// setting's name, unit, allowed range, default and help live in one table,
// which drives the command-line flags, the validation in the library and the
// page docs/settings.md.
package settings

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Kind is the type of a setting's value.
type Kind int

// The kinds of values.
const (
	Text     Kind = iota // free text
	File                 // path of a file
	List                 // comma-separated texts
	Choice               // one of Setting.Choices
	Bool                 // true or false
	Integer              // whole number in Setting.Range
	Real                 // finite number in Setting.Range
	Duration             // Go duration such as 90s or 5m, its seconds in Setting.Range
	Size                 // bytes such as 512MB or 2GiB
)

// String names the kind as the documentation does.
func (k Kind) String() string {
	names := [...]string{"text", "file", "list", "choice", "yes/no", "integer", "number", "duration", "size"}
	if k < 0 || int(k) >= len(names) {
		return fmt.Sprintf("Kind(%d)", int(k))
	}
	return names[k]
}

// Range is an interval of real numbers.  NaN is in no range.
type Range struct {
	Min, Max         float64
	OpenMin, OpenMax bool // the end itself is not allowed
}

// Contains reports whether v lies in r; it is false for NaN.
func (r Range) Contains(v float64) bool {
	above := v > r.Min || (!r.OpenMin && v == r.Min)
	below := v < r.Max || (!r.OpenMax && v == r.Max)
	return above && below && !math.IsInf(v, 0)
}

// String says the range in words, for example "greater than 0".
func (r Range) String() string {
	var parts []string
	if !math.IsInf(r.Min, -1) {
		word := "at least"
		if r.OpenMin {
			word = "greater than"
		}
		parts = append(parts, word+" "+number(r.Min))
	}
	if !math.IsInf(r.Max, 1) {
		word := "at most"
		if r.OpenMax {
			word = "less than"
		}
		parts = append(parts, word+" "+number(r.Max))
	}
	return strings.Join(parts, " and ")
}

// number writes whole numbers in digits as far as a double tells them apart.
func number(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) <= 1<<53 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// Setting describes one setting.
type Setting struct {
	Name     string   // the flag's long name, without dashes
	Short    string   // one-letter flag, or empty
	Kind     Kind     // type of the value
	Unit     string   // unit of the value, or empty
	Range    Range    // of an Integer, a Real or a Duration's seconds
	Choices  []string // of a Choice
	Default  string   // as it would be typed; empty: none.  "auto" of a Real is that of the commands in Auto alone
	Example  string   // a sensible value, for messages
	Commands []string // the commands that take it
	Auto     []string // the commands in which the word "auto" stands for a Real that the program finds
	Help     string   // one line
	Detail   string   // further sentences for the documentation
}

// DefaultIn returns the default in a command, as it would be typed; empty: none.
func (s Setting) DefaultIn(command string) string {
	if s.Kind == Real && s.Default == autoValue && !slices.Contains(s.Auto, command) {
		return ""
	}
	return s.Default
}

// autoValue stands for a Real that the program finds.
const autoValue = "auto"

// ErrValue is wrapped by every error about a value that a setting rejects.
var ErrValue = errors.New("value not allowed")

// ChoiceList lists the choices of s for people, signs in quotation marks.
func (s Setting) ChoiceList() string {
	shown := make([]string, len(s.Choices))
	for i, c := range s.Choices {
		if shown[i] = c; len(c) == 1 {
			shown[i] = strconv.Quote(c)
		}
	}
	return strings.Join(shown, ", ")
}

// Expected says what s accepts, for example `a number greater than 0 such as 0.1`.
func (s Setting) Expected() string {
	var what string
	switch s.Kind {
	case Choice:
		return "one of " + s.ChoiceList()
	case Bool:
		return "true or false"
	case Integer:
		what = "a whole number " + s.Range.String()
	case Real:
		what = "a finite number " + s.Range.String()
	case Duration:
		what = "a duration with its unit"
	case Size:
		what = "a size with its unit"
	case List:
		what = "names separated by commas"
	case File:
		what = "the path of a file"
	default:
		what = "text"
	}
	if s.Example != "" {
		what += " such as " + s.Example
	}
	return what
}

// CheckReal returns an error that wraps ErrValue unless v is allowed.
func (s Setting) CheckReal(v float64) error {
	if !s.Range.Contains(v) {
		return s.reject(strconv.FormatFloat(v, 'g', -1, 64))
	}
	return nil
}

// CheckInteger returns an error that wraps ErrValue unless v is allowed.
func (s Setting) CheckInteger(v int64) error {
	if !s.Range.Contains(float64(v)) {
		return s.reject(strconv.FormatInt(v, 10))
	}
	return nil
}

// CheckDuration returns an error that wraps ErrValue unless v is allowed.
func (s Setting) CheckDuration(v time.Duration) error {
	if !s.Range.Contains(v.Seconds()) {
		return s.reject(v.String())
	}
	return nil
}

// ParseReal reads a number of a Real setting.
func (s Setting) ParseReal(text string) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || !s.Range.Contains(v) {
		return 0, s.reject(text)
	}
	return v, nil
}

// ParseRealOrAuto reads a number of a Real setting, or the word "auto".
func (s Setting) ParseRealOrAuto(text string) (v float64, auto bool, err error) {
	if strings.TrimSpace(text) == autoValue {
		return 0, true, nil
	}
	v, err = strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || !s.Range.Contains(v) {
		return 0, false, fmt.Errorf("%s %q: %w; expected auto or %s", s.Name, text, ErrValue, s.Expected())
	}
	return v, false, nil
}

// ParseInteger reads a number of an Integer setting.
func (s Setting) ParseInteger(text string) (int64, error) {
	v, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || !s.Range.Contains(float64(v)) {
		return 0, s.reject(text)
	}
	return v, nil
}

// ParseDuration reads a value of a Duration setting; a bare number is seconds.
func (s Setting) ParseDuration(text string) (time.Duration, error) {
	text = strings.TrimSpace(text)
	v, err := time.ParseDuration(text)
	if err != nil {
		seconds, numErr := strconv.ParseFloat(text, 64)
		if numErr != nil || !s.Range.Contains(seconds) || seconds > math.MaxInt64/float64(time.Second) {
			return 0, s.reject(text)
		}
		v = time.Duration(seconds * float64(time.Second))
	}
	if !s.Range.Contains(v.Seconds()) {
		return 0, s.reject(text)
	}
	return v, nil
}

// ParseChoice reads a value of a Choice setting.
func (s Setting) ParseChoice(text string) (string, error) {
	if !slices.Contains(s.Choices, text) {
		return "", s.reject(text)
	}
	return text, nil
}

// ParseBool reads a value of a Bool setting.
func (s Setting) ParseBool(text string) (bool, error) {
	v, err := strconv.ParseBool(strings.TrimSpace(text))
	if err != nil {
		return false, s.reject(text)
	}
	return v, nil
}

// ParseList reads a comma-separated value of a List setting.  Double quotes
// keep a comma inside a name, as in CSV.
func (s Setting) ParseList(text string) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	items, err := splitList(text)
	if err != nil || slices.Contains(items, "") {
		return nil, s.reject(text)
	}
	return items, nil
}

// ParseSize reads a number of bytes with one of the units B, kB, MB, GB, TB
// (powers of 1000) or KiB, MiB, GiB, TiB (powers of 1024).  A bare 0 is
// allowed and means the default.
func (s Setting) ParseSize(text string) (int64, error) {
	text = strings.TrimSpace(text)
	if text == "0" {
		return 0, nil
	}
	digits := strings.TrimRight(text, "KMGTkiB ")
	factor, ok := sizeUnits[strings.TrimSpace(text[len(digits):])]
	v, err := strconv.ParseFloat(digits, 64)
	if !ok || err != nil || !(v > 0) || !(v*factor < math.MaxInt64) {
		return 0, s.reject(text)
	}
	return int64(v * factor), nil
}

var sizeUnits = map[string]float64{
	"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
	"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
}

func (s Setting) reject(text string) error {
	return fmt.Errorf("%s %q: %w; expected %s", s.Name, text, ErrValue, s.Expected())
}

// byName are the settings of the table, which takes longer to make than a flag to bind.
var byName = sync.OnceValue(func() map[string]Setting {
	all := map[string]Setting{}
	for _, s := range Table() {
		all[s.Name] = s
	}
	return all
})

// Lookup returns the record of the setting called name.  It panics when there
// is none: names are written in the program, not by users.
func Lookup(name string) Setting {
	s, ok := byName()[name]
	if !ok {
		panic("settings: no setting is called " + name)
	}
	return s
}
