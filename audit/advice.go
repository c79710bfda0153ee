package audit

import (
	"fmt"
	"strings"

	"github.com/relift/relift/report"
)

// advise says in one paragraph what a person should do with the verdict.
func (r *Report) advise() string {
	var parts []string
	say := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if r.Objective >= r.Zero {
		say("The network is no better than 0 for every row, which costs %.7g: first make sure that the table, its scaling, the order of its columns and the weight decay are those of the training.", float64(r.Zero))
	}
	gap := report.Percent(float64(r.RelativeGap))
	switch r.Verdict {
	case Optimal:
		say("Keep the network: neither more neurons nor longer training nor another optimizer can lower its objective on these rows by more than %s.", gap)
		say("If it does not predict well enough, change the weight decay, the features or the data.")
	case NotOptimal:
		say("Train further: %s", r.remedy())
		say("relift train with the same table and weight decay trains such a network; whatever you do, more than %s cannot be gained.", gap)
	default:
		say("Nothing better was found and nothing rules it out: at most %s can be gained.", gap)
		say("Keep the network if that is little for your purpose; otherwise give the audit more time (--time-limit), or the certificate of a longer run (--from-certificate).")
	}
	return strings.Join(parts, " ")
}

// remedy names the least that brings most of what was found to be had.
func (r *Report) remedy() string {
	const most = 0.5
	objective := float64(r.Objective)
	gain := objective - float64(r.Best)
	enough := func(reached report.Number) bool { return objective-float64(reached) >= most*gain }
	switch {
	case enough(r.Balanced):
		return fmt.Sprintf("its neurons are not balanced, and scaling each to ‖u‖ = ‖v‖, which changes no output, lowers the objective to %s.", report.Above(r.Balanced))
	case enough(r.Refitted):
		return fmt.Sprintf("its hidden neurons are good, and solving for the second layer alone, a convex problem, lowers the objective to %s.", report.Above(r.Refitted))
	case r.Missing != nil && enough(r.Missing.Refitted):
		return fmt.Sprintf("its hidden layer lacks the neuron named here, and with it and the second layer solved for the objective is %s.", report.Above(r.Missing.Refitted))
	}
	return fmt.Sprintf("its hidden layer lacks several directions, and the best network found has the objective %s with %d neurons.", report.Above(r.Best), r.BestWeights.Width())
}
