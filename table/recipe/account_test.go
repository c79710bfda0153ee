package recipe

import (
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

const trained = "a,colour,y\n1,red,x\n2,red,z\n3,blue,x\n4,red,z\n"

// TestRowsAreLeftOut: whatever is wrong with a row, the others are encoded.
func TestRowsAreLeftOut(t *testing.T) {
	r, _ := mustFit(t, mustRead(t, trained), Options{Scale: ScaleNone, Bias: true})
	later := mustRead(t, "a,colour,y\n1,red,x\n,red,z\n3,violet,x\nabc,red,z\n5,blue,x\n6,red,w\n7,red,x\n8,,x\n9,red,z\n")
	data, err := r.ApplyWith(later, ApplyOptions{Targets: true, Leniently: true})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(data.Rows, []int{0, 4, 6, 8}) || !slices.Equal(data.LeftOut, []int{1, 2, 3, 5, 7}) {
		t.Errorf("rows %v, left out %v", data.Rows, data.LeftOut)
	}
	want := mat.NewDense(4, 4, []float64{1, 0, 1, 1, 5, 1, 0, 1, 7, 0, 1, 1, 9, 0, 1, 1})
	if !mat.Equal(data.X, want) || !mat.Equal(data.Y, mat.NewDense(4, 2, []float64{1, 0, 1, 0, 1, 0, 0, 1})) {
		t.Errorf("X =\n%v\nY =\n%v", mat.Formatted(data.X), mat.Formatted(data.Y))
	}
	remarks := data.Remarks(later, "is left out", "are left out")
	if len(remarks) != 1 || !strings.HasPrefix(remarks[0], `t.csv: 5 rows are left out (lines 3, 4, 5, 7 and 9), the first because of t.csv: line 3, column "a": the value is missing`) {
		t.Errorf("remarks %q", remarks)
	}
	for _, text := range []string{"a,colour,y\n1,violet,x\n", "a,colour,y\n,red,x\n"} {
		if _, err := r.ApplyWith(mustRead(t, text), ApplyOptions{Leniently: true}); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%q, of which no row can be encoded: %v", text, err)
		}
	}
}

// TestNumbersInDoubtAreNotLeftOut: a column that can be read in several ways
// refuses the table, not a row of it.
func TestNumbersInDoubtAreNotLeftOut(t *testing.T) {
	r, _ := mustFit(t, mustRead(t, trained), Options{})
	for _, text := range []string{
		"a;colour\n1,500;red\n2.5;red\n3,25;blue\n",
		"a,colour\n$5,red\n€6,red\n7,red\n",
		"a,colour\nred,red\nblue,blue\n",
	} {
		if data, err := r.ApplyWith(mustRead(t, text), ApplyOptions{Leniently: true}); err == nil {
			t.Errorf("%q is taken as %v", text, mat.Formatted(data.X))
		}
	}
}

func TestSubstitutes(t *testing.T) {
	r, data := mustFit(t, mustRead(t, "a,colour,y\n1,red,x\n,red,z\n5,,x\n,blue,z\n"), Options{Missing: MissingMean})
	want := []Substitute{{"a", 2, MissingEntries, "3"}, {"colour", 1, MissingEntries, "red"}}
	if !slices.Equal(data.Substitutes, want) {
		t.Errorf("%+v, want %+v", data.Substitutes, want)
	}
	later := mustRead(t, "a,colour\n,violet\n2,red\n3,green\n")
	for policy, with := range map[Unknown]string{UnknownIgnore: "none of its categories", UnknownMostFrequent: `"red"`} {
		data, err := r.ApplyWith(later, ApplyOptions{Unknown: policy})
		if err != nil {
			t.Fatal(err)
		}
		got := data.Remarks(later, "", "")
		want := []string{
			`t.csv: missing values are replaced: 1 in column "a" by "3"`,
			`t.csv: categories that training never saw are replaced: 2 in column "colour" by ` + with,
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", policy, got, want)
		}
	}
}

func TestLabelsThatAreAlike(t *testing.T) {
	r, err := Fit(mustRead(t, "a,colour,y\n1,Red,Yes\n2,red,yes\n3,blue,No\n4,Red,yes\n5,red,Yes\n"), Options{})
	want := []string{
		`t.csv: column "y" has classes that differ in case or blanks only and are taken for different ones: "Yes", "yes"`,
		`t.csv: column "colour" has categories that differ in case or blanks only and are taken for different ones: "Red", "red"`,
	}
	if err != nil || !slices.Equal(r.Remarks, want) {
		t.Errorf("remarks %q, want %q (%v)", r.Remarks, want, err)
	}
}
