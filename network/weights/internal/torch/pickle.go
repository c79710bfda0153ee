package torch

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/relift/relift/internal/printable"
)

// A pickle is a program for a stack machine.  This one makes numbers, texts,
// lists, tuples and dictionaries, and of all functions and classes that a pickle
// may name it knows the few of which a state dict is made.  Nothing is ever
// looked up by name, imported or called.
type machine struct {
	code  []byte
	stack []any
	memo  map[uint32]any
	steps int
}

// The values on the stack beside int64, float64, bool, string and nil.
type (
	mark  struct{}
	tuple []any
	list  struct{ items []any }
	dict  struct{ keys, values []any }

	// global is a function or class by its name.
	global struct{ module, name string }

	// storage is a file of numbers in the archive.
	storage struct {
		class string // such as FloatStorage
		key   string
		count int64
	}

	// tensor is a view of a storage.
	tensor struct {
		storage storage
		offset  int64
		shape   []int
		strides []int64
	}
)

// maxSteps bounds the work; a state dict of thousands of tensors takes 10⁵.
const maxSteps = 1 << 21

var errPickle = errors.New("its pickle is damaged")

// known are the functions and classes that a state dict is made of.
var known = map[global]bool{
	{"collections", "OrderedDict"}:         true,
	{"torch._utils", "_rebuild_tensor_v2"}: true,
	{"torch._utils", "_rebuild_parameter"}: true,
}

// run executes the pickle and returns what it leaves.
func (m *machine) run() (any, error) {
	m.memo = map[uint32]any{}
	for {
		if m.steps++; m.steps > maxSteps {
			return nil, errors.New("its pickle does not end")
		}
		op, err := m.take(1)
		if err != nil {
			return nil, err
		}
		if op[0] == '.' {
			return m.pop()
		}
		if err := m.step(op[0]); err != nil {
			return nil, err
		}
	}
}

// take returns the next n bytes of the program.
func (m *machine) take(n uint64) ([]byte, error) {
	if n > uint64(len(m.code)) {
		return nil, errPickle
	}
	b := m.code[:n]
	m.code = m.code[n:]
	return b, nil
}

// number takes a little-endian number of n bytes.
func (m *machine) number(n uint64) (uint64, error) {
	b, err := m.take(n)
	if err != nil {
		return 0, err
	}
	var wide [8]byte
	copy(wide[:], b)
	return binary.LittleEndian.Uint64(wide[:]), nil
}

// line takes a line of text.
func (m *machine) line() (string, error) {
	for i, b := range m.code {
		if b == '\n' {
			text := string(m.code[:i])
			m.code = m.code[i+1:]
			return text, nil
		}
	}
	return "", errPickle
}

func (m *machine) push(v any) { m.stack = append(m.stack, v) }

func (m *machine) pop() (any, error) {
	if len(m.stack) == 0 {
		return nil, errPickle
	}
	v := m.stack[len(m.stack)-1]
	m.stack = m.stack[:len(m.stack)-1]
	return v, nil
}

// popMark takes what lies above the last mark, and the mark.
func (m *machine) popMark() ([]any, error) {
	for i := len(m.stack) - 1; i >= 0; i-- {
		if _, ok := m.stack[i].(mark); ok {
			items := append([]any(nil), m.stack[i+1:]...)
			m.stack = m.stack[:i]
			m.steps += len(items)
			return items, nil
		}
	}
	return nil, errPickle
}

func (m *machine) step(op byte) error {
	switch op {
	case 0x80: // PROTO
		_, err := m.take(1)
		return err
	case 0x95: // FRAME
		_, err := m.take(8)
		return err
	case '(': // MARK
		m.push(mark{})
	case 'N': // NONE
		m.push(nil)
	case 0x88, 0x89: // NEWTRUE, NEWFALSE
		m.push(op == 0x88)
	case '}': // EMPTY_DICT
		m.push(&dict{})
	case ']': // EMPTY_LIST
		m.push(&list{})
	case ')': // EMPTY_TUPLE
		m.push(tuple(nil))
	case 'K', 'M', 'J', 0x8a, 'G':
		return m.pushNumber(op)
	case 'X', 0x8c, 0x8d:
		return m.pushText(op)
	case 't', 0x85, 0x86, 0x87: // TUPLE, TUPLE1, TUPLE2, TUPLE3
		return m.pushTuple(op)
	case 'a', 'e', 's', 'u': // APPEND, APPENDS, SETITEM, SETITEMS
		return m.fill(op)
	case 'q', 'r', 'h', 'j', 0x94:
		return m.remember(op)
	case 'c', 0x93:
		return m.pushGlobal(op)
	case 'Q': // BINPERSID
		return m.pushStorage()
	case 'R': // REDUCE
		return m.reduce()
	case 'b': // BUILD: attributes of an object, such as the versions of a state dict
		_, err := m.pop()
		return err
	default:
		return fmt.Errorf("its pickle uses the operation %#02x, which no state dict needs", op)
	}
	return nil
}

func (m *machine) pushNumber(op byte) error {
	switch op {
	case 'G': // BINFLOAT, big-endian
		b, err := m.take(8)
		if err != nil {
			return err
		}
		m.push(math.Float64frombits(binary.BigEndian.Uint64(b)))
		return nil
	case 0x8a: // LONG1: a length, and a number in two's complement
		n, err := m.number(1)
		if err != nil {
			return err
		}
		if n > 8 {
			return errors.New("its pickle has a whole number of more than 8 bytes")
		}
		v, err := m.number(n)
		if err != nil {
			return err
		}
		shift := 64 - 8*n
		m.push(int64(v<<shift) >> shift)
		return nil
	}
	size := map[byte]uint64{'K': 1, 'M': 2, 'J': 4}[op] // BININT1, BININT2, BININT
	v, err := m.number(size)
	if err != nil {
		return err
	}
	if op == 'J' {
		m.push(int64(int32(v)))
	} else {
		m.push(int64(v))
	}
	return nil
}

func (m *machine) pushText(op byte) error {
	n, err := m.number(map[byte]uint64{'X': 4, 0x8c: 1, 0x8d: 8}[op]) // BINUNICODE, SHORT_BINUNICODE, BINUNICODE8
	if err != nil {
		return err
	}
	b, err := m.take(n)
	if err != nil {
		return err
	}
	m.push(string(b))
	return nil
}

func (m *machine) pushTuple(op byte) error {
	if op == 't' {
		items, err := m.popMark()
		if err != nil {
			return err
		}
		m.push(tuple(items))
		return nil
	}
	n := int(op-0x85) + 1
	if len(m.stack) < n {
		return errPickle
	}
	items := append(tuple(nil), m.stack[len(m.stack)-n:]...)
	m.stack = m.stack[:len(m.stack)-n]
	m.push(items)
	return nil
}

// fill puts items into the list or dictionary below them.
func (m *machine) fill(op byte) error {
	var items []any
	var err error
	switch op {
	case 'e', 'u':
		items, err = m.popMark()
	default:
		n := map[byte]int{'a': 1, 's': 2}[op]
		if len(m.stack) < n {
			return errPickle
		}
		items = append(items, m.stack[len(m.stack)-n:]...)
		m.stack = m.stack[:len(m.stack)-n]
	}
	if err != nil || len(m.stack) == 0 {
		return errPickle
	}
	switch into := m.stack[len(m.stack)-1].(type) {
	case *list:
		if op == 'a' || op == 'e' {
			into.items = append(into.items, items...)
			return nil
		}
	case *dict:
		if (op == 's' || op == 'u') && len(items)%2 == 0 {
			for i := 0; i < len(items); i += 2 {
				into.keys, into.values = append(into.keys, items[i]), append(into.values, items[i+1])
			}
			return nil
		}
	}
	return errPickle
}

// remember stores the top of the stack, or brings something stored back.
func (m *machine) remember(op byte) error {
	index := uint64(len(m.memo)) // of MEMOIZE
	if op != 0x94 {
		var err error
		if index, err = m.number(map[byte]uint64{'q': 1, 'h': 1, 'r': 4, 'j': 4}[op]); err != nil {
			return err
		}
	}
	if op == 'h' || op == 'j' { // BINGET, LONG_BINGET
		v, ok := m.memo[uint32(index)]
		if !ok {
			return errPickle
		}
		m.push(v)
		return nil
	}
	if len(m.stack) == 0 {
		return errPickle
	}
	m.memo[uint32(index)] = m.stack[len(m.stack)-1]
	return nil
}

func (m *machine) pushGlobal(op byte) error {
	var g global
	var err error
	if op == 'c' { // GLOBAL
		if g.module, err = m.line(); err != nil {
			return err
		}
		if g.name, err = m.line(); err != nil {
			return err
		}
	} else { // STACK_GLOBAL
		name, _ := m.pop()
		module, _ := m.pop()
		var okName, okModule bool
		g.name, okName = name.(string)
		g.module, okModule = module.(string)
		if !okName || !okModule {
			return errPickle
		}
	}
	if _, isStorage := storageTypes[g.name]; !known[g] && !(isStorage && g.module == "torch") {
		return fmt.Errorf("it holds %s, which is code and is not run; expected a state dict, torch.save(model.state_dict(), …), or an ONNX file",
			printable.Short(g.module+"."+g.name, 100))
	}
	m.push(g)
	return nil
}

// pushStorage makes the storage that the tuple on the stack names:
// ('storage', class, key, device, count).
func (m *machine) pushStorage() error {
	top, err := m.pop()
	if err != nil {
		return err
	}
	id, ok := top.(tuple)
	if !ok || len(id) != 5 || id[0] != "storage" {
		return errPickle
	}
	class, okClass := id[1].(global)
	key, okKey := id[2].(string)
	count, okCount := id[4].(int64)
	if _, isStorage := storageTypes[class.name]; !okClass || !okKey || !okCount || !isStorage {
		return errPickle
	}
	m.push(storage{class.name, key, count})
	return nil
}

// reduce calls one of the functions that are known.
func (m *machine) reduce() error {
	top, _ := m.pop()
	arguments, okArguments := top.(tuple)
	top, _ = m.pop()
	function, okFunction := top.(global)
	if !okArguments || !okFunction {
		return errPickle
	}
	switch function.name {
	case "OrderedDict":
		if len(arguments) != 0 {
			return errPickle
		}
		m.push(&dict{})
	case "_rebuild_parameter": // (tensor, requires_grad, hooks)
		if len(arguments) == 0 {
			return errPickle
		}
		t, ok := arguments[0].(tensor)
		if !ok {
			return errPickle
		}
		m.push(t)
	case "_rebuild_tensor_v2": // (storage, offset, shape, strides, …)
		t, err := tensorOf(arguments)
		if err != nil {
			return err
		}
		m.push(t)
	default: // the class of a storage is called by nothing
		return errPickle
	}
	return nil
}

func tensorOf(arguments tuple) (tensor, error) {
	if len(arguments) < 4 {
		return tensor{}, errPickle
	}
	s, okStorage := arguments[0].(storage)
	offset, okOffset := arguments[1].(int64)
	shape, okShape := arguments[2].(tuple)
	strides, okStrides := arguments[3].(tuple)
	if !okStorage || !okOffset || !okShape || !okStrides || len(shape) != len(strides) || offset < 0 {
		return tensor{}, errPickle
	}
	t := tensor{storage: s, offset: offset}
	for i := range shape {
		size, okSize := shape[i].(int64)
		stride, okStride := strides[i].(int64)
		if !okSize || !okStride || size < 0 || size > math.MaxInt32 || stride < 0 || stride > math.MaxInt32 {
			return tensor{}, errPickle
		}
		t.shape, t.strides = append(t.shape, int(size)), append(t.strides, stride)
	}
	return t, nil
}
