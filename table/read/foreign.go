package read

import (
	"bytes"
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
}

// orcStart is what an ORC file begins with, and a table of texts may as well.
const orcStart = "ORC"

// refuseForeign refuses a file that begins as one of a format that is not read.
func (s *source) refuseForeign() error {
	start, _ := s.text.Peek(sniffed)
	what := ""
	for _, f := range foreign {
		if bytes.HasPrefix(start, []byte(f.start)) && (f.start != orcStart || bytes.ContainsFunc(start, inNoText)) {
			what = f.what
		}
	}
	switch {
	case what != "":
	case zipHas(start, "[Content_Types].xml"), zipHas(start, "_rels/"), zipHas(start, "xl/"), zipHas(start, "docProps/"):
		what = "an Excel workbook"
	case zipHas(start, "mimetype"):
		what = "an OpenDocument file"
	case looksJSON(start):
		what = "JSON"
	default:
		return nil
	}
	return table.Errorf(s.name, "%s, which is not read; expected the table saved as CSV, Parquet or another format of relift help formats", what)
}

// inNoText reports whether a character is one that no text has.
func inNoText(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\n\v\f\r", r) }

// zipHas reports whether the file is a ZIP archive whose first member's name begins so.
func zipHas(start []byte, name string) bool {
	const before = 30 // bytes of the header before the name
	return bytes.HasPrefix(start, []byte("PK\x03\x04")) && len(start) > before && bytes.HasPrefix(start[before:], []byte(name))
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
