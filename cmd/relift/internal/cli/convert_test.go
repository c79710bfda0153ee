package cli

import (
	"os"
	"path/filepath"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/npy"
	"github.com/relift/relift/network/onnx"
)

// TestConvertThereAndBack: to ONNX and back gives the same file, and either
// predicts the same.
func TestConvertThereAndBack(t *testing.T) {
	dir, data, model := trained(t)
	graph, back := filepath.Join(dir, "m.onnx"), filepath.Join(dir, "back.json")
	for _, args := range [][]string{{"convert", model, graph}, {"convert", graph, back}} {
		if o := command(t, args...); o.status != exitDone || o.stdout != "" || o.stderr != "" {
			t.Fatalf("relift %v: exit status %d, %q, %q", args, o.status, o.stdout, o.stderr)
		}
	}
	want, err := os.ReadFile(model)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(back); err != nil || string(got) != string(want) {
		t.Errorf("the model came back as %s (%v)", got, err)
	}
	if a, b := command(t, "predict", model, data), command(t, "predict", graph, data); a.stdout == "" || a.stdout != b.stdout {
		t.Errorf("the ONNX model predicts %q, want %q", b.stdout, a.stdout)
	}
	direct := filepath.Join(dir, "direct.onnx")
	if o := command(t, "train", data, "-q", "--reg", "0.1", "--intercept=false", "--method", "descent", "-o", direct); o.status != exitDone {
		t.Fatal(o.stderr)
	}
	a, errA := os.ReadFile(graph)
	b, errB := os.ReadFile(direct)
	if errA != nil || errB != nil || string(a) != string(b) {
		t.Error("relift train -o m.onnx and relift convert write different files")
	}
}

func TestConvertBadInput(t *testing.T) {
	dir, data, model := trained(t)
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	out := filepath.Join(dir, "m.onnx")
	damaged := write("damaged.onnx", "this is text")
	command(t, "convert", model, filepath.Join(dir, "m.pt")).wantRefusal(t, "m.pt", ".onnx or .json")
	command(t, "convert", model, model).wantRefusal(t, "also the input")
	command(t, "convert", data, out).wantRefusal(t, "tiny.csv", "not a model file")
	command(t, "convert", damaged, filepath.Join(dir, "x.json")).wantRefusal(t, "damaged.onnx", "not a valid ONNX file")
	command(t, "convert", filepath.Join(dir, "no.onnx"), out).wantRefusal(t, "no.onnx", "no such file")
	command(t, "convert", model, filepath.Join(dir, "no", "m.onnx")).wantRefusal(t, "no such file or directory")
	command(t, "convert", model).wantRefusal(t, "TO is missing")
	wantOnly(t, dir, "tiny.csv", "m.json", "damaged.onnx")
}

// foreignONNX writes a network as a program that knows nothing of relift would:
// without metadata.
func foreignONNX(t *testing.T, path string, u, v *mat.Dense, bias []float64) {
	t.Helper()
	if err := os.WriteFile(path, onnxWithoutMetadata(t, u, v, bias), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestConvertForeign(t *testing.T) {
	dir := t.TempDir()
	path, out := filepath.Join(dir, "torch.onnx"), filepath.Join(dir, "torch.json")
	foreignONNX(t, path, mat.NewDense(2, 1, []float64{1, -1}), mat.NewDense(2, 1, []float64{2, 3}), []float64{0.5, 0})
	if n, err := onnx.Load(path); err != nil || n.Model != nil {
		t.Fatalf("not foreign: %v", err)
	}
	command(t, "convert", path, out).wantRefusal(t, "torch.onnx", "does not say its weight decay", "--reg")
	if o := command(t, "convert", path, out, "--reg", "0.5"); o.status != exitDone {
		t.Fatal(o.stderr)
	}
	_, data := file(t, "d.csv", "x1\n2\n-1\n")
	if o := command(t, "predict", out, data); o.stdout != "y1\n5\n3\n" {
		t.Errorf("predictions %q, %s", o.stdout, o.stderr)
	}
	command(t, "predict", path, data).wantRefusal(t, "torch.onnx", "relift convert")
}

// TestConvertSinglePrecision: the file is smaller, foreign to relift, and
// predicts about the same.
func TestConvertSinglePrecision(t *testing.T) {
	dir, data, model := trained(t)
	graph := filepath.Join(dir, "single.onnx")
	if o := command(t, "convert", model, graph, "--precision", "single"); o.status != exitDone {
		t.Fatal(o.stderr)
	}
	n, err := onnx.Load(graph)
	if err != nil || n.Model != nil {
		t.Fatalf("not foreign: %v", err)
	}
	command(t, "predict", graph, data).wantRefusal(t, "single.onnx", "relift convert")
	command(t, "convert", model, filepath.Join(dir, "m2.json"), "--precision", "single").wantRefusal(t, "--precision single", ".onnx")
	command(t, "convert", model, graph, "--precision", "half").wantRefusal(t, "--precision", "double, single")
}

// TestConvertWeights: weights become a model where it is clear how they lie.
func TestConvertWeights(t *testing.T) {
	u, v := mat.NewDense(3, 1, []float64{1, -1, 2}), mat.NewDense(3, 2, []float64{2, 0, 3, 0, 0, 1})
	path := npz(t, "w.npz", map[string]npy.Array{"a": npy.Matrix(u), "b": npy.Matrix(v)})
	out := filepath.Join(t.TempDir(), "w.onnx")
	command(t, "convert", path, out).wantRefusal(t, "w.npz", "--reg")
	flags := []string{"convert", path, out, "--reg", "1", "--weights", "u=a,v=b"}
	if o := command(t, flags...); o.status != exitDone {
		t.Fatal(o.stderr)
	}
	_, data := file(t, "d.csv", "x1\n2\n-1\n")
	if o := command(t, "predict", out, data); o.stdout != "y1,y2\n4,4\n3,0\n" {
		t.Errorf("predictions %q, %s", o.stdout, o.stderr)
	}
	square := npz(t, "w.npz", map[string]npy.Array{"U": npy.Matrix(mat.NewDense(2, 2, []float64{1, 0, 0, 1})), "V": npy.Matrix(mat.NewDense(2, 1, []float64{2, 3}))})
	command(t, "convert", square, out, "--reg", "1").wantRefusal(t, "w.npz", "several orientations (neurons, sklearn)", "--orientation")
	if o := command(t, "convert", square, out, "--reg", "1", "--orientation", "sklearn"); o.status != exitDone {
		t.Error(o.stderr)
	}
	command(t, "convert", out, filepath.Join(t.TempDir(), "m.json"), "--orientation", "torch").wantRefusal(t, "--orientation", "no such flag")
}
