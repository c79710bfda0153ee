package docs_test

import (
	"bufio"
	"encoding/json"
	"io"
	"os/exec"
	"path/filepath"
	"testing"
)

// notebook runs the Python of a document, block after block in one process, as a reader would in a notebook.
type notebook struct {
	document    string
	dir         string
	environment []string
	in          io.Writer // nil before the first block
	out         *bufio.Reader
}

// kernel runs blocks, one JSON object a line, and answers each with a JSON text: empty, or the traceback.
const kernel = `
import json, sys, traceback
answers, sys.stdout = sys.stdout, sys.stderr
names = {"__name__": "__main__"}
for line in sys.stdin:
    block, failure = json.loads(line), ""
    try:
        exec(compile("\n" * (block["line"] - 1) + block["code"], block["document"], "exec"), names)
    except BaseException:
        failure = traceback.format_exc()
    print(json.dumps(failure), file=answers, flush=True)
`

func (n *notebook) start(t *testing.T) {
	t.Helper()
	interpreter := python(t)
	if interpreter == "" {
		t.Skip("no python3 with numpy and sklearn to run the Python of documents")
	}
	run := exec.CommandContext(t.Context(), interpreter, "-c", kernel)
	run.Dir, run.Env = n.dir, n.environment
	in, err := run.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); run.Wait() })
	n.in, n.out = in, bufio.NewReader(out)
}

// run runs a block that begins in a line of the document.
func (n *notebook) run(t *testing.T, line int, code string) {
	t.Helper()
	if n.in == nil {
		n.start(t)
	}
	block, err := json.Marshal(map[string]any{"document": filepath.Join(n.dir, n.document), "line": line, "code": code})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.in.Write(append(block, '\n')); err != nil {
		t.Fatal(err)
	}
	answer, err := n.out.ReadBytes('\n')
	if err != nil {
		t.Fatalf("%s:%d: Python ended: %v", n.document, line, err)
	}
	var failure string
	if err := json.Unmarshal(answer, &failure); err != nil {
		t.Fatal(err)
	}
	if failure != "" {
		t.Errorf("%s:%d:\n%s", n.document, line, failure)
	}
}
