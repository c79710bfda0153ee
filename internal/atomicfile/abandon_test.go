package atomicfile

import (
	"io"
	"path/filepath"
	"testing"
)

func TestAbandonedWriteLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	if err := Write(filepath.Join(dir, "whole"), text("x")); err != nil {
		t.Fatal(err)
	}
	err := Write(filepath.Join(dir, "part"), func(w io.Writer) error {
		err := text("half of it")(w)
		Abandon()
		requireOnly(t, dir, "whole")
		return err
	})
	if err == nil {
		t.Error("a file that was abandoned was written")
	}
	requireOnly(t, dir, "whole")
	if err := Write(filepath.Join(dir, "later"), text("y")); err != nil {
		t.Errorf("the next file: %v", err)
	}
	if len(underWay.names) > 0 {
		t.Errorf("%v are remembered", underWay.names)
	}
}
