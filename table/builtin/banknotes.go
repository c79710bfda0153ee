package builtin

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/url"
	"os"

	"github.com/relift/relift/table"
)

// The bank note data are in no package registry, so the user brings the file.
const (
	bankNotesPage = "https://archive.ics.uci.edu/dataset/267/banknote+authentication"
	bankNotesName = "bank_notes"
	bankNotesFile = "data_banknote_authentication.txt"
	// bankNotesDigest is the SHA-256 of the file with line ends "\n" and none
	// after the last line.
	bankNotesDigest = "564ac22b61d87388b1662adee2867e5d382aae78afb0bf5d6745c1a843174b8e"
)

// BankNotes reads the bank note authentication data (V. Lohweg, UCI Machine
// Learning Repository, 2012, https://doi.org/10.24432/C55P57): 1372 rows, the
// features variance, skewness, curtosis and entropy, and the class 0 or 1.
// The path is that of the repository's file data_banknote_authentication.txt,
// whose content is checked.
func BankNotes(path string) (*table.Table, error) {
	const get = "expected the file " + bankNotesFile + " of " + bankNotesPage
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, table.Errorf(path, "no such file; the bank note data are not shipped: %s", get)
	}
	if err != nil {
		return nil, table.FileError(path, err)
	}
	text = bytes.TrimRight(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), "\n")
	digest := sha256.Sum256(text)
	if hex.EncodeToString(digest[:]) != bankNotesDigest {
		return nil, table.Errorf(path, "not the bank note data of the UCI repository; %s", get)
	}
	header := []byte("variance,skewness,curtosis,entropy,class\n")
	return fromCSV(path, bytes.NewReader(append(header, text...)))
}

// bankNotesFrom is BankNotes as a built-in: builtin:bank_notes?file=PATH, with
// the file in the working directory unless it is named.
func bankNotesFrom(reference, query string) (*table.Table, error) {
	given, err := url.ParseQuery(query)
	if err != nil || len(given) > 1 || len(given) == 1 && len(given["file"]) != 1 {
		return nil, table.OptionErrorf("%s: expected no parameter or the file, as in %s%s?file=%s", reference, Prefix, bankNotesName, bankNotesFile)
	}
	path := given.Get("file")
	if path == "" {
		path = bankNotesFile
	}
	return BankNotes(path)
}
