package reproduce

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/relift/relift/internal/atomicfile"
	"github.com/relift/relift/report"
)

// Store keeps one JSON file for each finished job in a folder.
type Store struct{ dir string }

// OpenStore makes the folder if need be.
func OpenStore(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	return &Store{dir}, nil
}

// path is the file of a job: slashes in its name become "__", so that all files
// lie in one folder.
func (s *Store) path(id string) string {
	return filepath.Join(s.dir, strings.ReplaceAll(id, "/", "__")+".json")
}

// Put stores a result, whole or not at all.
func (s *Store) Put(r *Result) error {
	return atomicfile.Write(s.path(r.ID), func(w io.Writer) error { return report.WriteJSON(w, r) })
}

// Get returns the stored result of a job, or nil when there is none, or when it
// was made with other settings, another version or other linear algebra, or
// when the file is damaged.
func (s *Store) Get(j Job) (*Result, error) {
	text, err := os.ReadFile(s.path(j.ID))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	digest, err := j.Digest()
	if err != nil {
		return nil, err
	}
	var r Result
	if err := json.Unmarshal(text, &r); err != nil || r.ID != j.ID || r.Digest != digest || len(r.Rows) == 0 {
		return nil, nil // what cannot be used is done again
	}
	return &r, nil
}

// Clear removes the results of the given jobs.
func (s *Store) Clear(jobs []Job) error {
	for _, j := range jobs {
		if err := os.Remove(s.path(j.ID)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s: %w", j.ID, err)
		}
	}
	return nil
}
