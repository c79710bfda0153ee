package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// requireOnly fails unless dir holds exactly the named files: no temporary left.
func requireOnly(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("directory holds %q, want %q", got, names)
	}
}

func requireContent(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s holds %d bytes %.40q, want %d bytes %.40q", path, len(got), got, len(want), want)
	}
}

func TestWriteCreatesAndReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model.json")
	big := strings.Repeat("0123456789", 100_000) // larger than the buffer
	for _, content := range []string{"first", big, ""} {
		if err := Write(path, text(content)); err != nil {
			t.Fatal(err)
		}
		requireContent(t, path, content)
		requireOnly(t, dir, "model.json")
	}
}

func TestWriteInCurrentDirectory(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := Write("a.txt", text("x")); err != nil {
		t.Fatal(err)
	}
	requireContent(t, "a.txt", "x")
	requireOnly(t, ".", "a.txt")
}

func TestFailureLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	if err := Write(path, text("old")); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	err := Write(path, func(w io.Writer) error {
		if err := text(strings.Repeat("new", 100_000))(w); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("error %v, want the writer's own", err)
	}
	requireContent(t, path, "old")
	requireOnly(t, dir, "a")
}

func TestFailureLeavesNoNewFile(t *testing.T) {
	dir := t.TempDir()
	if err := Write(filepath.Join(dir, "a"), func(io.Writer) error { return io.ErrUnexpectedEOF }); err == nil {
		t.Fatal("no error")
	}
	requireOnly(t, dir)
}

func TestPanicLeavesNoFile(t *testing.T) {
	dir := t.TempDir()
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = Write(filepath.Join(dir, "a"), func(io.Writer) error { panic("boom") })
	}()
	requireOnly(t, dir)
}

func TestMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no permission bits on Windows")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	// What the system gives a plain 0644 file here, whatever the umask is.
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	want, err := os.Stat(plain)
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(path, text("x")); err != nil {
		t.Fatal(err)
	}
	got, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got.Mode() != want.Mode() {
		t.Errorf("mode of a new file %v, want %v", got.Mode(), want.Mode())
	}
	for _, mode := range []fs.FileMode{0o600, 0o666, 0o755} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if err := Write(path, text("y")); err != nil {
			t.Fatal(err)
		}
		got, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got.Mode().Perm() != mode {
			t.Errorf("mode %v after rewriting, want %v", got.Mode().Perm(), mode)
		}
	}
}

func TestSymbolicLinkStays(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	if err := os.Symlink("target", link); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	for _, content := range []string{"created through a dangling link", "replaced"} {
		if err := Write(link, text(content)); err != nil {
			t.Fatal(err)
		}
		requireContent(t, filepath.Join(dir, "target"), content)
		if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("the link became %v (%v)", info, err)
		}
		requireOnly(t, dir, "link", "target")
	}
	loop := filepath.Join(dir, "loop")
	if err := os.Symlink("loop", loop); err != nil {
		t.Fatal(err)
	}
	if err := Write(loop, text("x")); err == nil {
		t.Error("a loop of links was accepted")
	}
}

func TestBadTargets(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{"", dir, filepath.Join(dir, "missing", "a")} {
		if err := Write(path, text("x")); err == nil {
			t.Errorf("Write(%q) succeeded", path)
		}
	}
	requireOnly(t, dir)
}
