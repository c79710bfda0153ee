package read

import (
	"math"

	"github.com/relift/relift/internal/memory"
	"github.com/relift/relift/table"
)

// budget is the memory that reading one file may take.  Readers charge it as
// data arrive, so that a small file that unfolds into a huge table is refused
// on the way.  A nil budget has no end.
type budget struct {
	name      string
	allowed   uint64 // bytes of live data
	used      uint64
	available uint64 // what the message names
	fromLimit bool   // available is the user's limit
	written   uint64 // bytes of the texts of entries, however often one occurs
}

// garbage is how many bytes the process holds for each byte of live data: Go
// collects when the heap has doubled.
const garbage = 2

// newBudget allows limit bytes; 0 is what the machine has available.
func newBudget(name string, limit uint64) *budget {
	b := &budget{name: name, available: limit, fromLimit: limit > 0}
	if limit == 0 {
		b.available = memory.Available()
	}
	if b.available == 0 { // the system does not say
		b.available = math.MaxUint64
	}
	b.allowed = b.available / garbage
	return b
}

// take charges bytes, and refuses when there are not enough left.
func (b *budget) take(bytes uint64) error {
	if b == nil {
		return nil
	}
	if bytes > b.allowed-b.used {
		needed := b.allowed
		if more := b.used + bytes; more > b.used {
			needed = max(needed, more)
		}
		return b.refusal("reading it", "more than "+memory.Format(memory.Times(garbage, needed)))
	}
	b.used += bytes
	return nil
}

// mostWritten is how many times the memory the texts of a file may take where each entry is written out. Texts that
// entries share take memory once, and time for each.
const mostWritten = 32

// write counts the bytes of an entry.
func (b *budget) write(bytes int) {
	if b != nil {
		b.written += uint64(bytes)
	}
}

// texts refuses more written entries than the file may have.
func (b *budget) texts() error {
	if b == nil || b.written/mostWritten <= b.available {
		return nil
	}
	most := memory.Format(memory.Times(mostWritten, b.available))
	return table.Errorf(b.name, "its texts, which are long and repeated, are more than %s, %d times the memory that may be used; expected shorter texts or a smaller table", most, mostWritten)
}

// left is what may still be charged.
func (b *budget) left() uint64 {
	if b == nil {
		return math.MaxUint64
	}
	return b.allowed - b.used
}

// fits refuses what needs more live bytes than are left, before it is begun.
func (b *budget) fits(what string, bytes uint64) error {
	if bytes <= b.left() {
		return nil
	}
	return b.refusal(what, "about "+memory.Format(memory.Times(garbage, bytes)))
}

func (b *budget) refusal(what, needed string) error {
	source := "is free"
	advice := "a smaller table (fewer rows or columns) or more memory"
	if b.fromLimit {
		source = "is allowed"
		advice = "a smaller table (fewer rows or columns) or a larger --memory-limit"
	}
	return table.Errorf(b.name, "%s needs %s of memory and %s %s; expected %s", what, needed, memory.Format(b.available), source, advice)
}
