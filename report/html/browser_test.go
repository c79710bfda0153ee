package html

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// measure is a page that shows a report in a frame as wide as a phone, a tablet
// and a desktop, and writes into its title by how much the content is wider
// than the frame, what the keyboard can reach and what was loaded.
const measure = `<!doctype html><title>waiting</title><iframe id="f" src="r.html" height="800"></iframe><script>
f.onload = () => {
  let out = [], d = f.contentDocument;
  for (const width of [320, 390, 768, 1200]) {
    f.width = width;
    out.push(width + ":" + (d.documentElement.scrollWidth - d.documentElement.clientWidth));
  }
  const reach = d.querySelectorAll("a[href], summary, [tabindex='0']").length;
  const loaded = f.contentWindow.performance.getEntriesByType("resource").length;
  document.title = out.join(" ") + " reach:" + reach + " loaded:" + loaded + " done";
};
</script>`

// TestInChromium opens the pages in a headless browser, where there is one:
// nothing on the console, nothing loaded, no wider than the screen.
func TestInChromium(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds to start")
	}
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium on this machine")
	}
	for name, p := range pages(t) {
		dir := t.TempDir()
		if err := p.Save(filepath.Join(dir, "r.html")); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "measure.html"), []byte(measure), 0o644); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		run := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+filepath.Join(dir, "profile"),
			"--allow-file-access-from-files", "--enable-logging=stderr", "--virtual-time-budget=4000", "--dump-dom", "file://"+filepath.Join(dir, "measure.html"))
		var stdout, stderr strings.Builder
		run.Stdout, run.Stderr = &stdout, &stderr
		if err := run.Run(); err != nil {
			t.Skipf("chromium does not run here: %v", err)
		}
		if console := regexp.MustCompile(`(?m)^.*CONSOLE.*$`).FindString(stderr.String()); console != "" {
			t.Errorf("%s: console: %s", name, console)
		}
		title := regexp.MustCompile(`<title>([^<]*)</title>`).FindStringSubmatch(stdout.String())
		if title == nil || !strings.HasSuffix(title[1], "done") {
			t.Fatalf("%s: no measurement: %s", name, stdout.String())
		}
		for _, width := range []int{320, 390, 768, 1200} {
			if !strings.Contains(title[1], fmt.Sprintf("%d:0 ", width)) {
				t.Errorf("%s: wider than %d pixels: %s", name, width, title[1])
			}
		}
		if !strings.Contains(title[1], "loaded:0") || strings.Contains(title[1], "reach:0") {
			t.Errorf("%s: %s", name, title[1])
		}
		t.Log(title[1])
	}
}
