package read

import (
	"encoding/binary"
	"errors"
	"fmt"

	arrow "github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"github.com/relift/relift/internal/memory"
)

// openParquet is an open file and what its readers take memory from.
type openParquet struct {
	*file.Reader
	allocator arrow.Allocator
}

// chunk is a reader of a column in a row group, whose pages are looked at before the library decodes them.
func (f openParquet) chunk(c parquetColumn, group *file.RowGroupReader) (file.ColumnChunkReader, error) {
	pages, err := group.GetColumnPageReader(c.leaf)
	if err != nil {
		return nil, err
	}
	//lint:ignore SA1019 the only way to a reader of pages that were looked at before it decodes them
	return file.NewColumnReader(c.column, &soundPages{PageReader: pages, column: c.column}, f.allocator, f.BufferPool()), nil
}

// soundPages refuses pages whose blocks of deltas claim more numbers than a writer puts into one: the library makes room for them unseen.
type soundPages struct {
	file.PageReader
	column *schema.Column
	wrong  error
}

// Next implements file.PageReader.
func (p *soundPages) Next() bool {
	if !p.PageReader.Next() {
		return false
	}
	p.wrong = p.check(p.PageReader.Page())
	return p.wrong == nil
}

// Err implements file.PageReader.
func (p *soundPages) Err() error { return errors.Join(p.wrong, p.PageReader.Err()) }

func (p *soundPages) check(page file.Page) error {
	sequences := 0
	switch parquet.Encoding(page.Encoding()) {
	case parquet.Encodings.DeltaBinaryPacked, parquet.Encodings.DeltaLengthByteArray:
		sequences = 1
	case parquet.Encodings.DeltaByteArray: // lengths of prefixes, then lengths of suffixes
		sequences = 2
	default:
		return nil
	}
	values, err := p.values(page)
	for ; err == nil && sequences > 0; sequences-- {
		values, err = deltas(values)
	}
	return err
}

// values are the bytes of a page after its levels.
func (p *soundPages) values(page file.Page) ([]byte, error) {
	data := page.Data()
	levels := 0
	switch page := page.(type) {
	case *file.DataPageV1:
		if p.column.MaxDefinitionLevel() > 0 && len(data) >= 4 {
			levels = 4 + int(binary.LittleEndian.Uint32(data))
		}
	case *file.DataPageV2:
		levels = int(page.DefinitionLevelByteLen()) + int(page.RepetitionLevelByteLen())
	default:
		return nil, nil
	}
	if levels < 0 || levels > len(data) {
		return nil, errors.New("a page is smaller than its levels")
	}
	return data[levels:], nil
}

// mostDeltas is the most numbers of a block of deltas; writers put hundreds into one.
const mostDeltas = 1 << 20

// deltas walks over the numbers that begin data, as differences packed in blocks, and returns what follows them.
//
// Source: Apache Parquet, Encodings.md, "Delta encoding".
func deltas(data []byte) (rest []byte, err error) {
	var header [4]uint64 // numbers of a block, parts of a block, numbers, the first one
	for i := range header {
		if header[i], data, err = varint(data); err != nil {
			return nil, err
		}
	}
	block, parts, count := header[0], header[1], header[2]
	if block > mostDeltas || parts == 0 || parts > block {
		return nil, fmt.Errorf("a block of differences claims %d numbers in %d parts; expected at most %d", block, parts, mostDeltas)
	}
	for done := uint64(1); done < count; {
		if _, data, err = varint(data); err != nil {
			return nil, err
		}
		if uint64(len(data)) < parts {
			return nil, errCutShort
		}
		widths := data[:parts]
		data = data[parts:]
		for _, width := range widths {
			if done >= count {
				break
			}
			size := memory.Times(uint64(width), block/parts) / 8
			if size > uint64(len(data)) {
				return nil, errCutShort
			}
			data = data[size:]
			done += max(block/parts, 1)
		}
	}
	return data, nil
}

var errCutShort = errors.New("a page is cut short")

func varint(data []byte) (v uint64, rest []byte, err error) {
	v, n := binary.Uvarint(data)
	if n <= 0 {
		return 0, nil, errCutShort
	}
	return v, data[n:], nil
}
