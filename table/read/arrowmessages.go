package read

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow/ipc"
	arrowmemory "github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/klauspost/compress/zstd"

	"github.com/relift/relift/table"
)

// arrowMessages reads the messages of an Arrow stream or file for the library's reader of
// streams, which takes lengths for what they say: here they are compared with the
// bytes that are there, and with the memory that is allowed, before anything is
// allocated.
type arrowMessages struct {
	s      *source
	from   io.Reader         // the next message is next
	memory *boundedAllocator // where the reader takes memory too
	file   io.ReaderAt       // nil of a stream
	first  []byte            // the metadata of the first message of a file
	blocks []arrowBlock      // of the others
	held   uint64            // of the current message, if it is one that ends
	schema arrowMetadata     // of the stream
}

var _ ipc.MessageReader = (*arrowMessages)(nil)

// Retain and Release implement ipc.MessageReader; there is nothing to be freed.
func (m *arrowMessages) Retain()  {}
func (m *arrowMessages) Release() {}

// Message returns the next message, valid until the next call; io.EOF behind the last.
func (m *arrowMessages) Message() (*ipc.Message, error) {
	m.memory.left += m.held
	m.held = 0
	metadata, err := m.metadata()
	if err != nil {
		return nil, err
	}
	parsed, problem := parseArrowMetadata(metadata)
	if problem != "" {
		return nil, m.damaged("%s", problem)
	}
	views := 0
	switch parsed.kind {
	case arrowSchema:
		m.schema = parsed
	case arrowDictionary:
		views = m.schema.dictionaryViews[parsed.dictionary]
	case arrowBatch:
		views = m.schema.views
	}
	if parsed.variadic < views {
		return nil, m.damaged("a message does not say how many buffers its columns of texts have")
	}
	if err := m.charge(parsed.footprint); err != nil {
		return nil, err
	}
	body, err := m.take(parsed.body)
	if err != nil {
		return nil, err
	}
	if err := m.checkWindows(parsed, body); err != nil {
		return nil, err
	}
	if parsed.kind == arrowBatch { // dictionaries and the schema stay
		m.held = uint64(len(metadata)) + uint64(len(body)) + parsed.footprint
	}
	return ipc.NewMessage(arrowmemory.NewBufferBytes(metadata), arrowmemory.NewBufferBytes(body)), nil
}

// metadata returns the metadata of the next message; io.EOF behind the last.
func (m *arrowMessages) metadata() ([]byte, error) {
	if first := m.first; first != nil {
		m.first, m.from = nil, bytes.NewReader(nil)
		return first, nil
	}
	if m.file != nil {
		if len(m.blocks) == 0 {
			return nil, io.EOF
		}
		m.from = io.NewSectionReader(m.file, m.blocks[0].offset, m.blocks[0].length)
		m.blocks = m.blocks[1:]
	}
	size, err := m.metadataSize()
	if err != nil {
		return nil, err
	}
	return m.take(size)
}

// metadataSize reads what stands before the metadata of a message: their length, with
// a mark before it since version 0.15 of the format.
func (m *arrowMessages) metadataSize() (int64, error) {
	var start [4]byte
	if _, err := io.ReadFull(m.from, start[:]); err == io.EOF {
		return 0, io.EOF
	} else if err != nil {
		return 0, m.broken(err)
	}
	if string(start[:]) == streamMark {
		if _, err := io.ReadFull(m.from, start[:]); err != nil {
			return 0, m.broken(err)
		}
	}
	size := int64(int32(binary.LittleEndian.Uint32(start[:])))
	switch {
	case size == 0: // the end
		return 0, io.EOF
	case size < 0:
		return 0, m.damaged("the metadata of a message have a negative length")
	}
	return size, nil
}

// take reads size bytes, and allocates as they come.
func (m *arrowMessages) take(size int64) ([]byte, error) {
	if err := m.charge(uint64(size)); err != nil {
		return nil, err
	}
	const atOnce = 1 << 16
	var content bytes.Buffer
	content.Grow(int(min(size, atOnce)))
	if _, err := io.CopyN(&content, m.from, size); err != nil {
		return nil, m.broken(err)
	}
	return content.Bytes(), nil
}

// charge takes from what the reader may allocate.
func (m *arrowMessages) charge(bytes uint64) error {
	if bytes > m.memory.left {
		return m.memory.refusal()
	}
	m.memory.left -= bytes
	return nil
}

// checkWindows refuses compressed entries for which the decoder would keep more bytes
// than are allowed.
func (m *arrowMessages) checkWindows(parsed arrowMetadata, body []byte) error {
	const prefix = 8 // the uncompressed length
	for _, b := range parsed.buffers {
		if !parsed.zstd || b.length <= prefix {
			continue
		}
		var header zstd.Header
		if header.Decode(body[b.offset+prefix:b.offset+b.length]) == nil && header.WindowSize > m.memory.left {
			return m.memory.refusal()
		}
	}
	return nil
}

func (m *arrowMessages) damaged(format string, args ...any) error {
	return table.Errorf(m.s.name, "the Arrow file is damaged: %s", fmt.Sprintf(format, args...))
}

// broken is the error of a reading that ended before its time.
func (m *arrowMessages) broken(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return table.Errorf(m.s.name, "the Arrow file is cut short; expected more of its rows")
	}
	return table.FileError(m.s.name, err)
}
