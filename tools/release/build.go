package main

import (
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// build compiles the program for a platform and returns where it is.
func (r *release) build(ctx context.Context, p platform) (string, error) {
	binary := filepath.Join(r.work, strings.ReplaceAll(p.String(), "/", "-"), p.program())
	if _, err := os.Stat(binary); err == nil {
		return binary, nil
	}
	_, err := output(ctx, r.root, p.environment(), "go", "build", "-trimpath", "-buildvcs=false", "-mod=readonly", "-tags="+p.tags,
		"-ldflags=-s -w -buildid=", "-o", binary, "./cmd/relift")
	if err != nil {
		return "", err
	}
	return binary, p.portable(binary)
}

// environment is what decides what the go command makes; nothing of the caller's is left to do so.
func (p platform) environment() []string {
	return []string{
		"GOOS=" + p.os, "GOARCH=" + p.arch, "GOAMD64=v1", "GOARM64=v8.0", "CGO_ENABLED=0",
		"GOFLAGS=", "GOEXPERIMENT=", "GODEBUG=", "GOFIPS140=off", "GOWORK=off",
	}
}

// output runs a command in a folder and returns what it prints.
func output(ctx context.Context, folder string, environment []string, name string, arguments ...string) ([]byte, error) {
	c := exec.CommandContext(ctx, name, arguments...)
	c.Dir, c.Env = folder, append(os.Environ(), environment...)
	var complaints strings.Builder
	c.Stderr = &complaints
	text, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w: %s", name, strings.Join(arguments, " "), err, strings.TrimSpace(complaints.String()))
	}
	return text, nil
}

// portable checks that a program for Linux needs what its platform promises: nothing at all, or the C
// library in any version.  (auditwheel fails on the sections that Go's linker leaves empty.)
func (p platform) portable(binary string) error {
	if p.os != "linux" {
		return nil
	}
	file, err := elf.Open(binary)
	if err != nil {
		return err
	}
	defer file.Close()
	libraries, err := file.ImportedLibraries()
	if err != nil {
		return err
	}
	allowed := []string{"libc.so.6", "libdl.so.2", "libpthread.so.0"}
	if p.tags == "noblas" {
		allowed = nil
	}
	for _, library := range libraries {
		if !slices.Contains(allowed, library) {
			return fmt.Errorf("%s: the program needs %s; expected none but %v", p, library, allowed)
		}
	}
	symbols, err := file.DynamicSymbols()
	if err != nil && !errors.Is(err, elf.ErrNoSymbols) {
		return err
	}
	for _, symbol := range symbols {
		if symbol.Version != "" {
			return fmt.Errorf("%s: the program needs %s in version %s; expected no versions, so that it runs with any C library", p, symbol.Name, symbol.Version)
		}
	}
	return nil
}
