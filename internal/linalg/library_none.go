//go:build noblas || !(linux || darwin) || !(amd64 || arm64)

package linalg

// libraryNames is empty where no shared library can be loaded.
var libraryNames []string

func load(string) (backend, error) { return nil, errNoLoader }
