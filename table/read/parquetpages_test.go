package read

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"github.com/relift/relift/table"
	"github.com/relift/relift/table/internal/tabletest"
)

// packed is the beginning of count differences in blocks of the length, each of one part whose numbers take no bits.
func packed(block, count uint64, blocks int) []byte {
	var data []byte
	for _, v := range []uint64{block, 1, count, 2} {
		data = binary.AppendUvarint(data, v)
	}
	return append(data, bytes.Repeat([]byte{2, 0}, blocks)...)
}

func TestDeltas(t *testing.T) {
	for _, test := range []struct {
		data []byte
		left int // −1: refused
	}{
		{append(packed(128, 130, 2), "rest"...), 4},
		{append(packed(128, 1, 0), "rest"...), 4},
		{append(packed(mostDeltas, 10, 1), 7), 1},
		{packed(2*mostDeltas, 10, 1), -1},
		{packed(1<<63, 10, 1), -1},
		{packed(128, 1000, 2), -1}, // a third block is missing
		{packed(128, 10, 1)[:5], -1},
		{[]byte{0x80, 0x01, 0, 10, 2, 2, 0}, -1},     // no parts
		{[]byte{0x80, 0x01, 1, 10, 2, 2, 64, 1}, -1}, // 64 bits for each of 128 numbers
		{bytes.Repeat([]byte{0xff}, 20), -1},
	} {
		rest, err := deltas(test.data)
		if (err != nil) != (test.left < 0) || err == nil && len(rest) != test.left {
			t.Errorf("%x: %d bytes left, %v; want %d", test.data, len(rest), err, test.left)
		}
	}
}

// writeTexts writes a column a of repeated texts and a column y as Parquet.
func writeTexts(t *testing.T, text string, rows int, codec compress.Compression) []byte {
	t.Helper()
	root, err := schema.NewGroupNode("schema", parquet.Repetitions.Required, schema.FieldList{
		schema.NewByteArrayNode("a", parquet.Repetitions.Required, -1), schema.NewFloat64Node("y", parquet.Repetitions.Required, -1),
	}, -1)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := file.NewParquetWriter(&b, root, file.WithWriterProps(parquet.NewWriterProperties(parquet.WithCompression(codec))))
	group, err := w.AppendRowGroupChecked()
	if err != nil {
		t.Fatal(err)
	}
	texts, numbers := make([]parquet.ByteArray, rows), make([]float64, rows)
	for i := range texts {
		texts[i] = parquet.ByteArray(text)
	}
	for _, write := range []func(file.ColumnChunkWriter) error{
		func(c file.ColumnChunkWriter) error {
			_, err := c.(*file.ByteArrayColumnChunkWriter).WriteBatch(texts, nil, nil)
			return err
		},
		func(c file.ColumnChunkWriter) error {
			_, err := c.(*file.Float64ColumnChunkWriter).WriteBatch(numbers, nil, nil)
			return err
		},
	} {
		column, err := group.NextColumn()
		if err == nil {
			err = write(column)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := column.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestParquetTextsOfADictionary: a long text that many rows share takes the memory of one, and no more time than may be.
func TestParquetTextsOfADictionary(t *testing.T) {
	const limit = 4 * mebibyte
	path := tabletest.WriteFile(t, "t.parquet", string(writeTexts(t, strings.Repeat("x", mebibyte/16), 2100, compress.Codecs.Zstd)))
	var err error
	peak := peakOf(func() { _, err = OpenContext(t.Context(), path, table.Reading{MemoryLimit: limit}) })
	if err == nil || !strings.Contains(err.Error(), "long and repeated") || peak > 2*limit {
		t.Errorf("%v; %d MiB", err, peak/mebibyte)
	}
	if _, err := OpenContext(t.Context(), path, table.Reading{MemoryLimit: 2 * limit}); err != nil {
		t.Error(err)
	}
}

// TestParquetPagesThatUnfold: a page that turns into more than it says ends there.
func TestParquetPagesThatUnfold(t *testing.T) {
	for _, kind := range []compress.Compression{compress.Codecs.Zstd, compress.Codecs.Snappy} {
		codec, err := compress.GetCodec(kind)
		if err != nil {
			t.Fatal(err)
		}
		bomb := codec.Encode(nil, make([]byte, 8*mebibyte))
		room := make([]byte, 80)
		if unpacked, err := compress.Decode(codec, room, bomb); err == nil {
			t.Errorf("%s: %d bytes for a page of %d", kind, len(unpacked), len(room))
		}
		unpacked, err := compress.Decode(codec, room, codec.Encode(nil, bytes.Repeat([]byte{7}, 80)))
		if err != nil || fmt.Sprint(unpacked[:2], len(unpacked)) != "[7 7] 80" {
			t.Errorf("%s: %v, %v", kind, unpacked, err)
		}
	}
}
