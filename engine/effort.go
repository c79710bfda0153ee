package engine

import "github.com/relift/relift/certificate"

// repairRows is the largest number of rows for which the bound from a network is repaired thoroughly where no clock ends that.
const repairRows = 400

// effortPlan puts the phases of a run in order that Options.Effort limits: those whose length the data and the settings decide, and no clock, so
// that the same input has the same result on every machine with the same linear algebra.
func (s *state) effortPlan() (Method, []Phase) {
	n, _, _ := s.problem.Dims()
	repair := certificate.Quick
	if n <= repairRows && s.problem.IsPlain() {
		repair = certificate.Thorough
	}
	phases := []Phase{s.training(0, untilTheEnd), s.simplification(0), s.networkBound(repair)}
	if s.problem.IsPlain() && n+s.rank <= besideOrder {
		return MethodSDP, append(phases, s.relaxation(0, true), s.repair(true))
	}
	if !s.problem.IsPlain() && n <= rootRows {
		s.leaves = effortLeaves
		return MethodSigns, append(phases, s.signTree(0))
	}
	return MethodDescent, phases
}

// The first leaves of the tree of signs take the place of the relaxation where that does not know the loss: so many, for so many rows at most, where no
// clock ends them.
const (
	effortLeaves = 2
	rootRows     = 200
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
