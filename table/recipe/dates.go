package recipe

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/notation"
)

// DatePart is what a feature takes of a date.
type DatePart string

// The parts that Options.Dates makes features of.
const (
	PartYear    DatePart = "year"
	PartMonth   DatePart = "month"       // 1 to 12
	PartWeekday DatePart = "day of week" // 1, Monday, to 7
	PartDays    DatePart = "days"        // since Feature.Since, with the time of the day as a fraction
)

// dayLayout is how Feature.Since is written.
const dayLayout = "2006-01-02"

// part returns the number that the feature takes of a date.
func (f Feature) part(date time.Time) float64 {
	switch f.Part {
	case PartYear:
		return float64(date.Year())
	case PartMonth:
		return float64(date.Month())
	case PartWeekday:
		return float64((int(date.Weekday())+6)%7 + 1)
	}
	since, err := time.Parse(dayLayout, f.Since)
	if err != nil {
		return math.NaN() // Validate refuses it
	}
	return date.Sub(since).Hours() / 24
}

// validateDate checks the fields that only a part of a date has.
func (f Feature) validateDate() error {
	if f.DateOf == "" {
		return nil
	}
	_, err := time.Parse(dayLayout, f.Since)
	switch {
	case !slices.Contains([]DatePart{PartYear, PartMonth, PartWeekday, PartDays}, f.Part):
		return fmt.Errorf("encoding: feature %q takes the part %q of a date; expected year, month, day of week or days", f.Name, f.Part)
	case f.Part == PartDays && err != nil:
		return fmt.Errorf("encoding: feature %q counts days since %q; expected a day such as 2024-01-31", f.Name, f.Since)
	}
	return nil
}

// learnDates makes features of a column of dates.  Parts that are the same in
// every row are left out, by name.  They share no unit with other columns: where
// those are scaled together, each part is scaled by itself.
func (o Options) learnDates(t *table.Table, column *table.Column, order notation.DateOrder, rows []int) (features []Feature, constant []string, err error) {
	if o.Scale == ScaleOverall {
		o.Scale = ScaleStandard
	}
	var first time.Time
	for _, row := range rows {
		if date, ok := column.Date(row, order); ok && (first.IsZero() || date.Before(first)) {
			first = date
		}
	}
	since := first.Format(dayLayout)
	for _, part := range []DatePart{PartYear, PartMonth, PartWeekday, PartDays} {
		f := Feature{Name: fmt.Sprintf("%s %s", column.Name, part), Kind: table.Numeric, Deviation: 1, DateOf: column.Name, Part: part, Order: order}
		if part == PartDays {
			f.Since = since
			f.Name += " since " + since
		}
		values := make([]float64, len(rows))
		for i, row := range rows {
			values[i] = math.NaN()
			if date, ok := column.Date(row, order); ok {
				values[i] = f.part(date)
			}
		}
		same, err := o.learnNumbers(t, column.Name, &f, values)
		if err != nil {
			return nil, nil, err
		}
		if same {
			constant = append(constant, f.Name)
			continue
		}
		features = append(features, f)
	}
	return features, constant, nil
}

// exampleOf has a date in each order.
var exampleOf = map[notation.DateOrder]string{notation.DateOrderAuto: "2024-01-31", notation.MonthFirst: "1/31/2024", notation.DayFirst: "31/1/2024"}

// orderOf is the order of month and day in a column of dates, "" where none is needed, and what is to be said where it was found
// out.  A column that is not to be taken for dates, and one that can be read in two orders, is an error.
func (o Options) orderOf(t *table.Table, column *table.Column, rows []int) (order notation.DateOrder, remark string, err error) {
	const otherwise = "--categorical to take it as a category, or --drop to leave the column out"
	orders := column.DateOrders()
	at := rows[max(slices.IndexFunc(rows, func(row int) bool { return !column.Missing(row) }), 0)]
	refused := func(row int, format string, args ...any) error {
		return t.ErrorAt(row, column.Name, "%s is "+format, append([]any{printable.Quote(column.Value(row))}, args...)...)
	}
	unreadable := func(order notation.DateOrder) int {
		return slices.IndexFunc(rows, func(row int) bool { return !column.Missing(row) && order.Layout(column.Value(row)) == "" })
	}
	switch {
	case !o.Dates && len(orders) == 2:
		return "", "", refused(at, "a date with the month or the day first; expected --dates with --date-order month-first or day-first to take year, month, day of week and days of it, %s", otherwise)
	case !o.Dates:
		return "", "", refused(at, "a date; expected --dates to take year, month, day of week and days of it, %s", otherwise)
	case column.IsDate():
		return "", "", nil
	case o.DateOrder != "" && slices.Contains(orders, o.DateOrder):
		return o.DateOrder, "", nil
	case o.DateOrder != "":
		return "", "", refused(rows[max(unreadable(o.DateOrder), 0)], "no date such as %s; expected --date-order %s, %s", exampleOf[o.DateOrder], orders[0], otherwise)
	case len(orders) == 2:
		return "", "", refused(at, "a date with the month or the day first; expected --date-order month-first or day-first, %s", otherwise)
	}
	order = orders[0]
	other := notation.DayFirst
	if order == other {
		other = notation.MonthFirst
	}
	row := rows[max(unreadable(other), 0)]
	date, _ := column.Date(row, order)
	return order, fmt.Sprintf("%s: column %s: %s is read as %s, %s, since not every entry is a date otherwise (--date-order, --categorical say otherwise)",
		t.Name, printable.Quote(column.Name), printable.Quote(column.Value(row)), date.Format(dayLayout), order), nil
}

// encodeDates hands the feature's part of the dates of the rows, NaN where they are
// missing, to take.
func (f Feature) encodeDates(t *table.Table, column *table.Column, rows []int, refuse func(int, error) error, take func(i int, v float64) error) error {
	for i, row := range rows {
		v := math.NaN()
		if !column.Missing(row) {
			date, ok := column.Date(row, f.Order)
			if !ok {
				if err := refuse(row, t.ErrorAt(row, column.Name, "%s is not a date; expected one such as %s", printable.Quote(column.Value(row)), exampleOf[f.Order])); err != nil {
					return err
				}
				continue
			}
			v = f.part(date)
		}
		if err := take(i, v); err != nil {
			return err
		}
	}
	return nil
}
