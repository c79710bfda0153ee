package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/relift/relift/internal/atomicfile"
)

// Interruptible returns a context that the first SIGINT or SIGTERM cancels.
// A second one has its usual effect and ends the process at once, also where it comes before the first was seen to; of files that are being written then nothing is left.
func Interruptible() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		cancel(fmt.Errorf("%v signal received", <-signals))
		second := <-signals
		atomicfile.Abandon()
		signal.Reset(os.Interrupt, syscall.SIGTERM)
		self, err := os.FindProcess(os.Getpid())
		if err != nil || self.Signal(second) != nil { // no signals on this system
			os.Exit(exitInterrupted)
		}
	}()
	return ctx, func() { cancel(nil) }
}
