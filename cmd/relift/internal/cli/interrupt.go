package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// Interruptible returns a context that the first SIGINT or SIGTERM cancels.
// A second one has its usual effect and ends the process at once, also where it comes before the first was seen to.
func Interruptible() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// NotifyContext swallows all signals until it is stopped, which takes a busy machine a while.
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		second := <-signals
		signal.Reset(os.Interrupt, syscall.SIGTERM)
		self, err := os.FindProcess(os.Getpid())
		if err != nil || self.Signal(second) != nil { // no signals on this system
			os.Exit(exitInterrupted)
		}
	}()
	return ctx, stop
}
