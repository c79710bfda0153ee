package read

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/relift/relift/table"
)

// foreign are the beginnings of files that hold tables in formats that are not read.
var foreign = []struct{ start, what string }{
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook"},
	{"SQLite format 3\x00", "an SQLite database"},
	{"\x89HDF\r\n\x1a\n", "an HDF5 file"},
	{"\x80\x02", "a pickle of Python's"},
	{"\x80\x03", "a pickle of Python's"},
	{"\x80\x04", "a pickle of Python's"},
	{"\x80\x05", "a pickle of Python's"},
	{"RDX2\n", "an RData file"},
	{"RDX3\n", "an RData file"},
	{"X\n\x00\x00\x00", "an RDS file"},
	{"$FL2", "an SPSS file"},
	{"<stata_dta>", "a Stata file"},
	{"Obj\x01", "an Avro file"},
	{orcStart, "an ORC file"},
	{"%PDF-", "a PDF document"},
	{"{\\rtf", "a text of a word processor (RTF)"},
	{"<?xml", "XML"},
	{"\x89PNG\r\n\x1a\n", "a picture"},
	{"\xff\xd8\xff", "a picture"},
	{"GIF8", "a picture"},
	{"\x7fELF", "a program"},
	{"MZ\x90\x00", "a program"},
	{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"},
	{"Rar!\x1a\x07", "a RAR archive"},
	{"BZh91AY&SY", "a file compressed by bzip2"},
	{"\xfd7zXZ\x00", "a file compressed by xz"},
	{"\x28\xb5\x2f\xfd", "a file compressed by Zstandard"},
}

// tarMark is where a tar archive says that it is one.
const tarMark = 257

// orcStart is what an ORC file begins with, and a table of texts may as well.
const orcStart = "ORC"

// refuseForeign refuses a file that begins as one of a format that is not read; plain is its name without .gz.
func (s *source) refuseForeign(plain string) error {
	start, _ := s.text.Peek(sniffed)
	what := ""
	for _, f := range foreign {
		if bytes.HasPrefix(start, []byte(f.start)) && (f.start != orcStart || bytes.ContainsFunc(start, inNoText)) {
			what = f.what
		}
	}
	member := zipMember(start)
	has := func(name string) bool { return strings.HasPrefix(member, name) }
	switch {
	case what != "":
	case has("[Content_Types].xml"), has("_rels/"), has("xl/"), has("docProps/"), has("customXml/"):
		what = "an Excel workbook"
	case has("mimetype"):
		what = "an OpenDocument file"
	case isZip(start) && !strings.HasSuffix(member, ".npy") && formatOf(plain) != table.FormatNPZ:
		what = "a ZIP archive"
	case len(start) > tarMark && bytes.HasPrefix(start[tarMark:], []byte("ustar")):
		what = "a tar archive"
	case looksJSON(start):
		what = "JSON"
	default:
		return nil
	}
	return table.Errorf(s.name, "%s, which is not read; expected the table saved as CSV, Parquet or another format of relift help formats", what)
}

// inNoText reports whether a character is one that no text has.
func inNoText(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\n\v\f\r", r) }

// isZip reports whether the file is a ZIP archive.
func isZip(start []byte) bool { return bytes.HasPrefix(start, []byte("PK\x03\x04")) }

// zipMember is the name of a ZIP archive's first member, "" of any other file.
func zipMember(start []byte) string {
	const before = 30 // bytes of the header before the name, whose length they have
	if !isZip(start) || len(start) < before {
		return ""
	}
	end := before + int(binary.LittleEndian.Uint16(start[26:]))
	return string(start[before:min(end, len(start))])
}

// looksJSON reports whether a text begins with an object, or a list of objects or lists.
func looksJSON(start []byte) bool {
	start = bytes.TrimSpace(bytes.TrimPrefix(start, []byte("\xef\xbb\xbf")))
	if rest, ok := bytes.CutPrefix(start, []byte("[")); ok {
		rest = bytes.TrimSpace(rest)
		return bytes.HasPrefix(rest, []byte("{")) || bytes.HasPrefix(rest, []byte("["))
	}
	rest, ok := bytes.CutPrefix(start, []byte("{"))
	return ok && bytes.HasPrefix(bytes.TrimSpace(rest), []byte(`"`))
}
