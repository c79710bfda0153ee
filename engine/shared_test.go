package engine

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/relift/relift/table"
	"github.com/relift/relift/table/recipe"
)

// sharedData is the folder of reference data beside the repository.
const sharedData = "../../shared/data/"

// openCSV reads a table with a header.  It is not package read, whose library
// for Parquet would be compiled for every race and every fuzz target of this
// package's tests.
func openCSV(path string) (*table.Table, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, err
	}
	b, err := table.NewBuilder(path, records[0], false)
	if err != nil {
		return nil, err
	}
	for _, record := range records[1:] {
		for j, field := range record {
			b.AddText(j, field)
		}
		if err := b.EndRow(0); err != nil {
			return nil, err
		}
	}
	return b.Table()
}

// reference is a row of random/reference.csv: the relaxation's value and the
// exact optimum of a random problem.
type reference struct {
	trial      string
	gamma      float64
	sdp, exact float64
}

func references(t *testing.T) []reference {
	t.Helper()
	file, err := os.Open(sharedData + "random/reference.csv")
	if err != nil {
		t.Skip("no reference data: ", err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []reference
	for _, row := range rows[1:] {
		r := reference{trial: row[0]}
		for i, to := range []*float64{&r.gamma, &r.sdp, &r.exact} {
			if *to, err = strconv.ParseFloat(row[i+1], 64); err != nil {
				t.Fatal(err)
			}
		}
		list = append(list, r)
	}
	return list
}

func (r reference) problem(t *testing.T) Problem {
	t.Helper()
	trial, err := strconv.Atoi(r.trial)
	if err != nil {
		t.Fatal(err)
	}
	frame, err := openCSV(fmt.Sprintf("%srandom/random%03d.csv", sharedData, trial))
	if err != nil {
		t.Fatal(err)
	}
	_, data, err := recipe.FitApply(frame, recipe.Options{Targets: []string{"y1", "y2", "y3", "y4", "y5"}, Scale: recipe.ScaleNone})
	if err != nil {
		t.Fatal(err)
	}
	return Problem{X: data.X, Y: data.Y, Gamma: r.gamma}
}

// printed is the relative rounding of the reference values, which have eight
// digits.
const printed = 1e-7

func TestExactOnTheReferenceProblems(t *testing.T) {
	for _, ref := range references(t) {
		p := ref.problem(t)
		r, err := Train(t.Context(), p, Options{Gap: 1e-6})
		if err != nil {
			t.Fatal(err)
		}
		checkResult(t, p, r)
		if r.Method != MethodExact || r.Status != GapReached {
			t.Errorf("trial %s, γ = %v: method %s, status %v, gap %v", ref.trial, ref.gamma, r.Method, r.Status, r.RelativeGap)
		}
		if !(r.LowerBound <= ref.exact*(1+printed)) || !(r.UpperBound >= ref.exact*(1-printed)) || math.Abs(r.UpperBound-ref.exact) > 2e-6*ref.exact {
			t.Errorf("trial %s, γ = %v: bounds %v and %v around %v", ref.trial, ref.gamma, r.LowerBound, r.UpperBound, ref.exact)
		}
	}
}

// referenceAccuracy is the relative accuracy of the reference's relaxation: on problem 3 with
// γ = 0.1 a verified certificate proves 8.0455205, where the reference is 8.0454937.
const referenceAccuracy = 4e-6

func TestRelaxationOnReferenceProblems(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	for _, ref := range references(t)[:4] {
		r, err := Bound(t.Context(), ref.problem(t), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Proof.Verify(t.Context()); err != nil {
			t.Error(err)
		}
		if !(r.LowerBound <= ref.sdp*(1+referenceAccuracy)) || !(r.LowerBound <= r.Relaxation.Value*(1+1e-6)) || !(r.LowerBound <= ref.exact) {
			t.Errorf("trial %s, γ = %v: bound %v is above the relaxation's value %v, %v in the reference", ref.trial, ref.gamma, r.LowerBound, r.Relaxation.Value, ref.sdp)
		}
		if !(r.LowerBound >= ref.sdp*(1-1e-4)) {
			t.Errorf("trial %s, γ = %v: bound %v is more than 1e-4 below %v", ref.trial, ref.gamma, r.LowerBound, ref.sdp)
		}
	}
}
