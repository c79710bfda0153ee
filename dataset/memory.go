package dataset

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
)

// EncodedMemory returns the bytes of the encoded X (n×d) and Y (n×c).
func EncodedMemory(n, d, c int) uint64 {
	return times(8, times(uint64(n), uint64(d)+uint64(c)))
}

// squareMatrices is how many dense m×m matrices certified training holds at
// its peak: the multipliers Φ, Ψ, Ω now and of the best certificate so far,
// the matrix S of the certificate, its factor and the eigensolver's workspace.
const squareMatrices = 12

// TrainingMemory estimates the bytes that training with a certificate needs
// for n rows, d encoded features and c outputs: a few copies of the data and
// squareMatrices matrices of order n+min(n,d).
func TrainingMemory(n, d, c int) uint64 {
	order := uint64(n) + uint64(min(n, d))
	square := times(squareMatrices*8, times(order, order))
	data := times(4, EncodedMemory(n, d, c))
	if sum := square + data; sum >= square {
		return sum
	}
	return math.MaxUint64
}

// CheckTrainingMemory returns an *InputError when TrainingMemory exceeds the
// memory that is free on this machine.
func CheckTrainingMemory(name string, n, d, c int) error {
	return checkMemory(name, fmt.Sprintf("training on %d rows and %d features", n, d), TrainingMemory(n, d, c))
}

// AvailableMemory returns the bytes this process may still allocate: the
// smaller of the free memory and what is left of its control group's limit.
// It returns 0 where the system does not say.
func AvailableMemory() uint64 {
	var available uint64
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			fields := strings.Fields(line)
			if len(fields) == 3 && fields[0] == "MemAvailable:" {
				if kib, err := strconv.ParseUint(fields[1], 10, 54); err == nil {
					available = kib << 10
				}
			}
		}
	}
	limit, okLimit := readCount("/sys/fs/cgroup/memory.max")
	used, okUsed := readCount("/sys/fs/cgroup/memory.current")
	if okLimit && okUsed {
		left := limit - min(limit, used)
		if available == 0 || left < available {
			available = left
		}
	}
	return available
}

func readCount(path string) (uint64, bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	v, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	return v, err == nil
}

func checkMemory(name, what string, needed uint64) error {
	available := AvailableMemory()
	if available == 0 || needed <= available {
		return nil
	}
	return inputErrorf(name, "%s needs about %s of memory and %s is free; expected a smaller table (fewer rows or columns) or more memory",
		what, formatBytes(needed), formatBytes(available))
}

func formatBytes(b uint64) string {
	const unit = 1024
	v, names := float64(b), []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	i := 0
	for v >= unit && i < len(names)-1 {
		v, i = v/unit, i+1
	}
	return fmt.Sprintf("%.3g %s", v, names[i])
}

// times multiplies and stops at the largest number.
func times(a, b uint64) uint64 {
	if a != 0 && b > math.MaxUint64/a {
		return math.MaxUint64
	}
	return a * b
}
