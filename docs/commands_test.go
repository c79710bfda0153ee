package docs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/relift/relift/internal/markdown"
)

// notRun are the commands that this test leaves out, by how they begin, and why.  Each must be in its document.
var notRun = []struct{ document, command, why string }{
	{"README.md", "go build", "this test does that first"},
	{"CONTRIBUTING.md", "", "the steps of .ci/run, and measurements of minutes"},
	{"BENCHMARKS.md", "", "measurements of minutes and hours"},
	{"RESULTS.md", "", "hours, and data that are not shipped"},
	{"bench/peers/README.md", "", "installs PyTorch"},
	{"bench/defaults/README.md", "", "measurements of minutes and hours"},
	{"docs/how-it-compares.md", "./bench/peers/run.sh", "installs PyTorch"},
	{"docs/reproduce.md", "relift reproduce --quick", "a step of .ci/run"},
	{"docs/reproduce.md", "relift reproduce --out", "hours"},
	{"docs/signs.md", "", "measurements of minutes, and data that are not shipped"},
	{"docs/blocks.md", "", "measurements of minutes"},
	{"docs/check.md", "import sys, numpy as np", "the command beside it runs the file that has these lines"},
	{"docs/audit.md", "relift audit torch.onnx", "needs PyTorch; network/onnx has such files among its tests"},
	{"docs/audit.md", "relift audit mlp.onnx", "needs scikit-learn and skl2onnx; network/onnx has such files among its tests"},
	{"docs/onnx.md", "relift convert torch.onnx", "needs PyTorch; network/onnx has such files among its tests"},
	{"docs/onnx.md", "relift convert net.pt", "needs PyTorch; network/weights has such files among its tests"},
	{"docs/onnx.md", "import numpy as np, onnxruntime", "needs onnxruntime for Python; network/onnx's tests run that of Node.js"},
	{"docs/onnx.md", "const ort", "network/onnx's tests are like it"},
	{"docs/python.md", "import pandas", "needs pandas; tests/test_frames.py of the package has such frames"},
	{"docs/formats.md", "import pandas", "needs pandas and pyarrow; table/read's tests write such files"},
	{"docs/formats.md", "relift train flowers.parquet", "needs the file of the lines above"},
	{"docs/formats.md", "relift train flowers.feather", "needs the file of the lines above"},
	{"docs/install.md", "", "what .ci/wheel does for this machine"},
	{"python/README.md", "go build", "this test does that first"},
	{"python/README.md", "pip install", "this test has the package on Python's path"},
	{"python/README.md", "cd python && python3 -m unittest", "a step of .ci/run"},
}

// programs begin a line of code that is a command; other lines beside such are what the command prints.
var programs = []string{"relift", "go", "bash", "python", "python3", "pip", "cp", "cd", "printf", "./run.sh", "podman", "docker", "npm", "sha256sum", "./bench/peers/run.sh"}

var assignment = regexp.MustCompile(`^[A-Z_0-9]+=\S*$`)

// command is a line that a document has its reader type, and what the document says that it prints.
type command struct {
	line   int
	text   string
	output []string
}

// commands are those of a block of code without a language.
func commands(block markdown.Block) []command {
	var all []command
	for i, line := range block.Lines {
		words := strings.Fields(line)
		for len(words) > 0 && assignment.MatchString(words[0]) {
			words = words[1:]
		}
		switch {
		case len(words) > 0 && !strings.HasPrefix(line, " ") && slices.Contains(programs, words[0]):
			all = append(all, command{line: block.Line + i, text: line})
		case len(all) > 0 && len(words) > 0:
			last := &all[len(all)-1]
			last.output = append(last.output, line)
		}
	}
	return all
}

// TestCommands runs every command in every document as a reader would, one after the other, in a folder with what the
// repository has.  Runs of relift are cut short.
func TestCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the commands of all documents")
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash to run the commands of documents in")
	}
	dir, environment := reader(t)
	used := make([]bool, len(notRun))
	leftOut := func(document, text string) bool {
		for i, e := range notRun {
			if e.document == document && strings.HasPrefix(strings.TrimSpace(text), e.command) {
				used[i] = true
				return true
			}
		}
		return false
	}
	comment := regexp.MustCompile(`\s+# .*$`)
	done := map[string]bool{}
	for _, d := range documents(t) {
		t.Run(d.name, func(t *testing.T) {
			notebook := &notebook{document: d.name, dir: dir, environment: environment}
			for _, block := range d.blocks {
				if block.Kind != markdown.Code {
					continue
				}
				code := strings.Join(block.Lines, "\n")
				switch block.Language {
				case "":
				case "python":
					if !leftOut(d.name, code) {
						notebook.run(t, block.Line, code)
					}
					continue
				case "csv", "tsv", "arff", "libsvm":
					// The same table in every format: the commands beside them read it.
					if err := os.WriteFile(filepath.Join(dir, "flowers."+block.Language), []byte(code+"\n"), 0o644); err != nil {
						t.Fatal(err)
					}
					continue
				default:
					if !leftOut(d.name, code) {
						t.Errorf("%s:%d: nothing here runs %s", d.name, block.Line, block.Language)
					}
					continue
				}
				for _, c := range commands(block) {
					key := strings.Join(strings.Fields(comment.ReplaceAllString(c.text, "")), " ")
					if leftOut(d.name, c.text) || (done[key] && len(c.output) == 0) {
						continue
					}
					done[key] = true
					run := exec.CommandContext(t.Context(), bash, "-c", c.text)
					run.Dir, run.Env = dir, environment
					out, err := run.CombinedOutput()
					judge(t, d.name, c, string(out), err)
				}
			}
		})
	}
	for i, e := range notRun {
		if !used[i] {
			t.Errorf("%s has no command that begins with %q, which this test says it leaves out", e.document, e.command)
		}
	}
}

// pagesThatQuote are documents whose commands print what stands below them, word for word.
var pagesThatQuote = []string{"docs/faq.md"}

func judge(t *testing.T, document string, c command, out string, err error) {
	t.Helper()
	if !slices.Contains(pagesThatQuote, document) || len(c.output) == 0 {
		if err != nil {
			t.Errorf("%s:%d: %s\n%v\n%s", document, c.line, c.text, err, out)
		}
		return
	}
	said := strings.Join(strings.Fields(out), " ")
	for _, line := range c.output {
		if want := strings.Join(strings.Fields(line), " "); !strings.Contains(said, want) {
			t.Errorf("%s:%d: %s\ndoes not print\n%s\nbut\n%s", document, c.line, c.text, want, out)
		}
	}
}

// reader returns a folder in which the repository's folders lie as in a clone, and an environment with the program, built here unless
// RELIFT_BINARY names it, and Python on the PATH.
func reader(t *testing.T) (dir string, environment []string) {
	t.Helper()
	dir, bin := t.TempDir(), t.TempDir()
	program := os.Getenv("RELIFT_BINARY")
	if program == "" {
		program = filepath.Join(t.TempDir(), "relift")
		build := exec.Command("go", "build", "-o", program, "./cmd/relift")
		build.Dir = root
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("go build: %v\n%s", err, out)
		}
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		from, err := filepath.Abs(filepath.Join(root, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(from, filepath.Join(dir, entry.Name())); err != nil {
			t.Fatal(err)
		}
	}
	// The last --time-limit, --effort and --gap count.
	script(t, bin, "relift", `case "$*" in
path*) exec "`+program+`" "$@" --folds 2 --steps 2 --proofs 1 --effort 20 --loss squared ;; # making networks of other losses narrower takes seconds
train*--json*) exec "`+program+`" "$@" --effort 20 --gap 0.1 --time-limit 5s ;; # Python, which wants a proof
train*) exec "`+program+`" "$@" --effort 5 --gap 0.1 --time-limit 2s ;;
bound*|audit*) exec "`+program+`" "$@" --time-limit 2s ;;
*) exec "`+program+`" "$@" ;;
esac`)
	if interpreter := python(t); interpreter != "" {
		script(t, bin, "python3", `exec "`+interpreter+`" "$@"`)
		script(t, bin, "python", `exec "`+interpreter+`" "$@"`)
	}
	return dir, append(os.Environ(),
		"PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"RELIFT_BINARY="+filepath.Join(bin, "relift"),
		"PYTHONPATH="+filepath.Join(dir, "python"),
		"PYTHONDONTWRITEBYTECODE=1")
}

func script(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}

// python returns an interpreter that has what the Python package needs and what its examples use, or "".
func python(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if path, err := exec.LookPath(name); err == nil && exec.Command(path, "-c", "import numpy, sklearn").Run() == nil {
			return path
		}
	}
	return ""
}
