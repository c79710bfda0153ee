package engine

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/relift/relift/internal/memory"
)

// ErrMemory is wrapped by the error about a problem that does not fit into
// memory.
var ErrMemory = errors.New("not enough memory")

// fewestCopies is how many times X and Y have to fit into memory for a network to be trained:
// themselves, a working copy, and the first layer's activations of some of the rows.
const fewestCopies = 3

// newBudget returns the limits of the options, and an error where not even the data fit into memory several times.
func newBudget(p Problem, o Options, now time.Time) (Budget, error) {
	b := Budget{Begin: o.Begin, Limit: o.TimeLimit, Bytes: uint64(o.MemoryLimit), Threads: o.threads()}
	if b.Begin.IsZero() {
		b.Begin = now
	}
	source := "allowed"
	if b.Bytes == 0 {
		source = "available"
		if b.Bytes = memory.Available(); b.Bytes == 0 {
			b.Bytes = math.MaxUint64 // the system does not say
		} else {
			b.Bytes += heapInUse()
		}
	}
	n, d, c := p.Dims()
	if needed := fewestCopies*memory.Encoded(n, d, c) + heapInUse(); needed > b.Bytes {
		return b, fmt.Errorf("%w: training on %d rows and %d columns needs about %s and %s is %s; expected fewer rows, such as a sample, or a larger limit",
			ErrMemory, n, d, Bytes(needed), Bytes(b.Bytes), source)
	}
	return b, nil
}

// Bytes renders a number of bytes in the unit that fits.
func Bytes(b uint64) string {
	v, unit := float64(b)/(1<<20), "MiB"
	for _, next := range []string{"GiB", "TiB", "PiB"} {
		if v < 1000 {
			break
		}
		v, unit = v/1024, next
	}
	return fmt.Sprintf("%.3g %s", v, unit)
}
