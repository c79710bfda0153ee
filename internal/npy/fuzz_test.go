package npy

import (
	"bytes"
	"errors"
	"testing"
)

// FuzzRead holds that any bytes give an array that agrees with itself, or an
// error; never a panic, and never more elements than bytes.
func FuzzRead(f *testing.F) {
	for _, e := range sampleEntries() {
		f.Add(encode(f, e.Array))
	}
	f.Add(file(1, dictionary(">f8", "True", "(2, 1)"), bigEndian(1., 2.)...))
	f.Add(file(2, dictionary("|S3", "False", "()"), 'a', 'b', 'c'))
	f.Add(file(3, dictionary("<f8", "False", "(4294967296, 4294967296)")))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := Read(bytes.NewReader(data), testLimit)
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Errorf("error %v is not ErrFormat", err)
			}
			return
		}
		if len(a.Float64)+len(a.Int64)+len(a.Bool)+len(a.Text) > len(data) {
			t.Errorf("%v from %d bytes", a, len(data))
		}
		if a.Kind == Float64 { // NaN payloads may change when widened
			return
		}
		b, err := Read(bytes.NewReader(encode(t, a)), 8*testLimit)
		if err != nil || !same(a, b) {
			t.Errorf("read %+v, and after writing %+v (%v)", a, b, err)
		}
	})
}

// FuzzReadArchive is the same for archives: what is accepted is the same archive
// to the standard library.
func FuzzReadArchive(f *testing.F) {
	f.Add(encodeArchive(f, sampleEntries()))
	f.Add(encodeArchive(f, nil))
	for _, data := range containers(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		archive, err := readArchive(data)
		if err == nil {
			agree(t, archive, data)
		} else if !errors.Is(err, ErrFormat) {
			t.Errorf("error %v is not ErrFormat", err)
		}
	})
}
