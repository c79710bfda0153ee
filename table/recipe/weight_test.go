package recipe

import (
	"slices"
	"testing"

	"github.com/relift/relift/table/internal/tabletest"
)

// TestWeight: a column of weights is no feature, and its rows go with those of X.
func TestWeight(t *testing.T) {
	training := mustRead(t, "a,b,y,count\n1,5,1.5,2\n2,,2.5,1\n3,7,3.5,0\n4,9,1,0.5\n")
	r, data := mustFit(t, training, Options{Weight: "count", Missing: MissingDrop})
	if !slices.Equal(r.FeatureNames(), []string{"a", "b"}) || !slices.Equal(r.Targets, []string{"y"}) || len(r.Ignored) != 0 {
		t.Errorf("features %q, target %q, ignored %q", r.FeatureNames(), r.Targets, r.Ignored)
	}
	if !slices.Equal(data.Weights, []float64{2, 0, 0.5}) {
		t.Errorf("weights %v", data.Weights)
	}
	if err := r.Validate(); err != nil {
		t.Error(err)
	}
	if unused := r.Unused(training); len(unused) != 0 {
		t.Errorf("unused %q", unused)
	}
	later, err := r.Apply(mustRead(t, "a,b,y\n1,5,2\n"))
	if err != nil || later.Weights != nil {
		t.Errorf("a table without weights has %v (%v)", later, err)
	}
	features, err := r.ApplyFeatures(training)
	if err != nil || features.Weights != nil {
		t.Errorf("weights of features alone: %v (%v)", features, err)
	}
	unweighted := *data
	unweighted.Weights = nil
	if data.Digest() == unweighted.Digest() {
		t.Error("the digest does not see the weights")
	}
}

func TestBadWeights(t *testing.T) {
	for name, test := range map[string]struct {
		text    string
		options Options
		want    string
	}{
		"negative":         {"a,w,y\n1,1,2.5\n2,-1,3\n", Options{Weight: "w"}, `t.csv: line 3, column "w": the weight is -1; expected a number that is not negative`},
		"all zero":         {"a,w,y\n1,0,2.5\n2,0,3\n", Options{Weight: "w"}, `t.csv: column "w": every weight is 0; expected at least one row that counts`},
		"no number":        {"a,w,y\n1,x,2.5\n2,z,3\n", Options{Weight: "w"}, `t.csv: line 2, column "w": "x" is not a number; expected a finite decimal such as 1.5, or --na-values for texts that mean a missing value`},
		"missing":          {"a,w,y\n1,1,2.5\n2,,3\n", Options{Weight: "w", Missing: MissingMean}, `t.csv: line 3, column "w": the weight is missing and cannot be filled; expected a value, or --missing drop to leave such rows out`},
		"not there":        {"a,w,y\n1,1,2.5\n2,2,3\n", Options{Weight: "v"}, `t.csv: weight column "v" not found; expected one of "a", "w", "y"`},
		"also the target":  {"a,w,y\n1,1,2.5\n2,2,3\n", Options{Weight: "w", Targets: []string{"w"}}, `t.csv: column "w" is the weight and a target or a feature; expected one of them`},
		"also a feature":   {"a,w,y\n1,1,2.5\n2,2,3\n", Options{Weight: "w", Features: []string{"w"}}, `t.csv: column "w" is the weight and a target or a feature; expected one of them`},
		"nothing but that": {"w,y\n1,2.5\n2,3\n", Options{Weight: "w"}, `t.csv: no feature columns are left beside the target "y"; expected at least one`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Fit(mustRead(t, test.text), test.options)
			tabletest.CheckInputError(t, err, "", test.want)
		})
	}
}
