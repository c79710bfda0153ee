package reproduce

import (
	"fmt"
	"strings"
)

// Plan lists the jobs of an experiment.  What matters most comes first, so that
// an interrupted run has it.
func Plan(o Options) ([]Job, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	var jobs []Job
	if o.wants(Tightness) {
		jobs = append(jobs, planTightness(o)...)
	}
	if o.wants(Classification) {
		jobs = append(jobs, planClassification(o)...)
	}
	if o.wants(Cost) {
		jobs = append(jobs, planCost(o)...)
	}
	if len(o.Only) == 0 {
		return jobs, nil
	}
	var chosen []Job
	for _, j := range jobs {
		for _, part := range o.Only {
			if strings.Contains(j.ID, part) {
				chosen = append(chosen, j)
				break
			}
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("only %s: %w: no job has that in its name; expected a part of a name such as %s", strings.Join(o.Only, ","), ErrOptions, jobs[0].ID)
	}
	return chosen, nil
}
