package notation

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

func TestRead(t *testing.T) {
	for _, test := range []struct {
		text   string
		in     Notation
		want   float64
		plain  bool
		number bool
	}{
		{"1.5", Point, 1.5, true, true},
		{"1,5", Comma, 1.5, true, true},
		{"1,5", Point, 0, false, false},
		{"1,234.5", Point, 1234.5, false, true},
		{"1.234,5", Comma, 1234.5, false, true},
		{"1 234 567", Point, 1234567, false, true},
		{"12,34", Point, 0, false, false}, // groups have three digits
		{"−2", Point, -2, false, true},
		{"(5)", Point, -5, false, true},
		{"-$5", Point, -5, false, true},
		{"12 %", Point, 12, false, true},
		{"1.5D+02", Point, 150, false, true},
		{"0x10", Point, 0, false, false},
		{"inf", Point, 0, false, false},
		{"1e999", Point, 0, false, false},
		{"", Point, 0, false, false},
	} {
		got, ok := test.in.Read(test.text)
		if ok != test.number || ok && (got.Value != test.want || got.Plain != test.plain) {
			t.Errorf("%q with the decimal sign %c: %+v, %t", test.text, test.in.Decimal, got, ok)
		}
	}
}

// TestFastWay: what ReadPlain takes it reads as strconv does, to the last bit.
func TestFastWay(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	taken := 0
	for range 20_000 {
		text := strconv.FormatFloat(random.NormFloat64()*math.Pow(10, float64(random.IntN(8)-4)), 'f', random.IntN(12), 64)
		got, ok := ReadPlain(text, '.')
		if !ok {
			continue
		}
		taken++
		if want, err := strconv.ParseFloat(text, 64); err != nil || got != want {
			t.Fatalf("%q is read as %v, want %v", text, got, want)
		}
	}
	if taken < 10_000 {
		t.Errorf("only %d of 20000 numbers took the fast way", taken)
	}
}

// TestFormat: a number comes back from its text.
func TestFormat(t *testing.T) {
	for _, v := range []float64{0, 1, -1, 1e6, 1 << 53, 0.1, math.Pi, 5e-324, math.MaxFloat64} {
		if back, err := strconv.ParseFloat(Format(v), 64); err != nil || back != v {
			t.Errorf("%v becomes %q", v, Format(v))
		}
	}
	for v, want := range map[float64]string{1e6: "1000000", math.Copysign(0, -1): "0", math.NaN(): ""} {
		if got := Format(v); got != want {
			t.Errorf("%v is %q, want %q", v, got, want)
		}
	}
}

func TestLayoutOf(t *testing.T) {
	for text, want := range map[string]string{
		"2024-02-29": "2024-02-29", "31.1.2024": "2024-01-31", "2024-01-31T23:59:00Z": "2024-01-31", "1 Feb 2024": "2024-02-01", "31.12.24 8:15": "2024-12-31", "31.12.24": "2024-12-31", "1.2.24": "", "31 January 2024": "2024-01-31", "2024-01-31T23:59": "2024-01-31",
		"1/2/2024": "", "2023-02-29": "", "12.5": "", "1234567890": "",
	} {
		layout, got := LayoutOf(text), ""
		if layout != "" {
			day, _ := layout.Day(text)
			got = day.Format("2006-01-02")
		}
		if got != want {
			t.Errorf("%q is the day %q, want %q", text, got, want)
		}
	}
}

func TestDateOrders(t *testing.T) {
	for text, want := range map[string][2]string{
		"1/2/2024": {"2024-01-02", "2024-02-01"}, "12/30/2023": {"2023-12-30", ""}, "30/12/23 10:00": {"", "2023-12-30"}, "31-12-2024": {"", "2024-12-31"},
		"02-03-2024 8:15 PM": {"2024-02-03", "2024-03-02"}, "13/13/2024": {}, "2024/01/31": {}, "a/b/c": {}, "1/2": {}, "": {}, "2/29/2023": {},
	} {
		for k, order := range []DateOrder{MonthFirst, DayFirst} {
			got := ""
			if layout := order.Layout(text); layout != "" {
				day, _ := layout.Day(text)
				got = day.Format("2006-01-02")
			}
			if got != want[k] {
				t.Errorf("%q is the day %q %s, want %q", text, got, order, want[k])
			}
		}
	}
}
