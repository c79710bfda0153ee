package cli

import (
	"errors"
	"fmt"
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

// written collects what became of the files that a run writes at its end, so that the failure of one costs
// neither the others nor the summary.
type written struct{ failures []string }

// file writes a file of the flag at path.  Where that fails, the same goes to a file beside it, in the
// current folder or in that for temporary files; the place is returned, "" where nothing could be written.
func (w *written) file(flag, path string, write func(path string) error) string {
	err := write(path)
	if err == nil {
		return path
	}
	extension := filepath.Ext(path)
	name := strings.TrimSuffix(filepath.Base(path), extension) + ".rescued" + extension
	for _, dir := range []string{filepath.Dir(path), ".", os.TempDir()} {
		other := filepath.Join(dir, name)
		if _, exists := os.Stat(other); exists == nil {
			continue // another run's
		}
		if write(other) == nil {
			w.failures = append(w.failures, fmt.Sprintf("--%s %s: %v; it is in %s instead", flag, path, err, other))
			return other
		}
	}
	w.failures = append(w.failures, fmt.Sprintf("--%s %s: %v; it could not be written elsewhere either", flag, path, err))
	return ""
}

// err is the failures as one error, nil if there were none.
func (w *written) err() error {
	if len(w.failures) == 0 {
		return nil
	}
	return internal(errors.New(strings.Join(w.failures, "; ")))
}
