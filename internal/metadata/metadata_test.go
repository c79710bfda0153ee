package metadata

import (
	"strings"
	"testing"
)

// Keys count as they are written, the last of equal ones, and values by their types.
func TestObject(t *testing.T) {
	o, err := Parse(`{"gamma": 1, "Gamma": 3, "gamma": 2, "n": 7, "of": {"x": true, "X": false}, "t": "a", "none": null}`)
	if err != nil {
		t.Fatal(err)
	}
	if v, stated, err := o.Number("gamma"); v != 2 || !stated || err != nil {
		t.Errorf("gamma is %v, stated %v, %v", v, stated, err)
	}
	if _, stated, err := o.Number("GAMMA"); stated || err != nil {
		t.Errorf("GAMMA is stated: %v", err)
	}
	if v, stated, err := o.Integer("n"); v != 7 || !stated || err != nil {
		t.Errorf("n is %v, stated %v, %v", v, stated, err)
	}
	if v, err := o.Text("t"); v != "a" || err != nil {
		t.Errorf("t is %q, %v", v, err)
	}
	if of := o.Object("of"); !of.True("x") || of.True("X") || of.True("y") || o.Object("n") != nil || o.Object("absent").True("x") {
		t.Error("objects in objects")
	}
	for _, key := range []string{"of", "t", "none"} {
		if _, stated, err := o.Number(key); !stated || err == nil {
			t.Errorf("%s is taken for a number", key)
		}
	}
	for _, key := range []string{"of", "t"} {
		if _, _, err := o.Integer(key); err == nil {
			t.Errorf("%s is taken for a whole number", key)
		}
	}
	if _, err := o.Text("n"); err == nil {
		t.Error("n is taken for a text")
	}
	if v, stated, err := o.Integer("none"); v != 0 || stated || err != nil {
		t.Error("null states a whole number")
	}
}

func TestParse(t *testing.T) {
	for text, fails := range map[string]bool{
		"": false, " \n": false, "null": false, "{}": false, `{"a": "[[\"["}`: false,
		"[]": true, "1": true, `""`: true, "{": true, `{"a": NaN}`: true, "{} {}": true, "\u00a0": true,
		`{"a": ` + strings.Repeat("[", 99) + strings.Repeat("]", 99) + "}":   false,
		`{"a": ` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + "}": true,
		strings.Repeat("[", 1e6): true,
	} {
		if _, err := Parse(text); (err != nil) != fails {
			t.Errorf("%.40q: error %v", text, err)
		}
	}
}
