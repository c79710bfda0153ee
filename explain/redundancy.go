package explain

import (
	"slices"

	"github.com/relift/relift/network"
	"gonum.org/v1/gonum/floats"
)

// Redundancy is a set of neurons that repeat each other.
type Redundancy struct {
	Kind    RedundancyKind `json:"kind"`
	Neurons []int          `json:"neurons"` // their numbers, ascending
}

// RedundancyKind says in what way.
type RedundancyKind string

// The kinds.
const (
	// SameDirection: u_i = t·u_j with t > 0, to 1e-6 in angle.  One neuron with
	// the sum of the output weights, rescaled, does the same.
	SameDirection RedundancyKind = "same_direction"
	// Opposite: u_i = −t·u_j with t > 0, to 1e-6 in angle: the two sides of one
	// hyperplane.
	Opposite RedundancyKind = "opposite_direction"
	// SameRows: active on exactly the same rows of the data, not none.
	SameRows RedundancyKind = "same_rows"
)

// Meaning says the kind in a sentence.
func (k RedundancyKind) Meaning() string {
	switch k {
	case SameDirection:
		return "have one direction and can be merged into one neuron without any change"
	case Opposite:
		return "are the two sides of one hyperplane"
	case SameRows:
		return "are active on exactly the same rows"
	}
	return string(k)
}

// sameAngle is the angle in radians below which directions count as one.
const sameAngle = 1e-6

// redundancies finds the sets of neurons that repeat each other.
func redundancies(m *network.Model, neurons []Neuron, seen *observation) []Redundancy {
	var out []Redundancy
	groups := directions(m, neurons)
	for _, g := range groups {
		if len(g.members) > 1 {
			out = append(out, Redundancy{SameDirection, numbers(g.members)})
		}
	}
	for a, g := range groups {
		for _, h := range groups[:a] {
			if near(g.unit, h.unit, -1) {
				out = append(out, Redundancy{Opposite, numbers(slices.Sorted(slices.Values(append(slices.Clone(h.members), g.members...))))})
			}
		}
	}
	if seen == nil {
		return out
	}
	index := map[string]int{}
	var same [][]int
	key := make([]byte, seen.rows())
	for j := range neurons {
		if *neurons[j].Active == 0 || neurons[j].State == Dead {
			continue
		}
		for i := range key {
			key[i] = '0'
			if seen.on(i, j) {
				key[i] = '1'
			}
		}
		g, ok := index[string(key)]
		if !ok {
			g = len(same)
			index[string(key)] = g
			same = append(same, nil)
		}
		same[g] = append(same[g], j)
	}
	for _, members := range same {
		if len(members) > 1 {
			out = append(out, Redundancy{SameRows, numbers(members)})
		}
	}
	return out
}

// direction is a unit vector and the neurons along it.
type direction struct {
	unit    []float64
	members []int
}

// directions groups the neurons that are not dead by direction.
func directions(m *network.Model, neurons []Neuron) []direction {
	var groups []direction
	for j, n := range neurons {
		if n.State == Dead {
			continue
		}
		u := slices.Clone(m.Weights.U.RawRowView(j))
		floats.Scale(1/floats.Norm(u, 2), u)
		at := slices.IndexFunc(groups, func(g direction) bool { return near(g.unit, u, 1) })
		if at < 0 {
			groups = append(groups, direction{u, []int{j}})
			continue
		}
		groups[at].members = append(groups[at].members, j)
	}
	return groups
}

// near reports whether ‖a − sign·b‖ ≤ sameAngle.
func near(a, b []float64, sign float64) bool {
	sum := 0.0
	for k := range a {
		e := a[k] - sign*b[k]
		sum += e * e
		if sum > sameAngle*sameAngle {
			return false
		}
	}
	return true
}

func numbers(indices []int) []int {
	out := make([]int, len(indices))
	for i, j := range indices {
		out[i] = j + 1
	}
	return out
}
