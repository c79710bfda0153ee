//go:build (linux || darwin) && (amd64 || arm64) && !noblas

package linalg

import (
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/ebitengine/purego"
	"golang.org/x/sys/cpu"
)

// parallelism is how a library deals with threads, as openblas_get_parallel
// numbers it.
type parallelism int32

const (
	serial   parallelism = 0 // no threads and no locks: concurrent calls give wrong results
	pthreads parallelism = 1
	openMP   parallelism = 2 // the number of threads belongs to the calling system thread
)

// library is a loaded BLAS and LAPACK, called through its Fortran symbols: every
// argument is a pointer, so that one calling convention serves all libraries.  Its calls have one thread each.
//
// Fortran is column-major and gonum row-major. The same memory read the other
// way is the transpose, so each call below exchanges upper and lower, left and
// right, A and B as the transposed identity asks for; no data is moved.
type library struct {
	goBLAS
	goLAPACK

	dgemm, sgemm, dsyrk, dtrsm, dsymm, dgemv               uintptr
	dpotrf, dpotri, dsyevd, dsyevr, dgesdd, dgeqrf, dorgqr uintptr

	description   Description
	setNumThreads func(n int32) // nil: the library has no such control
	parallel      parallelism
	gate          gate
	abandoned     atomic.Bool // the library is not called any more
}

var _ backend = (*library)(nil)

func (l *library) describe() Description { return l.description }

func (l *library) kernels() kernels { return l }

func (l *library) abandon() { l.abandoned.Store(true) }

// symbols lists the Fortran names with the place of each address.
func (l *library) symbols() []struct {
	name    string
	address *uintptr
} {
	return []struct {
		name    string
		address *uintptr
	}{
		{"dgemm_", &l.dgemm},
		{"sgemm_", &l.sgemm},
		{"dsyrk_", &l.dsyrk},
		{"dtrsm_", &l.dtrsm},
		{"dsymm_", &l.dsymm},
		{"dgemv_", &l.dgemv},
		{"dpotrf_", &l.dpotrf},
		{"dpotri_", &l.dpotri},
		{"dsyevd_", &l.dsyevd},
		{"dsyevr_", &l.dsyevr},
		{"dgesdd_", &l.dgesdd},
		{"dgeqrf_", &l.dgeqrf},
		{"dorgqr_", &l.dorgqr},
	}
}

// libraries are those that were loaded, by the address of dgemm_: a library is there once in a process, however often it is asked for and
// by whatever name, and so must be the gate in front of it.
var libraries struct {
	sync.Mutex
	loaded map[uintptr]*library
}

// load opens a shared library and checks that its results can be trusted.
func load(name string) (backend, error) {
	libraries.Lock()
	defer libraries.Unlock()
	handle, err := open(name)
	if err != nil {
		return nil, err
	}
	if handle, err = reopenForProcessor(handle, name); err != nil {
		return nil, err
	}
	l := new(library)
	for _, s := range l.symbols() {
		if *s.address, err = purego.Dlsym(handle, s.name); err != nil {
			return nil, fmt.Errorf("%s: has no symbol %s", name, s.name)
		}
	}
	if known, isLoaded := libraries.loaded[l.dgemm]; isLoaded {
		return known, nil
	}
	l.identify(handle, name)
	if strings.Contains(l.description.Config, "USE64BITINT") {
		return nil, fmt.Errorf("%s: uses 64-bit integers (%s)", name, l.description.Config)
	}
	if l.description.Name == nameUnknown {
		return nil, fmt.Errorf("%s: is neither OpenBLAS, MKL nor FlexiBLAS; the built-in kernels are faster than a reference BLAS", name)
	}
	l.gate = newGate(l.parallel == serial)
	if l.setNumThreads != nil {
		l.setNumThreads(1)
	}
	if err := l.selfTest(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if libraries.loaded == nil {
		libraries.loaded = map[uintptr]*library{}
	}
	libraries.loaded[l.dgemm] = l
	return l, nil
}

// open loads a shared library. The OpenMP build of OpenBLAS reads
// OMP_NUM_THREADS when it is loaded and never again.
func open(name string) (uintptr, error) {
	defer setDefaultEnv("OMP_NUM_THREADS", "1")()
	scope := purego.RTLD_LOCAL
	if strings.Contains(name, "mkl") {
		scope = purego.RTLD_GLOBAL // MKL's parts, loaded on demand, look for each other
	}
	return purego.Dlopen(name, purego.RTLD_NOW|scope)
}

// setDefaultEnv sets an environment variable that is not set, and returns what
// takes it back, so that no child process inherits it.
func setDefaultEnv(name, value string) (restore func()) {
	if _, set := os.LookupEnv(name); set || os.Setenv(name, value) != nil {
		return func() {}
	}
	return func() { os.Unsetenv(name) }
}

// reopenForProcessor loads an OpenBLAS again if it took this processor for a
// much older one. A release older than the processor knows it by no name, and
// falls back to the kernels of the year 2004 (Prescott) at a tenth of the speed.
func reopenForProcessor(handle uintptr, name string) (uintptr, error) {
	const variable = "OPENBLAS_CORETYPE"
	better := betterCore(coreName(handle))
	if _, set := os.LookupEnv(variable); set || better == "" {
		return handle, nil
	}
	if err := purego.Dlclose(handle); err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	defer setDefaultEnv(variable, better)()
	return open(name)
}

// coreName is the family of processors whose kernels an OpenBLAS has chosen.
func coreName(handle uintptr) string {
	address, err := purego.Dlsym(handle, "openblas_get_corename")
	if err != nil {
		return ""
	}
	var get func() string
	purego.RegisterFunc(&get, address)
	return get()
}

// betterCore names the kernels that this processor can run, if those chosen are
// of the time before AVX; empty if the choice may stand.
func betterCore(chosen string) string {
	switch strings.ToLower(chosen) {
	case "prescott", "core2", "penryn", "dunnington", "nehalem", "generic":
	default:
		return ""
	}
	switch {
	case cpu.X86.HasAVX512F && cpu.X86.HasAVX512CD && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL:
		return "SkylakeX"
	case cpu.X86.HasAVX2 && cpu.X86.HasFMA:
		return "Haswell"
	}
	return ""
}

const nameUnknown = "unknown BLAS"

// identify asks the library what it is, and finds its thread controls.
func (l *library) identify(handle uintptr, name string) {
	b := &l.description
	b.Name, b.Path = nameUnknown, fileOfAddress(l.dgemm)
	if b.Path == "" {
		b.Path = name
	}
	l.parallel = serial // unknown: believe the worst
	if address, err := purego.Dlsym(handle, "openblas_get_config"); err == nil {
		b.Name = nameOpenBLAS
		var getConfig func() string
		purego.RegisterFunc(&getConfig, address)
		b.Config = strings.TrimSpace(getConfig())
		if !strings.HasPrefix(b.Config, nameOpenBLAS) {
			b.Config = strings.TrimSpace(nameOpenBLAS + " " + b.Config)
		}
		if address, err := purego.Dlsym(handle, "openblas_get_parallel"); err == nil {
			var getParallel func() int32
			purego.RegisterFunc(&getParallel, address)
			l.parallel = parallelism(getParallel())
		}
		if address, err := purego.Dlsym(handle, "openblas_set_num_threads"); err == nil {
			purego.RegisterFunc(&l.setNumThreads, address)
		}
		return
	}
	if address, err := purego.Dlsym(handle, "MKL_Set_Num_Threads"); err == nil {
		b.Name, b.Config = "MKL", "Intel oneMKL"
		l.parallel = pthreads // the setting holds for the whole process
		purego.RegisterFunc(&l.setNumThreads, address)
		return
	}
	if _, err := purego.Dlsym(handle, "flexiblas_get_version"); err == nil {
		// What it passes calls on to is the administrator's choice, and unknown.
		b.Name, b.Config = "FlexiBLAS", "FlexiBLAS"
	}
}

// fileOfAddress finds the file that is mapped at a code address; empty where
// the system does not tell.
func fileOfAddress(address uintptr) string {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(maps)) {
		// 7f0000000000-7f0000100000 r-xp 00000000 08:01 1234   /usr/lib/libopenblas.so.0
		fields := strings.Fields(line)
		if len(fields) < 6 {
			continue
		}
		from, to, _ := strings.Cut(fields[0], "-")
		lo, err1 := strconv.ParseUint(from, 16, 64)
		hi, err2 := strconv.ParseUint(to, 16, 64)
		if err1 == nil && err2 == nil && lo <= uint64(address) && uint64(address) < hi {
			return strings.Join(fields[5:], " ")
		}
	}
	return ""
}

// enter is to be called before, and leave after, every call of the library.
func (l *library) enter() {
	l.gate.enter()
	if l.parallel == openMP && l.setNumThreads != nil {
		// OpenMP keeps the setting per system thread, and this may be a new one.
		runtime.LockOSThread()
		l.setNumThreads(1)
	}
}

func (l *library) leave() {
	if l.parallel == openMP && l.setNumThreads != nil {
		runtime.UnlockOSThread()
	}
	l.gate.leave()
}

// frame holds the scalar arguments of one call, which Fortran takes by address.
// An integer has eight bytes, all of them valid on these little-endian machines,
// so that a library with 64-bit integers reads no garbage before selfTest
// refuses it.
type frame struct {
	c    [3]byte
	i    [14]int64
	x    [4]float64
	s    [2]float32
	info int64
}

var frames = sync.Pool{New: func() any { return new(frame) }}

func newFrame() *frame { return frames.Get().(*frame) }

// release also keeps the frame alive until after the call: addresses taken by
// the methods below are plain integers to the garbage collector.
func (f *frame) release() { frames.Put(f) }

func (f *frame) char(k int) uintptr    { return uintptr(unsafe.Pointer(&f.c[k])) }
func (f *frame) integer(k int) uintptr { return uintptr(unsafe.Pointer(&f.i[k])) }
func (f *frame) real(k int) uintptr    { return uintptr(unsafe.Pointer(&f.x[k])) }
func (f *frame) single(k int) uintptr  { return uintptr(unsafe.Pointer(&f.s[k])) }
func (f *frame) status() uintptr       { return uintptr(unsafe.Pointer(&f.info)) }

// stringLength is the hidden last argument that a Fortran compiler adds for
// each character argument.
const stringLength = 1

// fits reports whether sizes can be passed as 32-bit integers with room for
// the index arithmetic that LAPACK does in them, to a library that was not abandoned.
func (l *library) fits(sizes ...int) bool {
	if l.abandoned.Load() {
		return false
	}
	for _, n := range sizes {
		if n < 0 || n > math.MaxInt32/2 {
			return false
		}
	}
	return true
}

// selfTest computes two tiny decompositions with known answers, and refuses a
// library that writes more than 32 bits into an integer.
func (l *library) selfTest() error {
	// [[2, 1], [1, 2]] has the eigenvalues 1 and 3.
	f := newFrame()
	defer f.release()
	a, w := []float64{2, 1, 1, 2}, make([]float64, 2)
	work, iwork := make([]float64, 64), make([]int64, 64)
	f.c = [3]byte{'V', 'U'}
	f.i[0], f.i[1], f.i[2], f.i[3] = 2, 2, int64(len(work)), int64(len(iwork))
	f.info = -1 // all 64 bits set
	l.enter()
	purego.SyscallN(l.dsyevd, f.char(0), f.char(1), f.integer(0),
		uintptr(unsafe.Pointer(&a[0])), f.integer(1), uintptr(unsafe.Pointer(&w[0])),
		uintptr(unsafe.Pointer(&work[0])), f.integer(2), uintptr(unsafe.Pointer(&iwork[0])), f.integer(3),
		f.status(), stringLength, stringLength)
	l.leave()
	if f.info>>32 != -1 {
		return errors.New("uses 64-bit integers")
	}
	const tolerance = 1e-14
	if int32(f.info) != 0 || !(math.Abs(w[0]-1) <= tolerance) || !(math.Abs(w[1]-3) <= tolerance) {
		return fmt.Errorf("failed its self-test: the eigenvalues of [[2 1] [1 2]] are 1 and 3, not %v (info %d)", w, int32(f.info))
	}
	// Both eigenvectors have entries of size 1/√2.
	for _, v := range a {
		if !(math.Abs(math.Abs(v)-math.Sqrt2/2) <= tolerance) {
			return fmt.Errorf("failed its self-test: eigenvectors %v", a)
		}
	}
	return nil
}
