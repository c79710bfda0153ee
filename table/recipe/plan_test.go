package recipe

import (
	"encoding/json"
	"slices"
	"testing"
)

const shapes = "a,colour,y\n1,red,u\n2,blue,v\n3,red,u\n4,blue,v\n5,red,u\n6,,v\n7,red,u\n8,blue,v\n9,red,u\n10,blue,v\n"

// TestPlanIsRepeated: the plan of a recipe makes the same matrices again, as a
// file that states it has to.
func TestPlanIsRepeated(t *testing.T) {
	for name, o := range map[string]Options{
		"drop":      {Missing: MissingDrop, Bias: true},
		"indicator": {Missing: MissingIndicator, Scale: ScaleNone},
		"overall":   {Missing: MissingMean, Scale: ScaleOverall, Features: []string{"a"}},
	} {
		made, err := Plan{Options: o, Split: "holdout:3:0.3"}.Prepare(mustRead(t, shapes))
		if err != nil {
			t.Fatal(err)
		}
		if made.Test == nil || len(made.Train.Rows)+len(made.Test.Rows) < 9 {
			t.Errorf("%s: %d rows for training, and for testing %+v", name, len(made.Train.Rows), made.Test)
		}
		text, err := json.Marshal(made.Recipe.Plan("holdout:3:0.3"))
		if err != nil {
			t.Fatal(err)
		}
		var stated Plan
		if err := json.Unmarshal(text, &stated); err != nil {
			t.Fatal(err)
		}
		again, err := stated.Prepare(mustRead(t, shapes))
		if err != nil || again.Train.Digest() != made.Train.Digest() || again.Test.Digest() != made.Test.Digest() {
			t.Errorf("%s: %s does not make the matrices again (%v)", name, text, err)
		}
		rows, err := made.Recipe.TrainingRows(mustRead(t, shapes), "holdout:3:0.3")
		if err != nil {
			t.Fatal(err)
		}
		if data, err := made.Recipe.Apply(rows); err != nil || data.Digest() != made.Train.Digest() {
			t.Errorf("%s: the rows for training are others (%v)", name, err)
		}
	}
}

func TestRemarksOfAPlan(t *testing.T) {
	made, err := Plan{Options: Options{Missing: MissingDrop}}.Prepare(mustRead(t, "a,b,y\n1,7,u\n,7,v\n2,7,v\n"))
	want := []string{`t.csv: column "b" is constant ("7") and is dropped`, "t.csv: 1 row with missing values is left out (line 3)"}
	if err != nil || made.Test != nil || !slices.Equal(made.Remarks, want) {
		t.Errorf("remarks %q, want %q (%v)", made.Remarks, want, err)
	}
}

// TestPlanOfACertificate reads what certificates of earlier versions state.
func TestPlanOfACertificate(t *testing.T) {
	var p Plan
	err := json.Unmarshal([]byte(`{"targets":["y"],"task":"auto","drop":["b"],"missing":"error","scale":"standard","bias":true,"split":"sklearn:42:0.5","reading":{"decimal":"comma"}}`), &p)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.Targets, []string{"y"}) || p.Task != TaskAuto || !slices.Equal(p.Drop, []string{"b"}) || p.Missing != MissingError ||
		p.Scale != ScaleStandard || !p.Bias || p.Split != "sklearn:42:0.5" || p.Reading.Decimal != "comma" {
		t.Errorf("%+v", p)
	}
}
