package cli

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/relift/relift/table"
	"github.com/relift/relift/table/read"
)

// readFlags are the flags that say how a table is read.
type readFlags struct {
	format    string
	header    bool
	noHeader  bool
	decimal   string
	thousands string
	naValues  []string
	encoding  string
	memory    int64
	flags     *pflag.FlagSet
}

func (f *readFlags) bind(c *cobra.Command) {
	bind(c, "format", &f.format)
	bind(c, "header", &f.header)
	bind(c, "no-header", &f.noHeader)
	bind(c, "decimal", &f.decimal)
	bind(c, "thousands", &f.thousands)
	bind(c, "na-values", &f.naValues)
	bind(c, "encoding", &f.encoding)
	bind(c, "memory-limit", &f.memory)
	c.MarkFlagsMutuallyExclusive("header", "no-header")
	f.flags = c.Flags()
}

// over is saved, the reading that a model or a certificate states, with what
// the flags say in its place.
func (f *readFlags) over(saved table.Reading) (table.Reading, error) {
	r := saved
	r.MemoryLimit = uint64(f.memory)
	changed := f.flags.Changed
	if changed("format") || r.Format == "" {
		var err error
		if r.Format, err = read.ParseFormat(f.format); err != nil {
			return r, badInput(err)
		}
	}
	switch {
	case f.header:
		r.Header = table.HeaderYes
	case f.noHeader:
		r.Header = table.HeaderNo
	}
	if changed("decimal") {
		r.Decimal = decimals[f.decimal]
	}
	if changed("thousands") {
		r.Thousands = thousandsSigns[f.thousands]
	}
	if changed("na-values") {
		r.Missing = append([]string{}, f.naValues...)
	}
	if changed("encoding") {
		r.Encoding = table.EncodingAuto
		if f.encoding != "auto" {
			r.Encoding = table.TextEncoding(f.encoding)
		}
	}
	return r, nil
}

// The signs may be named or typed.
var (
	decimals = map[string]table.Decimal{
		"auto": table.DecimalAuto, "point": table.DecimalPoint, ".": table.DecimalPoint, "comma": table.DecimalComma, ",": table.DecimalComma,
	}
	thousandsSigns = map[string]table.Thousands{
		"auto": table.ThousandsAuto, "none": table.ThousandsNone, "comma": table.ThousandsComma, ",": table.ThousandsComma,
		"point": table.ThousandsPoint, ".": table.ThousandsPoint, "space": table.ThousandsSpace, " ": table.ThousandsSpace,
		"apostrophe": table.ThousandsApostrophe, "'": table.ThousandsApostrophe,
	}
)

// open reads the table at path as saved and the flags say; the columns of keep
// keep the spelling of their entries.
func (f *readFlags) open(ctx context.Context, path string, saved table.Reading, keep ...[]string) (*table.Table, error) {
	reading, err := f.over(saved)
	if err != nil {
		return nil, err
	}
	reading.Keep = slices.Concat(keep...)
	frame, err := read.OpenContext(ctx, path, reading)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return nil, badInputf("%s: reading it takes longer than --time-limit; expected a longer limit or a smaller table", path)
	case errors.Is(err, table.ErrInterrupted):
		return nil, &failure{exitInterrupted, err}
	}
	return frame, badInput(err)
}
