package npy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const magic = "\x93NUMPY"

// maxHeader bounds the text of a header. NumPy's own limit is 10,000.
const maxHeader = 10_000

// header is the dictionary at the start of an NPY file.
type header struct {
	descr        string
	fortranOrder bool
	shape        []int
	plain        bool // written as NumPy writes it
}

// readHeader reads everything before the elements; length counts its bytes.
func readHeader(r io.Reader) (h header, length int64, err error) {
	var prefix [8]byte
	if _, err := io.ReadFull(r, prefix[:]); err != nil {
		return h, 0, truncated(err, "its first 8 bytes")
	}
	if string(prefix[:6]) != magic {
		return h, 0, fmt.Errorf("%w: it begins with %q, not with %q", ErrFormat, prefix[:6], magic)
	}
	major, minor := prefix[6], prefix[7]
	size := make([]byte, 2)
	switch {
	case minor == 0 && major == 1:
	case minor == 0 && (major == 2 || major == 3):
		size = make([]byte, 4)
	default:
		return h, 0, fmt.Errorf("%w: format version %d.%d; expected 1.0, 2.0 or 3.0", ErrFormat, major, minor)
	}
	if _, err := io.ReadFull(r, size); err != nil {
		return h, 0, truncated(err, "the length of its header")
	}
	var n uint32
	if len(size) == 2 {
		n = uint32(binary.LittleEndian.Uint16(size))
	} else {
		n = binary.LittleEndian.Uint32(size)
	}
	if n > maxHeader {
		return h, 0, fmt.Errorf("%w: a header of %d bytes; at most %d are accepted", ErrFormat, n, maxHeader)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return h, 0, truncated(err, "its header")
	}
	if !utf8.Valid(text) { // Latin-1 in versions 1 and 2, but no supported type needs more than ASCII
		return h, 0, fmt.Errorf("%w: its header is not valid text", ErrFormat)
	}
	h, err = parseHeader(string(text))
	if err != nil {
		return h, 0, fmt.Errorf("%w: header %.200q: %w", ErrFormat, strings.TrimSpace(string(text)), err)
	}
	h.plain = strings.TrimRight(string(text), " \n") == h.text() && (len(h.descr) < 4 || h.descr[2] != '0')
	return h, int64(len(prefix)+len(size)) + int64(n), nil
}

// text returns the header as NumPy writes it, without the blanks behind it.
func (h header) text() string {
	order := "False"
	if h.fortranOrder {
		order = "True"
	}
	return fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }", h.descr, order, shapeText(h.shape))
}

// truncated turns the end of the data into an error about the format.
func truncated(err error, where string) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it ends within %s", ErrFormat, where)
	}
	return err
}

// parseHeader reads a Python dictionary with exactly the three keys of the
// format; a structured descr, which is a list, is refused.
func parseHeader(text string) (header, error) {
	var h header
	p := parser{rest: text}
	if err := p.expect("{"); err != nil {
		return h, err
	}
	seen := map[string]bool{}
	for !p.accept("}") {
		key, err := p.quoted()
		if err != nil {
			return h, err
		}
		if seen[key] {
			return h, fmt.Errorf("the key %q appears twice", key)
		}
		seen[key] = true
		if err := p.expect(":"); err != nil {
			return h, err
		}
		switch key {
		case "descr":
			h.descr, err = p.quoted()
		case "fortran_order":
			h.fortranOrder, err = p.boolean()
		case "shape":
			h.shape, err = p.tuple()
		default:
			err = fmt.Errorf("unknown key %q", key)
		}
		if err != nil {
			return h, err
		}
		if !p.accept(",") {
			if err := p.expect("}"); err != nil {
				return h, err
			}
			break
		}
	}
	if len(seen) != 3 {
		return h, errors.New("expected the keys 'descr', 'fortran_order' and 'shape'")
	}
	if rest := strings.TrimSpace(p.rest); rest != "" {
		return h, fmt.Errorf("%q after the dictionary", rest)
	}
	return h, nil
}

// parser consumes the few Python literals that a header consists of.
type parser struct{ rest string }

func (p *parser) accept(token string) bool {
	rest, ok := strings.CutPrefix(strings.TrimLeft(p.rest, " \t\r\n"), token)
	if ok {
		p.rest = rest
	}
	return ok
}

func (p *parser) expect(token string) error {
	if !p.accept(token) {
		return fmt.Errorf("expected %q before %.20q", token, p.rest)
	}
	return nil
}

func (p *parser) quoted() (string, error) {
	for _, quote := range []string{"'", `"`} {
		if !p.accept(quote) {
			continue
		}
		s, rest, ok := strings.Cut(p.rest, quote)
		if !ok || strings.Contains(s, `\`) {
			return "", fmt.Errorf("a string that does not end, or has escapes: %.20q", p.rest)
		}
		p.rest = rest
		return s, nil
	}
	return "", fmt.Errorf("expected a string before %.20q (structured arrays are not supported)", p.rest)
}

func (p *parser) boolean() (bool, error) {
	switch {
	case p.accept("True"):
		return true, nil
	case p.accept("False"):
		return false, nil
	}
	return false, fmt.Errorf("expected True or False before %.20q", p.rest)
}

// tuple reads (), (n,) or (n, m), with the L that Python 2 put behind long
// integers.
func (p *parser) tuple() ([]int, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var shape []int
	for !p.accept(")") {
		if len(shape) == 2 {
			return nil, errors.New("more than 2 dimensions")
		}
		p.rest = strings.TrimLeft(p.rest, " \t\r\n")
		digits := 0
		for digits < len(p.rest) && '0' <= p.rest[digits] && p.rest[digits] <= '9' {
			digits++
		}
		n, err := strconv.Atoi(p.rest[:digits])
		if err != nil {
			return nil, fmt.Errorf("expected a length before %.20q", p.rest)
		}
		p.rest = strings.TrimPrefix(p.rest[digits:], "L")
		shape = append(shape, n)
		if !p.accept(",") {
			if len(shape) == 1 {
				return nil, errors.New("a shape of one length needs a comma")
			}
			if err := p.expect(")"); err != nil {
				return nil, err
			}
			break
		}
	}
	return shape, nil
}

// dtype is a decoded descr.
type dtype struct {
	letter byte // f i u b U S
	size   int  // bytes of an element
	order  binary.ByteOrder
}

// tableOnly reports whether only tables may hold the type (see ReadTable).
func (d dtype) tableOnly() bool {
	return d.letter == 'f' && d.size == 2 || d.letter == 'u' && d.size == 8
}

func unsupported(descr string, types types) error {
	expected := "float64, float32, an integer up to 64 bits, bool or str"
	if types == exact {
		expected = "float64, int64 or str"
	}
	return fmt.Errorf("%w: elements of type %q are not supported; expected %s", ErrFormat, descr, expected)
}

// parseDtype decodes a descr such as "<f8"; an error names the types that are wanted.
func parseDtype(descr string, types types) (dtype, error) {
	if len(descr) < 3 {
		return dtype{}, unsupported(descr, types)
	}
	d := dtype{letter: descr[1]}
	size, err := strconv.ParseUint(descr[2:], 10, 31)
	if err != nil {
		return dtype{}, unsupported(descr, types)
	}
	d.size = int(size)
	switch descr[0] {
	case '<':
		d.order = binary.LittleEndian
	case '>':
		d.order = binary.BigEndian
	case '|': // one byte, or bytes
		d.order = binary.LittleEndian
		if d.letter != 'S' && d.size != 1 {
			return dtype{}, unsupported(descr, types)
		}
	default:
		return dtype{}, unsupported(descr, types)
	}
	var sizes []int
	switch d.letter {
	case 'f':
		sizes = []int{2, 4, 8}
	case 'i':
		sizes = []int{1, 2, 4, 8}
	case 'u':
		sizes = []int{1, 2, 4, 8}
	case 'b':
		sizes = []int{1}
	case 'S':
		return d, nil
	case 'U':
		if d.size > maxText/4 {
			return dtype{}, fmt.Errorf("%w: a string of %d characters; at most %d are accepted", ErrFormat, d.size, maxText/4)
		}
		d.size *= 4
		return d, nil
	}
	if !slices.Contains(sizes, d.size) {
		return dtype{}, unsupported(descr, types)
	}
	return d, nil
}

// maxText bounds a string, in bytes of the file.
const maxText = 64 << 20
