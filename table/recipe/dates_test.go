package recipe

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/table/internal/tabletest"
	"github.com/relift/relift/table/notation"
)

const bookings = "when,a,y\n2024-02-28,1,u\n2024-03-01,2,v\n2023-12-31,3,u\n2024-02-29,5,v\n"

func TestDates(t *testing.T) {
	training := mustRead(t, bookings)
	r, data := mustFit(t, training, Options{Dates: true, Scale: ScaleNone})
	want := []string{"when year", "when month", "when day of week", "when days since 2023-12-31", "a"}
	if !slices.Equal(r.FeatureNames(), want) {
		t.Fatalf("features %q, want %q", r.FeatureNames(), want)
	}
	// Days of week and differences of days by a calendar.
	if x := mat.NewDense(4, 5, []float64{2024, 2, 3, 59, 1, 2024, 3, 5, 61, 2, 2023, 12, 7, 0, 3, 2024, 2, 4, 60, 5}); !mat.Equal(data.X, x) {
		t.Errorf("X =\n%v", mat.Formatted(data.X))
	}
	if unused := r.Unused(training); len(unused) != 0 {
		t.Errorf("unused %q", unused)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back Recipe
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if err := back.Validate(); err != nil {
		t.Error(err)
	}
	// A later table may write its dates in another way, and with a time of the day.
	later, err := back.ApplyFeatures(mustRead(t, "when,a\n1.1.2024 12:00,7\n"))
	if err != nil || !slices.Equal(later.X.RawRowView(0), []float64{2024, 1, 1, 1.5, 7}) {
		t.Errorf("later: %v, %v", later, err)
	}
	lenient, err := back.ApplyWith(mustRead(t, "when,a\nsoon,1\n2024-01-01,7\n"), ApplyOptions{Leniently: true})
	if err != nil || !slices.Equal(lenient.Rows, []int{1}) || !strings.Contains(lenient.Refused.Error(), `"soon" is not a date`) {
		t.Errorf("lenient: %+v, %v", lenient, err)
	}
	again, err := back.Plan("").Prepare(training)
	if err != nil || again.Train.Digest() != data.Digest() {
		t.Errorf("the plan of the recipe makes other matrices (%v)", err)
	}
}

// TestDatesWithTheMonthFirst: the order that alone fits is found and said, kept for later tables, and stated by the plan.
func TestDatesWithTheMonthFirst(t *testing.T) {
	training := mustRead(t, "when,a,y\n2/28/2024,1,u\n3/1/2024,2,v\n12/31/2023,3,u\n2/29/2024,5,v\n")
	r, data := mustFit(t, training, Options{Dates: true, Scale: ScaleNone})
	_, want := mustFit(t, mustRead(t, bookings), Options{Dates: true, Scale: ScaleNone})
	if data.Digest() != want.Digest() {
		t.Errorf("X =\n%v", mat.Formatted(data.X))
	}
	if said := strings.Join(r.Remarks, "\n"); said != `t.csv: column "when": "2/28/2024" is read as 2024-02-28, month-first, since not every entry is a date otherwise (--date-order, --categorical say otherwise)` {
		t.Errorf("remarks %q", said)
	}
	later, err := r.ApplyFeatures(mustRead(t, "when,a\n1/2/2024,7\n2024-01-03,7\n"))
	if err != nil || later.X.At(0, 1) != 1 || later.X.At(0, 3) != 2 || later.X.At(1, 3) != 3 {
		t.Errorf("later: %v, %v", later, err)
	}
	again, err := r.Plan("").Prepare(training)
	if err != nil || again.Train.Digest() != data.Digest() || len(again.Remarks) != 0 {
		t.Errorf("the plan of the recipe: %v, %q", err, again.Remarks)
	}
	r, data = mustFit(t, mustRead(t, "when,y\n1/2/2024,u\n1/3/2024,v\n"), Options{Dates: true, DateOrder: notation.DayFirst, Scale: ScaleNone})
	if !mat.Equal(data.X, mat.NewDense(2, 4, []float64{2024, 2, 4, 0, 2024, 3, 5, 29})) || len(r.Remarks) != 0 {
		t.Errorf("X =\n%v, %q", mat.Formatted(data.X), r.Remarks)
	}
}

func TestDatesThatAreMissing(t *testing.T) {
	frame := mustRead(t, strings.Replace(bookings, "2024-03-01", "", 1))
	r, data := mustFit(t, frame, Options{Dates: true, Missing: MissingIndicator, Scale: ScaleOverall})
	if names := r.FeatureNames(); !slices.Contains(names, "when is missing") || data.X.At(1, slices.Index(names, "when is missing")) != 1 {
		t.Errorf("features %q, X =\n%v", names, mat.Formatted(data.X))
	}
	for j := range 4 { // each part filled with its mean and scaled by itself
		sum := 0.0
		for i := range 4 {
			sum += data.X.At(i, j)
		}
		if data.X.At(1, j) != 0 || !(math.Abs(sum) < 1e-12) {
			t.Errorf("%s: filled with %v, the sum is %v; want 0 and 0", r.FeatureNames()[j], data.X.At(1, j), sum)
		}
	}
	if want := []Substitute{{"when", 1, MissingEntries, "the mean of each of its parts"}}; !slices.Equal(data.Substitutes, want) {
		t.Errorf("%+v, want %+v", data.Substitutes, want)
	}
}

func TestDatesAreNotGuessed(t *testing.T) {
	_, err := Fit(mustRead(t, bookings), Options{})
	tabletest.CheckInputError(t, err, "", `t.csv: line 2, column "when": "2024-02-28" is a date; expected --dates to take year, month, day of week and days of it, --categorical to take it as a category, or --drop to leave the column out`)
	for _, o := range []Options{{Drop: []string{"when"}}, {Categorical: []string{"when"}}} {
		if _, err := Fit(mustRead(t, bookings), o); err != nil {
			t.Errorf("%+v: %v", o, err)
		}
	}
	constant, err := Fit(mustRead(t, "when,a,y\n2024-02-28,1,u\n2024-02-29,2,v\n"), Options{Dates: true})
	if err != nil || !slices.Equal(constant.FeatureNames(), []string{"when day of week", "when days since 2024-02-28", "a"}) || len(constant.Remarks) != 2 {
		t.Errorf("%q, remarks %q (%v)", constant.FeatureNames(), constant.Remarks, err)
	}
	var texts strings.Builder // more texts than a column is judged after, the last no date
	texts.WriteString("when,a,y\n")
	for i := range 6000 {
		texts.WriteString(time.Date(2000, 1, 1+i, 0, 0, 0, 0, time.UTC).Format(dayLayout) + ",1,u\n")
	}
	texts.WriteString("some day,2,v\n")
	if frame := mustRead(t, texts.String()); frame.Column("when").IsDate() {
		t.Error("a column with an entry that is no date is one of dates")
	}
	for name, spoil := range map[string]func(f *Feature){
		"part":  func(f *Feature) { f.Part = "hour" },
		"since": func(f *Feature) { f.Since = "yesterday" },
	} {
		r, _ := mustFit(t, mustRead(t, bookings), Options{Dates: true})
		spoil(&r.Features[3])
		if r.Validate() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
