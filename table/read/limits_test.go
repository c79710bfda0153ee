package read

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/relift/relift/table"
	"github.com/relift/relift/table/internal/tabletest"
)

const mebibyte = 1 << 20

// peakOf runs read and returns the largest heap seen beside it, less what was
// there before.
func peakOf(read func()) uint64 {
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	done := make(chan struct{})
	go func() { read(); close(done) }()
	peak := before.HeapInuse
	for {
		select {
		case <-done:
			return peak - before.HeapInuse
		case <-time.After(10 * time.Millisecond):
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			peak = max(peak, now.HeapInuse)
		}
	}
}

// gzipBomb is a gzip file of head and count times the megabyte that fill
// repeats, made of members as gzip itself joins them.
func gzipBomb(t *testing.T, head, fill string, count int) string {
	t.Helper()
	pack := func(text string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	return pack(head) + strings.Repeat(pack(strings.Repeat(fill, mebibyte/len(fill))), count)
}

// TestBombsAreRefused: small files that unfold into gigabytes end at the limit.
func TestBombsAreRefused(t *testing.T) {
	const limit = 64 * mebibyte
	var zeros bytes.Buffer
	type row struct {
		A, B int64
	}
	w := parquet.NewGenericWriter[row](&zeros, parquet.Compression(&parquet.Zstd))
	for range 3000 {
		if _, err := w.Write(make([]row, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"rows.csv.gz":        gzipBomb(t, "a,b\n", "0,1\n", 300),
		"texts.csv.gz":       gzipBomb(t, "a,b\n", "the same text,x\n", 300),
		"one_line.csv.gz":    gzipBomb(t, "a,b\n", "0123456789abcdef", 300),
		"header.csv.gz":      gzipBomb(t, "a,b", "0123456789abcdef", 300),
		"quoted.csv.gz":      gzipBomb(t, "a,b\n\"", "0123456789\n", 300),
		"rows.svm.gz":        gzipBomb(t, "1 1:1\n", "1 1:2 2:1\n", 300),
		"one_line.svm.gz":    gzipBomb(t, "1 1:1\n", "1234567890", 300),
		"rows.arff.gz":       gzipBomb(t, "@attribute a real\n@attribute b real\n@data\n", "0,1\n", 300),
		"nominal.arff.gz":    gzipBomb(t, "@attribute a {x", ",y1,y2", 300),
		"zeros.npy.gz":       gzipBomb(t, "\x93NUMPY\x01\x00\x76\x00"+fmt.Sprintf("%-117s\n", "{'descr': '<f8', 'fortran_order': False, 'shape': (100000000, 8), }"), "\x00", 300),
		"zeros.parquet":      zeros.String(),
		"zeros.parquet.gz":   gzipBomb(t, "PAR1", "\x00", 300),
		"archive.npz.gz":     gzipBomb(t, "PK\x03\x04", "\x00", 300),
		"indices.svm":        "1 1:1\n" + strings.Repeat("2 1:1 2147483647:1\n", 3),
		"indices_rows.csv":   "a,b\n1,2\n3,4\n",
		"blank_lines.csv.gz": gzipBomb(t, "a,b\n1,2\n", "\n", 20),
	} {
		t.Run(name, func(t *testing.T) {
			path := tabletest.WriteFile(t, name, content)
			var err error
			peak := peakOf(func() { _, err = OpenContext(t.Context(), path, table.Reading{MemoryLimit: limit}) })
			switch name {
			case "indices.svm", "indices_rows.csv", "blank_lines.csv.gz": // these are small tables
				if err != nil {
					t.Error(err)
				}
			default:
				if !errors.Is(err, table.ErrInput) || !strings.Contains(err.Error(), "memory") && !strings.Contains(err.Error(), "exceeds the limit") {
					t.Errorf("got %v; want a refusal that names the memory", err)
				}
			}
			if peak > 2*limit {
				t.Errorf("reading took %d MiB under a limit of %d MiB", peak/mebibyte, limit/mebibyte)
			}
		})
	}
}

// TestSparseIndices: columns that occur in no row are no columns.
func TestSparseIndices(t *testing.T) {
	frame := openContent(t, "t.svm", "1 1:1 10000000:5\n2 3:1\n1 10000000:6\n")
	if want := []string{"x1", "x3", "x10000000", "label"}; !slices.Equal(frame.Names(), want) {
		t.Errorf("columns %q, want %q", frame.Names(), want)
	}
	if !slices.Equal(frame.Columns[2].Numbers, []float64{5, 0, 6}) || len(frame.Warnings) != 1 || !strings.Contains(frame.Warnings[0], "9999997 of the features x1 to x10000000") {
		t.Errorf("x10000000 is %v; warnings %q", frame.Columns[2].Numbers, frame.Warnings)
	}
}

// TestReadingManyNames reads as many attributes, values and columns as a reader
// that looks for each among all others would not come to the end of.
func TestReadingManyNames(t *testing.T) {
	attributes := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "@attribute a%d numeric\n", i)
		}
		return b.String() + "@data\n" + strings.Repeat("1,", n-1) + "1\n{0 1}\n"
	}
	values := func(n int) string {
		var b strings.Builder
		b.WriteString("@attribute a {v")
		for i := range n {
			fmt.Fprintf(&b, ",v%d", i)
		}
		b.WriteString("}\n@attribute b numeric\n@data\n")
		for i := range n {
			fmt.Fprintf(&b, "v%d,1\n", i)
		}
		return b.String()
	}
	columns := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "c%d,", i)
		}
		return b.String() + "y\n" + strings.Repeat("1,", n) + "1\n"
	}
	for _, test := range []struct {
		name    string
		format  table.Format
		content func(int) string
	}{{"attributes", table.FormatARFF, attributes}, {"values", table.FormatARFF, values}, {"columns", table.FormatCSV, columns}} {
		if _, err := Read("t", strings.NewReader(test.content(100_000)), test.format); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// endless gives the same bytes for ever, and calls after after some.
type endless struct {
	text  string
	after func()
	reads int
	at    int // in text, of the next byte
}

func (e *endless) Read(p []byte) (int, error) {
	if e.reads++; e.reads == 20 {
		e.after()
	}
	n := 0
	for n < len(p) {
		k := copy(p[n:], e.text[e.at:])
		n += k
		e.at = (e.at + k) % len(e.text)
	}
	return n, nil
}

// TestReadingIsInterrupted ends the context while each text format is read, and
// while nothing comes from a pipe.
func TestReadingIsInterrupted(t *testing.T) {
	for format, text := range map[table.Format][2]string{
		table.FormatCSV:    {"a,b\n", "1,2\n"},
		table.FormatTSV:    {"a\tb\n", "1\t2\n"},
		table.FormatARFF:   {"@attribute a numeric\n@data\n", "1\n"},
		table.FormatLIBSVM: {"", "1 1:2\n"},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		in := io.MultiReader(strings.NewReader(text[0]), &endless{text: text[1], after: cancel})
		_, err := ReadContext(ctx, "endless", in, table.Reading{Format: format})
		if !errors.Is(err, table.ErrInterrupted) || errors.Is(err, table.ErrInput) {
			t.Errorf("%s: %v", format, err)
		}
	}
	from, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := ReadContext(ctx, "pipe", from, table.Reading{}); !errors.Is(err, table.ErrInterrupted) {
		t.Errorf("a silent pipe: %v", err)
	}
}
