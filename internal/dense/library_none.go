//go:build noblas || !(linux || darwin) || !(amd64 || arm64)

package dense

// libraryNames is empty where no shared library can be loaded.
var libraryNames []string

func load(string) (*loaded, error) { return nil, errNoLoader }
