package read

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	arrowcsv "github.com/apache/arrow-go/v18/arrow/csv"

	"github.com/relift/relift/table"
)

// BenchmarkCSV reads 30 columns of numbers and a class, as a table of which the
// types are found, and by Arrow's reader, which is told them.  The ratio is in
// BENCHMARKS.md.
func BenchmarkCSV(b *testing.B) {
	const rows, columns = 50_000, 30
	random := rand.New(rand.NewPCG(1, 1))
	var text strings.Builder
	var fields []arrow.Field
	for j := range columns {
		name := fmt.Sprintf("x%d", j)
		text.WriteString(name + ",")
		fields = append(fields, arrow.Field{Name: name, Type: arrow.PrimitiveTypes.Float64})
	}
	text.WriteString("class\n")
	fields = append(fields, arrow.Field{Name: "class", Type: arrow.BinaryTypes.String})
	for range rows {
		for range columns {
			fmt.Fprintf(&text, "%.6g,", random.NormFloat64())
		}
		fmt.Fprintf(&text, "%c\n", 'a'+random.IntN(3))
	}
	content := text.String()
	b.Run("relift", func(b *testing.B) {
		b.SetBytes(int64(len(content)))
		b.ReportAllocs()
		for b.Loop() {
			frame, err := Read("bench.csv", strings.NewReader(content), table.FormatCSV)
			if err != nil || frame.NumRows() != rows {
				b.Fatal(err)
			}
		}
	})
	b.Run("arrow", func(b *testing.B) {
		b.SetBytes(int64(len(content)))
		b.ReportAllocs()
		schema := arrow.NewSchema(fields, nil)
		for b.Loop() {
			r := arrowcsv.NewReader(io.Reader(strings.NewReader(content)), schema, arrowcsv.WithHeader(true), arrowcsv.WithChunk(10_000))
			read := int64(0)
			for r.Next() {
				read += r.RecordBatch().NumRows()
			}
			if r.Err() != nil || read != rows {
				b.Fatal(r.Err())
			}
			r.Release()
		}
	})
}
