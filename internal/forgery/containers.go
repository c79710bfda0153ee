package forgery

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"strings"

	"github.com/relift/relift/internal/npy"
)

// containerFiles are archives of which two readers can see different contents.
func containerFiles() []File {
	files := []File{{Name: "container-honest.npz", Kind: Container, What: "an archive that is put together by hand without a fault", Bytes: zipped(members(), "")}}
	add := func(name, what string, contents []byte) {
		files = append(files, File{"container-" + name + ".npz", Container, what, true, contents})
	}
	change := func(name, what string, cheat func(m []member) []member) {
		add(name, what, zipped(cheat(members()), ""))
	}
	honest := sealMultipliers(honestMultipliers())
	c := honestMultipliers()
	c.LowerBound = 9.5
	false9 := sealMultipliers(c)
	add("false-then-honest", "a false certificate with an honest one behind it", slices.Concat(false9, honest))
	add("honest-then-false", "an honest certificate with a false one behind it", slices.Concat(honest, false9))
	add("data-before", "bytes before the archive", slices.Concat([]byte("#!/bin/sh\nexit\n"), honest))
	add("data-behind", "bytes behind the archive", slices.Concat(honest, []byte("PK\x05\x06")))
	add("comment", "the archive has a comment, which can hold another archive", zipped(members(), string(false9)))
	add("truncated", "the archive's end is cut off", honest[:len(honest)-1])

	bound := encoded(npy.Scalar(9.5))
	change("duplicate", "two members have the same name", func(m []member) []member {
		return append(m, member{name: "lower_bound.npy", data: bound})
	})
	change("duplicate-case", "two names differ in case only", func(m []member) []member {
		return append(m, member{name: "Lower_Bound.npy", data: bound})
	})
	change("unlisted", "a member is missing in the central directory", func(m []member) []member {
		return slices.Insert(m, 3, member{name: "lower_bound.npy", data: bound, unlisted: true})
	})
	change("overlapping", "two entries of the central directory share their data", func(m []member) []member {
		// Phi and Omega are the same matrix here; the second has no data of its own.
		m[8].shared = true
		m[8].data = m[7].data
		return m
	})
	for _, h := range []struct{ name, what, old, new string }{
		{"order", "the header of W has a blank too many before its order", "False, ", "False,  "},
		{"digits", "the header of W names its type with a zero before its size", "'<f8', ", "'<f08',"},
		{"quotes", "the header of W has other quotes", "'<f8'", "\"<f8\""},
		{"end", "the header of W ends with a vertical tab", "\n", "\v"},
	} {
		m := members()
		m[6].data = bytes.Replace(m[6].data, []byte(h.old), []byte(h.new), 1)
		if extra := len(h.new) - len(h.old); extra > 0 { // the blanks behind the dictionary give way
			m[6].data = bytes.Replace(m[6].data, []byte("}"+strings.Repeat(" ", extra)), []byte("}"), 1)
		}
		files = append(files, File{"header-" + h.name + ".npz", Container, h.what, true, zipped(m, "")})
	}
	change("local-name", "the local header of W names Y", func(m []member) []member {
		m[6].local = func(h []byte) { copy(h[localHeader:], "Y.npy") }
		return m
	})
	change("local-size", "the local header of W has another size", func(m []member) []member {
		m[6].local = func(h []byte) { binary.LittleEndian.PutUint32(h[localSize:], 1) }
		return m
	})
	change("local-checksum", "the local header of W has another checksum", func(m []member) []member {
		m[6].local = func(h []byte) { binary.LittleEndian.PutUint32(h[localCRC:], 1) }
		return m
	})
	change("local-method", "the local header of W says deflated and the central directory stored", func(m []member) []member {
		m[6].local = func(h []byte) { h[localMethod] = 8 }
		return m
	})
	change("local-flags", "the local header of W says that it is encrypted", func(m []member) []member {
		m[6].local = func(h []byte) { h[localFlags] = 1 }
		return m
	})
	change("encrypted", "W is marked as encrypted", func(m []member) []member {
		m[6].local = func(h []byte) { h[localFlags] = 1 }
		m[6].file = func(h []byte) { h[centralFlags] = 1 }
		return m
	})
	change("method", "W is compressed by a method that NumPy does not write", func(m []member) []member {
		m[6].local = func(h []byte) { h[localMethod] = 12 }
		m[6].file = func(h []byte) { h[centralMethod] = 12 }
		return m
	})
	change("checksum", "both headers of W have a wrong checksum", func(m []member) []member {
		m[6].local = func(h []byte) { binary.LittleEndian.PutUint32(h[localCRC:], 1) }
		m[6].file = func(h []byte) { binary.LittleEndian.PutUint32(h[centralCRC:], 1) }
		return m
	})
	change("zero-in-name", "a name has a zero byte, at which Python cuts it off", func(m []member) []member {
		m[10].name = "lower_bound.npy\x00.npy"
		return m
	})
	change("unicode-name", "an extra field gives W another name", func(m []member) []member {
		extra := []byte{0x75, 0x70, 10, 0, 1}
		extra = binary.LittleEndian.AppendUint32(extra, crc32.ChecksumIEEE([]byte("W.npy")))
		m[6].extra = append(extra, "Y.npy"...)
		return m
	})
	change("gap", "bytes between two members", func(m []member) []member {
		m[6].behind = []byte("here I am")
		return m
	})
	change("not-an-array", "a member is no array", func(m []member) []member {
		return append(m, member{name: "readme.txt", data: []byte("trust me")})
	})
	return files
}

// members lists the members of an honest certificate's archive.
func members() []member {
	var out []member
	for _, e := range multiplierEntries(honestMultipliers(), nil, nil) {
		out = append(out, member{name: e.Name + ".npy", data: encoded(e.Array)})
	}
	return out
}

// encoded returns the array as an NPY file.
func encoded(a npy.Array) []byte {
	var buffer bytes.Buffer
	if err := npy.Write(&buffer, a); err != nil { // a buffer does not fail
		panic(err)
	}
	return buffer.Bytes()
}
