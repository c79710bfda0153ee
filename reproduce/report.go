package reproduce

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/relift/relift"
	"github.com/relift/relift/internal/atomicfile"
)

// block is a piece of the report, in the order of reading: a heading, a text,
// a list, preformatted text, a table or a figure.
type block struct {
	heading string
	text    string
	list    []string
	code    string
	table   *sheet
	figure  *figure
	png     []byte // of the figure
}

// WriteReport writes report.html, report.md, a CSV file for each table and the
// figures into a folder and returns their paths.
func WriteReport(dir string, o Options, e Execution, out *Outcome) ([]string, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	blocks, err := compose(o, e, out)
	if err != nil {
		return nil, err
	}
	var files []string
	for i := range blocks {
		b := &blocks[i]
		switch {
		case b.table != nil:
			path := filepath.Join(dir, b.table.name+".csv")
			if err := atomicfile.Write(path, b.table.writeCSV); err != nil {
				return nil, err
			}
			files = append(files, path)
		case b.figure != nil:
			png, paths, err := b.figure.write(dir)
			if err != nil {
				return nil, err
			}
			b.png = png
			files = append(files, paths...)
		}
	}
	for _, page := range []struct {
		name  string
		write func(io.Writer, []block) error
	}{{"report.md", writeMarkdown}, {"report.html", writeHTML}} {
		path := filepath.Join(dir, page.name)
		if err := atomicfile.Write(path, func(w io.Writer) error { return page.write(w, blocks) }); err != nil {
			return nil, err
		}
		files = append(files, path)
	}
	return files, nil
}

const reportTitle = "Convex formulations for training two-layer ReLU networks: the evaluation, reproduced"

// compose makes the report of what there is.
func compose(o Options, e Execution, out *Outcome) ([]block, error) {
	effort := o.effort()
	blocks := []block{
		{text: "The experiments of K. Prakhya, T. Birdal and A. Yurtsever (ICLR 2025, arXiv 2410.22311), run by relift. Objectives are " +
			"½‖f(X) − Y‖² + (γ/2)·(sum of squared weights). Bounds called certified were verified by independent code and are rounded down; objectives of networks are rounded up."},
		{heading: "What the numbers say"},
	}
	if list := findings(out.Results, effort); len(list) > 0 {
		blocks = append(blocks, block{list: list})
	} else {
		blocks = append(blocks, block{text: "No experiment about the paper's claims has enough results yet."})
	}
	pictures, err := figures(out.Results, effort)
	if err != nil {
		return nil, err
	}
	section := func(heading, introduction string, tables []*sheet, names ...string) {
		var parts []block
		for _, f := range pictures {
			for _, name := range names {
				if strings.HasPrefix(f.name, name) {
					parts = append(parts, block{figure: f})
				}
			}
		}
		var tabular []block
		for _, t := range tables {
			if len(t.rows) > 0 {
				tabular = append(tabular, block{table: t})
			}
		}
		if len(tabular) == 0 {
			return
		}
		// The main table first, then the pictures, then the details.
		blocks = append(blocks, block{heading: heading}, block{text: introduction}, tabular[0])
		blocks = append(blocks, parts...)
		blocks = append(blocks, tabular[1:]...)
	}
	section("Tightness", "Random problems: Gaussian features, targets of a teacher with 100 random neurons (n = 25, d = 2, c = 5); the spiral has n = 60, d = 2, c = 3. "+
		"All without bias and from this program's own generator: the distributions are the paper's, the numbers of the problems are not. "+
		fmt.Sprintf("The optimum is exact to a relative %g. ", exactGap)+
		fmt.Sprintf("SGD is full-batch gradient descent with momentum 0.95 and a learning rate that is halved on plateaus, %d iterations, %d seeds; Frank–Wolfe has %d iterations, the published rounding %d, L-BFGS %d random starts.",
			effort.sgd, effort.seeds, effort.frankWolfe, effort.splitting, effort.starts),
		tightnessTables(collect(out.Results, Tightness), effort), "convergence", "gaps", spiralData)
	section("Classification", fmt.Sprintf("Half of the rows for testing, split %s; features as they are (MNIST: 20 principal components with one mean and one deviation for all); a bias is a column of ones. ", sklearnSplit)+
		"Ionosphere, Pima Indians and bank notes lose their first data row, which the original scripts read as a header. "+
		fmt.Sprintf("SGD: %d neurons, %d iterations, the best objective of %d seeds. The relaxation ends at a relative distance of %g between its value and its certified bound, or after %d Newton steps. ",
			sgdWidth, effort.sgdClass, effort.seeds, effort.relaxGap, effort.relaxInner)+
		fmt.Sprintf("Column generation with its branch and bound runs on iris to a gap of %g %%; it also ends after %v, the only limit here that depends on the machine. NNGP and NTK have γ as ridge, relative to the mean of the kernel's diagonal.",
			100*exactClassGap, exactClassTime),
		classificationTables(collect(out.Results, Classification)), "accuracy")
	section("Cost", "Each job alone on the machine's one thread, after all others. SGD has one run; the relaxation has the limits of the classification.",
		costTables(collect(out.Results, Cost)), "cost-")
	return append(blocks, aboutRun(o, e, out)...), nil
}

// aboutRun says how the report came to be and what is missing.
func aboutRun(o Options, e Execution, out *Outcome) []block {
	backend := e.LinearAlgebra.Description()
	command := e.Command
	if command == "" {
		command = "relift reproduce"
	}
	blocks := []block{
		{heading: "About this run"},
		{code: command},
		{list: []string{
			"relift " + relift.Version + ", " + runtime.Version() + ", " + runtime.GOOS + "/" + runtime.GOARCH,
			"BLAS: " + cmp.Or(backend.Config, backend.Name),
			fmt.Sprintf("processor: %s, %d threads in use; each job on one", processor(), runtime.GOMAXPROCS(0)),
			fmt.Sprintf("%d jobs finished, %d missing", len(out.Results), len(out.Missing)),
			"Seeds are fixed and methods limited by iterations and tolerances: another run with the same version and BLAS gives the same numbers, except for times.",
		}},
	}
	if o.Quick {
		blocks = append(blocks, block{text: "This is the quick plan, for a first look: fewer problems and methods, and so few iterations that some of them do not finish."})
	}
	if o.BankNotes == "" && o.wants(Classification) && !o.Quick {
		blocks = append(blocks, block{text: "The bank note data are not in this run, because no file was given with --bank-notes."})
	}
	if len(out.Missing) > 0 {
		blocks = append(blocks, block{text: "Jobs without a result, because the run was interrupted or they failed:"}, block{list: abbreviate(out.Missing, 40)})
	}
	return blocks
}

// abbreviate keeps the first names and says how many more there are.
func abbreviate(names []string, most int) []string {
	if len(names) <= most {
		return names
	}
	return append(append([]string{}, names[:most]...), fmt.Sprintf("and %d more", len(names)-most))
}

// processor names the processor where the system says it.
func processor() string {
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				return strings.TrimSpace(value)
			}
		}
	}
	return runtime.GOARCH
}
