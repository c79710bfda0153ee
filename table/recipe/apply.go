package recipe

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/memory"
	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/moments"
	"github.com/relift/relift/table/notation"
)

// Encoded is a table as the training problem sees it.
type Encoded struct {
	X *mat.Dense // n×d
	Y *mat.Dense // n×c; nil when the targets were not asked for
	// Weights (n) say how often each row counts, not negative; nil where every
	// row counts once: without a weight in the recipe, without targets, and for a
	// later table that lacks the column.
	Weights []float64
	// Rows has, for each row of X, its row in the table; rows are left out
	// under MissingDrop and Leniently only.
	Rows []int
	Account
}

// Problem returns the training problem of an encoded table with targets, at the
// weight decay γ > 0: squared loss, no intercept.
func (d *Encoded) Problem(gamma float64) problem.Problem {
	return problem.Problem{X: d.X, Y: d.Y, Gamma: gamma, Weights: d.Weights}
}

// Unknown is what is done about categories that training never saw.
type Unknown string

// The policies for unknown categories.
const (
	UnknownError        Unknown = "error"         // refuse the row
	UnknownIgnore       Unknown = "ignore"        // none of the categories
	UnknownMostFrequent Unknown = "most-frequent" // the most frequent one of training
)

// ApplyOptions say how an encoding is applied to a later table.
type ApplyOptions struct {
	Targets bool    // encode the targets, too
	Missing Missing // "" is the encoding's
	Unknown Unknown // "" is UnknownError
	// Leniently leaves out rows that would be refused, instead of the table.
	Leniently bool
}

// Apply encodes a table that has the features and the targets.  Columns are
// matched by name, in any order; columns the encoding does not know are
// ignored (see Unused).  Errors are *InputError.
func (e *Recipe) Apply(t *table.Table) (*Encoded, error) {
	return e.ApplyWith(t, ApplyOptions{Targets: true})
}

// ApplyFeatures encodes the features only, for prediction; the table need not
// have the targets.
func (e *Recipe) ApplyFeatures(t *table.Table) (*Encoded, error) {
	return e.ApplyWith(t, ApplyOptions{})
}

// ApplyAvailable is Apply where the table has the targets, else ApplyFeatures.
func (e *Recipe) ApplyAvailable(t *table.Table) (*Encoded, error) {
	return e.ApplyWith(t, ApplyOptions{Targets: e.HasTargets(t)})
}

// Unused returns the columns of a table that are not used and that the
// training table did not have either.
func (e *Recipe) Unused(t *table.Table) []string {
	known := map[string]bool{}
	for _, f := range e.Features {
		known[f.Source()] = true
	}
	for _, names := range [][]string{e.Targets, e.Dropped, e.Ignored, {e.Weight}} {
		for _, n := range names {
			known[n] = true
		}
	}
	var unused []string
	for _, c := range t.Columns {
		if !known[c.Name] {
			unused = append(unused, c.Name)
		}
	}
	return unused
}

// HasTargets reports whether the table has every target column.
func (e *Recipe) HasTargets(t *table.Table) bool {
	for _, name := range e.Targets {
		if t.Column(name) == nil {
			return false
		}
	}
	return true
}

// ApplyWith is Apply or ApplyFeatures with options.
func (e *Recipe) ApplyWith(t *table.Table, o ApplyOptions) (*Encoded, error) {
	return e.apply(context.Background(), t, o)
}

// apply is ApplyWith until ctx ends, whose error it returns then.
func (e *Recipe) apply(ctx context.Context, t *table.Table, o ApplyOptions) (*Encoded, error) {
	withTargets, policy := o.Targets, o.Missing
	if policy == "" {
		policy = e.Missing
	}
	t = t.WithZeros(e.sources())
	columns, err := e.columns(t, withTargets)
	if err != nil {
		return nil, err
	}
	refused := refusals{leave: o.Leniently}
	rows, err := usableRows(t, columns, policy, refused.refuse)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, cmp.Or(refused.first(), noRows(t))
	}
	n := len(rows)
	d, c := e.Dims()
	if !withTargets {
		c = 0
	}
	if err := table.CheckMemory(t.Name, fmt.Sprintf("encoding %d rows and %d features", n, d), memory.Encoded(n, d, c)); err != nil {
		return nil, err
	}
	out := &Encoded{X: mat.NewDense(n, d, nil), Rows: rows}
	at := 0
	for k, f := range e.Features {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := f.encode(t, t.Columns[columns.features[k]], rows, o.Unknown, refused.refuse, out.X, at); err != nil {
			return nil, err
		}
		at += f.Width()
	}
	if e.Bias {
		for i := range n {
			out.X.Set(i, d-1, 1)
		}
	}
	if withTargets {
		out.Y = mat.NewDense(n, c, nil)
		if err := e.encodeTargets(t, columns, rows, refused.refuse, out.Y); err != nil {
			return nil, err
		}
		if columns.weight >= 0 {
			if out.Weights, err = weights(t, t.Columns[columns.weight], rows); err != nil {
				return nil, err
			}
		}
	}
	if out.Refused = refused.first(); out.Refused != nil {
		if out.leaveOut(refused.wrong); len(out.Rows) == 0 {
			return nil, out.Refused
		}
	}
	if withTargets && e.ClassWeight == ClassWeightBalanced {
		out.Weights = e.balanced(out.Y, out.Weights)
	}
	out.LeftOut = others(out.Rows, t.NumRows())
	out.Substitutes = e.substitutes(t, columns.features, out.Rows, o.Unknown)
	return out, nil
}

// leaveOut takes the rows of the table with these numbers out of the matrices.
func (d *Encoded) leaveOut(wrong map[int]error) {
	kept := 0
	for i, row := range d.Rows {
		if wrong[row] != nil {
			continue
		}
		d.Rows[kept] = row
		d.X.SetRow(kept, d.X.RawRowView(i))
		if d.Y != nil {
			d.Y.SetRow(kept, d.Y.RawRowView(i))
		}
		if d.Weights != nil {
			d.Weights[kept] = d.Weights[i]
		}
		kept++
	}
	d.Rows = d.Rows[:kept]
	if kept == 0 {
		return
	}
	first := func(m *mat.Dense) *mat.Dense {
		if m == nil {
			return nil
		}
		_, cols := m.Dims()
		return m.Slice(0, kept, 0, cols).(*mat.Dense)
	}
	d.X, d.Y = first(d.X), first(d.Y)
	if d.Weights != nil {
		d.Weights = d.Weights[:kept]
	}
}

// others returns the numbers below n that the sorted rows lack.
func others(rows []int, n int) []int {
	var left []int
	next := 0
	for i := range n {
		if next < len(rows) && rows[next] == i {
			next++
		} else {
			left = append(left, i)
		}
	}
	return left
}

// encodeTargets writes the classes as they are coded, or the numbers of the targets.
func (e *Recipe) encodeTargets(t *table.Table, columns roles, rows []int, refuse func(int, error) error, y *mat.Dense) error {
	if e.Task == TaskClassification {
		column := t.Columns[columns.targets[0]]
		index := indexOf(e.Classes)
		for i, row := range rows {
			k, ok := lookup(column, row, index)
			if !ok {
				if err := refuse(row, t.ErrorAt(row, column.Name, "%s is not a known class; expected one of %s", printable.Quote(column.Value(row)), printable.List(e.Classes, 12))); err != nil {
					return err
				}
				continue
			}
			e.code(y.RawRowView(i), k)
		}
		return nil
	}
	for k, j := range columns.targets {
		if err := numbers(t, t.Columns[j], rows, refuse, func(i int, v float64) error {
			y.Set(i, k, v)
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// numbers hands the entries of the rows that are numbers, NaN where they are
// missing, to take, and refuses rows whose entry is none.
func numbers(t *table.Table, column *table.Column, rows []int, refuse func(int, error) error, take func(i int, v float64) error) error {
	if column.Doubtful() || column.Kind == table.Categorical && !column.Empty() {
		return t.BadNumber(column, "")
	}
	for i, row := range rows {
		v := math.NaN()
		if !column.Missing(row) {
			if v = column.Number(row); math.IsNaN(v) {
				if err := refuse(row, t.BadEntry(column, row, "")); err != nil {
					return err
				}
				continue
			}
		}
		if err := take(i, v); err != nil {
			return err
		}
	}
	return nil
}

// weights returns the weights of the rows.
func weights(t *table.Table, column *table.Column, rows []int) ([]float64, error) {
	if column.Kind != table.Numeric {
		return nil, t.BadNumber(column, "")
	}
	values := numbersOf(column, rows)
	for i, w := range values {
		if w < 0 {
			return nil, t.ErrorAt(rows[i], column.Name, "the weight is %s; expected a number that is not negative", notation.Format(w))
		}
	}
	if slices.Max(values) == 0 {
		e := table.Errorf(t.Name, "every weight is 0; expected at least one row that counts")
		e.Column = column.Name
		return nil, e
	}
	return values, nil
}

// columns finds the columns of the recipe in the table: features, and where the
// targets are wanted those and the weight, if the table has it.
func (e *Recipe) columns(t *table.Table, withTargets bool) (found roles, err error) {
	position := map[string]int{}
	for i, c := range t.Columns {
		position[c.Name] = i
	}
	var missing []string
	find := func(name string) int {
		i, ok := position[name]
		if !ok && !slices.Contains(missing, name) { // several features may be parts of one column
			missing = append(missing, name)
		}
		return i
	}
	for _, f := range e.Features {
		found.features = append(found.features, find(f.Source()))
	}
	found.weight = -1
	if withTargets {
		for _, name := range e.Targets {
			found.targets = append(found.targets, find(name))
		}
		if i, ok := position[e.Weight]; ok && e.Weight != "" {
			found.weight = i
		}
	}
	if len(missing) > 0 {
		noun := "column"
		if len(missing) > 1 {
			noun = "columns"
		}
		return found, table.Errorf(t.Name, "%s %s not found; expected the columns of the training table, and this one has %s", noun, printable.List(missing, 12), printable.List(t.Names(), 12))
	}
	return found, nil
}

// unknown is the error for a category that training never saw.
func (f Feature) unknown(t *table.Table, column *table.Column, row int) error {
	return t.ErrorAt(row, f.Name, "%s is not a known category; expected one of %s", printable.Quote(column.Value(row)), printable.List(f.Categories, 12))
}

// encode writes the feature's columns of X, from column at on.
func (f Feature) encode(t *table.Table, column *table.Column, rows []int, unknown Unknown, refuse func(int, error) error, x *mat.Dense, at int) error {
	if f.MissingOf != "" {
		for i, row := range rows {
			if column.Missing(row) {
				x.Set(i, at, 1)
			}
		}
		return nil
	}
	if f.Kind == table.Categorical {
		index := indexOf(f.Categories)
		for i, row := range rows {
			k, ok := index[f.FillCategory], true
			if !column.Missing(row) {
				k, ok = lookup(column, row, index)
			}
			switch {
			case ok:
			case unknown == UnknownIgnore:
				continue
			case unknown == UnknownMostFrequent && f.FillCategory != "":
				k = index[f.FillCategory]
			default:
				if err := refuse(row, f.unknown(t, column, row)); err != nil {
					return err
				}
				continue
			}
			x.Set(i, at+k, 1)
		}
		return nil
	}
	take := func(i int, v float64) error {
		if math.IsNaN(v) {
			v = f.Fill
		}
		v = moments.Standardise(v, f.Mean, f.Deviation)
		if !finite(v) {
			return refuse(rows[i], t.ErrorAt(rows[i], f.Name, "%s is too large after scaling; expected a magnitude near those of the training table", column.Value(rows[i])))
		}
		x.Set(i, at, v)
		return nil
	}
	if f.DateOf != "" {
		return f.encodeDates(t, column, rows, refuse, take)
	}
	return numbers(t, column, rows, refuse, take)
}

func indexOf(names []string) map[string]int {
	index := make(map[string]int, len(names))
	for i, n := range names {
		index[n] = i
	}
	return index
}

// lookup finds the entry among known labels: as it is written, else, when it
// is a number, in its shortest form ("1.0" is the class 1).
func lookup(c *table.Column, row int, index map[string]int) (int, bool) {
	label := c.Value(row)
	if k, ok := index[label]; ok {
		return k, true
	}
	if kind, v := notation.Classify(label); kind == notation.TokenNumber {
		k, ok := index[notation.Format(v)]
		return k, ok
	}
	return 0, false
}

// Digest returns the SHA-256 of the encoded matrices as 64 hexadecimal digits:
// of the text "relift data 1\n", then for X and Y the number of rows and of
// columns as 64-bit little-endian integers and the entries row by row as
// little-endian IEEE doubles.  A missing Y counts as 0×0.  With weights the text
// is "relift data 2\n", and they follow Y in the same way, as n×1.
func (d *Encoded) Digest() string {
	h := sha256.New()
	parts := []*mat.Dense{d.X, d.Y}
	if d.Weights == nil {
		h.Write([]byte("relift data 1\n"))
	} else {
		h.Write([]byte("relift data 2\n"))
		parts = append(parts, mat.NewDense(len(d.Weights), 1, d.Weights))
	}
	for _, m := range parts {
		rows, cols := 0, 0
		if m != nil {
			rows, cols = m.Dims()
		}
		buffer := binary.LittleEndian.AppendUint64(nil, uint64(rows))
		buffer = binary.LittleEndian.AppendUint64(buffer, uint64(cols))
		for i := range rows {
			for _, v := range m.RawRowView(i) {
				buffer = binary.LittleEndian.AppendUint64(buffer, math.Float64bits(v))
			}
			h.Write(buffer)
			buffer = buffer[:0]
		}
		h.Write(buffer)
	}
	return hex.EncodeToString(h.Sum(nil))
}
