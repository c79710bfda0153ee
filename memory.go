package relift

import (
	"errors"
	"fmt"
	"math"

	"github.com/relift/relift/dataset"
	"github.com/relift/relift/relax"
)

// ErrMemory is wrapped by the error about a problem that does not fit into
// memory.
var ErrMemory = errors.New("not enough memory")

// checkMemory refuses, before anything large is allocated, a problem that
// needs more than limit bytes; a limit of 0 is what the machine has available.
func checkMemory(p Problem, limit int64) error {
	n, d, c := p.Dims()
	needed := dataset.TrainingMemory(n, d, c)
	if system := relax.Memory(n, c); needed <= math.MaxUint64-system {
		needed += system
	}
	allowed, source := uint64(limit), "allowed"
	if limit == 0 {
		allowed, source = dataset.AvailableMemory(), "available"
		if allowed == 0 {
			allowed = math.MaxUint64 // the system does not say
		}
	}
	if needed > allowed {
		return fmt.Errorf("%w: %d rows and %d columns need about %s and %s is %s; expected fewer rows, such as a sample, or a larger limit",
			ErrMemory, n, d, gibibytes(needed), gibibytes(allowed), source)
	}
	return nil
}

// gibibytes renders a number of bytes in the unit that fits.
func gibibytes(b uint64) string {
	v, unit := float64(b)/(1<<20), "MiB"
	for _, next := range []string{"GiB", "TiB", "PiB"} {
		if v < 1000 {
			break
		}
		v, unit = v/1024, next
	}
	return fmt.Sprintf("%.3g %s", v, unit)
}
