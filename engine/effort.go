package engine

import "github.com/relift/relift/certificate"

// repairRows is the largest number of rows for which the bound from a network is repaired thoroughly where no clock ends that.
const repairRows = 400

// effortPlan puts the phases of a run in order that Options.Effort limits, or that has no limit and a problem that is not plain: those whose length the data and the settings decide, and no clock, so
// that the same input has the same result on every machine with the same linear algebra.
func (s *state) effortPlan(effort int) (Method, []Phase) {
	n, _, _ := s.problem.Dims()
	repair := certificate.Quick
	if n <= repairRows && s.problem.IsPlain() {
		repair = certificate.Thorough
	}
	phases := []Phase{s.training(0, effort), s.simplification(0), s.networkBound(repair)}
	if s.problem.IsPlain() && n+s.rank <= besideOrder {
		phases = append(phases, s.relaxation(0, true), s.repair(true))
		if n+s.rank <= rootOrder {
			phases = append(phases, s.root(0, false))
		}
		return MethodSDP, phases
	}
	if s.problem.IsPlain() {
		return MethodDescent, phases
	}
	method := MethodDescent
	if s.rank <= searchRank {
		method = MethodExact
		phases = append(phases, s.fixedCones(0, effortCones))
	}
	switch {
	case s.strengthens(0):
		method, phases = MethodSigns, append(phases, s.root(0, false))
	case n+s.rank <= rootOrder:
		s.leaves = effortLeaves
		method, phases = MethodSigns, append(phases, s.signTree(0))
	}
	return method, phases
}

// Where the relaxation does not know the problem its place is taken by cones of directions, where the rank is small, of so many operations, by the relaxation over
// the first leaves of the tree of signs, see quickRootWork, and, where W cannot be freed over them, by these leaves for so many rows and dimensions at most (the sum of n and
// the rank of X, as far as that is counted).
const (
	effortCones  = 2e9
	effortLeaves = 2
	rootOrder    = 70
)

// passes are those of a phase that asks for an effort.
func (s *state) passes(effort int) int {
	switch {
	case s.opts.Effort > 0 && (effort == untilTheEnd || effort > s.opts.Effort):
		return s.opts.Effort
	case effort == untilTheEnd && s.budget.Limit == 0:
		return fullEffort
	}
	return effort
}
