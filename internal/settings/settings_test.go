package settings

import (
	"errors"
	"flag"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write docs/settings.md")

const page = "../../docs/settings.md"

func TestPageIsCurrent(t *testing.T) {
	if *update {
		if err := os.WriteFile(page, []byte(Markdown()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != Markdown() {
		t.Error("docs/settings.md differs from the table; run go test ./internal/settings -update")
	}
}

func TestTableIsSound(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range Table() {
		for _, name := range append([]string{s.Name}, strings.Fields(s.Short)...) {
			if seen[name] {
				t.Errorf("%s is used twice", name)
			}
			seen[name] = true
		}
		if s.Help == "" || len(s.Commands) == 0 {
			t.Errorf("%s has no help or no command", s.Name)
		}
		for _, text := range []string{s.Default, s.Example} {
			if text == "" {
				continue
			}
			if err := parse(s, text); err != nil {
				t.Errorf("%s does not accept its own default or example: %v", s.Name, err)
			}
		}
	}
}

func parse(s Setting, text string) error {
	var err error
	switch s.Kind {
	case Real:
		if text == autoValue && len(s.Auto) > 0 {
			_, _, err = s.ParseRealOrAuto(text)
			break
		}
		_, err = s.ParseReal(text)
	case Integer:
		_, err = s.ParseInteger(text)
	case Duration:
		_, err = s.ParseDuration(text)
	case Size:
		_, err = s.ParseSize(text)
	case Bool:
		_, err = s.ParseBool(text)
	case Choice:
		_, err = s.ParseChoice(text)
	case List:
		_, err = s.ParseList(text)
	}
	return err
}

func TestRejections(t *testing.T) {
	for name, bad := range map[string][]string{
		"reg":          {"nan", "NaN", "0", "-1", "inf", "+Inf", "-inf", "abc", "", "1e999", "0.1x"},
		"gap":          {"nan", "1", "-0.1", "2"},
		"holdout":      {"nan", "1", "-0.2", "20%"},
		"width":        {"-1", "1.5", "nan", "99999999999999999999"},
		"seed":         {"-1", "x", "9007199254740994"},
		"threads":      {"-1", "100000"},
		"time-limit":   {"-1s", "nan", "inf", "1e300", "5 parsecs", ""},
		"memory-limit": {"-1GB", "nanGB", "5", "GB", "1e30TB", "infB"},
		"scale":        {"", "Standard", "minmax"},
		"bias":         {"maybe", ""},
		"target":       {"a,,b", ",", `"a`},
	} {
		s := Lookup(name)
		for _, text := range bad {
			err := parse(s, text)
			if !errors.Is(err, ErrValue) {
				t.Errorf("--%s %q: got %v, expected a refusal", name, text, err)
				continue
			}
			if !strings.Contains(err.Error(), "expected "+s.Expected()) {
				t.Errorf("--%s %q: message %q does not say what was expected", name, text, err)
			}
		}
	}
}

func TestParse(t *testing.T) {
	if v, err := Lookup("time-limit").ParseDuration("1.5"); err != nil || v != 1500*time.Millisecond {
		t.Errorf("1.5 is %v, %v", v, err)
	}
	if v, err := Lookup("memory-limit").ParseSize("1.5 GiB"); err != nil || v != 3<<29 {
		t.Errorf("1.5 GiB is %v, %v", v, err)
	}
	if v, err := Lookup("target").ParseList(`a, "b,c" ,d`); err == nil && !slices.Equal(v, []string{"a", "b,c", "d"}) {
		t.Errorf("list is %q", v)
	}
	if v, err := Lookup("target").ParseList(`a,"b,c",d`); err != nil || !slices.Equal(v, []string{"a", "b,c", "d"}) {
		t.Errorf("list is %q, %v", v, err)
	}
}

func TestRangeRefusesNaN(t *testing.T) {
	for _, r := range []Range{positive, nonnegative, fraction, counts, {Min: math.Inf(-1), Max: math.Inf(1)}} {
		if r.Contains(math.NaN()) || r.Contains(math.Inf(1)) {
			t.Errorf("%+v contains NaN or an infinity", r)
		}
	}
}

func TestLookupPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an unknown name was found")
		}
	}()
	Lookup("no-such-setting")
}
