package cli

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/relift/relift/internal/npy"
	"github.com/relift/relift/report"
)

// message writes a protobuf message field by field.
type message []byte

func (m message) number(field protowire.Number, v uint64) message {
	return protowire.AppendVarint(protowire.AppendTag(m, field, protowire.VarintType), v)
}

func (m message) bytes(field protowire.Number, v []byte) message {
	return protowire.AppendBytes(protowire.AppendTag(m, field, protowire.BytesType), v)
}

func (m message) text(field protowire.Number, v string) message { return m.bytes(field, []byte(v)) }

// onnxWithoutMetadata returns what PyTorch writes for
// Linear(d, m), ReLU, Linear(m, c, bias=False): Gemm with transB = 1.
func onnxWithoutMetadata(t *testing.T, u, v *mat.Dense, bias []float64) []byte {
	t.Helper()
	tensor := func(name string, numbers []float64, dims ...int) message {
		var out, data message
		for _, d := range dims {
			out = out.number(1, uint64(d))
		}
		for _, x := range numbers {
			data = protowire.AppendFixed32(data, math.Float32bits(float32(x)))
		}
		return out.number(2, 1).text(8, name).bytes(9, data)
	}
	node := func(op, out string, in ...string) message {
		var m message
		for _, name := range in {
			m = m.text(1, name)
		}
		m = m.text(2, out).text(4, op)
		if op == "Gemm" {
			m = m.bytes(5, message{}.text(1, "transB").number(3, 1).number(20, 2))
		}
		return m
	}
	value := func(name string) message {
		return message{}.text(1, name).bytes(2, message{}.bytes(1, message{}.number(1, 1)))
	}
	m, d := u.Dims()
	_, c := v.Dims()
	first := node("Gemm", "h", "input", "0.weight", "0.bias")
	if bias == nil {
		first = node("Gemm", "h", "input", "0.weight")
	}
	turned := mat.DenseCopyOf(v.T())
	graph := message{}.bytes(1, first).bytes(1, node("Relu", "r", "h")).bytes(1, node("Gemm", "output", "r", "2.weight")).
		text(2, "main_graph").bytes(5, tensor("0.weight", u.RawMatrix().Data, m, d)).bytes(5, tensor("2.weight", turned.RawMatrix().Data, c, m))
	if bias != nil {
		graph = graph.bytes(5, tensor("0.bias", bias, m))
	}
	graph = graph.bytes(11, value("input")).bytes(12, value("output"))
	return message{}.number(1, 8).text(2, "pytorch").bytes(7, graph).bytes(8, message{}.number(2, 17))
}

// summaryOf runs relift audit --json.
func summaryOf(t *testing.T, args ...string) *auditSummary {
	t.Helper()
	o := command(t, append([]string{"audit", "--json", "-q"}, args...)...)
	s := &auditSummary{}
	if err := json.Unmarshal([]byte(o.stdout), s); err != nil || o.status != exitDone {
		t.Fatalf("exit status %d, %s: %v", o.status, o.stderr, err)
	}
	return s
}

// TestAuditOwnModel: the model of a run that closed the gap is optimal, and the
// certificate that the audit writes is accepted.
func TestAuditOwnModel(t *testing.T) {
	dir, data := file(t, "tiny.csv", tiny)
	model, cert := filepath.Join(dir, "m.onnx"), filepath.Join(dir, "c.npz")
	if o := command(t, "train", data, "-q", "--reg", "0.5", "--intercept=false", "--method", "exact", "--gap", "1e-6", "-o", model); o.status != exitDone {
		t.Fatal(o.stderr)
	}
	s := summaryOf(t, model, data, "--certificate", cert, "--gap", "1e-4")
	if s.Settings.RegPerRow != 0.5/6 || s.Settings.RegFrom != "model" || s.Settings.Relaxation != "auto" {
		t.Errorf("settings %+v", s.Settings)
	}
	if s.Verdict != "optimal" || s.Settings.Reg != 0.5 || len(s.Warnings) != 0 || !(s.LowerBound <= s.Objective) {
		t.Errorf("%s, γ = %v, warnings %q", s.Meaning, s.Settings.Reg, s.Warnings)
	}
	if o := command(t, "verify", cert, data); o.status != exitDone {
		t.Errorf("the certificate: %s%s", o.stdout, o.stderr)
	}
	if again := summaryOf(t, model, data, "--from-certificate", cert, "--gap", "1e-4"); again.Verdict != "optimal" || again.LowerBound != s.LowerBound {
		t.Errorf("with the certificate: %s", again.Meaning)
	}
	o := command(t, "audit", model, data, "-q")
	for _, word := range []string{"globally optimal", "certified", "no neuron found", "reg 0.5"} {
		if !strings.Contains(o.stdout, word) {
			t.Errorf("the text lacks %q:\n%s", word, o.stdout)
		}
	}
	content, err := os.ReadFile(cert)
	if err != nil {
		t.Fatal(err)
	}
	i := bytes.Index(content, []byte("lower_bound.npy")) + len("lower_bound.npy")
	content[i+135]++ // inside the claim
	changed := filepath.Join(dir, "changed.npz")
	if err := os.WriteFile(changed, content, 0o644); err != nil {
		t.Fatal(err)
	}
	if o := command(t, "audit", model, data, "-q", "--from-certificate", changed); o.status == exitDone {
		t.Error("a changed certificate is accepted")
	}
	command(t, "audit", model, data, "--target", "y").wantRefusal(t, "--target", "its own encoding")
}

// TestAuditReadsAsTheModel: the table is read as the model states, without its flags.
func TestAuditReadsAsTheModel(t *testing.T) {
	dir, data := file(t, "t.csv", "1,234;0,5;NA\n2,345;1,5;ZA\n-1,125;2,5;NA\n3,5;-1,25;ZA\n")
	model := filepath.Join(dir, "m.json")
	if o := command(t, "train", data, "-q", "--no-header", "--decimal", "comma", "--na-values=", "--reg", "0.5", "--method", "descent", "--effort", "5", "-o", model); o.status != exitDone {
		t.Fatal(o.stderr)
	}
	if s := summaryOf(t, model, data, "--time-limit", "1s"); s.Data.Rows != 4 || !(s.LowerBound <= s.Objective) {
		t.Errorf("%d rows, bound %v, objective %v", s.Data.Rows, s.LowerBound, s.Objective)
	}
}

// TestAuditForeign: a bad network of another program is told what it misses,
// in each of the formats.
func TestAuditForeign(t *testing.T) {
	dir, data := file(t, "tiny.csv", tiny)
	u := mat.NewDense(2, 2, []float64{1, 0, 0, 1})
	v := mat.NewDense(2, 2, []float64{0.5, 0, 0, 0.25})
	graph := filepath.Join(dir, "torch.onnx")
	foreignONNX(t, graph, u, v, nil)
	save := func(name string, m mat.Matrix) string {
		path := filepath.Join(dir, name)
		var b bytes.Buffer
		if err := npy.Write(&b, npy.Matrix(m)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	archive := filepath.Join(dir, "w.npz")
	var b bytes.Buffer
	if err := npy.WriteArchive(&b, []npy.Entry{{Name: "U", Array: npy.Matrix(u)}, {Name: "V", Array: npy.Matrix(v)}}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(archive, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	flags := []string{"--reg", "0.1", "--scale", "none"}
	var first *auditSummary
	for _, args := range [][]string{{graph}, {save("U.npy", u), save("V.npy", v)}, {archive}} {
		s := summaryOf(t, append(append(args, data), flags...)...)
		if s.Settings.RegPerRow != report.Number(0.1/6) || s.Settings.RegFrom != "given" {
			t.Errorf("%v: settings %+v", args, s.Settings)
		}
		if s.Verdict != "not_optimal" || s.Missing == nil || s.Settings.Bias || !(s.Missing.Objective < s.Balanced) || !(s.Missing.Violation > 1) || len(s.Columns) != 2 {
			t.Errorf("%v: %s, missing %+v, columns %v", args, s.Meaning, s.Missing, s.Columns)
		}
		if first == nil {
			first = s
		} else if s.Objective != first.Objective || s.LowerBound != first.LowerBound {
			t.Errorf("%v: objective %v, bound %v; the ONNX model has %v and %v", args, s.Objective, s.LowerBound, first.Objective, first.LowerBound)
		}
	}
	command(t, "audit", graph, data).wantRefusal(t, "torch.onnx", "--reg")
	command(t, "audit", graph, data, "--reg", "0.1", "--drop", "a").wantRefusal(t, "torch.onnx", "do not fit the 1 feature columns")
	command(t, "audit", filepath.Join(dir, "U.npy"), data, "--reg", "0.1").wantRefusal(t, "U.npy", "is one matrix")
	command(t, "audit", data, data).wantRefusal(t, "tiny.csv", "not a model file")
	command(t, "audit", graph).wantRefusal(t, "DATA is missing")

	biased := filepath.Join(dir, "biased.onnx")
	foreignONNX(t, biased, u, v, []float64{0.5, -0.25})
	s := summaryOf(t, biased, data, "--reg", "0.1")
	if !s.Settings.Bias || len(s.Columns) != 3 || len(s.Warnings) == 0 || !strings.Contains(s.Warnings[len(s.Warnings)-1], "decayed") {
		t.Errorf("bias %v, columns %v, warnings %q", s.Settings.Bias, s.Columns, s.Warnings)
	}
	command(t, "audit", biased, data, "--reg", "0.1", "--bias=false").wantRefusal(t, "--bias=false", "has biases")
}
