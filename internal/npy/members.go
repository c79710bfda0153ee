package npy

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
)

// members are the arrays of a file that are read one by one when they are asked for.
type members struct {
	file    *os.File
	source  interruptible
	names   []string
	members []zipMember

	mutex sync.Mutex
	read  []bool // whether a member counts towards the limit already
	left  int64  // bytes that members that were not read yet may have
}

// OpenMembers opens an NPZ file without reading its arrays: Array reads one each time, and keeps nothing of it.  It
// works until ctx ends or the archive is closed.  What all arrays may have in bytes together is
// bounded by a multiple of the size of the file, and they are float64, int64 or single strings.  Errors begin with the path.
func OpenMembers(ctx context.Context, path string) (*Archive, error) {
	file, size, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	m := &members{file: file, source: interruptible{ctx, file}, left: openLimit(size)}
	if m.members, err = readDirectory(m.source, size); err == nil {
		m.names, err = arrayNames(m.members)
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m.read = make([]bool, len(m.members))
	return &Archive{file: m, size: size}, nil
}

// Close closes the file of [OpenMembers]; it does nothing for an archive in memory.
func (a *Archive) Close() error {
	if a.file == nil {
		return nil
	}
	return a.file.file.Close()
}

// array reads an array that there is.
func (m *members) array(name string) (Array, error) {
	i := slices.Index(m.names, name)
	m.mutex.Lock()
	limit := m.left
	if m.read[i] {
		limit = m.members[i].size
	}
	m.mutex.Unlock()
	array, used, err := readMember(m.source, m.members[i], limit, readExact)
	if err != nil {
		return Array{}, fmt.Errorf("array %.100q: %w", name, err)
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if !m.read[i] {
		m.read[i] = true
		m.left -= used
	}
	return array, nil
}
