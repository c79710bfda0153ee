//go:build darwin && (amd64 || arm64) && !noblas

package linalg

// libraryNames are tried in this order: the search path, then Homebrew's two
// prefixes, which are outside it.
var libraryNames = []string{
	"libopenblas.dylib",
	"/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
	"/usr/local/opt/openblas/lib/libopenblas.dylib",
}
