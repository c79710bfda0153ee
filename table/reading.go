package table

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/relift/relift/table/notation"
)

// Reading says how a file is read.  Its zero value finds everything out from
// the file.
type Reading struct {
	// Format is the file's format; FormatAuto goes by the name, then by the
	// first bytes.
	Format Format `json:"format,omitempty"`
	// Header says whether a table of separated fields begins with column names.
	Header Header `json:"header,omitempty"`
	// Decimal and Thousands are the signs in numbers.
	Decimal   Decimal   `json:"decimal,omitempty"`
	Thousands Thousands `json:"thousands,omitempty"`
	// Missing are the texts, in any case, that stand for a missing entry beside
	// the empty one; nil for the usual ones.
	Missing []string `json:"missing,omitzero"`
	// Encoding is that of a text file.
	Encoding TextEncoding `json:"encoding,omitempty"`
	// Keep are columns, by name or index, whose entries keep their spelling
	// however many there are: labels, categories and identifiers.
	Keep []string `json:"-"`
	// MemoryLimit bounds the bytes that reading takes, garbage included; 0 is
	// what the machine has available.
	MemoryLimit uint64 `json:"-"`
}

// Format names a file format; the empty format is decided by the file name's
// extension or, where that says nothing, by the first bytes.
type Format string

// The formats; each may be compressed with gzip.
const (
	FormatAuto Format = ""    // by extension, else by the first bytes, else CSV
	FormatCSV  Format = "csv" // comma, semicolon, tab or pipe, found from the header
	FormatTSV  Format = "tsv" // tabs
	// FormatARFF is Weka's attribute-relation file format.
	FormatARFF Format = "arff"
	// FormatLIBSVM is the sparse text format of LIBSVM and SVMlight.
	FormatLIBSVM  Format = "libsvm"
	FormatNPY     Format = "npy"     // one NumPy matrix
	FormatNPZ     Format = "npz"     // NumPy arrays X and y
	FormatParquet Format = "parquet" // Apache Parquet
	FormatArrow   Format = "arrow"   // Apache Arrow IPC, Feather
)

// TextEncoding is how the characters of a text file are stored.
type TextEncoding string

// The encodings.
const (
	EncodingAuto        TextEncoding = "" // UTF-16 by its mark, else UTF-8, else Windows-1252
	EncodingUTF8        TextEncoding = "utf-8"
	EncodingUTF16       TextEncoding = "utf-16"
	EncodingWindows1252 TextEncoding = "windows-1252" // and Latin-1, of which it is an extension
)

// Header says whether the first line of a table has the column names.
type Header string

// The answers; columns without names are x0, x1, ….
const (
	HeaderAuto Header = "" // by the entries; refused in doubt
	HeaderYes  Header = "yes"
	HeaderNo   Header = "no"
)

// Decimal is the sign before the decimals of numbers in text files.
type Decimal string

// The decimal signs.
const (
	DecimalAuto  Decimal = "" // by the entries of each column; refused in doubt
	DecimalPoint Decimal = "point"
	DecimalComma Decimal = "comma"
)

// Thousands is the sign between the thousands of numbers in text files.
type Thousands string

// The signs; each but ThousandsNone also reads numbers without one.
const (
	ThousandsAuto       Thousands = "" // any that is no decimal sign
	ThousandsNone       Thousands = "none"
	ThousandsComma      Thousands = "comma"
	ThousandsPoint      Thousands = "point"
	ThousandsSpace      Thousands = "space"
	ThousandsApostrophe Thousands = "apostrophe"
)

// signs are the characters that the setting stands for.
func (t Thousands) signs() string {
	switch t {
	case ThousandsComma:
		return ","
	case ThousandsPoint:
		return "."
	case ThousandsSpace:
		return " \u00a0\u2009\u202f"
	case ThousandsApostrophe:
		return "'\u2019"
	}
	return ""
}

// IsMissing reports whether a field without blanks around it is missing.
func (r *Reading) IsMissing(field []byte) bool {
	if len(field) == 0 {
		return true
	}
	if r.Missing == nil {
		if len(field) > 4 || field[0] >= '0' && field[0] <= '9' {
			return false
		}
		return notation.IsMissing(string(field))
	}
	for _, marker := range r.Missing {
		if len(marker) == len(field) && bytes.EqualFold([]byte(marker), field) {
			return true
		}
	}
	return false
}

// Notation restricts n to what the user said about thousands.
func (r *Reading) Notation(n notation.Notation) notation.Notation {
	if r.Thousands != ThousandsAuto {
		n.Groups = strings.ReplaceAll(r.Thousands.signs(), string(n.Decimal), "")
	}
	return n
}

// indexReference returns the 0-based column that a reference by number means
// among count columns, −1 for none.
func indexReference(reference string, count int) int {
	i, err := strconv.Atoi(reference)
	if err != nil {
		return -1
	}
	if i < 0 {
		i += count
	}
	if i < 0 || i >= count {
		return -1
	}
	return i
}
