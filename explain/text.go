package explain

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/report"
	"github.com/relift/relift/table/recipe"
)

// The numbers of lines of the text's lists; JSON has everything.
const (
	mostNeurons      = 30
	mostPatterns     = 10
	mostFeatures     = 10
	mostRedundancies = 10
)

// WriteText writes the explanation for people.
func (e *Explanation) WriteText(w io.Writer) error {
	var b strings.Builder
	e.writeHead(&b)
	e.writeNeurons(&b)
	e.writeRedundancies(&b)
	e.writePatterns(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (e *Explanation) writeHead(b *strings.Builder) {
	fmt.Fprintf(b, "network    %s, %s of %d features\n", count(e.Width, "neuron", "neurons"), e.Task, len(e.Features))
	rows := "none; shares are those of the weights"
	if e.Rows > 0 {
		rows = count(e.Rows, "row", "rows")
		if e.Trained {
			rows += ", those the network was trained on"
		}
	}
	fmt.Fprintf(b, "data       %s\n", rows)
	var parts []string
	for i, f := range e.Features {
		if i == mostFeatures && len(e.Features) > mostFeatures+1 {
			parts = append(parts, fmt.Sprintf("and %d more", len(e.Features)-mostFeatures))
			break
		}
		parts = append(parts, fmt.Sprintf("%s %s", printable.Line(f.Feature), percent(f.Share)))
	}
	fmt.Fprintf(b, "influence  %s\n", strings.Join(parts, ", "))
	for _, s := range []struct {
		label string
		state State
		text  string
	}{
		{"dead", Dead, "zero weights: can be removed without any change"},
		{"inactive", Never, "active on none of the rows"},
		{"linear", Always, "active on all of the rows"},
	} {
		if n := e.Count(s.state); n > 0 {
			fmt.Fprintf(b, "%-10s %s, %s\n", s.label, count(n, "neuron", "neurons"), s.text)
		}
	}
}

// writeNeurons lists the neurons by share.
func (e *Explanation) writeNeurons(b *strings.Builder) {
	if e.Width == 0 {
		b.WriteString("\nWithout neurons every output is zero.\n")
		return
	}
	header := []string{"neuron", "share"}
	if e.Rows > 0 {
		header = append(header, "rows")
	}
	if e.ClassRows != nil {
		header = append(header, "by class")
	}
	header = append(header, "output weights", "active where")
	table := [][]string{header}
	for _, n := range e.Neurons[:min(len(e.Neurons), mostNeurons)] {
		line := []string{fmt.Sprint(n.Number), percent(n.MainShare())}
		if e.Rows > 0 {
			line = append(line, fmt.Sprint(*n.Active))
		}
		if e.ClassRows != nil {
			line = append(line, e.byClass(n.ByClass))
		}
		where := n.Hyperplane
		if n.State == Dead {
			where += "  (dead)"
		}
		table = append(table, append(line, e.outputs(n), where))
	}
	b.WriteByte('\n')
	writeTable(b, table)
	if more := len(e.Neurons) - mostNeurons; more > 0 {
		fmt.Fprintf(b, "… and %s with smaller shares; --json lists all\n", count(more, "neuron", "neurons"))
	}
	if e.Task == recipe.TaskClassification {
		fmt.Fprintf(b, "\nClasses: %s. ", abbreviate(e.Outputs, 12))
	} else {
		fmt.Fprintf(b, "\nTargets: %s. ", abbreviate(e.Outputs, 12))
	}
	b.WriteString("A neuron adds its output weights times the left side less the right side of its condition.\n")
	if e.Intercept != nil {
		fmt.Fprintf(b, "Beside the neurons the outputs have the intercept %s.\n", perOutput(e.Intercept))
	}
}

// outputs renders a neuron's output weights.
func (e *Explanation) outputs(n Neuron) string { return perOutput(n.Outputs) }

// perOutput renders a number for each output.
func perOutput(outputs []report.Number) string {
	const most = 6
	var parts []string
	for k, v := range outputs {
		if k == most && len(outputs) > most+1 {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, short(float64(v)))
	}
	return strings.Join(parts, " ")
}

// byClass renders counts of classes.
func (e *Explanation) byClass(counts []int) string {
	const most = 6
	var parts []string
	for k, v := range counts {
		if k == most && len(counts) > most+1 {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, fmt.Sprint(v))
	}
	return strings.Join(parts, "/")
}

func (e *Explanation) writeRedundancies(b *strings.Builder) {
	for i, r := range e.Redundancies {
		if i == 0 {
			b.WriteString("\nRepetitions\n")
		}
		if i == mostRedundancies {
			fmt.Fprintf(b, "  … and %d more; --json lists all\n", len(e.Redundancies)-i)
			break
		}
		fmt.Fprintf(b, "  neurons %s %s\n", list(r.Neurons, 12), r.Kind.Meaning())
	}
}

func (e *Explanation) writePatterns(b *strings.Builder) {
	for i, p := range e.Patterns {
		if i == 0 {
			fmt.Fprintf(b, "\nActivation patterns: %d on %s; on the rows of one the network is linear\n", len(e.Patterns), count(e.Rows, "row", "rows"))
		}
		if i == mostPatterns {
			fmt.Fprintf(b, "  … and %d more; --json lists all\n", len(e.Patterns)-i)
			break
		}
		classes := ""
		if p.ByClass != nil {
			classes = " (" + e.byClass(p.ByClass) + ")"
		}
		fmt.Fprintf(b, "  %s%s: %s active: %s\n", count(len(p.Rows), "row", "rows"), classes, count(len(p.Neurons), "neuron", "neurons"), list(p.Neurons, 16))
	}
}

// writeTable writes columns, all but the last two to the right.
func writeTable(b *strings.Builder, lines [][]string) {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for k, cell := range line {
			widths[k] = max(widths[k], len([]rune(cell)))
		}
	}
	for _, line := range lines {
		for k, cell := range line {
			pad := strings.Repeat(" ", widths[k]-len([]rune(cell)))
			switch {
			case k == len(line)-1:
				b.WriteString("  " + cell)
			case k == 0:
				b.WriteString(pad + cell)
			default:
				b.WriteString("  " + pad + cell)
			}
		}
		b.WriteByte('\n')
	}
}

// percent renders a share in percent with one decimal.
func percent(f float64) string {
	if math.IsNaN(f) {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*f)
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// list joins numbers and says how many more there are.
func list(x []int, most int) string {
	var parts []string
	for i, v := range x {
		if i == most {
			parts = append(parts, fmt.Sprintf("… (%d more)", len(x)-most))
			break
		}
		parts = append(parts, fmt.Sprint(v))
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, " ")
}

func abbreviate(names []string, most int) string {
	shown := make([]string, len(names))
	for i, name := range names {
		shown[i] = printable.Line(name)
	}
	names = shown
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most-1], ", "), len(names)-most+1)
}
