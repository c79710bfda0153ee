package read

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/relift/relift/table"
)

// decode makes the rest of the source UTF-8 without a byte order mark, and
// refuses what is plainly no text.
func (s *source) decode() error {
	encoding := s.reading.Encoding
	start, _ := s.text.Peek(3)
	little, big := bytes.HasPrefix(start, []byte{0xff, 0xfe}), bytes.HasPrefix(start, []byte{0xfe, 0xff})
	switch {
	case string(start) == "\ufeff":
		_, err := s.text.Discard(3)
		return err
	case (little || big) && (encoding == table.EncodingAuto || encoding == table.EncodingUTF16):
		if _, err := s.text.Discard(2); err != nil {
			return err
		}
		fallthrough
	case encoding == table.EncodingUTF16:
		order := binary.ByteOrder(binary.LittleEndian)
		if big {
			order = binary.BigEndian
		}
		s.text = bufio.NewReaderSize(&utf16Reader{r: s.text, order: order}, 1<<16)
	}
	head, err := s.text.Peek(s.text.Size())
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return table.FileError(s.name, err)
	}
	if bytes.IndexByte(head[:min(len(head), 4096)], 0) >= 0 {
		return table.Errorf(s.name, "the file is not text; expected a table such as CSV (other formats go by their extension: .npy, .npz, .parquet)")
	}
	if encoding == table.EncodingAuto && !validStart(head) {
		encoding = table.EncodingWindows1252
		s.remarks = append(s.remarks, fmt.Sprintf("%s: the text is no UTF-8 and is taken for Windows-1252 (--encoding says otherwise)", s.name))
	}
	if encoding == table.EncodingWindows1252 {
		s.text = bufio.NewReaderSize(&windowsReader{r: s.text}, 1<<16)
	}
	return nil
}

// validStart reports whether text is UTF-8, but for a character that its end
// cuts.
func validStart(text []byte) bool {
	for cut := range utf8.UTFMax {
		if cut <= len(text) && utf8.Valid(text[:len(text)-cut]) {
			return cut == 0 || !utf8.FullRune(text[len(text)-cut:])
		}
	}
	return false
}

// utf16Reader turns UTF-16 into UTF-8; half a pair becomes U+FFFD.
type utf16Reader struct {
	r     *bufio.Reader
	order binary.ByteOrder
	out   []byte // not yet returned
}

// Read implements io.Reader.
func (u *utf16Reader) Read(p []byte) (int, error) {
	for len(u.out) < utf8.UTFMax || len(u.out) < len(p) && u.r.Buffered() >= 4 {
		unit, err := u.unit()
		if err != nil {
			if len(u.out) > 0 {
				break
			}
			return 0, err
		}
		r := rune(unit)
		if utf16.IsSurrogate(r) {
			low, err := u.r.Peek(2)
			r = utf8.RuneError
			if err == nil {
				if pair := utf16.DecodeRune(rune(unit), rune(u.order.Uint16(low))); pair != utf8.RuneError {
					r = pair
					if _, err := u.r.Discard(2); err != nil {
						return 0, err
					}
				}
			}
		}
		u.out = utf8.AppendRune(u.out, r)
	}
	n := copy(p, u.out)
	u.out = append(u.out[:0], u.out[n:]...)
	return n, nil
}

func (u *utf16Reader) unit() (uint16, error) {
	var pair [2]byte
	if _, err := io.ReadFull(u.r, pair[:]); err != nil {
		return 0, err
	}
	return u.order.Uint16(pair[:]), nil
}

// windowsReader turns Windows-1252 into UTF-8.
type windowsReader struct {
	r   *bufio.Reader
	out []byte
}

// windows1252 are the characters 0x80 to 0x9f; the five that are not defined
// stay control characters, as browsers have it.
var windows1252 = [32]rune{
	'€', 0x81, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0x8d, 'Ž', 0x8f,
	0x90, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0x9d, 'ž', 'Ÿ',
}

// Read implements io.Reader.
func (w *windowsReader) Read(p []byte) (int, error) {
	if len(w.out) == 0 {
		chunk := make([]byte, 1<<14)
		n, err := w.r.Read(chunk)
		if n == 0 {
			return 0, err
		}
		for _, c := range chunk[:n] {
			r := rune(c)
			if c >= 0x80 && c < 0xa0 {
				r = windows1252[c-0x80]
			}
			w.out = utf8.AppendRune(w.out, r)
		}
	}
	n := copy(p, w.out)
	w.out = w.out[n:]
	return n, nil
}
