package read

import (
	"encoding/binary"
	"iter"
)

// flatbuffer is a message in the encoding of FlatBuffers (https://flatbuffers.dev/internals/)
// of which nothing is believed.  A library that reads one allocates what the
// lengths of its vectors say, and follows its offsets however often they lead to the
// same place; who walks a message here first knows that every vector lies in it,
// and that the tables, each counted as often as it is reached, are no more than fit.
// What is wrong is a panic with a malformed.
type flatbuffer struct {
	bytes []byte
	left  int // tables that may still be reached
}

// malformed says what is wrong with a message.
type malformed string

// recoverMalformed, deferred, turns the panic into a problem.
func recoverMalformed(problem *string) {
	switch cause := recover().(type) {
	case nil:
	case malformed:
		*problem = string(cause)
	default:
		panic(cause)
	}
}

func newFlatbuffer(bytes []byte) *flatbuffer {
	const smallest = 4 // a table begins with the offset of its fields
	return &flatbuffer{bytes, len(bytes) / smallest}
}

// cut returns size bytes from at on.
func (f *flatbuffer) cut(at, size int) []byte {
	if at < 0 || size < 0 || size > len(f.bytes) || at > len(f.bytes)-size {
		panic(malformed("an offset or a length in its metadata leads out of them"))
	}
	return f.bytes[at : at+size]
}

// follow returns where the offset at at leads.
func (f *flatbuffer) follow(at int) int { return at + int(binary.LittleEndian.Uint32(f.cut(at, 4))) }

func (f *flatbuffer) root() flatTable { return f.table(f.follow(0)) }

func (f *flatbuffer) table(at int) flatTable {
	if f.left--; f.left < 0 {
		panic(malformed("its metadata have more parts than fit into them"))
	}
	fields := at - int(int32(binary.LittleEndian.Uint32(f.cut(at, 4))))
	size := int(binary.LittleEndian.Uint16(f.cut(fields, 2)))
	return flatTable{f, at, f.cut(fields, size)}
}

// flatTable is a table of a message.  Its fields are numbered as the schema lists
// them, a union counting as two: the kind, then the table.
type flatTable struct {
	in     *flatbuffer
	at     int
	fields []byte // the offsets of its fields, behind two lengths
}

// field returns where a field is, −1 where it has the default.
func (t flatTable) field(number int) int {
	i := 4 + 2*number
	if i+2 > len(t.fields) {
		return -1
	}
	offset := int(binary.LittleEndian.Uint16(t.fields[i:]))
	if offset == 0 {
		return -1
	}
	return t.at + offset
}

// byte returns a field of one byte.
func (t flatTable) byte(number int) byte {
	if at := t.field(number); at >= 0 {
		return t.in.cut(at, 1)[0]
	}
	return 0
}

// int64 returns a field of eight bytes.
func (t flatTable) int64(number int) int64 {
	if at := t.field(number); at >= 0 {
		return int64(binary.LittleEndian.Uint64(t.in.cut(at, 8)))
	}
	return 0
}

// table returns the table of a field, false without one.
func (t flatTable) table(number int) (flatTable, bool) {
	at := t.field(number)
	if at < 0 {
		return flatTable{}, false
	}
	return t.in.table(t.in.follow(at)), true
}

// vector returns the elements of a field, each of size bytes, or the bytes of a text,
// of size 1, and where they begin.
func (t flatTable) vector(number, size int) (elements []byte, at int) {
	at = t.field(number)
	if at < 0 {
		return nil, 0
	}
	at = t.in.follow(at)
	length := int(binary.LittleEndian.Uint32(t.in.cut(at, 4)))
	return t.in.cut(at+4, length*size), at + 4
}

// tables returns the tables of a field.
func (t flatTable) tables(number int) iter.Seq[flatTable] {
	const size = 4
	return func(yield func(flatTable) bool) {
		offsets, at := t.vector(number, size)
		for i := 0; i < len(offsets); i += size {
			if !yield(t.in.table(t.in.follow(at + i))) {
				return
			}
		}
	}
}
