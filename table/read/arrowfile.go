package read

import (
	"encoding/binary"
	"errors"
	"io"

	"github.com/relift/relift/table"
)

// arrowBlock is where a message of an Arrow file is.
type arrowBlock struct{ offset, length int64 }

// arrowDirectory is what an Arrow file has at its end: the schema, as a message of a
// stream, and where the dictionaries and then the batches are.  What stands between
// the marks at both ends need not be a stream: polars begins without the length of the
// schema.
func (s *source) arrowDirectory() (at io.ReaderAt, schema []byte, blocks []arrowBlock, err error) {
	at, size, err := s.randomAccess()
	if err != nil {
		return nil, nil, nil, err
	}
	const padded = 8 // the mark at the start
	end := make([]byte, 4+len(arrowMark))
	notWhole := table.Errorf(s.name, "not an Arrow file, or one cut short; expected %q at its start and end", arrowMark)
	if size < int64(padded+len(end)) {
		return nil, nil, nil, notWhole
	}
	if _, err := at.ReadAt(end, size-int64(len(end))); err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, nil, table.FileError(s.name, err)
	}
	length := int64(binary.LittleEndian.Uint32(end))
	start := size - int64(len(end)) - length
	if string(end[4:]) != arrowMark || start < padded {
		return nil, nil, nil, notWhole
	}
	if err := s.budget.take(uint64(length)); err != nil {
		return nil, nil, nil, err
	}
	footer := make([]byte, length)
	if _, err := at.ReadAt(footer, start); err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, nil, table.FileError(s.name, err)
	}
	schemaAt, blocks, problem := parseArrowFooter(footer)
	if problem != "" {
		return nil, nil, nil, table.Errorf(s.name, "the Arrow file is damaged: %s", problem)
	}
	return at, schemaMessage(footer, schemaAt), blocks, nil
}

// parseArrowFooter returns where the schema is in the footer of a file (File.fbs of
// Arrow's format), and where the messages are in the file.
func parseArrowFooter(bytes []byte) (schema int, blocks []arrowBlock, problem string) {
	defer recoverMalformed(&problem)
	footer := newFlatbuffer(bytes).root()
	header, ok := footer.table(1)
	if !ok {
		panic(malformed("it has no schema"))
	}
	for _, field := range []int{2, 3} { // dictionaries, batches
		const size = 24 // the offset, the length of the metadata, four bytes, that of the body
		entries, _ := footer.vector(field, size)
		for ; len(entries) > 0; entries = entries[size:] {
			offset := int64(binary.LittleEndian.Uint64(entries))
			metadata, body := int64(int32(binary.LittleEndian.Uint32(entries[8:]))), int64(binary.LittleEndian.Uint64(entries[16:]))
			const most = 1 << 62
			if offset < 0 || metadata < 0 || body < 0 || offset > most || body > most {
				panic(malformed("its directory has negative lengths"))
			}
			blocks = append(blocks, arrowBlock{offset, metadata + body})
		}
	}
	return header.at, blocks, ""
}

// schemaMessage makes a message of the schema at the given place of a footer: a table
// before the footer, whose offsets are relative, that leads to it.
func schemaMessage(footer []byte, schema int) []byte {
	const (
		fields = 4  // where the message's fields are listed
		table  = 16 // where the message is
		length = 32 // of both
	)
	message := make([]byte, length, length+len(footer))
	word, short := binary.LittleEndian.PutUint32, binary.LittleEndian.PutUint16
	word(message, table)
	short(message[fields:], 10)   // bytes of this list
	short(message[fields+2:], 12) // and of the table
	short(message[fields+6:], 8)  // where it has the kind
	short(message[fields+8:], 4)  // and the header
	word(message[table:], table-fields)
	word(message[table+4:], uint32(length+schema-(table+4)))
	message[table+8] = byte(arrowSchema)
	return append(message, footer...)
}
