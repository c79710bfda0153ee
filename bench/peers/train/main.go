//go:build unix

// Command train trains a network for the problem in a NumPy archive (X, Y, gamma) on one thread, prints a JSON
// object with the processor time and the objective for each better network, and writes the last one beside the problem.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/relift/relift/descent"
	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/internal/npy"
	"github.com/relift/relift/problem"
)

func main() {
	seconds := flag.Float64("seconds", 20, "processor `time` after which it ends")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: train [-seconds TIME] PROBLEM.npz")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *seconds); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(path string, seconds float64) error {
	algebra, err := linalg.FromEnvironment()
	if err != nil {
		return err
	}
	p, err := read(path)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	begin := processorTime()
	go func() {
		for processorTime()-begin < seconds {
			time.Sleep(10 * time.Millisecond)
		}
		cancel()
	}()
	out := json.NewEncoder(os.Stdout)
	w, _, err := descent.Train(ctx, p.On(algebra.WithThreads(1)), descent.TrainOptions{Threads: 1, Progress: func(w problem.Weights, objective float64) {
		_ = out.Encode(map[string]float64{"seconds": processorTime() - begin, "objective": objective, "width": float64(w.Width())})
	}})
	if err != nil {
		return err
	}
	file, err := os.Create(path + ".network.npz")
	if err != nil {
		return err
	}
	if err := npy.WriteArchive(file, []npy.Entry{{Name: "U", Array: npy.Matrix(w.U)}, {Name: "V", Array: npy.Matrix(w.V)}}); err != nil {
		return err
	}
	return file.Close()
}

func read(path string) (p problem.Problem, err error) {
	archive, err := npy.OpenArchive(path)
	if err != nil {
		return p, err
	}
	for name, set := range map[string]func(npy.Array) error{
		"X":     func(a npy.Array) (err error) { p.X, err = a.AsMatrix(); return err },
		"Y":     func(a npy.Array) (err error) { p.Y, err = a.AsMatrix(); return err },
		"gamma": func(a npy.Array) (err error) { p.Gamma, err = a.AsScalar(); return err },
	} {
		array, err := archive.Array(name)
		if err == nil {
			err = set(array)
		}
		if err != nil {
			return p, fmt.Errorf("%s: %s: %w", path, name, err)
		}
	}
	return p, nil
}

// processorTime is that of the process so far, in seconds.
func processorTime() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
}
