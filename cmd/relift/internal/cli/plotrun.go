package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/relift/relift"
	"github.com/relift/relift/report"
	"github.com/relift/relift/report/figure"
)

// course is a figure of a run, and what a run needs to have one.
type course struct {
	draw   func([]relift.Event) *figure.Figure
	needed string
}

// courses are the figures that relift plot draws from the log of a run.
var courses = map[string]course{
	"convergence": {figure.Convergence, "two events"},
	"gap":         {figure.Gap, "two events and a network"},
	"tree":        {figure.Tree, "a branch and bound on signs (--method signs)"},
}

// plotRun draws a figure of the run whose log is at path.
func (f *plotFlags) plotRun(name string, c course, path string) error {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return badInputf("%s: no such file; expected that of relift train --log", path)
	}
	if err != nil {
		return badInput(err)
	}
	defer file.Close()
	events, err := report.ReadLog(file)
	if err != nil {
		return badInput(fmt.Errorf("%s: %w", path, err))
	}
	picture := c.draw(events)
	if picture == nil {
		return badInputf("%s: the run has nothing to draw as %s; expected one with %s", path, name, c.needed)
	}
	return f.save(picture)
}

// save writes the picture.
func (f *plotFlags) save(picture *figure.Figure) error {
	if err := picture.Save(f.output); err != nil {
		return internal(fmt.Errorf("--output %s: %w", f.output, err))
	}
	return nil
}
