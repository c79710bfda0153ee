// Package atomicfile writes files that appear whole or not at all.
package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// newFileMode is the permission of a file that did not exist, before the umask.
const newFileMode fs.FileMode = 0o644

// Write replaces the file at path by what write produces.
//
// The bytes go to a temporary file in the same directory, which is flushed to
// disk and then renamed to path. A reader, or a crash at any moment, sees the
// old content or the new content, never a part. If write or any later step
// fails the temporary file is removed and path is left as it was.
//
// The permission bits of an existing file are kept; a new file gets 0644 less
// the umask. A symbolic link at path is followed, so that its target is
// replaced and the link stays. A target that exists and is not a regular file
// (a device, a pipe, a directory) is an error.
func Write(path string, write func(io.Writer) error) (err error) {
	target, mode, existed, err := resolve(path)
	if err != nil {
		return err
	}
	file, err := createTemp(target)
	if err != nil {
		return fmt.Errorf("%s: cannot create a temporary file beside it: %w", path, err)
	}
	// The cleanup also runs when write panics: done stays false.
	done := false
	defer func() {
		underWay.end(file.Name())
		if !done {
			file.Close() // harmless when already closed
			os.Remove(file.Name())
		}
	}()

	buffered := bufio.NewWriterSize(file, 1<<16)
	if err := write(buffered); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if existed {
		if err := file.Chmod(mode); err != nil {
			return fmt.Errorf("%s: cannot keep its permissions: %w", path, err)
		}
	}
	if err := file.Sync(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := os.Rename(file.Name(), target); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	done = true
	syncDirectory(filepath.Dir(target))
	return nil
}

// resolve follows symbolic links at path and returns the file to be replaced,
// its permission bits and whether it exists.
func resolve(path string) (target string, mode fs.FileMode, existed bool, err error) {
	if path == "" {
		return "", 0, false, errors.New("empty file name")
	}
	target = path
	// A dangling link has no EvalSymlinks; its own text names the file to create.
	for range 40 {
		info, err := os.Lstat(target)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return target, newFileMode, false, nil
		case err != nil:
			return "", 0, false, err
		case info.Mode()&fs.ModeSymlink != 0:
			link, err := os.Readlink(target)
			if err != nil {
				return "", 0, false, err
			}
			if !filepath.IsAbs(link) {
				link = filepath.Join(filepath.Dir(target), link)
			}
			target = link
		case !info.Mode().IsRegular():
			return "", 0, false, fmt.Errorf("%s: not a regular file (%s)", path, info.Mode().Type())
		default:
			return target, info.Mode().Perm(), true, nil
		}
	}
	return "", 0, false, fmt.Errorf("%s: too many levels of symbolic links", path)
}

// createTemp makes a new file beside target. os.CreateTemp is not used because
// it fixes the mode at 0600, and the umask cannot be read without changing it.
func createTemp(target string) (*os.File, error) {
	dir, base := filepath.Split(target)
	if len(base) > 100 {
		base = base[:100] // leave room below the usual 255-byte limit on names
	}
	for try := 0; ; try++ {
		name := fmt.Sprintf("%s.%s.%08x.tmp", dir, base, rand.Uint32())
		file, err := underWay.begin(name)
		if errors.Is(err, fs.ErrExist) && try < 1000 {
			continue
		}
		return file, err
	}
}

// syncDirectory makes the rename itself durable where the system allows it.
// Failure is not reported: the file is already whole and in place, and several
// file systems refuse to sync a directory.
func syncDirectory(dir string) {
	d, err := os.Open(dir)
	if err != nil {
		return
	}
	defer d.Close()
	_ = d.Sync()
}
