package forgery

import (
	"encoding/binary"
	"hash/crc32"
)

// member is a stored member of an archive that is put together by hand, so that
// its parts can disagree.
type member struct {
	name  string
	data  []byte
	local func(header []byte) // changes the local header
	file  func(header []byte) // changes the entry of the central directory
	extra []byte              // extra field of the central entry

	behind   []byte // bytes behind the data that belong to no member
	unlisted bool   // has no entry in the central directory
	shared   bool   // has no data of its own: its entry points at the member before
}

// The offsets of fields in a local header and in an entry of the central
// directory.
const (
	localFlags, localMethod, localCRC, localSize       = 6, 8, 14, 18
	centralFlags, centralMethod, centralCRC, centralAt = 8, 10, 16, 42
	localHeader, centralHeader                         = 30, 46
)

// zipped puts members together; comment is that of the archive.
func zipped(members []member, comment string) []byte {
	le := binary.LittleEndian
	var out, directory []byte
	at, count := 0, 0
	for _, m := range members {
		if !m.shared {
			at = len(out)
			h := make([]byte, localHeader, localHeader+len(m.name)+len(m.data))
			copy(h, "PK\x03\x04")
			le.PutUint16(h[4:], 20)
			le.PutUint32(h[localCRC:], crc32.ChecksumIEEE(m.data))
			le.PutUint32(h[localSize:], uint32(len(m.data)))
			le.PutUint32(h[localSize+4:], uint32(len(m.data)))
			le.PutUint16(h[26:], uint16(len(m.name)))
			h = append(h, m.name...)
			if m.local != nil {
				m.local(h)
			}
			out = append(append(append(out, h...), m.data...), m.behind...)
		}
		if m.unlisted {
			continue
		}
		count++
		h := make([]byte, centralHeader, centralHeader+len(m.name))
		copy(h, "PK\x01\x02")
		le.PutUint16(h[4:], 20)
		le.PutUint16(h[6:], 20)
		le.PutUint32(h[centralCRC:], crc32.ChecksumIEEE(m.data))
		le.PutUint32(h[20:], uint32(len(m.data)))
		le.PutUint32(h[24:], uint32(len(m.data)))
		le.PutUint16(h[28:], uint16(len(m.name)))
		le.PutUint16(h[30:], uint16(len(m.extra)))
		le.PutUint32(h[centralAt:], uint32(at))
		h = append(append(h, m.name...), m.extra...)
		if m.file != nil {
			m.file(h)
		}
		directory = append(directory, h...)
	}
	end := make([]byte, 22)
	copy(end, "PK\x05\x06")
	le.PutUint16(end[8:], uint16(count))
	le.PutUint16(end[10:], uint16(count))
	le.PutUint32(end[12:], uint32(len(directory)))
	le.PutUint32(end[16:], uint32(len(out)))
	le.PutUint16(end[20:], uint16(len(comment)))
	out = append(out, directory...)
	return append(append(out, end...), comment...)
}
