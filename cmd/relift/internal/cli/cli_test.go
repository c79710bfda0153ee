package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/relift/relift/docs"
	"github.com/relift/relift/internal/settings"
	"github.com/relift/relift/table/read"
)

// outcome is what a run of the program left behind.
type outcome struct {
	status         int
	stdout, stderr string
}

// command runs the program with the arguments.
func command(t *testing.T, args ...string) outcome {
	t.Helper()
	return commandWithin(t, t.Context(), args...)
}

func commandWithin(t *testing.T, ctx context.Context, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status := Main(ctx, args, &stdout, &stderr)
	return outcome{status, stdout.String(), stderr.String()}
}

// wantRefusal checks for exit status 2, one line on standard error that
// contains each of the words, and nothing on standard output.
func (o outcome) wantRefusal(t *testing.T, words ...string) {
	t.Helper()
	o.wantLine(t, exitInput, words...)
}

func (o outcome) wantLine(t *testing.T, status int, words ...string) {
	t.Helper()
	if o.status != status {
		t.Errorf("exit status %d, want %d; standard error: %s", o.status, status, o.stderr)
	}
	if o.stdout != "" {
		t.Errorf("standard output should be empty: %s", o.stdout)
	}
	if strings.Count(o.stderr, "\n") != 1 || !strings.HasSuffix(o.stderr, "\n") {
		t.Errorf("standard error should be one line: %q", o.stderr)
	}
	for _, word := range words {
		if !strings.Contains(o.stderr, word) {
			t.Errorf("standard error %q does not contain %q", o.stderr, word)
		}
	}
}

// wantOnly checks that the folder holds nothing but the named files.
func wantOnly(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for _, name := range names {
		want[name] = true
	}
	for _, e := range entries {
		if !want[e.Name()] {
			t.Errorf("%s was left behind", e.Name())
		}
		delete(want, e.Name())
	}
	for name := range want {
		t.Errorf("%s is missing", name)
	}
}

// file writes a file into a new folder and returns the folder and the path.
func file(t *testing.T, name, content string) (dir, path string) {
	t.Helper()
	dir = t.TempDir()
	path = filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir, path
}

// tiny is a table that is solved in a blink.
const tiny = `a,b,y
1,0.5,x
-1,0.25,z
0.5,-1,x
-0.25,-0.75,z
2,1,x
-1.5,0.75,z
`

func TestEverySettingIsAFlagOfItsCommands(t *testing.T) {
	commands := map[string]*cobra.Command{}
	for _, c := range newRoot().Commands() {
		commands[c.Name()] = c
	}
	for _, s := range settings.Table() {
		for _, name := range s.Commands {
			c := commands[name]
			if c == nil {
				t.Errorf("setting %s names the command %s, which does not exist", s.Name, name)
				continue
			}
			flag := c.Flags().Lookup(s.Name)
			if flag == nil {
				t.Errorf("%s has no flag --%s", name, s.Name)
				continue
			}
			if want := s.DefaultIn(name); flag.Value.String() != want {
				t.Errorf("%s --%s starts as %q, the table says %q", name, s.Name, flag.Value, want)
			}
		}
	}
	for name, c := range commands {
		c.LocalNonPersistentFlags().VisitAll(func(flag *pflag.Flag) {
			if flag.Name == "help" {
				return
			}
			if !contains(settings.Lookup(flag.Name).Commands, name) {
				t.Errorf("the table does not list %s --%s", name, flag.Name)
			}
		})
	}
}

func contains(list []string, item string) bool {
	for _, s := range list {
		if s == item {
			return true
		}
	}
	return false
}

func TestUsageErrors(t *testing.T) {
	for _, c := range []struct {
		args  []string
		words []string
	}{
		{[]string{"trian"}, []string{`relift: "trian" is not a command; expected train, or another of relift --help`}},
		{[]string{"hlep"}, []string{`"hlep" is not a command; expected help,`}},
		{[]string{"help", "tutorail"}, []string{`"tutorail" is not a command; expected tutorial,`}},
		{[]string{"--quiet", "zebra"}, []string{`--quiet`, "relift --help"}},
		{[]string{"zebra"}, []string{`relift: "zebra" is not a command; expected one of relift --help`}},
		{[]string{"cli_test.go"}, []string{`"cli_test.go" is a file, not a command`, "relift train cli_test.go"}},
		{[]string{"train", "--taget", "y", "a"}, []string{"relift train: --taget is not a flag; expected --target,"}},
		{[]string{"predict", "--seed", "1", "a", "b"}, []string{"relift predict: --seed is not a flag here but of", "train"}},
		{[]string{"train", "-z", "a"}, []string{"relift train: -z is not a flag"}},
		{[]string{"train", "a", "--reg"}, []string{"relift train: --reg has no value; expected --reg NUMBER"}},
		{[]string{"train"}, []string{"DATA is missing", "relift train DATA"}},
		{[]string{"train", "a", "b"}, []string{`"b" is one too many`}},
		{[]string{"train", "--nonsense", "a"}, []string{"--nonsense", "--help"}},
		{[]string{"train", "--reg", "nan", "a"}, []string{`--reg "nan"`, "a finite number greater than 0 such as 0.1"}},
		{[]string{"train", "--reg", "0", "a"}, []string{`--reg "0"`, "greater than 0"}},
		{[]string{"train", "--reg=-1", "a"}, []string{`--reg "-1"`}},
		{[]string{"train", "--reg", "inf", "a"}, []string{`--reg "inf"`}},
		{[]string{"train", "--gap", "NaN", "a"}, []string{`--gap "NaN"`}},
		{[]string{"train", "--width", "-3", "a"}, []string{`--width "-3"`}},
		{[]string{"train", "--seed", "one", "a"}, []string{`--seed "one"`}},
		{[]string{"train", "--time-limit", "soon", "a"}, []string{`--time-limit "soon"`, "90s"}},
		{[]string{"train", "--holdout", "1", "a"}, []string{`--holdout "1"`, "less than 1"}},
		{[]string{"train", "--task", "clustering", "a"}, []string{`--task "clustering"`, "auto, classification, regression"}},
		{[]string{"train", "--bias=perhaps", "a"}, []string{`--bias "perhaps"`, "true or false"}},
		{[]string{"train", "--memory-limit", "much", "a"}, []string{`--memory-limit "much"`}},
		{[]string{"train", "--holdout", "0.2", "--test", "b", "a"}, []string{"holdout", "test"}},
		{[]string{"bound", "--width", "3", "a"}, []string{"--width"}},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			command(t, c.args...).wantRefusal(t, c.words...)
		})
	}
}

func TestFormatsAreThoseOfTheReader(t *testing.T) {
	for _, name := range settings.Lookup("format").Choices {
		if _, err := read.ParseFormat(name); err != nil {
			t.Error(err)
		}
	}
	_, path := file(t, "table.dat", strings.ReplaceAll(tiny, ",", "\t"))
	if o := command(t, "bound", path, "--reg", "0.1", "--intercept=false", "--format", "tsv", "-q"); o.status != exitDone {
		t.Errorf("exit status %d: %s", o.status, o.stderr)
	}
	command(t, "bound", path, "--format", "xls").wantRefusal(t, `--format "xls"`, "parquet")
}

func TestHelp(t *testing.T) {
	requests := [][]string{{}, {"--help"}, {"help", "train"}, {"train", "--help"}}
	for _, topic := range docs.Topics {
		requests = append(requests, []string{"help", topic})
	}
	for _, args := range requests {
		o := command(t, args...)
		if o.status != exitDone || o.stderr != "" || len(o.stdout) < 100 {
			t.Errorf("relift %v: exit status %d, standard error %q, standard output %q", args, o.status, o.stderr, o.stdout)
		}
	}
	if o := command(t, "train", "--help"); !strings.Contains(o.stdout, "γ = n·λ") {
		t.Error("the help of --reg does not relate γ to λ")
	}
}

func TestCompletion(t *testing.T) {
	if o := command(t, "completion", "bash"); o.status != exitDone || !strings.Contains(o.stdout, "__relift") {
		t.Errorf("completion: exit status %d", o.status)
	}
	if o := command(t, "__complete", "train", "--scale", ""); !strings.Contains(o.stdout, "standard") {
		t.Errorf("completion of --scale: %q", o.stdout)
	}
}
