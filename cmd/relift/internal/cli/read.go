package cli

import (
	"context"
	"errors"

	"github.com/relift/relift/dataset"
	"github.com/spf13/cobra"
)

// readFlags are the flags that say how a table is read.
type readFlags struct {
	format string
	memory int64
}

func (f *readFlags) bind(c *cobra.Command) {
	bind(c, "format", &f.format)
	bind(c, "memory-limit", &f.memory)
}

// reading is what the flags say.
func (f *readFlags) reading() (dataset.Reading, error) {
	format, err := dataset.ParseFormat(f.format)
	return dataset.Reading{Format: format, MemoryLimit: uint64(f.memory)}, badInput(err)
}

// open reads the table at path.
func (f *readFlags) open(ctx context.Context, path string) (*dataset.Table, error) {
	reading, err := f.reading()
	if err != nil {
		return nil, err
	}
	table, err := reading.Open(ctx, path)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return nil, badInputf("%s: reading it takes longer than --time-limit; expected a longer limit or a smaller table", path)
	case errors.Is(err, dataset.ErrInterrupted):
		return nil, &failure{exitInterrupted, err}
	}
	return table, badInput(err)
}
