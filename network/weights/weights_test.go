package weights

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/network/foreign"
	"github.com/relift/relift/table"
)

// The network of testdata/make.py.
const d, m, c = 4, 5, 3

func wantNetwork(t *testing.T, n *foreign.Network) {
	t.Helper()
	o := n.Orientation
	if o == foreign.OrientationUnknown {
		o = foreign.Neurons
	}
	turned, ok := n.Oriented(o, d, c, false)
	if !ok {
		rows, cols := n.U.Dims()
		t.Fatalf("the shapes do not fit: U is %d×%d, orientation %q", rows, cols, n.Orientation)
	}
	for j := range m {
		for k := range d {
			if got, want := turned.U.At(j, k), float64(j*d+k)/8-1; got != want {
				t.Errorf("U[%d,%d] is %v, want %v", j, k, got, want)
			}
		}
		for k := range c {
			if got, want := turned.V.At(j, k), float64(k*m+j)/16-0.5; got != want {
				t.Errorf("V[%d,%d] is %v, want %v", j, k, got, want)
			}
		}
		if got, want := turned.B[j], float64(j)/4; got != want {
			t.Errorf("b1[%d] is %v, want %v", j, got, want)
		}
	}
	for k := range c {
		if got, want := turned.A[k], float64(k+1); got != want {
			t.Errorf("b2[%d] is %v, want %v", k, got, want)
		}
	}
}

// TestFiles: the same network from every kind of file.
func TestFiles(t *testing.T) {
	for _, file := range []struct {
		name        string
		names       Names
		orientation foreign.Orientation
		warning     string
	}{
		{name: "state.pt", orientation: foreign.Torch, warning: "took the weights u=fc1.weight,b1=fc1.bias,v=fc2.weight,b2=fc2.bias"},
		{name: "checkpoint.pt", orientation: foreign.Torch, warning: "u=model.fc1.weight"},
		{name: "bfloat16.pt", orientation: foreign.Torch, warning: "took"},
		{name: "views.pt", orientation: foreign.Torch, warning: "took"},
		{name: "norm.pt", names: Names{"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"}, orientation: foreign.Torch, warning: "2 further arrays are not used"},
		{name: "state.safetensors", orientation: foreign.Torch, warning: "took"},
		{name: "half.safetensors", orientation: foreign.Torch, warning: "took"},
		{name: "sklearn.npz", orientation: foreign.Sklearn, warning: "u=coefs_0,b1=intercepts_0,v=coefs_1,b2=intercepts_1"},
		{name: "uv.npz"},
	} {
		t.Run(file.name, func(t *testing.T) {
			n, err := Load(filepath.Join("testdata", file.name), file.names)
			if err != nil {
				t.Fatal(err)
			}
			if n.Orientation != file.orientation {
				t.Errorf("orientation %q, want %q", n.Orientation, file.orientation)
			}
			if all := strings.Join(n.Warnings, "\n"); file.warning == "" != (all == "") || !strings.Contains(all, file.warning) {
				t.Errorf("warnings %q, want %q", all, file.warning)
			}
			wantNetwork(t, n)
		})
	}
}

// TestRefusals: what is no state dict, and doubt, is refused in a line that says
// what to do.
func TestRefusals(t *testing.T) {
	for _, file := range []struct {
		name  string
		names Names
		want  string
	}{
		{"module.pt", Names{}, "it holds __main__.Net, which is code and is not run; expected a state dict"},
		{"legacy.pt", Names{}, "PyTorch before 1.6"},
		{"script.pt", Names{}, "is a TorchScript program; expected a state dict"},
		{"norm.pt", Names{}, `"norm.num_batches_tracked" is no matrix and no vector of floating-point numbers; expected --weights`},
		{"state.pt", Names{U: "fc1.weight", V: "fc3.weight"}, `has no array "fc3.weight"; expected one of fc1.weight, fc1.bias`},
		{"state.pt", Names{U: "fc1.bias", V: "fc2.weight"}, "fc1.bias has the shape [5]; expected a matrix"},
		{"make.py", Names{}, "is no file of weights that is known"},
		{"no.pt", Names{}, "no such file"},
		{".", Names{}, "is no file"},
	} {
		_, err := Load(filepath.Join("testdata", file.name), file.names)
		if err == nil || !strings.Contains(err.Error(), file.want) || strings.Contains(err.Error(), "\n") || !errors.Is(err, table.ErrInput) {
			t.Errorf("%s: got %v, want %q", file.name, err, file.want)
		}
	}
}

func TestParseNames(t *testing.T) {
	n, err := ParseNames([]string{"v=b", "u=a", "b2=x=y"})
	if want := (Names{U: "a", V: "b", B2: "x=y"}); err != nil || n != want {
		t.Errorf("%v, %v", n, err)
	}
	for _, items := range [][]string{{"u=a"}, {"u=a", "v=b", "w=c"}, {"u=a", "u=b", "v=c"}, {"u=", "v=b"}, {"a", "v=b"}, {"u=a", "v=a"}} {
		if _, err := ParseNames(items); !errors.Is(err, ErrNames) {
			t.Errorf("%q: %v", items, err)
		}
	}
}

// TestPickledCodeIsNotRun: a pickle that would run a program when Python loads
// it is refused by the name of what it would call.
func TestPickledCodeIsNotRun(t *testing.T) {
	for name, code := range map[string]string{
		"os.system":        "\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R.",
		"builtins.eval":    "\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R.",
		"torch.load":       "\x80\x02ctorch\nload\nX\x01\x00\x00\x00x\x85R.",
		"collections.evil": "\x80\x02ccollections\nevil\n)R.",
	} {
		_, err := Read(archived(t, code))
		if err == nil || !strings.Contains(err.Error(), "it holds "+name+", which is code and is not run") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, code := range map[string]string{
		"INST":    "\x80\x02(ios\nsystem\n.",
		"OBJ":     "\x80\x02(ccollections\nOrderedDict\no.",
		"NEWOBJ":  "\x80\x02ccollections\nOrderedDict\n)\x81.",
		"EXT1":    "\x80\x02\x82\x01.",
		"no STOP": "\x80\x02}",
		"no mark": "\x80\x02}u.",
		"empty":   "",
		"a class": "\x80\x02ctorch\nFloatStorage\n)R.",
	} {
		if _, err := Read(archived(t, code)); err == nil || !strings.Contains(err.Error(), "its pickle") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// archived puts a pickle into an archive as torch.save does.
func archived(t testing.TB, code string) (r *bytes.Reader, size int64, names Names) {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, content := range map[string]string{"a/data.pkl": code, "a/data/0": "\x00\x00\x80\x3f"} {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(b.Bytes()), int64(b.Len()), Names{}
}

// dictOf is the pickle of a dictionary with one tensor of the shape and strides
// in a storage of count numbers.
func dictOf(offset int32, shape, strides []int32, count int32) string {
	number := func(v int32) string { return "J" + string(binary.LittleEndian.AppendUint32(nil, uint32(v))) }
	numbers := func(vs []int32) string {
		out := "("
		for _, v := range vs {
			out += number(v)
		}
		return out + "t"
	}
	text := func(s string) string { return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s }
	return "\x80\x02}" + text("w") + "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\nFloatStorage\n" + text("0") + text("cpu") + number(count) + "tQ" +
		number(offset) + numbers(shape) + numbers(strides) + "\x89ccollections\nOrderedDict\n)RtRs."
}

// TestTensorsStayInTheirStorage: shapes and strides reach no further than the
// numbers, and make no more of them than there are.
func TestTensorsStayInTheirStorage(t *testing.T) {
	for name, code := range map[string]string{
		"offset":       dictOf(1, []int32{1, 1}, []int32{1, 1}, 1),
		"stride":       dictOf(0, []int32{1, 2}, []int32{1, 1}, 1),
		"expanded":     dictOf(0, []int32{1 << 20, 1 << 20}, []int32{0, 0}, 1),
		"huge strides": dictOf(1<<31-1, []int32{1, 1}, []int32{1<<31 - 1, 1<<31 - 1}, 1),
	} {
		r, size, _ := archived(t, code)
		_, err := Read(r, size, Names{U: "w", V: "w"})
		if err == nil || !strings.Contains(err.Error(), "numbers") {
			t.Errorf("%s: %v", name, err)
		}
	}
	r, size, _ := archived(t, dictOf(0, []int32{1, 1}, []int32{1, 1}, 1))
	if n, err := Read(r, size, Names{U: "w", V: "w"}); err != nil || !mat.Equal(n.U, mat.NewDense(1, 1, []float64{1})) {
		t.Errorf("a tensor of one number: %v", err)
	}
}

// safe makes a safetensors file.
func safe(header, numbers string) *bytes.Reader {
	return bytes.NewReader(append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header+numbers...))
}

func TestDamagedSafetensors(t *testing.T) {
	for want, r := range map[string]*bytes.Reader{
		"is there twice":            safe(`{"a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}`, "\x00\x00\x00\x00"),
		"begins at byte 2":          safe(`{"a":{"dtype":"F32","shape":[1,1],"data_offsets":[2,6]}}`, "\x00\x00\x00\x00\x00\x00"),
		"its arrays have 4 bytes":   safe(`{"a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}`, "\x00\x00\x00\x00\x00"),
		"says 8":                    safe(`{"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,4]}}`, "\x00\x00\x00\x00"),
		"impossible shape":          safe(`{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,4]}}`, "\x00\x00\x00\x00"),
		`damaged at array "a"`:      safe(`{"a":{"dtype":"F32","shape":[1,1],"data_offsets":[4,0]}}`, ""),
		"its header has 1000 bytes": bytes.NewReader(append(binary.LittleEndian.AppendUint64(nil, 1000), "{}"...)),
		"its header is damaged":     safe(`{"a":`, ""),
	} {
		if _, err := Read(r, r.Size(), Names{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// FuzzRead: no file makes the reader panic, and what it reads is finite.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*")
	if err != nil || len(files) == 0 {
		f.Fatal(err)
	}
	for _, path := range files {
		if content, err := os.ReadFile(path); err == nil {
			f.Add(content)
		}
	}
	f.Add([]byte(fmt.Sprint("\x80\x02", dictOf(0, []int32{1, 1}, []int32{1, 1}, 1))))
	f.Fuzz(func(t *testing.T, content []byte) {
		n, err := Read(bytes.NewReader(content), int64(len(content)), Names{})
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("the message has several lines: %q", err)
			}
			return
		}
		if n.U.IsEmpty() || n.V.IsEmpty() {
			t.Error("a network without weights")
		}
	})
}
