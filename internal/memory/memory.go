// Package memory says how many bytes are free and how many the data take.
package memory

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
)

// Encoded returns the bytes of the encoded X (n×d) and Y (n×c).
func Encoded(n, d, c int) uint64 {
	return Times(8, Times(uint64(n), uint64(d)+uint64(c)))
}

// Available returns the bytes this process may still allocate: the
// smaller of the free memory and what is left of its control group's limit.
// It returns 0 where the system does not say.
func Available() uint64 {
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

func Format(b uint64) string {
	const unit = 1024
	v, names := float64(b), []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	i := 0
	for v >= unit && i < len(names)-1 {
		v, i = v/unit, i+1
	}
	return fmt.Sprintf("%.3g %s", v, names[i])
}

// Times multiplies and stops at the largest number.
func Times(a, b uint64) uint64 {
	if a != 0 && b > math.MaxUint64/a {
		return math.MaxUint64
	}
	return a * b
}
