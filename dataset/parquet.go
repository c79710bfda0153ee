package dataset

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// readParquet reads the flat columns of an Apache Parquet file.  Numbers,
// booleans (as 0 and 1), dates and times (as the integers they are stored as)
// are numeric, texts are as in a CSV file, nulls are missing.  Nested and
// repeated columns are refused.
func readParquet(s *source) (t *Table, err error) {
	name := s.name
	// The library may panic on a file that was made to harm.
	defer func() {
		if cause := recover(); cause != nil {
			t, err = nil, inputErrorf(name, "the Parquet file is damaged: %v", cause)
		}
	}()
	at, size, err := s.randomAccess()
	if err != nil {
		return nil, err
	}
	if err := checkParquetEnds(name, at, size); err != nil {
		return nil, err
	}
	file, err := parquet.OpenFile(at, size)
	if err != nil {
		return nil, inputErrorf(name, "the Parquet file is damaged: %v", err)
	}
	var names []string
	fields := file.Schema().Fields()
	for _, field := range fields {
		if !field.Leaf() || field.Repeated() {
			e := inputErrorf(name, "the column is nested or a list; expected a flat table")
			e.Column = field.Name()
			return nil, e
		}
		names = append(names, field.Name())
	}
	if err := s.budget.fits(fmt.Sprintf("a table of %d rows and %d columns", file.NumRows(), len(names)), times(24, times(uint64(max(file.NumRows(), 0)), uint64(len(names))))); err != nil {
		return nil, err
	}
	b, err := newBuilder(name, names, false)
	if err != nil {
		return nil, err
	}
	b.budget = s.budget
	b.read(s.reading)
	buffer := make([]parquet.Row, 256)
	for _, group := range file.RowGroups() {
		rows := group.Rows()
		for {
			n, err := rows.ReadRows(buffer)
			for _, row := range buffer[:n] {
				if len(row) != len(fields) {
					rows.Close()
					return nil, &InputError{File: name, Row: b.rows + 1, Problem: fmt.Sprintf("%s; expected %d", count(len(row), "value"), len(fields))}
				}
				for _, v := range row {
					b.addParquet(fields[v.Column()], v.Column(), v)
				}
				if err := b.endRow(0); err != nil {
					return nil, err
				}
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				rows.Close()
				return nil, inputErrorf(name, "the Parquet file is damaged after row %d: %v", b.rows, err)
			}
		}
		if err := rows.Close(); err != nil {
			return nil, inputErrorf(name, "the Parquet file is damaged: %v", err)
		}
	}
	return b.table()
}

// checkParquetEnds checks the marks at both ends and the length of the footer,
// for which the library allocates memory unseen.
func checkParquetEnds(name string, at io.ReaderAt, size int64) error {
	const mark = "PAR1"
	if size < 12 {
		return inputErrorf(name, "not a Parquet file, or one cut short; expected %q at its start and end", mark)
	}
	var start [4]byte
	var end [8]byte
	_, errStart := at.ReadAt(start[:], 0)
	_, errEnd := at.ReadAt(end[:], size-8)
	if err := errors.Join(errStart, errEnd); err != nil && !errors.Is(err, io.EOF) {
		return readError(name, err)
	}
	if string(start[:]) != mark || string(end[4:]) != mark {
		return inputErrorf(name, "not a Parquet file, or one cut short; expected %q at its start and end", mark)
	}
	if footer := int64(binary.LittleEndian.Uint32(end[:4])); footer > size-12 {
		return inputErrorf(name, "the Parquet file is damaged: its footer of %d bytes is larger than the file", footer)
	}
	return nil
}

// addParquet adds one value to column j.
func (b *builder) addParquet(field parquet.Field, j int, v parquet.Value) {
	var logical format.LogicalTypeValue
	if l := field.Type().LogicalType(); l != nil {
		logical = l.Value
	}
	scale := 0
	decimalType, isDecimal := logical.(*format.DecimalType)
	if isDecimal {
		scale = int(decimalType.Scale)
	}
	integer, isInteger := logical.(*format.IntType)
	unsigned := isInteger && !integer.IsSigned
	switch kind := v.Kind(); {
	case v.IsNull():
		b.addNumber(j, math.NaN())
	case kind == parquet.Boolean:
		number := 0.0
		if v.Boolean() {
			number = 1
		}
		b.addNumber(j, number)
	case kind == parquet.Int32 && unsigned:
		b.addNumber(j, float64(v.Uint32()))
	case kind == parquet.Int32:
		b.addNumber(j, decimal(big.NewInt(int64(v.Int32())), scale))
	case kind == parquet.Int64 && unsigned:
		b.addNumber(j, float64(v.Uint64()))
	case kind == parquet.Int64:
		b.addNumber(j, decimal(big.NewInt(v.Int64()), scale))
	case kind == parquet.Float:
		b.addNumber(j, float64(v.Float()))
	case kind == parquet.Double:
		b.addNumber(j, v.Double())
	case isDecimal:
		b.addNumber(j, decimal(twosComplement(v.ByteArray()), scale))
	case kind == parquet.Int96:
		b.addText(j, v.String())
	default:
		b.addText(j, string(v.ByteArray()))
	}
}

// decimal returns the double nearest to v·10^−scale.
func decimal(v *big.Int, scale int) float64 {
	if scale <= 0 {
		f, _ := new(big.Float).SetInt(v).Float64()
		return f
	}
	f, _ := new(big.Rat).SetFrac(v, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)).Float64()
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
