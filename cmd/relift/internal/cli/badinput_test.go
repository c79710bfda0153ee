package cli

import (
	"os"
	"path/filepath"
	"testing"
)

// TestBadTables trains on tables with one thing wrong each.
func TestBadTables(t *testing.T) {
	for name, c := range map[string]struct {
		content string
		args    []string
		words   []string
	}{
		"empty file":          {"", nil, []string{"bad.csv", "empty"}},
		"header only":         {"a,b,y\n", nil, []string{"bad.csv", "row"}},
		"ragged row":          {"a,b,y\n1,2,x\n1,z\n", nil, []string{"bad.csv", "line 3", "3"}},
		"not a number":        {"a,b,y\n1,2,x\nabc,3,z\n4,5,x\n", nil, []string{"bad.csv: line 3", `column "a"`, `"abc" is not a number`, "1.5"}},
		"infinity":            {"a,b,y\n1,2,x\ninf,3,z\n4,5,x\n", nil, []string{"bad.csv: line 3", `column "a"`, "inf"}},
		"NaN is missing":      {"a,b,y\n1,2,x\nnan,3,z\n4,5,x\n", nil, []string{"bad.csv: line 3", `column "a"`, "missing"}},
		"missing value":       {"a,b,y\n1,2,x\n3,,z\n4,5,x\n", nil, []string{"bad.csv: line 3", `column "b"`, "missing"}},
		"one class only":      {"a,b,y\n1,2,x\n3,4,x\n4,6,x\n", nil, []string{"bad.csv", `column "y"`, `class "x"`, "two classes"}},
		"duplicate columns":   {"a,a,y\n1,2,x\n3,4,z\n", nil, []string{"bad.csv", `"a"`}},
		"target not found":    {tiny, []string{"--target", "species"}, []string{"bad.csv", `"species" not found`, `"y"`}},
		"feature not found":   {tiny, []string{"--features", "c"}, []string{"bad.csv", `"c" not found`}},
		"drop not found":      {tiny, []string{"--drop", "c"}, []string{"bad.csv", `"c" not found`}},
		"index out of range":  {tiny, []string{"--target", "7"}, []string{"bad.csv", "7", "out of range"}},
		"number as a class":   {"a,b,y\n1,2,0.5\n3,4,1.5\n", []string{"--target", "a,b", "--task", "classification"}, []string{"bad.csv", "classification"}},
		"all features same":   {"a,y\n1,x\n1,z\n", nil, []string{"bad.csv", "varies"}},
		"malformed split":     {tiny, []string{"--split", "sklearn:1"}, []string{"sklearn:1", "KIND:SEED:FRACTION"}},
		"holdout takes all":   {"a,b,y\n1,2,x\n3,4,z\n", []string{"--holdout", "0.9999"}, []string{"bad.csv"}},
		"too little memory":   {tiny, []string{"--memory-limit", "1kB"}, []string{"bad.csv", "not enough memory", "needs about", "MiB"}},
		"missing target":      {"a,b,y\n1,2,x\n3,4,\n5,6,z\n", []string{"--missing", "mean"}, []string{"bad.csv: line 3", `column "y"`}},
		"target and feature":  {tiny, []string{"--features", "a,y"}, []string{"bad.csv", `"y" is both`}},
		"not text but binary": {"\x00\x01\x02", nil, []string{"bad.csv"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir, path := file(t, "bad.csv", c.content)
			out := []string{"-o", filepath.Join(dir, "m.json"), "--certificate", filepath.Join(dir, "c.npz"), "--log", filepath.Join(dir, "l")}
			command(t, append(append([]string{"train", path}, c.args...), out...)...).wantRefusal(t, c.words...)
			wantOnly(t, dir, "bad.csv")
		})
	}
}

func TestMissingFiles(t *testing.T) {
	dir := t.TempDir()
	none := filepath.Join(dir, "none")
	for _, args := range [][]string{
		{"train", none}, {"bound", none}, {"predict", none, none}, {"evaluate", none, none}, {"verify", none},
	} {
		command(t, args...).wantRefusal(t, "none", "no such file")
	}
	command(t, "train", "builtin:moon").wantRefusal(t, `"moon" is not known`, "builtin:iris")
	command(t, "train", dir).wantRefusal(t, dir, "directory")
	_, path := file(t, "t.csv", tiny)
	command(t, "train", path, "--test", none).wantRefusal(t, "none", "no such file")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// TestTestTableIsReadBeforeTraining makes sure that a bad test table is found
// before the long part of the run.
func TestTestTableIsReadBeforeTraining(t *testing.T) {
	dir, path := file(t, "t.csv", tiny)
	other := filepath.Join(dir, "other.csv")
	if err := os.WriteFile(other, []byte("a,c,y\n1,2,x\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	command(t, "train", path, "--test", other).wantRefusal(t, "other.csv", `"b" not found`)
}
