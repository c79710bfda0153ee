package explain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/network"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/read"
	"github.com/relift/relift/table/recipe"
)

// encoded reads a table and encodes it.
func encoded(t *testing.T, text string, change func(*recipe.Options)) (*recipe.Recipe, *recipe.Encoded, *table.Table) {
	t.Helper()
	frame, err := read.Read("t.csv", strings.NewReader(text), table.FormatCSV)
	if err != nil {
		t.Fatal(err)
	}
	o := recipe.DefaultOptions()
	if change != nil {
		change(&o)
	}
	e, data, err := recipe.FitApply(frame, o)
	if err != nil {
		t.Fatal(err)
	}
	return e, data, frame
}

func model(t *testing.T, e *recipe.Recipe, u, v [][]float64) *network.Model {
	t.Helper()
	w := problem.Weights{U: dense(u), V: dense(v)}
	m, err := network.New(w, e, network.Provenance{Gamma: 0.1, LowerBound: math.NaN(), UpperBound: math.NaN(), DataLoss: math.NaN()})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func dense(rows [][]float64) *mat.Dense {
	d := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, row := range rows {
		d.SetRow(i, row)
	}
	return d
}

const mixed = `size,colour,weight,kind
1,red,10,a
2,blue,30,b
4,red,20,a
8,green,70,b
3,blue,45,b
`

// columns: size, blue, green, red (categories sorted by the encoding), weight, bias
func mixedModel(t *testing.T) (*network.Model, *recipe.Encoded, *table.Table) {
	t.Helper()
	e, data, frame := encoded(t, mixed, nil)
	d, _ := e.Dims()
	const seed = 7
	rng := rand.New(rand.NewPCG(seed, 0))
	u, v := make([][]float64, 9), make([][]float64, 9)
	for j := range u {
		u[j], v[j] = make([]float64, d), make([]float64, 2)
		for k := range u[j] {
			u[j][k] = rng.NormFloat64()
		}
		v[j][0], v[j][1] = rng.NormFloat64(), rng.NormFloat64()
	}
	floats.ScaleTo(u[5], 3, u[2])  // merges with 3
	floats.ScaleTo(u[6], -2, u[3]) // other side of 4
	clear(v[7])                    // dead
	clear(u[8])
	u[8][d-1] = -1 // active nowhere
	return model(t, e, u, v), data, frame
}

func TestCoefficientsGiveThePreActivationInUnitsOfTheTable(t *testing.T) {
	m, data, frame := mixedModel(t)
	e, err := New(m, data)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range e.Neurons {
		for i := range frame.NumRows() {
			sum := float64(n.Offset)
			for k, name := range e.Columns {
				value := 0.0
				if feature, category, ok := strings.Cut(name, "="); ok {
					if frame.Column(feature).Value(i) == category {
						value = 1
					}
				} else {
					value = frame.Column(name).Numbers[i]
				}
				sum += float64(n.Coefficients[k]) * value
			}
			want := mat.Dot(data.X.RowView(i), m.Weights.U.RowView(n.Number-1))
			if math.Abs(sum-want) > 1e-12*(1+math.Abs(want)) {
				t.Errorf("neuron %d, row %d: %v in the table's units, %v encoded", n.Number, i, sum, want)
			}
		}
	}
}

func TestActivity(t *testing.T) {
	m, data, _ := mixedModel(t)
	e, err := New(m, data)
	if err != nil {
		t.Fatal(err)
	}
	patterns := m.ActivationPatterns(data.X)
	if e.Rows != 5 || !slices.Equal(e.ClassRows, []int{2, 3}) {
		t.Errorf("%d rows by class %v", e.Rows, e.ClassRows)
	}
	shares := 0.0
	for _, n := range e.Neurons {
		j := n.Number - 1
		active, byClass := 0, []int{0, 0}
		for i := range patterns {
			if patterns[i][j] {
				active++
				byClass[recipe.Argmax(data.Y)[i]]++
			}
		}
		if *n.Active != active || !slices.Equal(n.ByClass, byClass) {
			t.Errorf("neuron %d is active on %d rows %v, want %d %v", n.Number, *n.Active, n.ByClass, active, byClass)
		}
		shares += *n.Share
		switch {
		case n.Number == 8 && n.State != Dead, n.Number == 9 && n.State != Never:
			t.Errorf("neuron %d is %s", n.Number, n.State)
		}
	}
	if math.Abs(shares-1) > 1e-12 {
		t.Errorf("the shares sum to %v", shares)
	}
	if !slices.IsSortedFunc(e.Neurons, func(a, b Neuron) int { return descending(a.MainShare(), b.MainShare()) }) {
		t.Error("the neurons are not sorted by share")
	}
	seen := map[int]bool{}
	for _, p := range e.Patterns {
		for _, row := range p.Rows {
			seen[row] = true
			for j := range patterns[row-1] {
				if patterns[row-1][j] != slices.Contains(p.Neurons, j+1) {
					t.Errorf("row %d is not of its pattern at neuron %d", row, j+1)
				}
			}
		}
	}
	if len(seen) != 5 {
		t.Errorf("the patterns have rows %v, want 1 to 5", seen)
	}
}

func TestShareLeavesOutWhatEveryClassGets(t *testing.T) {
	e, data, _ := encoded(t, "a,y\n1,p\n2,q\n3,p\n", func(o *recipe.Options) { o.Scale = recipe.ScaleNone; o.Bias = false })
	m := model(t, e, [][]float64{{1}, {1}}, [][]float64{{5, 5}, {1, 3}})
	x, err := New(m, data)
	if err != nil {
		t.Fatal(err)
	}
	if first := x.Neurons[0]; first.Number != 2 || *first.Share != 1 {
		t.Errorf("neuron %d has share %v, want all for neuron 2", first.Number, *first.Share)
	}
}

func TestRedundancies(t *testing.T) {
	m, data, _ := mixedModel(t)
	for _, with := range []*recipe.Encoded{nil, data} {
		e, err := New(m, with)
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(e.Redundancies)
		for _, want := range []string{"{same_direction [3 6]}", "{opposite_direction [4 7]}"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s is not in %s", want, got)
			}
		}
		if strings.Contains(got, "8") {
			t.Errorf("the dead neuron 8 is in %s", got)
		}
		if with != nil && !strings.Contains(got, "same_rows") {
			t.Errorf("neurons 3 and 6 act on the same rows, but %s", got)
		}
	}
}

func TestWithoutData(t *testing.T) {
	m, _, _ := mixedModel(t)
	e, err := New(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, n := range e.Neurons {
		sum += n.WeightShare
		if n.Share != nil || n.Active != nil || n.State != Dead && n.State != Unknown {
			t.Errorf("neuron %d knows of rows: %+v", n.Number, n)
		}
	}
	if math.Abs(sum-1) > 1e-12 || e.Rows != 0 || len(e.Patterns) != 0 {
		t.Errorf("shares sum to %v, %d rows, %d patterns", sum, e.Rows, len(e.Patterns))
	}
}

func TestInfluenceOfAnUnusedFeatureIsZero(t *testing.T) {
	e, data, _ := encoded(t, "a,b,y\n1,5,0.5\n2,3,1.5\n3,4,2.5\n5,1,7.25\n", nil)
	m := model(t, e, [][]float64{{0, 1, 0.5}, {0, -1, 0.2}}, [][]float64{{1}, {2}})
	for _, with := range []*recipe.Encoded{nil, data} {
		x, err := New(m, with)
		if err != nil {
			t.Fatal(err)
		}
		if x.Features[0] != (Influence{"b", 1}) || x.Features[1] != (Influence{"a", 0}) {
			t.Errorf("influence %v", x.Features)
		}
	}
}

func TestNetworkOfWidthZero(t *testing.T) {
	e, data, _ := encoded(t, mixed, nil)
	m, err := network.New(problem.Weights{}, e, network.Provenance{Gamma: 1})
	if err != nil {
		t.Fatal(err)
	}
	x, err := New(m, data)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := x.WriteText(&b); err != nil || !strings.Contains(b.String(), "Without neurons") {
		t.Errorf("%s, %v", b.String(), err)
	}
	if _, err := NewSlice(m, data, x, [2]string{"size", "weight"}, SliceOptions{}); err != nil {
		t.Error(err)
	}
}

func TestSliceAgreesWithTheNetwork(t *testing.T) {
	m, data, _ := mixedModel(t)
	e, err := New(m, data)
	if err != nil {
		t.Fatal(err)
	}
	for _, two := range [][2]string{{"size", "weight"}, {"colour", "weight"}, {"size", "colour"}} {
		s, err := NewSlice(m, data, e, two, SliceOptions{Cells: 9})
		if err != nil {
			t.Fatal(err)
		}
		for row := range s.Rows {
			for column := range s.Columns {
				// The cell's centre as a row of a table, medians and all.
				values := map[string]string{"size": "3", "weight": "30", "colour": "blue", "kind": "a"}
				for i, at := range []int{column, row} {
					n := [2]int{s.Columns, s.Rows}[i]
					if c := s.Axes[i].Categories; c != nil {
						values[s.Axes[i].Feature] = c[at]
					} else {
						values[s.Axes[i].Feature] = fmt.Sprint(s.Axes[i].centre(at, n))
					}
				}
				text := fmt.Sprintf("size,colour,weight,kind\n%s,%s,%s,%s\n", values["size"], values["colour"], values["weight"], values["kind"])
				frame, err := read.Read("c.csv", strings.NewReader(text), table.FormatCSV)
				if err != nil {
					t.Fatal(err)
				}
				p, err := m.Predict(frame)
				if err != nil {
					t.Fatal(err)
				}
				if got := s.Outputs[s.Class[row*s.Columns+column]]; got != p.Labels[0] {
					t.Errorf("%v at %v: %s, the network says %s", two, values, got, p.Labels[0])
				}
			}
		}
		if len(s.Points) != 5 {
			t.Errorf("%d points, want 5", len(s.Points))
		}
	}
}

func TestTracesLieOnTheHyperplanes(t *testing.T) {
	m, data, _ := mixedModel(t)
	e, err := New(m, data)
	if err != nil {
		t.Fatal(err)
	}
	for _, two := range [][2]string{{"size", "weight"}, {"colour", "weight"}} {
		s, err := NewSlice(m, data, e, two, SliceOptions{MaxTraces: 3})
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Traces) == 0 {
			t.Fatalf("%v: no traces", two)
		}
		for _, trace := range s.Traces {
			i := slices.IndexFunc(e.Neurons, func(n Neuron) bool { return n.Number == trace.Neuron })
			at := func(name string) float64 { return float64(e.Neurons[i].Coefficients[slices.Index(e.Columns, name)]) }
			for _, p := range [][2]float64{{trace.X0, trace.Y0}, {trace.X1, trace.Y1}} {
				value := float64(e.Neurons[i].Offset) + at("weight")*p[1]
				if two[0] == "size" {
					value += at("size")*p[0] + at("colour=blue")
				} else {
					middle := (trace.X0 + trace.X1) / 2
					value += 3*at("size") + at("colour="+s.Axes[0].Categories[int(math.Round(middle))])
				}
				if math.Abs(value) > 1e-9 {
					t.Errorf("%v: neuron %d is %v at %v, want 0", two, trace.Neuron, value, p)
				}
			}
		}
	}
}

func TestSliceRefusals(t *testing.T) {
	m, data, _ := mixedModel(t)
	e, err := New(m, data)
	if err != nil {
		t.Fatal(err)
	}
	for want, two := range map[string][2]string{
		"expected two different features":             {"size", "0"},
		`"nope" is not in the model; expected one of`: {"size", "nope"},
	} {
		if _, err := NewSlice(m, data, e, two, SliceOptions{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", two, err, want)
		}
	}
	if _, err := NewSlice(m, data, nil, [2]string{"size", "weight"}, SliceOptions{}); err == nil {
		t.Error("a slice without an explanation")
	}
	if _, err := New(m, &recipe.Encoded{X: mat.NewDense(1, 2, nil), Rows: []int{0}}); err == nil {
		t.Error("data of another width were accepted")
	}
}

func TestResponseIsTheNetworkAlongAFeature(t *testing.T) {
	m, data, _ := mixedModel(t)
	e, err := New(m, data)
	if err != nil {
		t.Fatal(err)
	}
	for _, feature := range []string{"size", "colour"} {
		r, err := NewResponse(m, data, e, feature)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.X) != len(r.Y) || len(r.Fixed) != 2 {
			t.Fatalf("%s: %d places, %d outputs, %d features held", feature, len(r.X), len(r.Y), len(r.Fixed))
		}
		if feature == "colour" {
			if len(r.X) != len(r.Axis.Categories) || r.Kinks != nil {
				t.Errorf("categories %v at %v with kinks %v", r.Axis.Categories, r.X, r.Kinks)
			}
			continue
		}
		if len(r.Kinks) == 0 || !slices.IsSorted(r.X) {
			t.Fatalf("kinks %v, places %v", r.Kinks, r.X)
		}
		// Between two places the network is linear: half way its outputs are the means of those at the ends.
		p := newPlane(m.Encoding, data, [2]int{0, 0})
		row := mat.NewDense(1, len(p.base), nil)
		for i := 1; i < len(r.X); i++ {
			copy(row.RawRowView(0), p.base)
			p.set(row.RawRowView(0), 0, (r.X[i-1]+r.X[i])/2)
			for k, v := range m.Outputs(row).RawRowView(0) {
				if want := (r.Y[i-1][k] + r.Y[i][k]) / 2; math.Abs(v-want) > 1e-9*(1+math.Abs(want)) {
					t.Errorf("output %d between %v and %v is %v, want %v", k, r.X[i-1], r.X[i], v, want)
				}
			}
		}
	}
	if _, err := NewResponse(m, data, e, "nope"); err == nil {
		t.Error("a feature that there is not")
	}
}

func TestTextAndJSON(t *testing.T) {
	m, data, _ := mixedModel(t)
	e, err := New(m, data)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := e.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"9 neurons, classification of 3 features", "5 rows", "dead       1 neuron,", "inactive   1 neuron,", "neurons 3 6 have one direction", "Activation patterns:", "colour=red"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var back Explanation
	if err := json.Unmarshal(text, &back); err != nil || len(back.Neurons) != 9 || back.Neurons[0].Hyperplane == "" {
		t.Errorf("%v, %s", err, text)
	}
}

func TestShort(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 1.23456: "1.23", -0.5: "−0.5", 1234567: "1.23e+06", 123456: "123000", 1e-9: "1e−09", math.Inf(1): "–"} {
		if got := short(v); got != want {
			t.Errorf("%v is %q, want %q", v, got, want)
		}
	}
}
