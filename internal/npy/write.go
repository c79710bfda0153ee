package npy

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// Write writes one array in format version 1.0, little-endian, C order. A string
// that ends in a zero character is an error: NumPy would drop that character.
func Write(w io.Writer, a Array) error {
	if err := a.check(); err != nil {
		return err
	}
	var descr string
	switch a.Kind {
	case Float64:
		descr = "<f8"
	case Int64:
		descr = "<i8"
	case Bool:
		descr = "|b1"
	case Text:
		if strings.HasSuffix(a.Text, "\x00") || !utf8.ValidString(a.Text) {
			return fmt.Errorf("npy: a string that ends in a zero character or is not UTF-8")
		}
		if len(a.Text) > maxText/4 {
			return fmt.Errorf("npy: a string of %d bytes is too long", len(a.Text))
		}
		// NumPy has no type of length 0: its empty string has one character.
		descr = fmt.Sprintf("<U%d", max(1, utf8.RuneCountInString(a.Text)))
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, shapeText(a.Shape))
	// Blanks and a line feed pad the elements to a multiple of 64 bytes.
	const alignment = 64
	start := len(magic) + 4
	total := (start + len(text) + 1 + alignment - 1) / alignment * alignment
	text += strings.Repeat(" ", total-start-len(text)-1) + "\n"

	buffered := bufio.NewWriterSize(w, 1<<16)
	buffered.WriteString(magic)
	buffered.Write([]byte{1, 0})
	buffered.Write(binary.LittleEndian.AppendUint16(nil, uint16(len(text))))
	buffered.WriteString(text)
	var element [8]byte
	for _, x := range a.Float64 {
		binary.LittleEndian.PutUint64(element[:], math.Float64bits(x))
		buffered.Write(element[:])
	}
	for _, x := range a.Int64 {
		binary.LittleEndian.PutUint64(element[:], uint64(x))
		buffered.Write(element[:])
	}
	for _, x := range a.Bool {
		b := byte(0)
		if x {
			b = 1
		}
		buffered.WriteByte(b)
	}
	if a.Kind == Text {
		for _, c := range a.Text {
			binary.LittleEndian.PutUint32(element[:], uint32(c))
			buffered.Write(element[:4])
		}
		if a.Text == "" {
			buffered.Write(make([]byte, 4))
		}
	}
	return buffered.Flush() // reports the first error of all the writes
}
