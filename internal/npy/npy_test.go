package npy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"gonum.org/v1/gonum/mat"
)

const testLimit = 1 << 20

// samples are arrays of every kind and shape that can be written.
func samples() map[string]Array {
	return map[string]Array{
		"scalar":   Scalar(-1.5),
		"special":  Vector([]float64{math.Inf(1), math.Inf(-1), math.Copysign(0, -1), math.SmallestNonzeroFloat64, math.MaxFloat64}),
		"empty":    {Shape: []int{0}, Kind: Float64, Float64: []float64{}},
		"matrix":   {Shape: []int{2, 3}, Kind: Float64, Float64: []float64{1, 2, 3, 4, 5, 6}},
		"no_rows":  {Shape: []int{0, 3}, Kind: Float64, Float64: []float64{}},
		"no_cols":  {Shape: []int{3, 0}, Kind: Int64, Int64: []int64{}},
		"integers": {Shape: []int{4}, Kind: Int64, Int64: []int64{0, -1, math.MaxInt64, math.MinInt64}},
		"integer":  {Kind: Int64, Int64: []int64{7}},
		"bools":    {Shape: []int{1, 3}, Kind: Bool, Bool: []bool{true, false, true}},
		"text":     String(`{"γ": 0.1, "note": "π 😀"}`),
		"nothing":  String(""),
		"zeros":    String("a\x00b"),
	}
}

func encode(t testing.TB, a Array) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, a); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// same compares arrays, and floats by their bits.
func same(a, b Array) bool {
	bits := func(x []float64) (u []uint64) {
		for _, v := range x {
			u = append(u, math.Float64bits(v))
		}
		return u
	}
	return a.Kind == b.Kind && fmt.Sprint(a.Shape) == fmt.Sprint(b.Shape) && reflect.DeepEqual(bits(a.Float64), bits(b.Float64)) &&
		fmt.Sprint(a.Int64) == fmt.Sprint(b.Int64) && fmt.Sprint(a.Bool) == fmt.Sprint(b.Bool) && a.Text == b.Text
}

func TestRoundTrip(t *testing.T) {
	for name, a := range samples() {
		data := encode(t, a)
		b, err := Read(bytes.NewReader(data), testLimit)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !same(a, b) {
			t.Errorf("%s: wrote %+v, read %+v", name, a, b)
		}
		if _, err := Read(iotest.OneByteReader(bytes.NewReader(data)), testLimit); err != nil {
			t.Errorf("%s in single bytes: %v", name, err)
		}
		if a.Kind == Float64 && len(a.Shape) == 1 && bytes.IndexByte(data, '\n')%64 != 63 {
			t.Errorf("%s: the elements begin at byte %d, not at a multiple of 64", name, bytes.IndexByte(data, '\n')+1)
		}
	}
}

// file builds an NPY file by hand.
func file(version byte, dictionary string, elements ...byte) []byte {
	data := append([]byte(magic), version, 0)
	if version == 1 {
		data = binary.LittleEndian.AppendUint16(data, uint16(len(dictionary)))
	} else {
		data = binary.LittleEndian.AppendUint32(data, uint32(len(dictionary)))
	}
	return append(append(data, dictionary...), elements...)
}

func dictionary(descr, order, shape string) string {
	return fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }   \n", descr, order, shape)
}

func bigEndian(values ...any) []byte {
	var b bytes.Buffer
	for _, v := range values {
		if err := binary.Write(&b, binary.BigEndian, v); err != nil {
			panic(err)
		}
	}
	return b.Bytes()
}

func littleEndian(values ...any) []byte {
	var b bytes.Buffer
	for _, v := range values {
		if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
			panic(err)
		}
	}
	return b.Bytes()
}

func TestReadForeign(t *testing.T) {
	matrix := Array{Shape: []int{2, 3}, Kind: Float64, Float64: []float64{1, 2, 3, 4, 5, 6}}
	for name, c := range map[string]struct {
		data []byte
		want Array
	}{
		"big-endian": {file(1, dictionary(">f8", "False", "(2, 3)"), bigEndian(1., 2., 3., 4., 5., 6.)...), matrix},
		"Fortran":    {file(2, dictionary("<f8", "True", "(2, 3)"), littleEndian(1., 4., 2., 5., 3., 6.)...), matrix},
		"float32":    {file(3, dictionary("<f4", "False", "(2, 3)"), littleEndian(float32(1), float32(2), float32(3), float32(4), float32(5), float32(6))...), matrix},
		"long":       {file(1, dictionary("<f8", "False", "(1L,)"), littleEndian(1.)...), Vector([]float64{1})},
		"no blanks":  {file(1, `{"shape":(),"fortran_order":False,"descr":"<f8"}`, littleEndian(2.5)...), Scalar(2.5)},
		"int8":       {file(1, dictionary("|i1", "False", "(2,)"), 0xff, 0x7f), Ints([]int{-1, 127})},
		"uint8":      {file(1, dictionary("|u1", "False", "(2,)"), 0xff, 0x7f), Ints([]int{255, 127})},
		"int16":      {file(1, dictionary(">i2", "False", "(2,)"), 0xff, 0xfe, 1, 0), Ints([]int{-2, 256})},
		"uint16":     {file(1, dictionary("<u2", "False", "(1,)"), 0xfe, 0xff), Ints([]int{65534})},
		"int32":      {file(1, dictionary("<i4", "False", "(1,)"), littleEndian(int32(-3))...), Ints([]int{-3})},
		"uint32":     {file(1, dictionary("<u4", "False", "(1,)"), littleEndian(uint32(1<<31))...), Ints([]int{1 << 31})},
		"bytes":      {file(1, dictionary("|S4", "False", "()"), 'a', 'b', 0, 0), String("ab")},
		"UTF-32 BE":  {file(1, dictionary(">U2", "False", "()"), bigEndian(uint32('γ'), uint32(0))...), String("γ")},
		"no length":  {file(1, dictionary("<U0", "False", "()")), String("")},
	} {
		got, err := Read(bytes.NewReader(c.data), testLimit)
		if err != nil || !same(got, c.want) {
			t.Errorf("%s: %+v (%v), want %+v", name, got, err, c.want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	one := littleEndian(1.)
	for name, data := range map[string][]byte{
		"nothing":            nil,
		"other file":         []byte("PK\x03\x04 something else"),
		"version 4":          file(4, dictionary("<f8", "False", "()"), one...),
		"minor version":      append([]byte(magic), 1, 1, 0, 0),
		"long header":        file(2, strings.Repeat(" ", maxHeader+1)),
		"object":             file(1, dictionary("|O", "False", "()"), one...),
		"complex":            file(1, dictionary("<c16", "False", "()"), append(one, one...)...),
		"half":               file(1, dictionary("<f2", "False", "()"), 0, 0),
		"uint64":             file(1, dictionary("<u8", "False", "()"), one...),
		"date":               file(1, dictionary("<M8[s]", "False", "()"), one...),
		"no order":           file(1, dictionary("|f8", "False", "()"), one...),
		"native order":       file(1, dictionary("=f8", "False", "()"), one...),
		"structured":         file(1, "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (), }", one...),
		"three dimensions":   file(1, dictionary("<f8", "False", "(1, 1, 1)"), one...),
		"no comma":           file(1, dictionary("<f8", "False", "(1)"), one...),
		"negative":           file(1, dictionary("<f8", "False", "(-1,)"), one...),
		"overflow":           file(1, dictionary("<f8", "False", "(4294967296, 4294967296)"), one...),
		"overflow to 8":      file(1, dictionary("<f8", "False", "(9223372036854775807, 9223372036854775807)"), one...),
		"huge length":        file(1, dictionary("<f8", "False", "(99999999999999999999,)"), one...),
		"huge by zero":       file(1, dictionary("<f8", "False", "(0, 4611686018427387904)")),
		"above the limit":    file(1, dictionary("<f8", "False", "(131072,)"), one...),
		"huge string":        file(1, dictionary("<U536870912", "False", "()"), one...),
		"string past int32":  file(1, dictionary("<U4294967297", "False", "()"), one...),
		"strings":            file(1, dictionary("<U1", "False", "(1,)"), 'a', 0, 0, 0),
		"surrogate":          file(1, dictionary("<U1", "False", "()"), littleEndian(uint32(0xd800))...),
		"past Unicode":       file(1, dictionary("<U1", "False", "()"), littleEndian(uint32(0xffffffff))...),
		"bytes not UTF-8":    file(1, dictionary("|S1", "False", "()"), 0xff),
		"bad bool":           file(1, dictionary("|b1", "False", "()"), 2),
		"short":              file(1, dictionary("<f8", "False", "(2,)"), one...),
		"surplus":            file(1, dictionary("<f8", "False", "()"), append(one, 0)...),
		"key twice":          file(1, "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': ()}", one...),
		"key missing":        file(1, "{'descr': '<f8', 'shape': ()}", one...),
		"other key":          file(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (), 'a': 'b'}", one...),
		"other order":        file(1, dictionary("<f8", "0", "()"), one...),
		"no dictionary":      file(1, "None", one...),
		"text behind":        file(1, dictionary("<f8", "False", "()")+"x", one...),
		"not UTF-8":          file(1, "\xff", one...),
		"open string":        file(1, "{'descr", one...),
		"escape":             file(1, `{'de\'scr': '<f8'`, one...),
		"empty descr":        file(1, dictionary("", "False", "()"), one...),
		"letters for a size": file(1, dictionary("<fx", "False", "()"), one...),
	} {
		a, err := Read(bytes.NewReader(data), testLimit)
		if !errors.Is(err, ErrFormat) {
			t.Errorf("%s: read %v, error %v; want one that is ErrFormat", name, a, err)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the error has several lines: %v", name, err)
		}
	}
}

func TestReadTruncated(t *testing.T) {
	for name, a := range samples() {
		data := encode(t, a)
		for n := range data {
			if _, err := Read(bytes.NewReader(data[:n]), testLimit); !errors.Is(err, ErrFormat) {
				t.Errorf("%s: the first %d of %d bytes: error %v", name, n, len(data), err)
			}
		}
	}
}

// TestHostileHeader holds that a header alone cannot take memory, within a
// generous limit too.
func TestHostileHeader(t *testing.T) {
	data := file(1, dictionary("<f8", "False", "(1000000, 1000000)"), 1, 2, 3)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := Read(bytes.NewReader(data), 1<<62); !errors.Is(err, ErrFormat) {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	allocated := after.TotalAlloc - before.TotalAlloc
	if allocated > 1<<16 {
		t.Errorf("a file of %d bytes took %d bytes of memory", len(data), allocated)
	}
}

func TestSystemErrorsPass(t *testing.T) {
	data := encode(t, samples()["matrix"])
	broken := errors.New("broken")
	for _, n := range []int{0, 9, 50, len(data) - 1, len(data)} {
		r := io.MultiReader(bytes.NewReader(data[:n]), iotest.ErrReader(broken))
		if _, err := Read(r, testLimit); !errors.Is(err, broken) {
			t.Errorf("after %d bytes: error %v, want the reader's own", n, err)
		}
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestWriteRefuses(t *testing.T) {
	for name, a := range map[string]Array{
		"no kind":      {},
		"count":        {Shape: []int{2}, Kind: Float64, Float64: []float64{1}},
		"wrong field":  {Shape: []int{1}, Kind: Int64, Float64: []float64{1}},
		"negative":     {Shape: []int{-1}, Kind: Float64},
		"dimensions":   {Shape: []int{1, 1, 1}, Kind: Float64, Float64: []float64{1}},
		"overflow":     {Shape: []int{1 << 62, 1 << 62}, Kind: Float64},
		"strings":      {Shape: []int{1}, Kind: Text, Text: "a"},
		"trailing nul": String("a\x00"),
		"not UTF-8":    String("\xff"),
	} {
		if err := Write(io.Discard, a); err == nil {
			t.Errorf("%s was written", name)
		}
	}
	if err := Write(failingWriter{}, Scalar(1)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a failing writer: %v", err)
	}
}

func TestConversions(t *testing.T) {
	m := mat.NewDense(2, 3, []float64{1, 2, 3, 4, 5, 6})
	a := Matrix(m.T())
	back, err := a.AsMatrix()
	if err != nil || !mat.Equal(back, m.T()) {
		t.Errorf("matrix: %v, %v", back, err)
	}
	if x, err := Scalar(3).AsScalar(); err != nil || x != 3 {
		t.Error(x, err)
	}
	if x, err := Vector([]float64{3}).AsVector(); err != nil || x[0] != 3 {
		t.Error(x, err)
	}
	if x, err := Ints([]int{3, -1}).AsInts(); err != nil || x[1] != -1 {
		t.Error(x, err)
	}
	if s, err := String("x").AsText(); err != nil || s != "x" {
		t.Error(s, err)
	}
	for name, err := range map[string]error{
		"matrix":       second(Vector(nil).AsMatrix()),
		"empty matrix": second(samples()["no_rows"].AsMatrix()),
		"scalar":       second(Vector([]float64{1}).AsScalar()),
		"int scalar":   second(samples()["integer"].AsScalar()),
		"vector":       second(Scalar(1).AsVector()),
		"ints":         second(Vector([]float64{1}).AsInts()),
		"text":         second(Scalar(1).AsText()),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// Where only certificates' types are read, the refusal names no others.
func TestRefusalNamesTheTypesThatAreRead(t *testing.T) {
	for _, descr := range []string{"<c16", "<f4", "?"} {
		_, err := readExact(bytes.NewReader(file(1, dictionary(descr, "False", "()"), make([]byte, 16)...)), 1<<20)
		if err == nil || !strings.Contains(err.Error(), "expected float64, int64 or str") {
			t.Errorf("%s: %v", descr, err)
		}
	}
}

// A header that other readers would have to interpret is refused where all readers have to agree.
func TestExactHeaders(t *testing.T) {
	for text, fails := range map[string]bool{
		"{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }":   false,
		"{'descr': '>f8', 'fortran_order': True, 'shape': (1, 1), }":  false,
		"{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}":     true,
		"{'descr': '<f8', 'shape': (1,), 'fortran_order': False, }":   true,
		"{'descr': '<f8', 'fortran_order': False, 'shape': (1L,), }":  true,
		"{'descr': '<f8', 'fortran_order': False, 'shape': (01,), }":  true,
		"{'descr': '<f08', 'fortran_order': False, 'shape': (1,), }":  true,
		"{'descr': '<f8',  'fortran_order': False, 'shape': (1,), }":  true,
		"{\"descr\": '<f8', 'fortran_order': False, 'shape': (1,), }": true,
		"{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\t": true,
	} {
		data := file(1, text, make([]byte, 8)...)
		if _, err := readExact(bytes.NewReader(data), 1<<20); (err != nil) != fails {
			t.Errorf("%s: %v", text, err)
		}
		if _, err := Read(bytes.NewReader(data), 1<<20); err != nil {
			t.Errorf("%s in a table: %v", text, err)
		}
	}
}
