package cli

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestRowsThatCannotBeEncoded predicts and evaluates on a table with a missing
// value, a category that training never saw, and an identifier.
func TestRowsThatCannotBeEncoded(t *testing.T) {
	dir, path := file(t, "t.csv", "a,colour,y\n1,red,x\n2,red,z\n-1,blue,x\n-2,red,z\n3,blue,x\n0,red,z\n")
	model := filepath.Join(dir, "m.json")
	if o := command(t, "train", path, "--reg", "0.1", "--intercept=false", "--time-limit", "2s", "-o", model, "--quiet"); o.status != exitDone {
		t.Fatalf("exit status %d: %s", o.status, o.stderr)
	}
	_, fresh := file(t, "new.csv", "key,a,colour,y\n007,1,red,x\n010,,red,z\n008,2,violet,x\n")
	lines := func(args ...string) ([]string, string) {
		t.Helper()
		o := command(t, append([]string{"predict", model, fresh}, args...)...)
		if o.status != exitDone {
			t.Fatalf("%q: exit status %d: %s", args, o.status, o.stderr)
		}
		return strings.Split(strings.TrimSuffix(o.stdout, "\n"), "\n"), o.stderr
	}
	rows, stderr := lines("--id", "key")
	if len(rows) != 4 || rows[0] != "key,y,score_x,score_z" || !strings.HasPrefix(rows[1], "007,") || rows[2] != "010,,," || rows[3] != "008,,," {
		t.Errorf("predictions %q", rows)
	}
	if !strings.Contains(stderr, "2 rows have no prediction") || !strings.Contains(stderr, `line 3, column "a"`) || !strings.Contains(stderr, "--strict") {
		t.Errorf("standard error %q", stderr)
	}
	rows, stderr = lines("--missing", "mean", "--unknown", "ignore")
	for i, row := range rows[1:] {
		if strings.HasPrefix(row, ",") {
			t.Errorf("row %d has no prediction: %q", i+1, rows)
		}
	}
	for _, want := range []string{`missing values are replaced: 1 in column "a" by "0.5"`, `1 in column "colour" by none of its categories`} {
		if !strings.Contains(stderr, want) {
			t.Errorf("standard error %q lacks %s", stderr, want)
		}
	}
	frequent, _ := lines("--missing", "mean", "--unknown", "most-frequent") // red
	_, asRed := file(t, "red.csv", "key,a,colour,y\n1,1,red,x\n2,0.5,red,z\n3,2,red,x\n")
	if o := command(t, "predict", model, asRed); o.stdout != strings.Join(frequent, "\n")+"\n" {
		t.Errorf("with the most frequent category and the mean: %q, want %q", frequent, o.stdout)
	}
	command(t, "predict", model, fresh, "--strict").wantRefusal(t, `line 3, column "a"`, "missing")
	command(t, "predict", model, fresh, "--strict", "--missing", "mean").wantRefusal(t, `line 4, column "colour"`, `"violet"`)
	command(t, "evaluate", model, fresh, "--strict").wantRefusal(t, `line 3, column "a"`)
	command(t, "predict", model, fresh, "--id", "nothing").wantRefusal(t, `"nothing" not found`)
	if o := command(t, "evaluate", model, fresh); o.status != exitDone || !strings.Contains(o.stdout, "on 1 row") || !strings.Contains(o.stderr, "2 rows are left out") {
		t.Errorf("evaluate: %d %q %q", o.status, o.stdout, o.stderr)
	}
}

// TestHowTheTableWasReadIsRemembered trains without a header and with decimal
// commas: prediction and verification read in the same way.
func TestHowTheTableWasReadIsRemembered(t *testing.T) {
	dir, path := file(t, "t.csv", "1,5;NA;x\n2,5;DE;z\n-1,25;DE;x\n-2;NA;z\n3,125;DE;x\n0;NA;z\n")
	model, cert := filepath.Join(dir, "m.json"), filepath.Join(dir, "c.npz")
	o := command(t, "train", path, "--reg", "0.1", "--intercept=false", "--no-header", "--decimal", ",", "--na-values", "", "--time-limit", "2s", "-o", model, "--certificate", cert)
	if o.status != exitDone || !strings.Contains(o.stderr, `"1,5" is read as 1.5`) {
		t.Fatalf("exit status %d: %s", o.status, o.stderr)
	}
	if o := command(t, "predict", model, path); o.status != exitDone || strings.Count(o.stdout, "\n") != 7 || strings.Contains(o.stdout, "\n,") {
		t.Errorf("predict: exit status %d, %q, %s", o.status, o.stdout, o.stderr)
	}
	if o := command(t, "verify", cert, path); o.status != exitDone {
		t.Errorf("verify: exit status %d, %s%s", o.status, o.stdout, o.stderr)
	}
	if o := command(t, "verify", cert, path, "--header"); o.status != exitVerify {
		t.Errorf("verify with a header: exit status %d, %s", o.status, o.stderr)
	}
}
