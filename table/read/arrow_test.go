package read

import (
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/relift/relift/table"
	"github.com/relift/relift/table/internal/tabletest"
	"github.com/relift/relift/table/recipe"
)

// arrowFolder has the files that testdata/arrow/make.py writes.
var arrowFolder = filepath.Join("testdata", "arrow")

func checkArrow(t *testing.T, folder string) {
	t.Helper()
	number := func(entries ...string) readColumn { return readColumn{table.Numeric, false, entries} }
	text := func(entries ...string) readColumn { return readColumn{table.Categorical, false, entries} }
	date := func(entries ...string) readColumn { return readColumn{table.Categorical, true, entries} }
	plain := map[string]readColumn{
		"real": number("1.5", "", "-2.25"), "half": number("0.5", "2", "-1"), "byte": number("1", "255", "0"), "flag": number("1", "0", ""),
		"price": number("1.25", "", "-0.1"), "nothing": number("", "", ""), "whole": text("1152921504606846977", "1152921504606846978", ""),
		"word": text("01", "größer", ""), "large": text("a", "b", "a"), "colour": text("red", "", "red"),
		"day": date("2024-01-31", "2024-02-01", ""), "moment": date("2024-01-31T12:00:00", "", "1969-12-31T23:59:59"),
	}
	kinds := map[string]readColumn{
		"view": text("short", "longer than twelve bytes", ""), "level": text("3", "", "1"), "huge": text("18446744073709551615", "18446744073709551614", ""),
		"clock": number("90", "", "43200"), "lasting": number("1.5", "0", ""), "wide": number("1.5", "", "-2"),
		"zoned": date("2024-01-31T12:00:00Z", "", "2024-01-31T12:00:00.25Z"), "second": date("1970-01-01T00:00:00", "1970-01-01T23:59:59", ""),
		"stamp": date("2024-01-31", "", "1969-12-31"),
	}
	for file, want := range map[string]map[string]readColumn{
		"plain.feather": plain, "lz4.feather": plain, "zstd.feather": plain, "file.arrow": plain, "stream.arrows": plain, "kinds.arrow": kinds,
		"polars.arrow":  {"view": text("short", "longer than twelve bytes", ""), "level": text("lo", "hi", ""), "when": date("2024-01-31T12:00:00", "", "2024-02-01T00:00:00"), "x": number("1.5", "", "2")},
		"deltas.arrows": {"word": text("a", "b", "c", "a", "y", ""), "x": number("1", "2", "1", "2", "1", "2")},
	} {
		frame, err := Open(filepath.Join(folder, file), table.FormatAuto)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		for name, column := range want {
			column.check(t, file, name, frame)
		}
	}
	frame, err := Open(filepath.Join(folder, "pandas.arrow"), table.FormatAuto)
	if err != nil || !slices.Equal(frame.Names(), []string{"a", "y"}) || len(frame.Warnings) != 1 {
		t.Errorf("an index of pandas: %+v, %v", frame, err)
	}
}

// TestArrow reads the files that pyarrow 26 and polars 2.1 wrote.
func TestArrow(t *testing.T) {
	checkArrow(t, arrowFolder)
	frame, err := Open(filepath.Join(arrowFolder, "plain.feather"), table.FormatAuto)
	if err != nil {
		t.Fatal(err)
	}
	_, err = recipe.Fit(frame, recipe.Options{Targets: []string{"half"}, Features: []string{"byte", "list"}})
	if err == nil || !strings.Contains(err.Error(), `column "list": the column has entries of the type list`) || !strings.Contains(err.Error(), "--drop") {
		t.Errorf("a nested column: %v", err)
	}
}

// TestArrowOfThisMachine reads the files that the pyarrow of this machine writes.
func TestArrowOfThisMachine(t *testing.T) {
	const python = "python3"
	if exec.Command(python, "-c", "import pyarrow, pandas, polars").Run() != nil {
		t.Skip("no python3 with pyarrow, pandas and polars to write Arrow files")
	}
	script, err := filepath.Abs(filepath.Join(arrowFolder, "make.py"))
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(python, script)
	command.Dir = t.TempDir()
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	checkArrow(t, command.Dir)
}

func TestBadArrow(t *testing.T) {
	first := filepath.Join(arrowFolder, "first.feather")
	_, err := Open(first, table.FormatAuto)
	tabletest.CheckInputError(t, err, first, "first.feather: a Feather file of the first version; expected the second, as pandas and pyarrow write it by default")
	path := tabletest.WriteFile(t, "t.feather", "a,b\n1,2\n")
	_, err = Open(path, table.FormatAuto)
	tabletest.CheckInputError(t, err, path, `t.feather: not an Arrow file; expected "ARROW1" at its start, or a stream`)
	for _, name := range []string{"lz4.feather", "stream.arrows", "kinds.arrow"} {
		whole := arrowFile(t, name)
		const end = 8 // of a stream
		for cut := 10; cut < len(whole)-end; cut += 37 {
			if frame, err := Read(name, strings.NewReader(whole[:cut]), table.FormatArrow); err == nil {
				t.Errorf("%s cut after %d of %d bytes has %d rows", name, cut, len(whole), frame.NumRows())
			} else if strings.Contains(err.Error(), "\n") {
				t.Errorf("%s cut after %d bytes: %v", name, cut, err)
			}
		}
	}
}

func arrowFile(t testing.TB, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(arrowFolder, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestArrowOfFalseLengths writes huge and negative lengths and offsets over every word of
// files: none makes the reader take more memory than is allowed.
func TestArrowOfFalseLengths(t *testing.T) {
	const limit = mebibyte
	for _, name := range []string{"stream.arrows", "polars.arrow"} {
		whole := []byte(arrowFile(t, name))
		peak := peakOf(func() {
			for at := 0; at+4 <= len(whole); at += 4 {
				for _, word := range []uint32{1<<31 - 1, 1<<32 - 1, 1 << 24} {
					changed := slices.Clone(whole)
					binary.LittleEndian.PutUint32(changed[at:], word)
					_, err := ReadContext(t.Context(), name, strings.NewReader(string(changed)), table.Reading{Format: table.FormatArrow, MemoryLimit: limit})
					if err != nil && strings.Contains(err.Error(), "\n") {
						t.Errorf("%s with %#x at %d: %v", name, word, at, err)
					}
				}
			}
		})
		if peak > 64*limit { // of many readings, what the collector had not come to included
			t.Errorf("%s: reading took %d MiB under a limit of %d MiB", name, peak/mebibyte, limit/mebibyte)
		}
	}
}

// TestArrowMetadata: tables that lead to the same tables many times are refused.
func TestArrowMetadata(t *testing.T) {
	// A message whose schema has two fields that are one table, which has itself two children
	// that are one table, and so on: 2ⁿ fields in 40·n bytes.
	const levels = 40
	word := func(v int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(v)) }
	short := func(v ...int) (b []byte) {
		for _, v := range v {
			b = binary.LittleEndian.AppendUint16(b, uint16(v))
		}
		return b
	}
	var out []byte
	out = append(out, word(20)...)                        // the message's table is at 20
	out = append(out, short(14, 12, 0, 8, 4, 0, 0, 0)...) // its fields: the kind at 8, the header at 4
	out = append(out, word(20-4)...)                      // back to them
	out = append(out, word(8+12)...)                      // the schema's table is at 44
	out = append(out, 1, 0, 0, 0)                         // a schema
	out = append(out, short(8, 8, 0, 4, 0, 0)...)         // its fields at 32: the list at 4
	out = append(out, word(44-32)...)                     // at 44
	out = append(out, word(4)...)                         // the list at 52
	for range levels {
		out = append(out, word(2)...) // two entries, both the table behind
		out = append(out, word(8+20)...)
		out = append(out, word(4+20)...)
		out = append(out, short(16, 8, 0, 0, 0, 0, 0, 4, 0, 0)...) // children at 4
		out = append(out, word(20)...)
		out = append(out, word(4)...)
	}
	out = append(out, word(0)...)
	if _, problem := parseArrowMetadata(out); !strings.Contains(problem, "more parts than fit") {
		t.Errorf("2^%d fields in %d bytes: %q", levels, len(out), problem)
	}
}

func FuzzArrow(f *testing.F) {
	addTestdata(f, "arrow/plain.feather", "arrow/lz4.feather", "arrow/stream.arrows", "arrow/kinds.arrow", "arrow/deltas.arrows", "arrow/polars.arrow")
	fuzzFormat(f, table.FormatArrow)
}
