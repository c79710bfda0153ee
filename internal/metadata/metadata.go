// Package metadata reads the JSON text that certificates carry beside their arrays, so that it says the same to every reader: keys
// are exactly these, where encoding/json takes those of another case for the fields of a struct, the last of equal keys counts, and nothing of another
// type states a value.
package metadata

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Object is a JSON object; nil states nothing.
type Object map[string]json.RawMessage

// deepest is how many objects and arrays may lie in each other: fewer than any reader of JSON takes.
const deepest = 100

// Parse reads an object.  A blank text and null state nothing; an error says what else the text is.
func Parse(text string) (Object, error) {
	if strings.Trim(text, " \t\r\n") == "" {
		return nil, nil
	}
	if deep(text) {
		return nil, fmt.Errorf("its meta data are more than %d levels deep", deepest)
	}
	var o Object
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		if other := (*json.UnmarshalTypeError)(nil); errors.As(err, &other) {
			return nil, errors.New("its meta data are not a JSON object")
		}
		return nil, fmt.Errorf("its meta data are not valid JSON: %w", err)
	}
	return o, nil
}

func deep(text string) bool {
	level, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if level++; level > deepest {
				return true
			}
		case c == '}' || c == ']':
			level--
		}
	}
	return false
}

// Object returns the object of a key; nil if there is none.
func (o Object) Object(key string) Object {
	var part Object
	if json.Unmarshal(o[key], &part) != nil {
		return nil
	}
	return part
}

// Text returns the text of a key, "" for none; an error is one of a value that is no text.
func (o Object) Text(key string) (string, error) {
	var text string
	if o[key] != nil && json.Unmarshal(o[key], &text) != nil {
		return "", fmt.Errorf("its meta data have %s = %.80s, expected a text", key, o[key])
	}
	return text, nil
}

// Integer returns the whole number of a key; stated is false where there is none.  An error is one of another value.
func (o Object) Integer(key string) (v int64, stated bool, err error) {
	if o[key] == nil || string(o[key]) == "null" {
		return 0, false, nil
	}
	if v, err = strconv.ParseInt(string(o[key]), 10, 64); err != nil {
		return 0, true, fmt.Errorf("its meta data have %s = %.80s, expected a whole number", key, o[key])
	}
	return v, true, nil
}

// Number returns the number of a key; stated is false where there is no such key.  An error is one of another value, null as well.
func (o Object) Number(key string) (v float64, stated bool, err error) {
	if o[key] == nil {
		return 0, false, nil
	}
	var number *float64
	if json.Unmarshal(o[key], &number) != nil || number == nil {
		return 0, true, fmt.Errorf("its meta data have %s = %.80s, expected a number", key, o[key])
	}
	return *number, true, nil
}

// True reports whether the value of a key is true.
func (o Object) True(key string) bool { return string(o[key]) == "true" }
