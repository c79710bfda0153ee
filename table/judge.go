package table

import (
	"fmt"
	"strings"

	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/table/notation"
)

// verdict is what the texts of a column say about it.
type verdict struct {
	kind     Kind
	notation notation.Notation
	written  notation.Number // of an example that is not plain
	example  string          // that example; empty where every number is plain
	doubt    string          // why a column of numbers cannot be read
	dates    notation.DateLayout
	// Whether every text is a date such as 1/2/2024 with the month or the day first.
	monthFirst, dayFirst bool

	ids   bool // whole numbers that no double tells apart
	whole bool // no entry has decimals or an exponent
}

// tally counts how the texts of a column can be read.
type tally struct {
	rows, words  int // that are not missing
	numbers      int // rows that are a number in one of the notations, or nearly
	point, comma int // rows that are numbers in that notation
	pointOnly    string
	commaOnly    string    // the first text that only that notation reads
	either       string    // the first text that the two read as different numbers
	neither      string    // the first text that is no number
	dressed      [2]string // the first number that is not plain
	dress        [2]notation.Number
	unit         [2]string
	units        [2]bool // more than one unit, or "%" on some only
	ids, whole   bool
	withPercent  int
}

// count weighs the text with the number of rows that have it.
func (t *tally) count(text string, rows int, r *Reading) {
	t.rows += rows
	t.words++
	var read [2]notation.Number
	var ok [2]bool
	for k, n := range [2]notation.Notation{notation.Point, notation.Comma} {
		read[k], ok[k] = r.Notation(n).Read(text)
		if !ok[k] {
			continue
		}
		if !read[k].Plain && t.dressed[k] == "" {
			t.dressed[k], t.dress[k] = text, read[k]
		}
		if u := read[k].Unit; u != "" {
			if t.unit[k] != "" && t.unit[k] != u {
				t.units[k] = true
			}
			t.unit[k] = u
		}
	}
	if read[0].Unit == "%" || read[1].Unit == "%" {
		t.withPercent += rows
	}
	switch {
	case ok[0] && ok[1]:
		t.point += rows
		t.comma += rows
		if read[0].Value != read[1].Value && t.either == "" {
			t.either = text
		}
	case ok[0]:
		t.point += rows
		if t.pointOnly == "" {
			t.pointOnly = text
		}
	case ok[1]:
		t.comma += rows
		if t.commaOnly == "" {
			t.commaOnly = text
		}
	default:
		if t.neither == "" {
			t.neither = text
		}
		switch kind, _ := notation.Classify(text); kind {
		case notation.TokenText, notation.TokenMissing: // the latter where the user has other words for what is missing
			return
		}
	}
	t.numbers += rows
	if (ok[0] && read[0].Fraction) || (ok[1] && read[1].Fraction) {
		t.whole = false
	}
	if (ok[0] || ok[1]) && notation.TooLong(text) {
		t.ids = true
	}
}

// evidence is what the other columns of a file say about its decimal sign.
type evidence struct{ point, comma bool }

// judge decides what the column is.  declared is the kind that the format
// says, "" where the entries decide.
func (t *tally) judge(declared Kind, r *Reading, others func() evidence) verdict {
	if declared == Categorical {
		return verdict{kind: Categorical}
	}
	v := verdict{kind: Numeric, notation: notation.Point, whole: t.whole}
	settle := func(k int) verdict {
		v.notation = [2]notation.Notation{notation.Point, notation.Comma}[k]
		v.example, v.written = t.dressed[k], t.dress[k]
		if k == 1 && v.example == "" {
			v.example = t.commaOnly // "1,5", plain but for its comma
			if v.example == "" {
				v.example = t.either
			}
			v.written, _ = notation.Comma.Read(v.example)
		}
		if t.units[k] || t.withPercent > 0 && t.withPercent < t.rows {
			v.kind, v.doubt = Mixed, fmt.Sprintf("%s has another unit than other entries; expected numbers of one unit", printable.Quote(t.dressed[k]))
		}
		if t.ids && t.whole {
			v.kind, v.ids = Categorical, true
		}
		return v
	}
	switch {
	case t.rows == 0:
		return v
	case t.point == t.rows && t.comma == t.rows && t.either != "" && r.Decimal == DecimalAuto:
		switch e := others(); {
		case e.comma && !e.point:
			return settle(1)
		case t.dressed[0] == "" || e.point && !e.comma: // "1.234", or "1,234" beside "0.5"
			return settle(0)
		}
		a, _ := notation.Point.Read(t.either)
		b, _ := notation.Comma.Read(t.either)
		v.kind, v.doubt = Mixed, fmt.Sprintf("%s may be %s or %s; expected --decimal point or --decimal comma to say which", printable.Quote(t.either), notation.Format(a.Value), notation.Format(b.Value))
		return v
	case t.point == t.rows && r.Decimal != DecimalComma:
		return settle(0)
	case t.comma == t.rows && r.Decimal != DecimalPoint:
		return settle(1)
	case declared != Numeric && 2*t.numbers <= t.rows:
		v = verdict{kind: Categorical}
		return v
	}
	v.kind = Mixed
	if t.commaOnly != "" && t.pointOnly == "" && r.Decimal != DecimalPoint {
		v.notation = notation.Comma // so that the text that is no number is blamed, not the first with a comma
	}
	if t.pointOnly != "" && t.commaOnly != "" && t.neither == "" {
		v.doubt = fmt.Sprintf("%s has a decimal comma or separated thousands and %s a decimal point; expected numbers written in one way", printable.Quote(t.commaOnly), printable.Quote(t.pointOnly))
	}
	return v
}

// remark says how numbers that are not plain were read; empty where all are.
func (v verdict) remark(column string) string {
	if v.ids {
		return fmt.Sprintf("column %s has whole numbers of more digits than a double holds and is taken as text", printable.Quote(column))
	}
	if v.kind != Numeric || v.example == "" {
		return ""
	}
	text := fmt.Sprintf("column %s: %s is read as %s", printable.Quote(column), printable.Quote(v.example), notation.Format(v.written.Value))
	var flags []string
	if v.notation.Decimal == ',' {
		flags = append(flags, "--decimal")
	}
	if v.written.Grouped {
		flags = append(flags, "--thousands")
	}
	flags = append(flags, "--categorical")
	verb := "says"
	if len(flags) > 1 {
		verb = "say"
	}
	return fmt.Sprintf("%s (%s %s otherwise)", text, strings.Join(flags, ", "), verb)
}
