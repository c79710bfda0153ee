package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/relift/relift/network"
)

func TestEvaluate(t *testing.T) {
	dir, data, model := trained(t)
	o := command(t, "evaluate", model, data)
	if o.status != exitDone || !strings.Contains(o.stdout, "accuracy 100.00 %, balanced 100.00 %, F1 1.0000, AUC 1.0000 on 6 rows (the most frequent class alone: 50.00 %)") || !strings.Contains(o.stdout, "predicted") {
		t.Errorf("exit status %d: %s%s", o.status, o.stdout, o.stderr)
	}
	var m network.Metrics
	if err := json.Unmarshal([]byte(command(t, "evaluate", model, data, "--json").stdout), &m); err != nil || m.Rows != 6 || m.Classification.Accuracy != 1 {
		t.Errorf("%+v, %v", m, err)
	}
	wrong := filepath.Join(dir, "wrong.csv")
	if err := os.WriteFile(wrong, []byte("y,b,a\nz,0.5,1\nz,0.25,-1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if o := command(t, "evaluate", model, wrong); !strings.Contains(o.stdout, "accuracy 50.00 %, balanced 50.00 %, F1 0.6667 on 2 rows") {
		t.Errorf("columns in another order: %s%s", o.stdout, o.stderr)
	}
}
