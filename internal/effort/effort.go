// Package effort bounds what checking a proof may cost before the checking
// begins: a small file must not keep a verifier busy for minutes, or take the
// memory of the machine, whatever its sizes say.
package effort

import "fmt"

// Effort is what a computation takes.
type Effort struct {
	Operations float64 // on numbers; about 10⁹ a second on one core
	Bytes      float64 // of memory, beside the input
}

// The limit of Limit: a part that every file has, and one for each byte of the file.
const (
	baseOperations    = 5e9
	operationsPerByte = 4e6
)

// Limit is the number of operations that a file of size bytes may take unless the
// user allows more.  Honest proofs grow with their problem, and so does their
// file: they stay far below it.
func Limit(size int64) float64 { return baseOperations + operationsPerByte*float64(size) }

// Problem says in a sentence which part of e is above limit; it is empty when
// none is.  A part of limit that is 0 is no limit.
func (e Effort) Problem(limit Effort) string {
	if limit.Operations > 0 && !(e.Operations <= limit.Operations) {
		return fmt.Sprintf("checking it may take %.2g billion operations, and the limit is %.2g billion (--work-limit)", e.Operations/1e9, limit.Operations/1e9)
	}
	if limit.Bytes > 0 && !(e.Bytes <= limit.Bytes) {
		return fmt.Sprintf("checking it may take %.2g GiB of memory, and the limit is %.2g GiB (--memory-limit)", e.Bytes/(1<<30), limit.Bytes/(1<<30))
	}
	return ""
}
