package read

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/notation"
)

// readARFF reads Weka's attribute-relation file format: a header of
// "@attribute NAME TYPE" lines and comma-separated or sparse rows after
// "@data".  Nominal, string and date attributes are categorical; relational
// attributes and instance weights are refused.
func readARFF(s *source) (*table.Table, error) {
	text, err := newLines(s)
	if err != nil {
		return nil, err
	}
	a := &arff{name: s.name, text: text, known: map[string]bool{}}
	if err := a.header(); err != nil {
		return nil, err
	}
	var names []string
	for _, attribute := range a.attributes {
		names = append(names, attribute.name)
	}
	if len(names) == 0 {
		return nil, a.errorf("no @attribute before @data; expected one for each column")
	}
	b, err := table.NewBuilder(s.name, names, true)
	if err != nil {
		return nil, err
	}
	b.ChargeTo(s.budget.take)
	b.ReadAs(s.reading)
	for j, attribute := range a.attributes {
		b.Declare(j, attribute.kind)
	}
	for {
		text, err := a.next()
		if errors.Is(err, io.EOF) {
			return b.Table()
		}
		if err != nil {
			return nil, err
		}
		if err := a.row(text, b); err != nil {
			return nil, err
		}
	}
}

type arff struct {
	name       string
	text       *lines
	line       int // of the text that next returned
	attributes []arffAttribute
	known      map[string]bool // the attributes' names
}

type arffAttribute struct {
	name   string
	kind   table.Kind
	values []string        // of a nominal attribute
	known  map[string]bool // the values
}

func (a *arff) errorf(format string, args ...any) error {
	return &table.InputError{File: a.name, Line: a.line, Problem: fmt.Sprintf(format, args...)}
}

// next returns the next line that is neither blank nor a comment.
func (a *arff) next() (string, error) {
	for {
		text, err := a.text.next()
		if err != nil {
			return "", err
		}
		a.line = a.text.number
		if text = strings.TrimSpace(withoutComment(text)); text != "" {
			if !utf8.ValidString(text) {
				return "", a.errorf("not valid UTF-8; expected a file saved as UTF-8")
			}
			return text, nil
		}
	}
}

// header reads up to and including @data.
func (a *arff) header() error {
	for {
		text, err := a.next()
		if errors.Is(err, io.EOF) {
			a.line = 0
			return a.errorf("no @data; expected an ARFF file with @relation, @attribute and @data")
		}
		if err != nil {
			return err
		}
		keyword, rest := cutWord(text)
		switch strings.ToLower(keyword) {
		case "@relation":
		case "@attribute":
			attribute, err := a.attribute(rest)
			if err != nil {
				return err
			}
			if a.known[attribute.name] {
				return a.errorf("a second attribute named %s; expected each name once", printable.Quote(attribute.name))
			}
			a.known[attribute.name] = true
			a.attributes = append(a.attributes, attribute)
		case "@data":
			return nil
		default:
			return a.errorf("%s; expected @relation, @attribute or @data", printable.Quote(text))
		}
	}
}

func (a *arff) attribute(text string) (arffAttribute, error) {
	var attribute arffAttribute
	name, _, rest, err := arffField(text, unicode.IsSpace)
	if err != nil || name == "" {
		return attribute, a.errorf("%s is no attribute; expected @attribute NAME TYPE", printable.Quote(text))
	}
	attribute.name = name
	rest = strings.TrimSpace(rest)
	if strings.HasPrefix(rest, "{") {
		attribute.kind = table.Categorical
		if attribute.values, err = arffList(rest); err != nil {
			return attribute, a.errorf("attribute %s: %v; expected its values as {a, b, c}", printable.Quote(name), err)
		}
		attribute.known = make(map[string]bool, len(attribute.values))
		for _, v := range attribute.values {
			attribute.known[v] = true
		}
		return attribute, nil
	}
	kind, _ := cutWord(rest)
	switch strings.ToLower(kind) {
	case "numeric", "real", "integer":
		attribute.kind = table.Numeric
	case "string", "date":
		attribute.kind = table.Categorical
	default:
		return attribute, a.errorf("attribute %s has the type %s; expected numeric, real, integer, string, date or values as {a, b, c}", printable.Quote(name), printable.Quote(kind))
	}
	return attribute, nil
}

// row adds one data line, dense or sparse.
func (a *arff) row(text string, b *table.Builder) error {
	fields, quoted, err := arffRow(text)
	if err != nil {
		return a.errorf("%v; expected fields separated by commas", err)
	}
	if strings.HasPrefix(text, "{") {
		return a.sparse(text, b)
	}
	if n := len(a.attributes); len(fields) == n+1 && fields[n] == "" && !quoted[n] {
		fields = fields[:n] // a comma at the end of the line
	}
	if len(fields) != len(a.attributes) {
		// Weka takes blanks for separators, too.
		if words, marks, err := arffWords(text); err == nil && len(words) == len(a.attributes) {
			fields, quoted = words, marks
		}
	}
	if len(fields) != len(a.attributes) {
		return a.errorf("%s; expected %d, one for each attribute", printable.Count(len(fields), "field"), len(a.attributes))
	}
	for j, field := range fields {
		if err := a.add(j, field, field == "?" && !quoted[j], b); err != nil {
			return err
		}
	}
	return b.EndRow(a.line)
}

// sparse adds a row "{INDEX VALUE, …}": an attribute that is not named is 0 or
// the first of its values.
func (a *arff) sparse(text string, b *table.Builder) error {
	if !strings.HasSuffix(text, "}") {
		return a.errorf("a sparse row that does not end with }; expected {INDEX VALUE, ...}")
	}
	given := map[int]string{}
	missing := map[int]bool{}
	body := strings.TrimSpace(text[1 : len(text)-1])
	for body != "" {
		index, rest := cutWord(body)
		j, err := strconv.Atoi(index)
		if err != nil || j < 0 || j >= len(a.attributes) {
			return a.errorf("%s is no attribute's index; expected a number from 0 to %d", printable.Quote(index), len(a.attributes)-1)
		}
		if _, twice := given[j]; twice {
			return a.errorf("the attribute of index %d is given twice; expected each once", j)
		}
		value, quoted, tail, err := arffField(rest, isComma)
		if err != nil {
			return a.errorf("%v; expected {INDEX VALUE, ...}", err)
		}
		given[j], missing[j] = value, value == "?" && !quoted
		if tail = strings.TrimSpace(tail); tail != "" {
			tail = strings.TrimSpace(tail[1:])
			if tail == "" {
				return a.errorf("a comma before }; expected {INDEX VALUE, ...}")
			}
		}
		body = tail
	}
	for j, attribute := range a.attributes {
		value, ok := given[j]
		if !ok {
			value = "0"
			if len(attribute.values) > 0 {
				value = attribute.values[0]
			}
		}
		if err := a.add(j, value, missing[j], b); err != nil {
			return err
		}
	}
	return b.EndRow(a.line)
}

// add checks an entry against its attribute's type.
func (a *arff) add(j int, field string, missing bool, b *table.Builder) error {
	attribute := a.attributes[j]
	wrong := func(format string, args ...any) error {
		return &table.InputError{File: a.name, Line: a.line, Column: attribute.name, Problem: fmt.Sprintf(format, args...)}
	}
	if attribute.kind == table.Numeric {
		if missing {
			field = ""
		} else if kind, _ := notation.Classify(field); kind == notation.TokenMissing {
			return wrong("%s is not a number; expected a finite decimal, or ? where it is missing", printable.Quote(field))
		} else if kind != notation.TokenNumber {
			return wrong("%s", notation.NotANumber(field))
		}
		b.AddText(j, field)
		return nil
	}
	switch {
	case missing:
		field = ""
	case field == "":
		return wrong("an empty value; expected a value, or ? where it is missing")
	case attribute.values != nil && !attribute.known[field]:
		return wrong("%s is none of the attribute's values; expected one of %s", printable.Quote(field), printable.List(attribute.values, 12))
	}
	b.AddLabel(j, []byte(field))
	return nil
}

// cutWord splits off the first word.
func cutWord(text string) (word, rest string) {
	if i := strings.IndexFunc(text, unicode.IsSpace); i >= 0 {
		return text[:i], strings.TrimSpace(text[i:])
	}
	return text, ""
}

func isComma(r rune) bool { return r == ',' }

// arffRow splits a dense row at its commas.
func arffRow(text string) (fields []string, quoted []bool, err error) {
	if strings.HasPrefix(text, "{") {
		return nil, nil, nil
	}
	for {
		field, q, rest, err := arffField(text, isComma)
		if err != nil {
			return nil, nil, err
		}
		fields, quoted = append(fields, field), append(quoted, q)
		if rest == "" {
			return fields, quoted, nil
		}
		text = rest[1:]
	}
}

// arffWords splits a dense row at commas and blanks, in any number.
func arffWords(text string) (words []string, quoted []bool, err error) {
	separator := func(r rune) bool { return r == ',' || unicode.IsSpace(r) }
	for {
		if text = strings.TrimLeftFunc(text, separator); text == "" {
			return words, quoted, nil
		}
		word, q, rest, err := arffField(text, separator)
		if err != nil {
			return nil, nil, err
		}
		words, quoted, text = append(words, word), append(quoted, q), rest
	}
}

// withoutComment cuts a line at a % that begins a field, outside quotation
// marks.
func withoutComment(text string) string {
	if strings.IndexByte(text, '%') < 0 {
		return text
	}
	begins := true
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case begins && c == '%':
			return text[:i]
		case begins && (c == '\'' || c == '"'):
			for i++; i < len(text) && text[i] != c; i++ {
				if text[i] == '\\' {
					i++
				}
			}
			begins = false
		default:
			begins = c == ' ' || c == '\t' || c == ',' || c == '{' || c == '}'
		}
	}
	return text
}

// arffList splits "{a, b}" into its values.
func arffList(text string) ([]string, error) {
	if !strings.HasSuffix(text, "}") {
		return nil, errors.New("no closing }")
	}
	fields, _, err := arffRow(" " + text[1:len(text)-1])
	if err != nil {
		return nil, err
	}
	if slices.Contains(fields, "") {
		return nil, errors.New("an empty value")
	}
	if distinct := slices.Compact(slices.Sorted(slices.Values(fields))); len(distinct) < len(fields) {
		return nil, errors.New("a value twice")
	}
	return fields, nil
}

// arffField reads one field, plain or in quotation marks with backslash
// escapes, up to a separator, which stays in rest.
func arffField(text string, separator func(rune) bool) (field string, quoted bool, rest string, err error) {
	text = strings.TrimLeftFunc(text, unicode.IsSpace)
	if text == "" || text[0] != '\'' && text[0] != '"' {
		end := strings.IndexFunc(text, separator)
		if end < 0 {
			end = len(text)
		}
		return strings.TrimSpace(text[:end]), false, text[end:], nil
	}
	mark := text[0]
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			i++
			switch text[i] {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			case 'r':
				b.WriteByte('\r')
			default:
				b.WriteByte(text[i])
			}
		case c == mark:
			after := text[i+1:]
			rest = strings.TrimLeftFunc(after, unicode.IsSpace)
			if rest != "" && !separator(firstRune(rest)) && !separator(firstRune(after)) {
				return "", true, "", fmt.Errorf("text after the closing quotation mark of %s", printable.Quote(b.String()))
			}
			return strings.TrimSpace(b.String()), true, rest, nil
		default:
			b.WriteByte(c)
		}
	}
	return "", true, "", errors.New("a quotation mark is not closed")
}

func firstRune(text string) rune {
	r, _ := utf8.DecodeRuneInString(text)
	return r
}
