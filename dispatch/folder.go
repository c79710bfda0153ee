package dispatch

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/relift/relift/internal/atomicfile"
)

// Kept is the output of a job in a store.
type Kept struct {
	Output  json.RawMessage `json:"output"`
	Seconds float64         `json:"seconds"` // that the job took
}

// Elapsed is how long the job took.
func (k Kept) Elapsed() time.Duration { return time.Duration(k.Seconds * float64(time.Second)) }

// Folder keeps outputs that are JSON in a file for each job, named after the job.
type Folder struct{ dir string }

var _ Store = (*Folder)(nil)

// OpenFolder makes the folder if need be.
func OpenFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	return &Folder{dir}, nil
}

// entry is the content of a file.
type entry struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Digest string `json:"digest"`
	Kept
}

// path is the file of a job: slashes in its name become "__", so that all files lie in one folder.
func (f *Folder) path(j Job) string {
	return filepath.Join(f.dir, strings.ReplaceAll(j.Name, "/", "__")+".json")
}

// Put implements Store; the file appears whole or not at all.
func (f *Folder) Put(j Job, d Digest, k Kept) error {
	if !json.Valid(k.Output) {
		return fmt.Errorf("%s: the output is not JSON, as this store expects", j.Name)
	}
	return atomicfile.Write(f.path(j), func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(entry{j.Name, j.Kind, d.String(), k})
	})
}

// Get implements Store: nothing is there where the file is of another job, settings or version, or damaged.
func (f *Folder) Get(j Job, d Digest) (Kept, bool, error) {
	text, err := os.ReadFile(f.path(j))
	if errors.Is(err, fs.ErrNotExist) {
		return Kept{}, false, nil
	}
	if err != nil {
		return Kept{}, false, err
	}
	var e entry
	if err := json.Unmarshal(text, &e); err != nil || e.Name != j.Name || e.Digest != d.String() || len(e.Output) == 0 {
		return Kept{}, false, nil // what cannot be used is done again
	}
	return e.Kept, true, nil
}

// Remove forgets what is kept of a job.
func (f *Folder) Remove(j Job) error {
	if err := os.Remove(f.path(j)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", j.Name, err)
	}
	return nil
}
