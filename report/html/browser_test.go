package html

import (
	"context"
	_ "embed"
	"encoding/json"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The page measure.html shows a report in frames as wide as a phone, a tablet and a desktop, and
// inspect.js, within a copy of the report, says what is wrong with it there.
var (
	//go:embed testdata/measure.html
	measurePage string
	//go:embed testdata/inspect.js
	inspector string
)

// findings are what measure.html found.
type findings struct {
	Done   bool
	Loaded int // resources that the report asked for
	Reach  int // elements that the keyboard reaches
	// Widths are by how much the report is wider than each frame, by its width.
	Widths map[string]int
	// Faults are texts that are clipped or overlap, and violations that axe found, by width.
	Faults map[string][]string
}

// TestInChromium opens the pages in a headless browser, in light and dark: nothing on the console,
// nothing loaded, nothing wider than the screen, clipped or overlapping, no violation that axe-core knows of.
func TestInChromium(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds to start")
	}
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium on this machine (apt-get install chromium)")
	}
	axe := axeCore(t)
	for name, p := range pages(t) {
		for scheme, setting := range map[string]string{"light": "preferredColorScheme=1", "dark": "preferredColorScheme=0"} {
			if scheme == "dark" && name != "classification" && name != "large numbers" {
				continue // the same colours in the same places
			}
			t.Run(name+", "+scheme, func(t *testing.T) {
				t.Parallel()
				f, console := inspect(t, browser, setting, write(t, p), axe)
				if console != "" {
					t.Errorf("console: %s", console)
				}
				if f.Loaded != 0 || f.Reach == 0 || len(f.Widths) != 4 {
					t.Errorf("%d resources loaded, %d elements in reach, %d widths; want none, some and 4", f.Loaded, f.Reach, len(f.Widths))
				}
				for width, more := range f.Widths {
					if more != 0 {
						t.Errorf("wider than %s pixels by %d", width, more)
					}
				}
				for width, faults := range f.Faults {
					t.Errorf("at %s pixels:\n%s", width, strings.Join(faults, "\n"))
				}
			})
		}
	}
}

// TestInspectorSeesFaults makes a page that has each of them.
func TestInspectorSeesFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds to start")
	}
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium on this machine (apt-get install chromium)")
	}
	bad := `<!doctype html><html lang="en"><head><title>bad</title></head><body><main><h1>bad</h1><a href="#x">x</a><p style="color:#ccc;background:#fff">too pale</p>
<svg viewBox="0 0 100 50" width="100"><text x="10" y="20">overlap</text><text x="12" y="22">another</text><text x="90" y="40">clipped</text></svg>
<div style="width:50px;overflow:hidden;white-space:nowrap">a text that is clipped</div><script>console.log("said something")</script></main></body></html>`
	f, console := inspect(t, browser, "preferredColorScheme=1", bad, axeCore(t))
	if !strings.Contains(console, "said something") {
		t.Errorf("console %q", console)
	}
	faults := strings.Join(f.Faults["390"], "\n")
	for _, want := range []string{`"overlap" and "another" overlap`, `"clipped" leaves its picture`, "a text that is clipped", "color-contrast"} {
		if !strings.Contains(faults, want) {
			t.Errorf("%q is not among\n%s", want, faults)
		}
	}
}

// axeCore returns the script of axe-core, which .ci/run installs in the user's cache.
func axeCore(t *testing.T) string {
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip(err)
	}
	script, err := os.ReadFile(filepath.Join(cache, "relift", "node", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Skip("no axe-core in the cache; .ci/run installs it")
	}
	return string(script)
}

// inspect opens a page and returns what is found, and the first line on the console.
func inspect(t *testing.T, browser, setting, page, axe string) (f findings, console string) {
	t.Helper()
	dir := t.TempDir()
	// In the copy the policy of the page, which forbids scripts, gives way to the inspector.
	copied := regexp.MustCompile(`<meta http-equiv="Content-Security-Policy"[^>]*>`).ReplaceAllString(page, "")
	copied = strings.Replace(copied, "</body>", "<script>"+axe+"</script><script>"+inspector+"</script></body>", 1)
	for name, content := range map[string]string{"report.html": page, "inspected.html": copied, "measure.html": measurePage} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	run := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+filepath.Join(dir, "profile"), "--blink-settings="+setting,
		"--allow-file-access-from-files", "--enable-logging=stderr", "--virtual-time-budget=60000", "--dump-dom", "file://"+filepath.Join(dir, "measure.html"))
	var stdout, stderr strings.Builder
	run.Stdout, run.Stderr = &stdout, &stderr
	if err := run.Run(); err != nil {
		t.Skipf("chromium does not run here: %v", err)
	}
	title := regexp.MustCompile(`(?s)<title>(.*?)</title>`).FindStringSubmatch(stdout.String())
	if title == nil {
		t.Fatalf("no measurement: %s", stdout.String())
	}
	if err := json.Unmarshal([]byte(html.UnescapeString(title[1])), &f); err != nil || !f.Done {
		t.Fatalf("no measurement: %v: %s", err, title[1])
	}
	return f, regexp.MustCompile(`(?m)^.*CONSOLE.*$`).FindString(stderr.String())
}
