package onnx

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/relift/relift/table/recipe"
)

// TestMetadata: a file says what was proved about the network.
func TestMetadata(t *testing.T) {
	m := model(t, builtin(t, "builtin:iris"), recipe.DefaultOptions(), 3, 1)
	for _, precision := range []Precision{Double, Single} {
		var b bytes.Buffer
		if err := Write(&b, m, precision); err != nil {
			t.Fatal(err)
		}
		file, err := decode(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, p := range file.MetadataProps {
			got[p.GetKey()] = p.GetValue()
		}
		for key, want := range map[string]string{
			"relift.gamma": "0.1", "relift.objective": "2.5", "relift.lower_bound": "0.3333333333333333", "relift.data_sha256": m.Provenance.DataDigest,
			"relift.outputs": `["setosa","versicolor","virginica"]`, "relift.version": "0.1.0",
		} {
			if got[key] != want {
				t.Errorf("precision %d: %s is %q, want %q", precision, key, got[key], want)
			}
		}
		if _, ok := got["relift.model"]; ok != (precision == Double) {
			t.Errorf("precision %d: relift.model is there: %v", precision, ok)
		}
		if got := file.OpsetImport[0].GetVersion(); got != OpsetVersion {
			t.Errorf("opset %d, want %d", got, OpsetVersion)
		}
	}
}

// TestSinglePrecisionRefusals: what single precision cannot say is refused.
func TestSinglePrecisionRefusals(t *testing.T) {
	options := recipe.Options{Targets: []string{"y"}, Categorical: []string{"k"}, Bias: true}
	for _, c := range []struct{ name, table, want string }{
		{"categories that become one", "k,a,y\n100000001,1,0.5\n100000002,2,1.5\n100000001,3,2.5\n100000002,4,1\n", `of "k" are the same in single precision`},
		{"a number that is too large", "k,a,y\n1,1e39,0.5\n2,2,1.5\n1,3,2.5\n2,4,1\n", "is too large for single precision"},
	} {
		o := options
		o.Scale = recipe.ScaleStandard
		m := model(t, readText(t, c.table), o, 2, 1)
		var b bytes.Buffer
		if err := Write(&b, m, Single); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
		if err := Write(&b, m, Double); err != nil {
			t.Errorf("%s in double precision: %v", c.name, err)
		}
	}
}

// TestIndicatorOfNoFeature: an indicator whose column is no feature would be made of another column.
func TestIndicatorOfNoFeature(t *testing.T) {
	frame := readText(t, "a,b,y\n1,?,0.5\n?,2,1.5\n3,3,2.5\n4,5,3.25\n")
	m := model(t, frame, recipe.Options{Missing: recipe.MissingIndicator}, 2, 1)
	m.Encoding.Features[3].MissingOf = "c"
	if err := Write(io.Discard, m, Double); err == nil || !strings.Contains(err.Error(), `says where "c" is missing`) {
		t.Errorf("got %v", err)
	}
}
