package notation

import (
	"strings"
	"time"
)

// DateLayout is a way to write dates, as package time takes it; "" is none.
type DateLayout string

// dateLayouts are the ways that can be read in one way only.
var dateLayouts = []DateLayout{
	"2006-01-02", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02T15:04",
	"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02 15:04:05Z07:00", "2006/01/02", "2006/01/02 15:04", "2006/01/02 15:04:05",
	"2.1.2006", "2.1.2006 15:04", "2.1.2006 15:04:05", "02.01.06", "02.01.06 15:04", "02.01.06 15:04:05",
	"2-Jan-2006", "2 Jan 2006", "Jan 2, 2006", "2 January 2006", "January 2, 2006",
}

// DateOrder says which comes first in a date such as 1/2/2024.
type DateOrder string

// The orders.
const (
	DateOrderAuto DateOrder = "" // by the entries of each column; refused in doubt
	MonthFirst    DateOrder = "month-first"
	DayFirst      DateOrder = "day-first"
)

// orderedLayouts are the ways whose order only the writer knows.
var orderedLayouts = map[DateOrder][]DateLayout{
	MonthFirst: withTimes("1/2/2006", "1/2/06", "1-2-2006"),
	DayFirst:   withTimes("2/1/2006", "2/1/06", "2-1-2006"),
}

func withTimes(days ...DateLayout) (layouts []DateLayout) {
	for _, day := range days {
		for _, clock := range []DateLayout{"", " 15:04", " 15:04:05", " 3:04 PM", " 3:04:05 PM"} {
			layouts = append(layouts, day+clock)
		}
	}
	return layouts
}

// LayoutOf finds the way in which text is a date that can be read in one way only.
func LayoutOf(text string) DateLayout {
	if len(text) < len("2.1.2006") || len(text) > len("2006-01-02T15:04:05.999999999+00:00") {
		return ""
	}
	return first(dateLayouts, text)
}

// Layout finds the way in which text is a date such as 1/2/2024 in that order.
func (o DateOrder) Layout(text string) DateLayout {
	if len(text) < len("1/2/06") || strings.Count(text, "/") != 2 && strings.Count(text, "-") != 2 {
		return ""
	}
	return first(orderedLayouts[o], text)
}

// Reads reports whether each of the texts that is not empty is a date in that order.
func (o DateOrder) Reads(texts []string) bool {
	for _, text := range texts {
		if text != "" && o.Layout(text) == "" {
			return false
		}
	}
	return true
}

func first(layouts []DateLayout, text string) DateLayout {
	for _, layout := range layouts {
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
