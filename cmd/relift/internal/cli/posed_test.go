package cli

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/npy"
)

// npz writes an archive of weights and returns its path.
func npz(t *testing.T, name string, arrays map[string]npy.Array) string {
	t.Helper()
	var entries []npy.Entry
	for key, a := range arrays {
		entries = append(entries, npy.Entry{Name: key, Array: a})
	}
	var b bytes.Buffer
	if err := npy.WriteArchive(&b, entries); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// squareTable is a table of two features with the targets of the network with
// U = [[1, 2], [−3, 0.5]] and V = [[1], [−2]].
func squareTable(t *testing.T) string {
	t.Helper()
	text := "a,b,y\n"
	for i := range 12 {
		a, b := math.Sin(float64(3*i)), math.Cos(float64(5*i))
		text += fmt.Sprintf("%v,%v,%v\n", a, b, max(a+2*b, 0)-2*max(-3*a+0.5*b, 0))
	}
	_, data := file(t, "square.csv", text)
	return data
}

// TestSquareWeights: where U is square both of its orientations fit; the audit
// takes the one that fits the table, says what the other gives, and can be told.
func TestSquareWeights(t *testing.T) {
	data := squareTable(t)
	u, v := mat.NewDense(2, 2, []float64{1, 2, -3, 0.5}), mat.NewDense(2, 1, []float64{1, -2})
	flags := []string{data, "--reg", "0.1", "--scale", "none", "--time-limit", "2s"}
	decay := 0.05 * (1 + 4 + 9 + 0.25 + 1 + 4)
	for name, arrays := range map[string]map[string]npy.Array{
		"neurons": {"U": npy.Matrix(u), "V": npy.Matrix(v)},
		"sklearn": {"U": npy.Matrix(u.T()), "V": npy.Matrix(v)},
		"torch":   {"U": npy.Matrix(u), "V": npy.Matrix(v.T())},
		"columns": {"U": npy.Matrix(u.T()), "V": npy.Matrix(v.T())},
	} {
		path := npz(t, "w.npz", arrays)
		s := summaryOf(t, append([]string{path}, flags...)...)
		if math.Abs(float64(s.Objective)-decay) > 1e-12 {
			t.Errorf("%s: objective %v, want %v", name, s.Objective, decay)
		}
		if all := strings.Join(s.Warnings, "\n"); !strings.Contains(all, "fit in 2 orientations") || !strings.Contains(all, "took "+name) || !strings.Contains(all, "--orientation") {
			t.Errorf("%s: warnings %q", name, all)
		}
		other := map[string]string{"neurons": "sklearn", "sklearn": "neurons", "torch": "columns", "columns": "torch"}[name]
		told := summaryOf(t, append([]string{path, "--orientation", other}, flags...)...)
		if float64(told.Objective) < 2*decay || strings.Contains(strings.Join(told.Warnings, "\n"), "orientations") {
			t.Errorf("%s taken as %s: objective %v, warnings %q", name, other, told.Objective, told.Warnings)
		}
	}
	command(t, "audit", npz(t, "w.npz", map[string]npy.Array{"U": npy.Matrix(u), "V": npy.Matrix(mat.NewDense(3, 1, nil))}), data, "--reg", "1").
		wantRefusal(t, "w.npz", "2×2 and 3×1", "do not fit")
}

// TestNamedWeights: the arrays of a file can be named, and PyTorch's names say
// how they lie.
func TestNamedWeights(t *testing.T) {
	data := squareTable(t)
	u, v := mat.NewDense(2, 2, []float64{1, 2, -3, 0.5}), mat.NewDense(2, 1, []float64{1, -2})
	path := npz(t, "net.npz", map[string]npy.Array{"l1.weight": npy.Matrix(u), "l2.weight": npy.Matrix(v.T()), "steps": npy.Ints([]int{3})})
	flags := []string{data, "--reg", "0.1", "--scale", "none", "--time-limit", "2s"}
	command(t, append([]string{"audit", path}, flags...)...).wantRefusal(t, "net.npz", `"steps"`, "--weights")
	s := summaryOf(t, append([]string{path, "--weights", "u=l1.weight,v=l2.weight"}, flags...)...)
	if want := 0.05 * 19.25; math.Abs(float64(s.Objective)-want) > 1e-12 {
		t.Errorf("objective %v, want %v", s.Objective, want)
	}
	if all := strings.Join(s.Warnings, "\n"); !strings.Contains(all, "1 further arrays are not used") || strings.Contains(all, "orientation") {
		t.Errorf("warnings %q", all)
	}
	command(t, append([]string{"audit", path, "--weights", "u=l1.weight"}, flags...)...).wantRefusal(t, "--weights", "u or v is missing")
	command(t, append([]string{"audit", path, "--weights", "u=l1.weight,v=l3.weight"}, flags...)...).wantRefusal(t, "net.npz", `no array "l3.weight"`)
}

// TestWeightDecay: the conventions of other libraries become γ.
func TestWeightDecay(t *testing.T) {
	data := squareTable(t) // 12 rows, one output
	path := npz(t, "w.npz", map[string]npy.Array{"U": npy.Matrix(mat.NewDense(1, 2, []float64{1, 2})), "V": npy.Matrix(mat.NewDense(1, 1, []float64{1}))})
	for _, c := range []struct {
		flags []string
		want  float64
	}{
		{[]string{"--weight-decay", "0.01"}, 0.01 * 12 / 2},
		{[]string{"--weight-decay", "0.01", "--mean-loss", "elements"}, 0.01 * 12 / 2},
		{[]string{"--weight-decay", "0.01", "--mean-loss", "rows"}, 0.01 * 12},
		{[]string{"--weight-decay", "0.01", "--mean-loss", "none"}, 0.01 / 2},
	} {
		s := summaryOf(t, append([]string{path, data, "--time-limit", "1s"}, c.flags...)...)
		if math.Abs(s.Settings.Reg-c.want) > 1e-15 {
			t.Errorf("%v: γ is %v, want %v", c.flags, s.Settings.Reg, c.want)
		}
	}
	o := command(t, "audit", path, data, "-q", "--weight-decay", "0.01", "--time-limit", "1s")
	if !strings.Contains(o.stdout, "reg 0.06 (λ·n·c/2 for the weight decay λ = 0.01 beside a mean over 12 rows and 1 outputs)") {
		t.Errorf("the text does not say where γ comes from:\n%s", o.stdout)
	}
	command(t, "audit", path, data).wantRefusal(t, "w.npz", "--reg", "--weight-decay")
	command(t, "audit", path, data, "--reg", "1", "--weight-decay", "1").wantRefusal(t, "--weight-decay", "expected one of them")
	command(t, "audit", path, data, "--reg", "1", "--mean-loss", "rows").wantRefusal(t, "--mean-loss", "expected --weight-decay")
}
