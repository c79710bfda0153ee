package notation

import (
	"strings"
	"time"
)

// DateLayout is a way to write dates, as package time takes it; "" is none.
type DateLayout string

// dateLayouts are the ways that are recognised: unambiguous ones only.
var dateLayouts = []DateLayout{
	"2006-01-02", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02 15:04:05Z07:00",
	"2006/01/02", "2006/01/02 15:04:05", "2.1.2006", "2.1.2006 15:04", "2.1.2006 15:04:05", "2-Jan-2006", "2 Jan 2006", "Jan 2, 2006",
}

// LayoutOf finds the way in which text is a date.
func LayoutOf(text string) DateLayout {
	if len(text) < len("2.1.2006") || len(text) > len("2006-01-02T15:04:05.999999999+00:00") {
		return ""
	}
	for _, layout := range dateLayouts {
		if _, err := time.Parse(string(layout), text); err == nil {
			return layout
		}
	}
	return ""
}

// Day returns the date that the text is.
func (l DateLayout) Day(text string) (time.Time, bool) {
	t, err := time.Parse(string(l), text)
	return t, err == nil
}

// Slashed reports whether text is a date such as 1/2/2024, of which only the writer
// knows whether the month or the day comes first.
func Slashed(text string) bool {
	day, _, _ := strings.Cut(text, " ") // before the time of the day
	if strings.Count(day, "/") != 2 {
		return false
	}
	for _, layout := range []string{"1/2/2006", "2/1/2006", "1/2/06", "2/1/06"} {
		if _, err := time.Parse(layout, day); err == nil {
			return true
		}
	}
	return false
}
