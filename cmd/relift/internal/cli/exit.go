package cli

import (
	"errors"
	"fmt"
)

// The exit statuses of the program.
const (
	exitDone     = 0
	exitInternal = 1 // the program's or the machine's fault
	exitInput    = 2 // bad input or usage
	exitVerify   = 3 // a verification failed
	// exitInterrupted is the shell's status for Ctrl-C: the run was interrupted
	// before it had anything to show.
	exitInterrupted = 130
)

// failure is an error with the exit status it leads to.
type failure struct {
	status int
	err    error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// badInput marks err as the user's: exit status 2.
func badInput(err error) error {
	if err == nil {
		return nil
	}
	return &failure{exitInput, err}
}

// badInputf is badInput of a formatted error.
func badInputf(format string, args ...any) error { return badInput(fmt.Errorf(format, args...)) }

// internal marks err as not the user's: exit status 1.
func internal(err error) error {
	if err == nil {
		return nil
	}
	return &failure{exitInternal, err}
}

// unverified marks err as a failed verification: exit status 3.
func unverified(err error) error { return &failure{exitVerify, err} }

// statusOf returns the exit status for what a command returned.  An error that
// no command marked comes from the parsing of the command line.
func statusOf(err error) int {
	if err == nil {
		return exitDone
	}
	if f, ok := errors.AsType[*failure](err); ok {
		return f.status
	}
	return exitInput
}
