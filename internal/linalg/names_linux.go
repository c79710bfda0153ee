//go:build linux && (amd64 || arm64) && !noblas

package linalg

// libraryNames are tried in this order. A libopenblas64 is never among them: it
// has 64-bit integers under the same symbol names.
var libraryNames = []string{
	"libopenblasp.so.0", // pthreads, as Fedora names it
	"libopenblas.so.0",  // Debian's choice of variants; Fedora's serial one
	"libopenblaso.so.0", // OpenMP
	"libflexiblas.so.3",
	"libmkl_rt.so.2",
	"liblapack.so.3", // Debian's alternatives: often OpenBLAS under its other name
}
