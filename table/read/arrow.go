package read

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	arrowmemory "github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/relift/relift/internal/memory"
	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/table"
)

// The first bytes of Arrow's files, of the first version of Feather, and of a stream.
const (
	arrowMark  = "ARROW1"
	feather1   = "FEA1"
	streamMark = "\xff\xff\xff\xff"
)

// readArrow reads the flat columns of an Arrow IPC stream or file, which is what Feather
// is since its second version.  Numbers and booleans (as 0 and 1) are numeric, texts and
// dictionaries are categories, dates and moments are dates, times of the day and
// durations are seconds, nulls are missing.  A nested column can only be left out;
// the index of a data frame is.
func readArrow(s *source) (t *table.Table, err error) {
	// The library panics on some files that are damaged, and the allocator where
	// the memory ends.
	defer func() {
		if cause := recover(); cause != nil {
			t, err = nil, libraryError(s.name, "Arrow", cause)
		}
	}()
	messages, err := s.arrowMessages()
	if err != nil {
		return nil, err
	}
	allocator := &boundedAllocator{Allocator: arrowmemory.NewGoAllocator(), left: s.budget.left(), budget: s.budget}
	messages.memory = allocator
	from, err := ipc.NewReaderFromMessageReader(messages, ipc.WithAllocator(allocator), ipc.WithEnsureNativeEndian(true))
	if err != nil {
		return nil, libraryError(s.name, "Arrow", err)
	}
	defer from.Release()
	b, fields, err := s.arrowBuilder(from.Schema())
	if err != nil {
		return nil, err
	}
	for {
		batch, err := from.Read()
		if err == io.EOF {
			return b.Table()
		}
		if err != nil {
			return nil, libraryError(s.name, "Arrow", err)
		}
		rows := uint64(b.NumRows()) + uint64(batch.NumRows())
		if err := s.budget.fits(fmt.Sprintf("a table of %d rows and %d columns", rows, len(fields)), memory.Times(4, memory.Times(uint64(batch.NumRows()), uint64(len(fields))))); err != nil {
			return nil, err
		}
		for j, i := range fields {
			if got := batch.Column(i).Len(); int64(got) != batch.NumRows() {
				return nil, table.Errorf(s.name, "the Arrow file is damaged: a batch of %d rows has %d in a column", batch.NumRows(), got)
			}
			if err := s.addArrow(b, j, batch.Column(i)); err != nil {
				return nil, err
			}
		}
		b.AddRows(int(batch.NumRows()))
	}
}

// arrowMessages finds the messages of a stream or a file.
func (s *source) arrowMessages() (*arrowMessages, error) {
	start, err := s.text.Peek(len(arrowMark))
	switch {
	case err != nil && err != io.EOF:
		return nil, table.FileError(s.name, err)
	case strings.HasPrefix(string(start), streamMark):
		return &arrowMessages{s: s, from: s.text}, nil
	case strings.HasPrefix(string(start), feather1):
		return nil, table.Errorf(s.name, "a Feather file of the first version; expected the second, as pandas and pyarrow write it by default")
	case string(start) != arrowMark:
		return nil, table.Errorf(s.name, "not an Arrow file; expected %q at its start, or a stream", arrowMark)
	}
	file, schema, blocks, err := s.arrowDirectory()
	if err != nil {
		return nil, err
	}
	return &arrowMessages{s: s, file: file, first: schema, blocks: blocks}, nil
}

// arrowBuilder begins the table of a schema; fields are where its columns are.
func (s *source) arrowBuilder(schema *arrow.Schema) (b *table.Builder, fields []int, err error) {
	var pandas string
	if at := schema.Metadata().FindKey("pandas"); at >= 0 {
		pandas = schema.Metadata().Values()[at]
	}
	index := frameIndex(pandas)
	var names, left []string
	for i, field := range schema.Fields() {
		if pandasIndex.MatchString(field.Name) || slices.Contains(index, field.Name) {
			left = append(left, field.Name)
			continue
		}
		names, fields = append(names, field.Name), append(fields, i)
	}
	s.remarkIndex(left)
	if b, err = table.NewBuilder(s.name, names, false); err != nil {
		return nil, nil, err
	}
	b.ChargeTo(s.budget.take)
	b.ReadAs(s.reading)
	return b, fields, nil
}

// addArrow adds the entries of an array to column j of the builder.
func (s *source) addArrow(b *table.Builder, j int, a arrow.Array) error {
	e := arrowEntries{b, j, s.budget}
	add, kind := e.of(a)
	if add == nil {
		b.Unusable(j, fmt.Sprintf("the column has entries of the type %s; expected numbers, texts or dates, or --drop to leave the column out", printable.Line(a.DataType().String())), a.Len())
		return b.SettleMemory()
	}
	if kind != "" {
		b.Declare(j, kind)
	}
	missing := e.missing(kind)
	for i := range a.Len() {
		if a.IsNull(i) {
			missing()
		} else {
			add(i)
		}
		const portion = 1 << 12
		if i%portion == portion-1 {
			if s.ctx.Err() != nil {
				return table.FileError(s.name, interrupted(s.ctx))
			}
			if err := errors.Join(s.budget.texts(), b.SettleMemory()); err != nil {
				return err
			}
		}
	}
	return b.SettleMemory()
}

// arrowEntries adds the entries of arrays to column j of the builder.
type arrowEntries struct {
	b      *table.Builder
	j      int
	budget *budget
}

// missing returns what adds a missing entry to a column of the kind.
func (e arrowEntries) missing(kind table.Kind) func() {
	switch kind {
	case table.Categorical:
		return func() { e.b.AddLabel(e.j, nil) }
	case table.Numeric:
		return func() { e.b.AddNumber(e.j, math.NaN()) }
	}
	return func() { e.b.AddField(e.j, nil) }
}

func (e arrowEntries) number(of func(i int) float64) (func(i int), table.Kind) {
	return func(i int) { e.b.AddNumber(e.j, of(i)) }, table.Numeric
}

func (e arrowEntries) label(of func(i int) string) (func(i int), table.Kind) {
	var buffer []byte
	return func(i int) {
		buffer = append(buffer[:0], of(i)...)
		e.budget.write(len(buffer))
		e.b.AddLabel(e.j, bytes.TrimSpace(buffer))
	}, table.Categorical
}

// whole adds whole numbers as texts: those that no double holds stay apart so.
func (e arrowEntries) whole(of func(buffer []byte, i int) []byte) (func(i int), table.Kind) {
	var buffer []byte
	return func(i int) {
		buffer = of(buffer[:0], i)
		e.b.AddField(e.j, buffer)
	}, ""
}

// moment adds dates, in a notation in which dates are recognised.
func (e arrowEntries) moment(of func(i int) time.Time, layout string) (func(i int), table.Kind) {
	return e.whole(func(buffer []byte, i int) []byte { return of(i).AppendFormat(buffer, layout) })
}

// seconds adds durations and times of the day.
func (e arrowEntries) seconds(of func(i int) int64, unit arrow.TimeUnit) (func(i int), table.Kind) {
	return e.number(func(i int) float64 { return float64(of(i)) / float64(time.Second/unit.Multiplier()) })
}

// of returns what adds entry i of an array, nil where the type is not for tables, and
// the kind of the column, "" where the entries decide.
func (e arrowEntries) of(a arrow.Array) (add func(i int), kind table.Kind) {
	switch a := a.(type) {
	case *array.Null:
		return func(int) { e.b.AddField(e.j, nil) }, "" // it has no bits that say so
	case *array.Boolean:
		return e.number(func(i int) float64 {
			if a.Value(i) {
				return 1
			}
			return 0
		})
	case *array.Int8:
		return e.number(func(i int) float64 { return float64(a.Value(i)) })
	case *array.Int16:
		return e.number(func(i int) float64 { return float64(a.Value(i)) })
	case *array.Int32:
		return e.number(func(i int) float64 { return float64(a.Value(i)) })
	case *array.Uint8:
		return e.number(func(i int) float64 { return float64(a.Value(i)) })
	case *array.Uint16:
		return e.number(func(i int) float64 { return float64(a.Value(i)) })
	case *array.Uint32:
		return e.number(func(i int) float64 { return float64(a.Value(i)) })
	case *array.Float16:
		return e.number(func(i int) float64 { return float64(a.Value(i).Float32()) })
	case *array.Float32:
		return e.number(func(i int) float64 { return float64(a.Value(i)) })
	case *array.Float64:
		return e.number(a.Value)
	case *array.Int64:
		return e.whole(func(buffer []byte, i int) []byte { return strconv.AppendInt(buffer, a.Value(i), 10) })
	case *array.Uint64:
		return e.whole(func(buffer []byte, i int) []byte { return strconv.AppendUint(buffer, a.Value(i), 10) })
	case *array.Decimal128:
		scale := int(a.DataType().(*arrow.Decimal128Type).Scale)
		return e.number(func(i int) float64 { return decimal(a.Value(i).BigInt(), scale) })
	case *array.Decimal256:
		scale := int(a.DataType().(*arrow.Decimal256Type).Scale)
		return e.number(func(i int) float64 { return decimal(a.Value(i).BigInt(), scale) })
	case *array.Date32:
		return e.moment(func(i int) time.Time { return a.Value(i).ToTime() }, dayLayout)
	case *array.Date64:
		return e.moment(func(i int) time.Time { return a.Value(i).ToTime() }, dayLayout)
	case *array.Timestamp:
		t := a.DataType().(*arrow.TimestampType)
		layout := momentLayout
		if t.TimeZone != "" {
			layout = zonedLayout
		}
		return e.moment(func(i int) time.Time { return a.Value(i).ToTime(t.Unit).UTC() }, layout)
	case *array.Time32:
		return e.seconds(func(i int) int64 { return int64(a.Value(i)) }, a.DataType().(*arrow.Time32Type).Unit)
	case *array.Time64:
		return e.seconds(func(i int) int64 { return int64(a.Value(i)) }, a.DataType().(*arrow.Time64Type).Unit)
	case *array.Duration:
		return e.seconds(func(i int) int64 { return int64(a.Value(i)) }, a.DataType().(*arrow.DurationType).Unit)
	case array.ExtensionArray:
		return e.of(a.Storage())
	case *array.Dictionary:
		return e.categories(a)
	}
	if texts := arrowTexts(a); texts != nil {
		return e.label(texts)
	}
	return nil, ""
}

// categories returns what adds entries of a dictionary, whose values are texts, whole
// numbers or booleans.
func (e arrowEntries) categories(a *array.Dictionary) (add func(i int), kind table.Kind) {
	words := a.Dictionary()
	text := arrowTexts(words)
	if id := words.DataType().ID(); text == nil && (arrow.IsInteger(id) || id == arrow.BOOL) {
		text = words.ValueStr
	}
	if text == nil {
		return nil, ""
	}
	return e.label(func(i int) string {
		k := a.GetValueIndex(i)
		if words.IsNull(k) {
			return ""
		}
		return text(k)
	})
}

// arrowTexts returns the texts of an array, nil where it has none.
func arrowTexts(a arrow.Array) func(i int) string {
	switch a := a.(type) {
	case *array.String:
		return a.Value
	case *array.LargeString:
		return a.Value
	case *array.StringView:
		return a.Value
	}
	return nil
}
