package dispatch

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// Digest names content: its SHA-256.
type Digest [sha256.Size]byte

// Of returns the digest of content.
func Of(content []byte) Digest { return sha256.Sum256(content) }

// String is "sha256:" and 64 hexadecimal digits.
func (d Digest) String() string { return "sha256:" + hex.EncodeToString(d[:]) }

// digestOf is the digest of a job of a kind: of the text "relift job 1\n", then the kind's name and version, the settings and the inputs, each
// preceded by its length as a 64-bit little-endian integer.
func digestOf(k Kind, j Job) Digest {
	h := sha256.New()
	h.Write([]byte("relift job 1\n"))
	parts := [][]byte{[]byte(k.Name), []byte(k.Version), j.Settings}
	for _, d := range j.Inputs {
		parts = append(parts, d[:])
	}
	for _, p := range parts {
		h.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(p))))
		h.Write(p)
	}
	return Digest(h.Sum(nil))
}
