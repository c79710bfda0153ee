package builtin

import (
	"compress/gzip"
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/relift/relift/internal/memory"
	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/table"
)

const Prefix = "builtin:"

// shipped are the data files of this package; NOTICE has their sources.
//
//go:embed data/*.csv data/*.csv.gz
var shipped embed.FS

// builtin is one data set that needs no file of the user's.
type builtin struct {
	name       string
	about      string
	parameters []parameter
	make       func(name string, value map[string]float64) (*table.Table, error)
}

// parameter is a number in a built-in's name, builtin:spiral?seed=1.
type parameter struct {
	name        string
	standard    float64
	least, most float64
	integer     bool
	about       string
}

func builtins() []builtin {
	return []builtin{
		{name: "iris", about: "Fisher's iris flowers: 150 rows, 4 features, 3 species", make: shippedTable},
		{name: "ionosphere", about: "radar returns: 351 rows, 34 features, good or bad", make: shippedTable},
		{name: "pima_indians", about: "diabetes among Pima women: 768 rows, 8 features, tested 0 or 1", make: shippedTable},
		{name: "mnist20.train", about: "100 images of each digit, 20 principal components", make: shippedTable},
		{name: "mnist20.test", about: "100 other images of each digit in the components of mnist20.train", make: shippedTable},
		{
			name: "spiral", about: "spiral arms in the plane, one class each", make: makeSpiral,
			parameters: []parameter{
				{"seed", 0, 0, 1 << 53, true, "generator seed"},
				{"arms", 3, 2, 26, true, "arms"},
				{"points", 20, 2, 1e5, true, "points of an arm"},
				{"noise", 0.15, 0, 1e3, false, "standard deviation of the angle's noise"},
			},
		},
		{
			name: "random", about: "Gaussian features, targets of a random two-layer ReLU teacher", make: makeRandom,
			parameters: []parameter{
				{"seed", 0, 0, 1 << 53, true, "generator seed"},
				{"n", 25, 1, 1e6, true, "rows"},
				{"d", 2, 1, 1e4, true, "features"},
				{"c", 5, 1, 1e4, true, "targets"},
				{"neurons", 100, 1, 1e5, true, "neurons of the teacher"},
			},
		},
	}
}

// Open returns a data set that needs no file.  The name may start with
// "builtin:" and end with parameters, as in builtin:spiral?seed=1&points=30:
//
//	iris, ionosphere, pima_indians, mnist20.train, mnist20.test
//	bank_notes  file=data_banknote_authentication.txt (not shipped, see BankNotes)
//	spiral  seed=0 arms=3 points=20 noise=0.15
//	random  seed=0 n=25 d=2 c=5 neurons=100
//
// The spiral and the random teacher are those of the experiments of Prakhya,
// Birdal and Yurtsever (ICLR 2025), from this package's own generator: the
// same seed gives the same table everywhere, and not the paper's table.
func Open(reference string) (*table.Table, error) {
	name, query, _ := strings.Cut(strings.TrimPrefix(reference, Prefix), "?")
	if name == bankNotesName {
		return bankNotesFrom(reference, query)
	}
	all := builtins()
	k := slices.IndexFunc(all, func(b builtin) bool { return b.name == name })
	if k < 0 {
		return nil, table.OptionErrorf("built-in data set %s is not known; expected one of %s, %s", printable.Quote(name), strings.Join(Names(), ", "), Prefix+bankNotesName)
	}
	value := map[string]float64{}
	for _, p := range all[k].parameters {
		value[p.name] = p.standard
	}
	given, err := url.ParseQuery(query)
	if err != nil {
		return nil, table.OptionErrorf("%s: the parameters after ? cannot be read; expected for example %sspiral?seed=1&points=30", reference, Prefix)
	}
	for key := range given {
		if _, known := value[key]; !known {
			return nil, table.OptionErrorf("%s: parameter %s is not known; expected %s", reference, printable.Quote(key), all[k].describe())
		}
	}
	for _, p := range all[k].parameters {
		texts, ok := given[p.name]
		if !ok {
			continue
		}
		v, err := strconv.ParseFloat(texts[0], 64)
		if err != nil || len(texts) > 1 || !(v >= p.least && v <= p.most) || p.integer && v != math.Trunc(v) {
			return nil, table.OptionErrorf("%s: %s is %s; expected one number from %v to %v", reference, p.name, strings.Join(texts, " and "), p.least, p.most)
		}
		value[p.name] = v
	}
	return all[k].make(reference, value)
}

// Names returns the names that Open knows and that need no file,
// each with its prefix.
func Names() []string {
	var names []string
	for _, b := range builtins() {
		names = append(names, Prefix+b.name)
	}
	return names
}

func (b builtin) describe() string {
	if len(b.parameters) == 0 {
		return "no parameters"
	}
	var parts []string
	for _, p := range b.parameters {
		parts = append(parts, fmt.Sprintf("%s=%v (%s)", p.name, p.standard, p.about))
	}
	return strings.Join(parts, ", ")
}

// generator returns a source of normal deviates that is the same on every
// machine.
func generator(seed float64, stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(seed), stream))
}

// makeSpiral draws arm k at radius r = 0 … ½ and angle t = 4k … 4(k+1) plus
// noise, both in equal steps: x = (r sin t, r cos t).  The first point of each
// arm is the origin.
func makeSpiral(reference string, value map[string]float64) (*table.Table, error) {
	random := generator(value["seed"], 1)
	arms, points := int(value["arms"]), int(value["points"])
	b, err := table.NewBuilder(reference, []string{"x1", "x2", "class"}, false)
	if err != nil {
		return nil, err
	}
	for k := range arms {
		for i := range points {
			step := float64(i) / float64(points-1)
			r := step / 2
			t := 4*(float64(k)+step) + value["noise"]*random.NormFloat64()
			b.AddNumber(0, r*math.Sin(t))
			b.AddNumber(1, r*math.Cos(t))
			b.AddText(2, string(rune('a'+k)))
			if err := b.EndRow(0); err != nil {
				return nil, err
			}
		}
	}
	return b.Table()
}

// makeRandom draws a teacher U, V and features X with independent standard
// normal entries; the targets are Y = (XU)₊Vᵀ.
func makeRandom(reference string, value map[string]float64) (*table.Table, error) {
	random := generator(value["seed"], 2)
	n, d, c, m := int(value["n"]), int(value["d"]), int(value["c"]), int(value["neurons"])
	needed := memory.Times(8, uint64(n)*uint64(d+m)+uint64(m)*uint64(d+c)) + 5*memory.Encoded(n, d, c)
	if err := table.CheckMemory(reference, "generating it", needed); err != nil {
		return nil, err
	}
	normal := func(count int) []float64 {
		v := make([]float64, count)
		for i := range v {
			v[i] = random.NormFloat64()
		}
		return v
	}
	u, v, x := normal(m*d), normal(m*c), normal(n*d) // row by row: m×d, m×c, n×d
	var names, targets []string
	for j := range d {
		names = append(names, fmt.Sprintf("x%d", j+1))
	}
	for j := range c {
		targets = append(targets, fmt.Sprintf("y%d", j+1))
	}
	b, err := table.NewBuilder(reference, append(names, targets...), false)
	if err != nil {
		return nil, err
	}
	y := make([]float64, c)
	for i := range n {
		row := x[i*d : (i+1)*d]
		clear(y)
		for k := range m {
			if a := dot(row, u[k*d:(k+1)*d]); a > 0 {
				for j := range y {
					y[j] += float64(a * v[k*c+j])
				}
			}
		}
		for j, value := range row {
			b.AddNumber(j, value)
		}
		for j, value := range y {
			b.AddNumber(d+j, value)
		}
		if err := b.EndRow(0); err != nil {
			return nil, err
		}
	}
	t, err := b.Table()
	if err != nil {
		return nil, err
	}
	t.DefaultTargets = targets
	return t, nil
}

// dot is a plain inner product.  The conversion forbids a fused multiply-add,
// which would make the result depend on the machine, as a BLAS would.
func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += float64(a[i] * b[i])
	}
	return sum
}

func shippedTable(reference string, _ map[string]float64) (*table.Table, error) {
	name := strings.TrimPrefix(reference, Prefix)
	name, _, _ = strings.Cut(name, "?")
	for _, extension := range []string{".csv", ".csv.gz"} {
		file, err := shipped.Open("data/" + name + extension)
		if err != nil {
			continue
		}
		defer file.Close()
		content := io.Reader(file)
		if extension == ".csv.gz" {
			if content, err = gzip.NewReader(file); err != nil {
				return nil, fmt.Errorf("built-in data set %s: %w", name, err)
			}
		}
		return fromCSV(Prefix+name, content)
	}
	return nil, fmt.Errorf("built-in data set %s is not in the program", name)
}

// fromCSV reads a table in the plain form that this package's files have.
func fromCSV(name string, content io.Reader) (*table.Table, error) {
	records := csv.NewReader(content)
	names, err := records.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	b, err := table.NewBuilder(name, names, true)
	if err != nil {
		return nil, err
	}
	for {
		record, err := records.Read()
		if errors.Is(err, io.EOF) {
			return b.Table()
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for j, field := range record {
			b.AddText(j, field)
		}
		line, _ := records.FieldPos(0)
		if err := b.EndRow(line); err != nil {
			return nil, err
		}
	}
}
