package read

import (
	"fmt"
	"sync"

	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
)

// The library makes room for as many bytes as a page says, and its codecs of Snappy and Zstandard for as many as the compressed bytes
// say or turn into, which a small file can make gigabytes.  Those that are registered in their place end where the room does.
func init() {
	decoder := sync.OnceValues(func() (*zstd.Decoder, error) { return zstd.NewReader(nil, zstd.WithDecodeAllCapLimit(true)) })
	register(compress.Codecs.Zstd, func(room, packed []byte) ([]byte, error) {
		d, err := decoder()
		if err != nil {
			return nil, err
		}
		return d.DecodeAll(packed, room[:0:len(room)])
	})
	register(compress.Codecs.Snappy, func(room, packed []byte) ([]byte, error) {
		if n, err := snappy.DecodedLen(packed); err != nil || n > len(room) {
			return nil, fmt.Errorf("a page of %d bytes unfolds into %d", len(room), n)
		}
		return snappy.Decode(room, packed)
	})
}

// roomyCodec is a codec whose decoder takes no more than the room that it is given.
type roomyCodec struct {
	compress.Codec
	decode func(room, packed []byte) ([]byte, error)
}

func register(kind compress.Compression, decode func(room, packed []byte) ([]byte, error)) {
	codec, err := compress.GetCodec(kind)
	if err != nil {
		panic(err) // the library has it
	}
	compress.RegisterCodec(kind, roomyCodec{codec, decode})
}

// Decode implements compress.Codec.
func (c roomyCodec) Decode(room, packed []byte) []byte {
	unpacked, err := c.decode(room, packed)
	if err != nil {
		panic(err) // as the library's do
	}
	return unpacked
}

// DecodeWithError is what the library calls where a codec has it.
func (c roomyCodec) DecodeWithError(room, packed []byte) ([]byte, error) {
	return c.decode(room, packed)
}
