// Command relift trains two-layer ReLU networks and proves how good they are.
package main

import (
	"os"

	"github.com/relift/relift/cmd/relift/internal/cli"
)

func main() {
	ctx, stop := cli.Interruptible()
	status := cli.Main(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}
