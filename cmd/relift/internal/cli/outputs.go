package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// output is a file that a command is going to write.
type output struct{ flag, path string }

// checkOutputs refuses, before a long run, outputs that would overwrite an
// input or each other, or that cannot be written.
func checkOutputs(inputs []string, outputs ...output) error {
	var seen []output
	for _, o := range outputs {
		if o.path == "" {
			continue
		}
		for _, in := range inputs {
			if sameFile(in, o.path) {
				return badInputf("--%s %s: this file is also the input; expected another file", o.flag, o.path)
			}
		}
		for _, other := range seen {
			if sameFile(other.path, o.path) {
				return badInputf("--%s %s: --%s names the same file; expected another file", o.flag, o.path, other.flag)
			}
		}
		if err := writable(o); err != nil {
			return err
		}
		seen = append(seen, o)
	}
	return nil
}

// sameFile reports whether two paths name one file, which need not exist.
func sameFile(a, b string) bool {
	if a == "" || a == "-" || strings.HasPrefix(a, "builtin:") {
		return false
	}
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	if errA == nil && errB == nil {
		return os.SameFile(infoA, infoB)
	}
	absA, errA := filepath.Abs(a)
	absB, errB := filepath.Abs(b)
	return errA == nil && errB == nil && absA == absB
}

// writable makes sure that a file can be made in the output's folder.
func writable(o output) error {
	if info, err := os.Stat(o.path); err == nil && !info.Mode().IsRegular() {
		return badInputf("--%s %s: is not a regular file; expected the path of a file", o.flag, o.path)
	}
	dir := filepath.Dir(o.path)
	probe, err := os.CreateTemp(dir, ".relift-probe-*")
	if err != nil {
		if cause, ok := errors.AsType[*fs.PathError](err); ok {
			err = cause.Err
		}
		return badInputf("--%s %s: cannot write into %s: %v; expected an existing folder that can be written to", o.flag, o.path, dir, err)
	}
	probe.Close()
	return badInput(os.Remove(probe.Name()))
}
