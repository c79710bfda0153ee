package npy

import (
	"bufio"
	"cmp"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"strings"
)

// A ZIP archive says everything twice, in a header before each member and in the
// directory at its end, and may hold anything between and around them.  Readers
// that believe one or the other, or that look for the end in another way, see
// different arrays in the same file.  Here only archives that can be read in one
// way are archives: they begin with their first member and end with the end of
// their directory, the members lie in the directory's order without gaps, and
// both descriptions of each agree.

// zipMember is a member of an archive.
type zipMember struct {
	name         string
	method       uint16
	crc          uint32
	packed, size int64 // bytes in the file, and of the contents
	at           int64 // where the contents begin
}

// The methods of compression.
const (
	stored   = 0
	deflated = 8
)

const (
	endLength, directoryLength, localLength = 22, 46, 30
	// maxDirectory bounds the bytes of the directory.
	maxDirectory = maxMembers * (directoryLength + 512)
	// Bits of the flags: sizes stand behind the contents, names are UTF-8, and two
	// that tell how hard the writer tried.
	sizesBehind  = 1 << 3
	allowedFlags = sizesBehind | 1<<11 | 1<<1 | 1<<2
	// large stands for a number in a ZIP64 field.
	large = 1<<32 - 1
)

// harmless are the extra fields that change nothing: times and owners.
var harmless = map[uint16]bool{0x000a: true, 0x5455: true, 0x5855: true, 0x7875: true}

// readDirectory returns the members of the archive in r of size bytes.
func readDirectory(r io.ReaderAt, size int64) ([]zipMember, error) {
	if size < endLength {
		return nil, notZip("it is too short")
	}
	if begin, err := readAt(r, 0, 2); err != nil || string(begin) != "PK" {
		return nil, cmp.Or(err, fmt.Errorf("%w: not an NPZ archive", ErrFormat))
	}
	end, err := readAt(r, size-endLength, endLength)
	if err != nil {
		return nil, err
	}
	le := binary.LittleEndian
	if string(end[:4]) != "PK\x05\x06" || le.Uint16(end[20:]) != 0 {
		return nil, notZip("it does not end with the end of a directory, or is truncated, or has a comment or data behind it")
	}
	count, length, start := int(le.Uint16(end[10:])), int64(le.Uint32(end[12:])), int64(le.Uint32(end[16:]))
	switch {
	case start == large || length == large:
		return nil, notZip("archives of 4 GiB and more are not supported")
	case le.Uint32(end[4:]) != 0 || int(le.Uint16(end[8:])) != count:
		return nil, notZip("it is a part of an archive in several files")
	case count > maxMembers:
		return nil, fmt.Errorf("%w: an archive of %d members; at most %d are accepted", ErrFormat, count, maxMembers)
	case start+length != size-endLength || length > maxDirectory:
		return nil, notZip("its directory is not where its end says; expected nothing before and behind the archive")
	}
	directory, err := readAt(r, start, length)
	if err != nil {
		return nil, err
	}
	var members []zipMember
	names := map[string]bool{}
	next := int64(0) // where the next member has to begin
	for range count {
		var m zipMember
		if m, directory, next, err = readZipMember(r, directory, next, start); err != nil {
			return nil, err
		}
		// Some systems tell names apart by case and some do not.
		if key := strings.ToLower(m.name); names[key] {
			return nil, fmt.Errorf("%w: the archive has two members %.100q", ErrFormat, m.name)
		} else {
			names[key] = true
		}
		members = append(members, m)
	}
	if len(directory) != 0 || next != start {
		return nil, notZip("it holds data that belong to no member")
	}
	return members, nil
}

func notZip(why string) error {
	return fmt.Errorf("%w: not an NPZ archive that can be read in one way only: %s", ErrFormat, why)
}

// readAt reads length bytes.
func readAt(r io.ReaderAt, at, length int64) ([]byte, error) {
	b := make([]byte, length)
	if n, err := r.ReadAt(b, at); int64(n) < length {
		if err == io.EOF {
			return nil, notZip("it ends early")
		}
		return nil, err
	}
	return b, nil
}

// readZipMember reads the first entry of the directory and the member's own
// header, which has to lie at the offset here and end before limit.
func readZipMember(r io.ReaderAt, directory []byte, here, limit int64) (m zipMember, rest []byte, next int64, err error) {
	le := binary.LittleEndian
	if len(directory) < directoryLength || string(directory[:4]) != "PK\x01\x02" {
		return m, nil, 0, notZip("an entry of its directory is damaged")
	}
	e := directory[:directoryLength]
	nameLength, extraLength, commentLength := int(le.Uint16(e[28:])), int(le.Uint16(e[30:])), int(le.Uint16(e[32:]))
	rest = directory[directoryLength:]
	if len(rest) < nameLength+extraLength+commentLength {
		return m, nil, 0, notZip("an entry of its directory is damaged")
	}
	m.name = string(rest[:nameLength])
	extra := rest[nameLength : nameLength+extraLength]
	rest = rest[nameLength+extraLength+commentLength:]
	bad := func(why string) (zipMember, []byte, int64, error) {
		return m, nil, 0, notZip(fmt.Sprintf("member %.100q: %s", m.name, why))
	}
	if strings.ContainsFunc(m.name, func(c rune) bool { return c < ' ' || c > '~' }) || m.name == "" {
		return bad("expected a name of printable ASCII characters")
	}
	flags := le.Uint16(e[8:])
	m.method, m.crc = le.Uint16(e[10:]), le.Uint32(e[16:])
	m.packed, m.size = int64(le.Uint32(e[20:])), int64(le.Uint32(e[24:]))
	switch {
	case flags&^allowedFlags != 0:
		return bad("it is encrypted or of an unknown kind")
	case m.method != stored && m.method != deflated:
		return bad(fmt.Sprintf("compression method %d; expected stored or deflated", m.method))
	case m.method == stored && m.packed != m.size:
		return bad("it is stored and has two sizes")
	case int64(le.Uint32(e[42:])) != here || le.Uint16(e[34:]) != 0:
		return bad("it does not begin where the one before ends")
	case m.packed == large || m.size == large:
		return bad("members of 4 GiB and more are not supported")
	}
	if _, err := readExtra(extra); err != nil {
		return bad(err.Error())
	}

	local, err := readAt(r, here, min(localLength, limit-here))
	if err != nil {
		return m, nil, 0, err
	}
	if len(local) < localLength || string(local[:4]) != "PK\x03\x04" {
		return bad("its own header is not there")
	}
	tail := int64(le.Uint16(local[26:])) + int64(le.Uint16(local[28:]))
	m.at = here + localLength + tail
	if m.at+m.packed > limit {
		return bad("it reaches into the directory")
	}
	text, err := readAt(r, here+localLength, tail)
	if err != nil {
		return m, nil, 0, err
	}
	localName, localExtra := text[:le.Uint16(local[26:])], text[le.Uint16(local[26:]):]
	if string(localName) != m.name || le.Uint16(local[6:]) != flags || le.Uint16(local[8:]) != m.method {
		return bad("its own header and the directory differ in name, flags or method")
	}
	zip64, err := readExtra(localExtra)
	if err != nil {
		return bad(err.Error())
	}
	crc, packed, size := le.Uint32(local[14:]), int64(le.Uint32(local[18:])), int64(le.Uint32(local[22:]))
	if zip64 != nil {
		size64, packed64 := int64(le.Uint64(zip64)), int64(le.Uint64(zip64[8:]))
		if (packed != large && packed != packed64) || (size != large && size != size64) {
			return bad("its own header has two sizes")
		}
		size, packed = size64, packed64
	}
	next = m.at + m.packed
	if flags&sizesBehind != 0 {
		if crc == 0 && packed == 0 && size == 0 {
			crc, packed, size = m.crc, m.packed, m.size
		}
		length := int64(16)
		if zip64 != nil {
			length = 24
		}
		if next+length > limit {
			return bad("it reaches into the directory")
		}
		b, err := readAt(r, next, length)
		if err != nil {
			return m, nil, 0, err
		}
		behindPacked, behindSize := int64(le.Uint32(b[8:])), int64(le.Uint32(b[12:]))
		if zip64 != nil {
			behindPacked, behindSize = int64(le.Uint64(b[8:])), int64(le.Uint64(b[16:]))
		}
		if string(b[:4]) != "PK\x07\x08" || le.Uint32(b[4:]) != m.crc || behindPacked != m.packed || behindSize != m.size {
			return bad("the sizes behind it and the directory differ")
		}
		next += length
	}
	if crc != m.crc || packed != m.packed || size != m.size {
		return bad("its own header and the directory differ in size or checksum")
	}
	return m, rest, next, nil
}

// readExtra goes through extra fields and returns the contents of ZIP64's, which
// are two sizes of eight bytes, or nil.
func readExtra(extra []byte) (zip64 []byte, err error) {
	le := binary.LittleEndian
	for len(extra) > 0 {
		if len(extra) < 4 || len(extra)-4 < int(le.Uint16(extra[2:])) {
			return nil, errors.New("an extra field is damaged")
		}
		id, contents := le.Uint16(extra), extra[4:4+le.Uint16(extra[2:])]
		extra = extra[4+len(contents):]
		switch {
		case id == 1 && zip64 == nil && len(contents) == 16:
			zip64 = contents
		case !harmless[id]:
			return nil, fmt.Errorf("an extra field of the kind %#x is not supported", id)
		}
	}
	return zip64, nil
}

// open returns the contents.  The reader's last word is an error when they do not
// have the size and checksum that they should.
func (m zipMember) open(r io.ReaderAt) io.Reader {
	packed := bufio.NewReader(io.NewSectionReader(r, m.at, m.packed))
	c := &checked{member: m, packed: packed, contents: packed, crc: crc32.NewIEEE()}
	if m.method == deflated {
		c.contents = flate.NewReader(packed)
	}
	return c
}

// checked reads the contents of a member and checks them.
type checked struct {
	member   zipMember
	packed   *bufio.Reader
	contents io.Reader
	crc      hash.Hash32
	length   int64
}

// Read implements io.Reader.
func (c *checked) Read(p []byte) (int, error) {
	n, err := c.contents.Read(p)
	c.crc.Write(p[:n])
	c.length += int64(n)
	switch {
	case c.length > c.member.size:
		return n, fmt.Errorf("%w: there is more in it than the archive says", ErrFormat)
	case err == io.EOF:
		if _, more := c.packed.ReadByte(); more == nil || c.length != c.member.size || c.crc.Sum32() != c.member.crc {
			return n, fmt.Errorf("%w: its contents do not have the size and checksum that the archive says", ErrFormat)
		}
	}
	return n, err
}
