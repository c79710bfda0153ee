package check

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// maxDepth bounds the path from the root to a leaf.
const maxDepth = 4096

// The codes of the rules in a file.
const (
	codeSplitRow = iota + 1
	codeSplitU
	codeSplitV
	codeBlocks
	codeWeaken
	codeBalance
	codeMultipliers
	codeEmpty
	codeCones
	codeImplied
	codeForget
)

// leaf is a leaf with everything its check needs; it shares nothing that changes.
type leaf interface {
	// work estimates the floating-point operations of prove.
	work() float64
	// memory is the bytes that prove needs.
	memory() float64
	// prove returns what has to be charged so that the claim is true.
	prove(ctx context.Context) (charge, error)
}

// walker goes through a derivation in preorder.  It reads nodes, checks the side
// conditions of inner nodes, and hands leaves to visit.
type walker struct {
	ctx   context.Context
	rows  *rows
	steps *steps
	visit func(leaf leaf, node int64, to *region) error
	// structure is set in the first pass, which only adds up what the second will do.
	structure bool
	work      float64 // of the inner nodes
}

// region collects the charges of a part of the tree that no rule with forms of its own
// divides: over splits the largest counts.  Below a node with blocks there are regions
// of their own, whose sum counts.
type region struct {
	mutex  sync.Mutex
	own    charge
	shares [][]*region
}

// raise takes in the charge of one leaf.
func (r *region) raise(c charge) {
	r.mutex.Lock()
	r.own = r.own.max(c)
	r.mutex.Unlock()
}

// share adds parts whose sum counts.
func (r *region) share(parts []*region) {
	r.mutex.Lock()
	r.shares = append(r.shares, parts)
	r.mutex.Unlock()
}

// total returns the charge of the region when all its leaves are proved.
func (r *region) total() charge {
	largest := r.own
	for _, blocks := range r.shares {
		sum := charge{}
		for _, b := range blocks {
			sum = sum.plus(b.total())
		}
		largest = largest.max(sum)
	}
	return largest
}

// node reads one node and all below it.
func (w *walker) node(c claim, depth int, to *region) error {
	if depth > maxDepth {
		return malformed("the tree is deeper than %d", maxDepth)
	}
	if err := w.ctx.Err(); err != nil {
		return err
	}
	code, err := w.steps.begin()
	if err != nil {
		return err
	}
	number := w.steps.nodes
	switch code {
	case codeSplitRow:
		err = w.splitRow(c, depth, to)
	case codeSplitU:
		err = w.splitU(c, depth, to)
	case codeSplitV:
		err = w.splitV(c, depth, to)
	case codeBlocks:
		err = w.blocks(c, depth, to)
	case codeWeaken:
		err = w.weaken(c, depth, to)
	case codeBalance:
		err = w.balance(c, depth, to)
	case codeImplied:
		err = w.implied(c, depth, to)
	case codeForget:
		err = w.forget(c, depth, to)
	case codeMultipliers, codeEmpty, codeCones:
		// The walker goes on to use the memory of the path.
		c.u, c.v, c.implied = slices.Clone(c.u), slices.Clone(c.v), slices.Clone(c.implied)
		w.passThrough(c)
		var l leaf
		switch code {
		case codeMultipliers:
			l, err = w.readMultipliers(c)
		case codeEmpty:
			l, err = w.readEmpty(c)
		case codeCones:
			l, err = w.readCones(c)
		}
		if err == nil {
			err = w.visit(l, number, to)
		}
	default:
		err = malformed("node %d has rule %d", number, code)
	}
	return err
}

// passThrough counts the work on a node that goes through the lines and signs of its claim.
func (w *walker) passThrough(c claim) {
	w.work += float64(100 * (len(c.u) + len(c.v) + len(c.implied)))
}

// fail names the node in an error about a side condition.
func (w *walker) fail(rule, format string, args ...any) error {
	return fmt.Errorf("node %d, %s: %s", w.steps.nodes, rule, fmt.Sprintf(format, args...))
}
