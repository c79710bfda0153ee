package reproduce

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/relift/relift"
	"github.com/relift/relift/dispatch"
	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/report"
)

// A Job is one independent piece of an experiment.
type Job struct {
	ID       string   // stable name, path segments of letters, digits, '.', '_', '-' and '+'
	Settings Settings // determine the numbers of the result
	weight   float64  // rough relative duration, for the time left
	alone    bool     // nothing else may run beside it, because its time and memory are the result
	data     func() (source, error)
	run      func(ctx context.Context, s source) ([]Row, error)
}

// Settings of a job.
type Settings struct {
	Experiment string             `json:"experiment"`
	Data       string             `json:"data"` // name of the data set as reports show it
	Source     string             `json:"source"`
	Bias       bool               `json:"bias"`
	Gamma      float64            `json:"gamma"`
	Method     string             `json:"method"`
	Size       int                `json:"size,omitempty"` // rows, in the cost experiment
	Limits     map[string]float64 `json:"limits,omitempty"`
}

// A Row is what one method gave in one run.  A number that the method does not
// give is NaN, null in JSON.
type Row struct {
	Method    string        `json:"method"`
	Seed      int           `json:"seed"`
	Objective report.Number `json:"objective"` // of a network, on the training rows
	Lower     report.Number `json:"lower"`     // lower bound, see the method
	Value     report.Number `json:"value"`     // of a relaxation
	Width     int           `json:"width"`
	Status    string        `json:"status,omitempty"`
	Accuracy  *Accuracies   `json:"accuracy,omitempty"`
	History   *History      `json:"history,omitempty"`
	Network   *Network      `json:"network,omitempty"`
	Seconds   float64       `json:"seconds"`
	PeakBytes uint64        `json:"peak_bytes,omitempty"` // of the Go heap, in the cost experiment
}

// newRow returns a row without numbers.
func newRow(method string) Row {
	return Row{Method: method, Objective: unknown, Lower: unknown, Value: unknown}
}

// History is the objective after some of the iterations of a method.
type History struct {
	Iterations []int     `json:"iterations"`
	Objectives []float64 `json:"objectives"`
}

// Network are the weights of a network, a neuron to a row.
type Network struct {
	U [][]float64 `json:"u"`
	V [][]float64 `json:"v"`
}

// Result is what a job gave.
type Result struct {
	ID       string
	Settings Settings
	Rows     []Row
}

// kindName is the one kind of job of the evaluation: an experiment of the plan, found by its name and settings.
const kindName = "experiment"

// planVersion changes when a job's code changes its numbers without a change
// of its settings.
const planVersion = 1

// application is what determines a job beside the plan.
type application struct {
	ID       string   `json:"id"`
	Settings Settings `json:"settings"`
}

// kind returns the kind whose functions are those of the plan.  Its version is that of the plan, of relift and of the linear algebra in use, which
// determine the numbers of a job with its name and settings.
func kind(jobs []Job, a linalg.Algebra) dispatch.Kind {
	backend := a.Description()
	plan := map[string]Job{}
	for _, j := range jobs {
		plan[j.ID] = j
	}
	return dispatch.Kind{
		Name: kindName, Version: fmt.Sprintf("plan %d, relift %s, %s %s", planVersion, relift.Version, backend.Name, backend.Config),
		Run: func(ctx context.Context, t dispatch.Task) ([]byte, error) {
			var of application
			if err := json.Unmarshal(t.Settings, &of); err != nil {
				return nil, err
			}
			j, ok := plan[of.ID]
			if !ok {
				return nil, fmt.Errorf("no job of the plan has this name")
			}
			return j.execute(ctx, a.WithThreads(1)) // the jobs are beside each other
		},
	}
}

// allThreads of a job that must be alone are more than any machine has.
const allThreads = 1 << 20

// dispatched is the job for an executor.
func (j Job) dispatched() (dispatch.Job, error) {
	settings, err := json.Marshal(application{j.ID, j.Settings})
	if err != nil {
		return dispatch.Job{}, fmt.Errorf("%s: settings: %w", j.ID, err)
	}
	d := dispatch.Job{
		Kind: kindName, Name: j.ID, Settings: settings,
		Needs: dispatch.Estimate{Time: time.Duration(j.weight * float64(time.Second))},
	}
	if j.alone {
		d.Needs.Threads = allThreads
	}
	return d, nil
}

// execute runs the job; the output are its rows.
func (j Job) execute(ctx context.Context, a linalg.Algebra) ([]byte, error) {
	data, err := j.data()
	if err != nil {
		return nil, err
	}
	data.algebra = a
	rows, err := j.run(ctx, data)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err // what an interrupted method returns is not its result
	}
	return json.Marshal(rows)
}
