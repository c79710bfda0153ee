package reproduce

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/relift/relift"
	"github.com/relift/relift/internal/dense"
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

// Result is what is stored of a job.
type Result struct {
	ID       string   `json:"id"`
	Digest   string   `json:"digest"`
	Version  string   `json:"version"`
	Settings Settings `json:"settings"`
	Rows     []Row    `json:"rows"`
	Seconds  float64  `json:"seconds"`
}

// planVersion changes when a job's code changes its numbers without a change
// of its settings.
const planVersion = 1

// Digest identifies what determines a job's numbers: its name and settings,
// the version of relift and the linear algebra in use.
func (j Job) Digest() (string, error) {
	backend, err := dense.Init()
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(struct {
		Plan     int
		Version  string
		Backend  string
		ID       string
		Settings Settings
	}{planVersion, relift.Version, backend.Name + " " + backend.Config, j.ID, j.Settings})
	if err != nil {
		return "", fmt.Errorf("%s: settings: %w", j.ID, err)
	}
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

// execute runs the job.
func (j Job) execute(ctx context.Context) (*Result, error) {
	digest, err := j.Digest()
	if err != nil {
		return nil, err
	}
	data, err := j.data()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", j.ID, err)
	}
	begin := time.Now()
	rows, err := j.run(ctx, data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", j.ID, err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err // what an interrupted method returns is not its result
	}
	return &Result{
		ID: j.ID, Digest: digest, Version: relift.Version, Settings: j.Settings, Rows: rows, Seconds: time.Since(begin).Seconds(),
	}, nil
}
