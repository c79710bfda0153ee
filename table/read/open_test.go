package read

import (
	"bytes"
	"compress/gzip"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/relift/relift/internal/memory"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/builtin"
	"github.com/relift/relift/table/internal/tabletest"
)

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "no.csv")
	_, err := Open(missing, table.FormatAuto)
	tabletest.CheckInputError(t, err, missing, "no.csv: no such file")
	_, err = Open(dir, table.FormatAuto)
	tabletest.CheckInputError(t, err, dir, filepath.Base(dir)+": is a directory; expected a file with a table")
	_, err = Open("builtin:roses", table.FormatAuto)
	tabletest.CheckInputError(t, err, "", `built-in data set "roses" is not known; expected one of `+strings.Join(builtin.Names(), ", ")+", builtin:bank_notes")
	_, err = Open("builtin:spiral?arms=1", table.FormatAuto)
	tabletest.CheckInputError(t, err, "", `builtin:spiral?arms=1: arms is 1; expected one number from 2 to 26`)
	_, err = Open("builtin:spiral?seed=nan", table.FormatAuto)
	tabletest.CheckInputError(t, err, "", `builtin:spiral?seed=nan: seed is nan; expected one number from 0 to 9.007199254740992e+15`)

	_, err = Open("builtin:iris?seed=1", table.FormatAuto)
	tabletest.CheckInputError(t, err, "", `builtin:iris?seed=1: parameter "seed" is not known; expected no parameters`)
	_, err = Open("builtin:spiral?n=1", table.FormatAuto)
	tabletest.CheckInputError(t, err, "", `builtin:spiral?n=1: parameter "n" is not known; expected seed=0 (generator seed), arms=3 (arms), points=20 (points of an arm), noise=0.15 (standard deviation of the angle's noise)`)
	_, err = Open("builtin:random?n=1000000&neurons=100000&d=10000", table.FormatAuto)
	if memory.Available() > 0 && (!errors.Is(err, table.ErrInput) || !strings.Contains(err.Error(), "generating it needs about ")) {
		t.Errorf("a huge built-in: %v", err)
	}

	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	w.Write([]byte(strings.Repeat("a,b\n1,2\n", 1000)))
	w.Close()
	path := tabletest.WriteFile(t, "cut.csv.gz", zipped.String()[:zipped.Len()/2])
	_, err = Open(path, table.FormatAuto)
	tabletest.CheckInputError(t, err, path, "cut.csv.gz: the compressed file is broken or cut short")
}
