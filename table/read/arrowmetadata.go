package read

import "encoding/binary"

// arrowKind is what a message of Arrow's holds.
type arrowKind byte

const (
	arrowSchema     arrowKind = 1
	arrowDictionary arrowKind = 2
	arrowBatch      arrowKind = 3
)

// arrowMetadata is what the metadata of a message say about its body.
type arrowMetadata struct {
	kind    arrowKind
	body    int64         // bytes
	buffers []arrowBuffer // in the body
	zstd    bool          // the buffers are compressed so
	// variadic is how many columns, also nested ones, have a number of buffers of their own.
	// The library reads on behind a list that is too short.
	variadic int
	// views are the columns of a schema that need such a number, and dictionaryViews those
	// of the dictionaries, by their ids.
	views           int
	dictionaryViews map[int64]int
	dictionary      int64 // the id, of a dictionary
	// footprint is the memory that the library may take for the metadata.
	footprint uint64
}

type arrowBuffer struct{ offset, length int64 }

const (
	arrowTableBytes = 512 // that the library keeps for a table of the metadata, its texts aside
	arrowDepth      = 64  // of nested fields, as in the library
)

// parseArrowMetadata walks the metadata of a message (Message.fbs and Schema.fbs of
// Arrow's format) as the library does that reads them next, without believing them.
func parseArrowMetadata(bytes []byte) (m arrowMetadata, problem string) {
	defer recoverMalformed(&problem)
	in := newFlatbuffer(bytes)
	all := in.left
	message := in.root()
	m.kind, m.body = arrowKind(message.byte(1)), message.int64(3)
	if m.body < 0 {
		panic(malformed("a message has a body of negative length"))
	}
	m.pairs(message, 4)
	header, ok := message.table(2)
	if !ok {
		panic(malformed("a message is empty"))
	}
	switch m.kind {
	case arrowSchema:
		m.dictionaryViews = map[int64]int{}
		m.fields(header, 1, arrowDepth, &m.views)
		m.pairs(header, 2)
		header.vector(3, 8)
	case arrowDictionary:
		m.dictionary = header.int64(0)
		if data, ok := header.table(1); ok {
			m.batch(data)
		}
	case arrowBatch:
		m.batch(header)
	default:
		panic(malformed("a message is neither a schema nor a dictionary nor a batch of rows"))
	}
	m.footprint += arrowTableBytes * uint64(all-in.left)
	return m, ""
}

// fields walks the fields of a schema or of a nested field, and counts in views those
// that are views of texts or bytes.
func (m *arrowMetadata) fields(parent flatTable, number, depth int, views *int) {
	if depth == 0 {
		panic(malformed("its columns are nested too deeply"))
	}
	for field := range parent.tables(number) {
		m.text(field, 0)
		ofThis := 0
		if kind, ok := field.table(3); ok {
			const timestamp, union, bytesView, textView = 10, 14, 23, 24
			switch field.byte(2) {
			case timestamp:
				m.text(kind, 1) // the time zone
			case union:
				ids, _ := kind.vector(1, 4)
				m.footprint += uint64(len(ids))
			case bytesView, textView:
				ofThis++
			}
		}
		m.fields(field, 5, depth-1, &ofThis)
		m.pairs(field, 6)
		if encoding, ok := field.table(4); ok {
			id := encoding.int64(0)
			m.dictionaryViews[id] = max(m.dictionaryViews[id], ofThis) // several columns may share one
		} else {
			*views += ofThis
		}
	}
}

// pairs walks a list of keys with values.
func (m *arrowMetadata) pairs(parent flatTable, number int) {
	for pair := range parent.tables(number) {
		m.text(pair, 0)
		m.text(pair, 1)
	}
}

func (m *arrowMetadata) text(t flatTable, number int) {
	bytes, _ := t.vector(number, 1)
	m.footprint += uint64(len(bytes))
}

// batch checks that the buffers of a batch lie in the body.
func (m *arrowMetadata) batch(batch flatTable) {
	const pair = 16 // two numbers of 64 bits
	number := func(bytes []byte) int64 { return int64(binary.LittleEndian.Uint64(bytes)) }
	nodes, _ := batch.vector(1, pair)
	for ; len(nodes) > 0; nodes = nodes[pair:] {
		if number(nodes) < 0 {
			panic(malformed("a column has a negative length"))
		}
	}
	buffers, _ := batch.vector(2, pair)
	for ; len(buffers) > 0; buffers = buffers[pair:] {
		b := arrowBuffer{number(buffers), number(buffers[8:])}
		if b.offset < 0 || b.length < 0 || b.length > m.body || b.offset > m.body-b.length {
			panic(malformed("the entries of a column lie outside of their message"))
		}
		m.buffers = append(m.buffers, b)
	}
	variadic, _ := batch.vector(4, 8)
	m.variadic = len(variadic) / 8
	for left := int64(len(m.buffers)); len(variadic) > 0; variadic = variadic[8:] {
		count := number(variadic)
		if count < 0 || count > left {
			panic(malformed("a column has more buffers than its message"))
		}
		left -= count
	}
	if compression, ok := batch.table(3); ok {
		m.zstd = compression.byte(0) == 1
	}
}
