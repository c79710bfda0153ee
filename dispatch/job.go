package dispatch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"
)

// Kind is a kind of job: a function of a job's settings and inputs alone, without state, files or clock, so that it may run in any process.
type Kind struct {
	Name string
	// Version is part of the digests of the jobs; it changes whenever outputs do.
	Version string
	// Run computes the output; it returns soon after ctx ends, with the error of ctx where the output is not complete.
	Run func(ctx context.Context, t Task) ([]byte, error)
}

// Job is an application of a kind.
type Job struct {
	Kind     string   // name of a registered kind
	Name     string   // for people and for stores; no part of the digest
	Settings []byte   // of this job
	Inputs   []Digest // of contents that were Put
	Priority float64  // larger ones first
	Needs    Estimate
}

// Estimate is what a job is likely to need.
type Estimate struct {
	Time    time.Duration // for progress; relative times will do
	Bytes   uint64        // of memory at its peak
	Threads int           // that it keeps busy; 0 means 1, more than there are means all, and nothing beside it
}

// Task is a job as its function sees it.
type Task struct {
	Settings []byte // the callee's to keep
	Threads  int    // that it may use
	inputs   [][]byte
}

// Input returns a reader of the k-th input of the job.
func (t Task) Input(k int) *bytes.Reader { return bytes.NewReader(t.inputs[k]) }

// Result is what became of a job.
type Result struct {
	Job     Job
	Digest  Digest // of the job; zero where its kind is not known
	Output  []byte // nil with an error
	Err     error
	Elapsed time.Duration
	Kept    bool // the output was in a store
}

// Errors of jobs that cannot run.
var (
	ErrKind   = errors.New("unknown kind of job")
	ErrInput  = errors.New("unknown input of a job")
	ErrMemory = errors.New("job needs more memory than there is")
)

// kinds are the registered kinds by name.
type kinds map[string]Kind

// register panics where a name is empty or there twice, which is an error of the program.
func register(list []Kind) kinds {
	m := kinds{}
	for _, k := range list {
		if _, twice := m[k.Name]; twice || k.Name == "" || k.Run == nil {
			panic(fmt.Sprintf("dispatch: kind %q has no name or no function, or is there twice", k.Name))
		}
		m[k.Name] = k
	}
	return m
}

// digest returns the digest of a job.
func (m kinds) digest(j Job) (Digest, error) {
	k, ok := m[j.Kind]
	if !ok {
		return Digest{}, fmt.Errorf("%w: %q", ErrKind, j.Kind)
	}
	return digestOf(k, j), nil
}

// run applies the kind of j; a panic becomes the error of the job, so that the others go on.
func (m kinds) run(ctx context.Context, j Job, inputs [][]byte, threads int) (output []byte, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			output, err = nil, fmt.Errorf("panic: %v", cause)
		}
	}()
	output, err = m[j.Kind].Run(ctx, Task{Settings: bytes.Clone(j.Settings), Threads: threads, inputs: inputs})
	if err != nil {
		return nil, err
	}
	return output, nil
}
