package reproduce

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"
	"strings"
)

// table is one table of the report.
type sheet struct {
	name    string // of its CSV file
	title   string
	note    string // what the columns mean
	columns []column
	rows    [][]cell
}

// column is the head of a column; numbers are aligned to the right.
type column struct {
	title  string
	number bool
}

// cell has a text for people and one with every digit for programs.
type cell struct{ text, exact string }

func text(s string) cell { return cell{s, s} }
func integer(n int) cell { return text(strconv.Itoa(n)) }
func texts(names ...string) (list []column) {
	for _, n := range names {
		list = append(list, column{title: n})
	}
	return list
}
func numbers(names ...string) (list []column) {
	for _, n := range names {
		list = append(list, column{n, true})
	}
	return list
}

// The side to which a shown number may err.
const (
	down    = -1 // lower bounds
	nearest = 0
	up      = 1 // objectives of networks
)

// number is a cell with a fixed number of decimals, empty for NaN.
func number(v float64, decimals, side int) cell {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return cell{text: "–"}
	}
	shown, unit := v, math.Pow10(decimals)
	switch {
	case side < 0:
		shown = math.Floor(v*unit) / unit
	case side > 0:
		shown = math.Ceil(v*unit) / unit
	}
	text := strconv.FormatFloat(shown, 'f', decimals, 64)
	if strings.Trim(text, "-0.") == "" {
		text = strings.TrimPrefix(text, "-")
	}
	return cell{text, strconv.FormatFloat(v, 'g', -1, 64)}
}

// value is a number of an objective's size.
func value(v float64, side int) cell { return number(v, 4, side) }

// percent shows a fraction in percent; programs get the fraction.
func percent(v float64) cell {
	c := number(100*v, 2, nearest)
	if c.exact != "" {
		c.exact = strconv.FormatFloat(v, 'g', -1, 64)
	}
	return c
}

// seconds shows a time.
func seconds(v float64) cell { return number(v, 3, nearest) }

// writeCSV writes the table with all digits.
func (t *sheet) writeCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	record := make([]string, len(t.columns))
	for i, head := range t.columns {
		record[i] = head.title
	}
	if err := c.Write(record); err != nil {
		return err
	}
	for _, row := range t.rows {
		for i, cell := range row {
			record[i] = cell.exact
		}
		if err := c.Write(record); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// markdown renders the table.
func (t *sheet) markdown() string {
	var b strings.Builder
	for _, c := range t.columns {
		b.WriteString("| " + c.title + " ")
	}
	b.WriteString("|\n")
	for _, c := range t.columns {
		if c.number {
			b.WriteString("|---:")
		} else {
			b.WriteString("|---")
		}
	}
	b.WriteString("|\n")
	for _, row := range t.rows {
		for _, c := range row {
			b.WriteString("| " + strings.ReplaceAll(c.text, "|", `\|`) + " ")
		}
		b.WriteString("|\n")
	}
	return b.String()
}
