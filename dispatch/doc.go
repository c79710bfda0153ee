// Package dispatch runs independent jobs: the folds of a cross-validation, the leaves of a tree, the blocks of a bound,
// the experiments of an evaluation.
//
// A job names a registered [Kind], which is a pure function, and what the function is applied to: settings of its own and inputs that
// jobs share, each named by the digest of its content.  Bytes go in and bytes come out, and nothing else passes between a job
// and whoever submitted it, so that a job may run anywhere, and its output may be kept under the digest of the job and taken again.
//
// An [Executor] runs jobs within a [Budget] of threads and bytes.  Jobs are submitted to a [Batch] and its results are taken one by one, while further
// jobs may be submitted that depend on them:
//
//	data := executor.Put(content)
//	batch := executor.Batch(ctx)
//	batch.Submit(dispatch.Job{Kind: "fold", Settings: settings, Inputs: []dispatch.Digest{data}})
//	for {
//		result, more := batch.Next()
//		if !more {
//			break
//		}
//		…
//	}
//
// Every job gives exactly one result, whatever becomes of it.  Of the jobs that wait, the one with the largest priority is next, of
// equal ones the first that was submitted; one that does not fit beside those that run is waited for.  When the context of a batch ends, jobs that
// have not begun give the context's error, and those that run are expected to return soon.
//
// [Serial] runs a job at a time, in the goroutine that asks for a result; [Parallel] as many as its budget allows; [Keep] puts
// a [Store] of outputs before either.
package dispatch
