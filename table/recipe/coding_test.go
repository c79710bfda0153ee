package recipe

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestSignCoding(t *testing.T) {
	e, data := mustFit(t, mustRead(t, "a,y\n1,u\n2,v\n3,u\n4,u\n"), Options{Coding: CodingSign})
	if want := mat.NewDense(4, 1, []float64{-1, 1, -1, -1}); !mat.Equal(data.Y, want) {
		t.Errorf("Y = %v", mat.Formatted(data.Y))
	}
	if got, want := e.Labels(e.Scores(data.Y)), []string{"u", "v", "u", "u"}; !slices.Equal(got, want) {
		t.Errorf("labels %q, want %q", got, want)
	}
	if _, c := e.Dims(); c != 1 || !slices.Equal(e.OutputNames(), []string{"v"}) {
		t.Errorf("%d outputs, %q", c, e.OutputNames())
	}
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var back Recipe
	if err := json.Unmarshal(text, &back); err != nil || back.Validate() != nil || back.Coding != CodingSign {
		t.Errorf("%s is read as %+v: %v, %v", text, back, err, back.Validate())
	}
	back.Classes = append(back.Classes, "w")
	if back.Validate() == nil {
		t.Error("three classes in one output are accepted")
	}
	// More classes than two stay one-hot.
	e, data = mustFit(t, mustRead(t, "a,y\n1,u\n2,v\n3,w\n4,u\n"), Options{Coding: CodingSign})
	if _, c := data.Y.Dims(); c != 3 || e.Coding != CodingOneHot || e.Scores(data.Y) != data.Y {
		t.Errorf("three classes have %d outputs, coding %q", c, e.Coding)
	}
}

func TestBalancedClasses(t *testing.T) {
	const text = "a,w,y\n1,1,u\n2,2,v\n3,1,u\n4,4,u\n"
	for _, coding := range []Coding{CodingOneHot, CodingSign} {
		_, data := mustFit(t, mustRead(t, text), Options{Coding: coding, ClassWeight: ClassWeightBalanced, Drop: []string{"w"}})
		if want := []float64{2.0 / 3, 2, 2.0 / 3, 2.0 / 3}; !slices.Equal(data.Weights, want) {
			t.Errorf("weights %v, want %v", data.Weights, want)
		}
		_, data = mustFit(t, mustRead(t, text), Options{Coding: coding, ClassWeight: ClassWeightBalanced, Weight: "w"})
		if want := []float64{2.0 / 3, 4, 2.0 / 3, 4 * (2.0 / 3)}; !slices.Equal(data.Weights, want) {
			t.Errorf("with weights of their own: %v, want %v", data.Weights, want)
		}
	}
	_, err := Fit(mustRead(t, "a,y\n1,0.5\n2,1.25\n3,7\n"), Options{ClassWeight: ClassWeightBalanced})
	if err == nil || !strings.Contains(err.Error(), "class weight") {
		t.Errorf("class weights of a regression: %v", err)
	}
}
