package proof

// Lines numbers the lines of a leaf: α_i of the open rows, ascending; β_i of the open
// rows; the lines of K in u, in the order in which the path from the root made them;
// those in v; the leaf's circuits; its balls.
type Lines struct {
	Open            int // open rows of I
	U, V            int // lines of K in u (rows' signs included) and in v
	Circuits, Balls int
}

// Alpha returns the number of α of the i-th open row.
func (l Lines) Alpha(i int) int { return i }

// Beta returns the number of β of the i-th open row.
func (l Lines) Beta(i int) int { return l.Open + i }

// InU returns the number of the k-th line of K in u.
func (l Lines) InU(k int) int { return 2*l.Open + k }

// InV returns the number of the k-th line of K in v.
func (l Lines) InV(k int) int { return 2*l.Open + l.U + k }

// Circuit returns the number of the leaf's k-th circuit.
func (l Lines) Circuit(k int) int { return 2*l.Open + l.U + l.V + k }

// Ball returns the number of the leaf's k-th ball line.
func (l Lines) Ball(k int) int { return l.Circuit(l.Circuits) + k }

// Count returns how many lines there are.
func (l Lines) Count() int { return l.Ball(l.Balls) }
