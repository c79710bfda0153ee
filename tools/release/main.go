// Command release makes what people install, all of it from the sources beside it and on any
// machine: wheels for pip, archives of the program, and their checksums.
//
//	go run -C tools ./release                           everything, into dist
//	go run -C tools ./release -platforms linux/amd64    what is for one platform
//
// The same sources and the same version of Go make the same bytes, wherever they lie and whoever
// runs it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

func main() {
	root := flag.String("source", "..", "folder of the sources")
	out := flag.String("out", "dist", "folder for what is made, below the sources unless it is absolute")
	only := flag.String("platforms", "", "comma-separated platforms such as linux/amd64 or linux/amd64/static (default: all)")
	what := flag.String("make", "archives,wheels", "what to make: archives, wheels or both")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *root, *out, *only, *what); err != nil {
		fmt.Fprintln(os.Stderr, "release: "+err.Error())
		os.Exit(1)
	}
}

func run(ctx context.Context, root, out, only, what string) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	if !filepath.IsAbs(out) {
		out = filepath.Join(root, out)
	}
	kinds := strings.Split(what, ",")
	for _, kind := range kinds {
		if kind != "archives" && kind != "wheels" {
			return fmt.Errorf("-make %q: expected archives, wheels or archives,wheels", kind)
		}
	}
	wanted, err := choose(only)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "relift-release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)

	r := release{root: root, out: out, work: work}
	if err := r.describe(ctx); err != nil {
		return err
	}
	var made []string
	for _, p := range wanted {
		binary, err := r.build(ctx, p)
		if err != nil {
			return err
		}
		notices, err := r.licences(ctx, p)
		if err != nil {
			return err
		}
		if slices.Contains(kinds, "archives") {
			name, err := r.archive(p, binary, notices)
			if err != nil {
				return err
			}
			made = append(made, name)
		}
		if p.wheel != "" && slices.Contains(kinds, "wheels") {
			name, err := r.wheel(p, binary, notices)
			if err != nil {
				return err
			}
			made = append(made, name)
		}
		fmt.Printf("%s: done\n", p)
	}
	return writeSums(out, made)
}

// release is one run of this command.
type release struct {
	root, out, work string
	version         string
	documents       []entry // completions and the manual page
}

// describe asks the program, built for this machine, for its version, its manual page and its completions.
func (r *release) describe(ctx context.Context) error {
	binary, err := r.build(ctx, platform{os: runtime.GOOS, arch: runtime.GOARCH, tags: "noblas"})
	if err != nil {
		return err
	}
	text, err := output(ctx, r.root, nil, binary, "version")
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	version, ok := strings.CutPrefix(first, "relift ")
	if !ok {
		return fmt.Errorf("relift version printed %q; expected relift and the version", first)
	}
	r.version = version
	for _, d := range []struct {
		name      string
		arguments []string
	}{
		{"man/relift.1", []string{"man"}},
		{"completions/relift.bash", []string{"completion", "bash"}},
		{"completions/_relift", []string{"completion", "zsh"}},
		{"completions/relift.fish", []string{"completion", "fish"}},
		{"completions/relift.ps1", []string{"completion", "powershell"}},
	} {
		content, err := output(ctx, r.root, nil, binary, d.arguments...)
		if err != nil {
			return err
		}
		r.documents = append(r.documents, entry{name: d.name, content: content})
	}
	return nil
}
