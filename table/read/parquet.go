package read

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"time"

	arrow "github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"github.com/relift/relift/internal/half"
	"github.com/relift/relift/internal/memory"
	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/table"
)

// readParquet reads the flat columns of an Apache Parquet file.  Numbers and
// booleans (as 0 and 1) are numeric, texts are categories, dates and moments are
// dates, times of the day are seconds, nulls are missing.  A nested or repeated
// column can only be left out; the index of a data frame is.
func readParquet(s *source) (t *table.Table, err error) {
	// The library panics on some files that are damaged, and the allocator where
	// the memory ends.
	defer func() {
		if cause := recover(); cause != nil {
			t, err = nil, libraryError(s.name, "Parquet", cause)
		}
	}()
	at, size, err := s.randomAccess()
	if err != nil {
		return nil, err
	}
	if err := checkParquetEnds(s.name, at, size); err != nil {
		return nil, err
	}
	allocator := &boundedAllocator{Allocator: arrow.NewGoAllocator(), left: s.budget.left(), budget: s.budget}
	reader, err := file.NewParquetReader(io.NewSectionReader(at, 0, size), file.WithReadProps(parquet.NewReaderProperties(allocator)))
	if err != nil {
		return nil, libraryError(s.name, "Parquet", err)
	}
	defer reader.Close()
	columns, err := s.parquetColumns(reader)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(columns))
	for j, c := range columns {
		names[j] = c.name
	}
	rows := uint64(max(reader.NumRows(), 0))
	if err := s.budget.fits(fmt.Sprintf("a table of %d rows and %d columns", rows, len(names)), memory.Times(8, memory.Times(rows, uint64(len(names))))); err != nil {
		return nil, err
	}
	b, err := table.NewBuilder(s.name, names, false)
	if err != nil {
		return nil, err
	}
	b.ChargeTo(s.budget.take)
	b.ReadAs(s.reading)
	for g := range reader.NumRowGroups() {
		group := reader.RowGroup(g)
		for j, c := range columns {
			if err := c.read(s, b, j, openParquet{reader, allocator}, group); err != nil {
				return nil, libraryError(s.name, "Parquet", err)
			}
		}
		b.AddRows(int(group.NumRows()))
	}
	return b.Table()
}

// libraryError makes one line of what the library says about a file of the format.
func libraryError(name, format string, cause any) error {
	err, ok := cause.(error)
	var known *table.InputError
	switch {
	case ok && errors.As(err, &known):
		return known
	case ok && errors.Is(err, table.ErrInterrupted):
		return table.FileError(name, err)
	}
	return table.Errorf(name, "the %s file is damaged: %s", format, printable.Line(fmt.Sprint(cause)))
}

// boundedAllocator refuses, by a panic with an *InputError, what the budget
// has not left.
type boundedAllocator struct {
	arrow.Allocator
	left   uint64
	budget *budget
}

func (a *boundedAllocator) charge(bytes int) {
	if bytes < 0 || uint64(bytes) > a.left {
		panic(a.refusal())
	}
	a.left -= uint64(bytes)
}

func (a *boundedAllocator) refusal() error {
	return a.budget.refusal("reading it", "more than "+memory.Format(memory.Times(garbage, a.budget.allowed)))
}

// Allocate implements arrow.Allocator.
func (a *boundedAllocator) Allocate(size int) []byte {
	a.charge(size)
	return a.Allocator.Allocate(size)
}

// Reallocate implements arrow.Allocator.
func (a *boundedAllocator) Reallocate(size int, b []byte) []byte {
	a.charge(max(size-len(b), 0))
	a.left += uint64(max(len(b)-size, 0))
	return a.Allocator.Reallocate(size, b)
}

// Free implements arrow.Allocator.
func (a *boundedAllocator) Free(b []byte) {
	a.left += uint64(len(b))
	a.Allocator.Free(b)
}

// checkParquetEnds checks the marks at both ends and the length of the footer,
// for which the library allocates memory unseen.
func checkParquetEnds(name string, at io.ReaderAt, size int64) error {
	const mark = "PAR1"
	if size < 12 {
		return table.Errorf(name, "not a Parquet file, or one cut short; expected %q at its start and end", mark)
	}
	var start [4]byte
	var end [8]byte
	_, errStart := at.ReadAt(start[:], 0)
	_, errEnd := at.ReadAt(end[:], size-8)
	if err := errors.Join(errStart, errEnd); err != nil && !errors.Is(err, io.EOF) {
		return table.FileError(name, err)
	}
	if string(start[:]) != mark || string(end[4:]) != mark {
		return table.Errorf(name, "not a Parquet file, or one cut short; expected %q at its start and end", mark)
	}
	if footer := int64(binary.LittleEndian.Uint32(end[:4])); footer > size-12 {
		return table.Errorf(name, "the Parquet file is damaged: its footer of %d bytes is larger than the file", footer)
	}
	return nil
}

// parquetColumn is a column of the file's schema at the top.
type parquetColumn struct {
	name   string
	leaf   int // index among the leaves; −1 of a column that is nested or a list
	column *schema.Column
}

// pandasIndex is the name that pandas gives to an index without one.
var pandasIndex = regexp.MustCompile(`^__index_level_\d+__$`)

// parquetColumns lists the columns without the index of a data frame.
func (s *source) parquetColumns(reader *file.Reader) ([]parquetColumn, error) {
	var pandas string
	if text := reader.MetaData().KeyValueMetadata().FindValue("pandas"); text != nil {
		pandas = *text
	}
	index := frameIndex(pandas)
	whole := reader.MetaData().Schema
	var columns []parquetColumn
	var left []string
	for i := range whole.Root().NumFields() {
		node := whole.Root().Field(i)
		c := parquetColumn{name: node.Name(), leaf: -1}
		if node.Type() == schema.Primitive && node.RepetitionType() != parquet.Repetitions.Repeated {
			c.leaf = whole.ColumnIndexByNode(node)
			c.column = whole.Column(c.leaf)
		}
		if pandasIndex.MatchString(c.name) || slices.Contains(index, c.name) {
			left = append(left, c.name)
			continue
		}
		columns = append(columns, c)
	}
	s.remarkIndex(left)
	return columns, nil
}

// remarkIndex says that the index of a data frame is left out.
func (s *source) remarkIndex(names []string) {
	if len(names) > 0 {
		s.remarks = append(s.remarks, fmt.Sprintf("%s: the index of the data frame is no feature and is left out: %s", s.name, printable.List(names, 4)))
	}
}

// frameIndex returns the columns that pandas noted as the index, in its note among
// the meta data of a file.
func frameIndex(pandas string) []string {
	var note struct {
		Index []any `json:"index_columns"` // names, or descriptions of ranges that are no columns
	}
	if json.Unmarshal([]byte(pandas), &note) != nil {
		return nil
	}
	var names []string
	for _, entry := range note.Index {
		if name, ok := entry.(string); ok {
			names = append(names, name)
		}
	}
	return names
}

// read adds the column's entries in a row group to column j of the builder.
func (c parquetColumn) read(s *source, b *table.Builder, j int, in openParquet, group *file.RowGroupReader) error {
	if c.leaf < 0 {
		b.Unusable(j, "the column is nested or a list; expected a flat column, or --drop to leave it out", int(group.NumRows()))
		return b.SettleMemory()
	}
	reader, err := in.chunk(c, group)
	if err != nil {
		return err
	}
	e := entries{source: s, builder: b, rows: group.NumRows(), levels: c.column.MaxDefinitionLevel(), missing: func() { b.AddNumber(j, math.NaN()) }}
	if chunk, err := group.MetaData().ColumnChunk(c.leaf); err == nil && chunk.NumValues() != e.rows {
		return fmt.Errorf("column %s has %d entries in a group of %d rows", printable.Quote(c.name), chunk.NumValues(), e.rows)
	} else if err == nil {
		if statistics, err := chunk.Statistics(); err == nil && statistics != nil {
			e.allMissing = statistics.HasNullCount() && statistics.NullCount() == e.rows
		}
	}
	number := func(v float64) { b.AddNumber(j, v) }
	whole := func(text []byte) { b.AddField(j, text) }
	scale, decimals := 0, false
	var buffer []byte
	unsigned, halfs, text := false, false, false
	switch logical := c.column.LogicalType().(type) {
	case schema.DecimalLogicalType:
		scale, decimals = int(logical.Scale()), true
	case schema.IntLogicalType:
		unsigned = !logical.IsSigned()
	case schema.Float16LogicalType:
		halfs = true
	default:
		text = true
	}
	moment, layout := parquetMoment(c.column.LogicalType())
	date := func(t time.Time) {
		buffer = t.AppendFormat(buffer[:0], layout)
		b.AddField(j, buffer)
	}
	if moment != nil || c.column.PhysicalType() == parquet.Types.Int96 {
		e.missing = func() { b.AddField(j, nil) }
	}
	perSecond := parquetSeconds(c.column.LogicalType())
	digits := func(v []byte) { number(decimal(twosComplement(v), scale)) }
	label := func(v []byte) {
		s.budget.write(len(v))
		b.AddLabel(j, bytes.TrimSpace(v))
	}
	switch r := reader.(type) {
	case *file.BooleanColumnChunkReader:
		return each(e, r, func(v bool) {
			if v {
				number(1)
			} else {
				number(0)
			}
		})
	case *file.Int32ColumnChunkReader:
		return each(e, r, func(v int32) {
			switch {
			case decimals:
				number(decimal(big.NewInt(int64(v)), scale))
			case unsigned:
				number(float64(uint32(v)))
			case moment != nil:
				date(moment(int64(v)))
			case perSecond > 0:
				number(float64(v) / float64(perSecond))
			default:
				number(float64(v))
			}
		})
	case *file.Int64ColumnChunkReader:
		// Whole numbers as texts: those that no double holds stay apart so.
		e.missing = func() { b.AddField(j, nil) }
		if decimals || perSecond > 0 {
			e.missing = func() { number(math.NaN()) }
		}
		return each(e, r, func(v int64) {
			switch {
			case decimals:
				number(decimal(big.NewInt(v), scale))
			case moment != nil:
				date(moment(v))
			case perSecond > 0:
				number(float64(v) / float64(perSecond))
			case unsigned:
				buffer = strconv.AppendUint(buffer[:0], uint64(v), 10)
				whole(buffer)
			default:
				buffer = strconv.AppendInt(buffer[:0], v, 10)
				whole(buffer)
			}
		})
	case *file.Float32ColumnChunkReader:
		return each(e, r, func(v float32) { number(float64(v)) })
	case *file.Float64ColumnChunkReader:
		return each(e, r, number)
	case *file.Int96ColumnChunkReader:
		layout = momentLayout
		return each(e, r, func(v parquet.Int96) { date(v.ToTime()) })
	case *file.ByteArrayColumnChunkReader:
		if decimals {
			return each(e, r, func(v parquet.ByteArray) { digits(v) })
		}
		e.missing = func() { b.AddLabel(j, nil) }
		b.Declare(j, table.Categorical)
		return each(e, r, func(v parquet.ByteArray) { label(v) })
	case *file.FixedLenByteArrayColumnChunkReader:
		switch {
		case decimals:
			return each(e, r, func(v parquet.FixedLenByteArray) { digits(v) })
		case halfs:
			return each(e, r, func(v parquet.FixedLenByteArray) { number(half.Float16(binary.LittleEndian.Uint16(v))) })
		}
		if !text {
			break
		}
		e.missing = func() { b.AddLabel(j, nil) }
		b.Declare(j, table.Categorical)
		return each(e, r, func(v parquet.FixedLenByteArray) { label(v) })
	}
	b.Unusable(j, fmt.Sprintf("entries of the type %s; expected numbers or text, or --drop to leave the column out", c.column.PhysicalType()), int(group.NumRows()))
	return b.SettleMemory()
}

// entries says how the entries of a column in a row group are taken in.
type entries struct {
	source     *source
	builder    *table.Builder
	rows       int64
	levels     int16 // definition level of an entry that is there
	allMissing bool  // as the statistics have it
	missing    func()
}

// batchReader is a reader of the library's, which has one for each type.  Its values are those of the page itself,
// there until the next call.
type batchReader[T any] interface {
	ReadBatchInPage(size int64, values []T, definition, repetition []int16) (levels int64, read int, err error)
}

// each calls add or e.missing for each row.
func each[T any](e entries, r batchReader[T], add func(T)) error {
	const batch = 1 << 12
	values, definition := make([]T, batch), make([]int16, batch)
	for done := int64(0); done < e.rows; {
		if e.source.ctx.Err() != nil {
			return interrupted(e.source.ctx)
		}
		levels, read, err := r.ReadBatchInPage(min(batch, e.rows-done), values, definition, nil)
		if err != nil {
			return err
		}
		if levels == 0 && e.allMissing { // pages without a value that the library passes over
			levels = e.rows - done
			for range levels {
				e.missing()
			}
			return nil
		}
		if levels == 0 || read > int(levels) {
			return fmt.Errorf("%d of %d rows can be read", done, e.rows)
		}
		next := 0
		for i := range levels {
			if e.levels > 0 && definition[i] < e.levels {
				e.missing()
				continue
			}
			if next == read {
				return fmt.Errorf("%d entries for %d rows", read, levels)
			}
			add(values[next])
			next++
		}
		done += levels
		if err := errors.Join(e.source.budget.texts(), e.builder.SettleMemory()); err != nil {
			return err
		}
	}
	return nil
}

// decimal returns the double nearest to v·10^−scale, infinite where it is too large.
// The exponent is never multiplied out: a damaged file may give any.
func decimal(v *big.Int, scale int) float64 {
	f, _ := strconv.ParseFloat(v.String()+"e"+strconv.Itoa(-scale), 64)
	return f
}

// twosComplement reads a signed big-endian integer.
func twosComplement(digits []byte) *big.Int {
	v := new(big.Int).SetBytes(digits)
	if len(digits) > 0 && digits[0]&0x80 != 0 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(digits))))
	}
	return v
}
