package html

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/relift/relift/engine"
	"github.com/relift/relift/explain"
	"github.com/relift/relift/internal/atomicfile"
	"github.com/relift/relift/network"
	"github.com/relift/relift/report"
	"github.com/relift/relift/report/chart"
	"github.com/relift/relift/report/figure"
)

// Page is what a report shows.  Only Summary is needed; a part without data is
// left out.
type Page struct {
	Summary     *report.Summary
	History     []engine.Event       // of the run, in order
	Explanation *explain.Explanation // of the network on its training rows
	Slice       *explain.Slice       // its decision regions
	Responses   []*explain.Response  // of its outputs to the strongest features
	Train, Test *network.Metrics
	Errors      *figure.Errors // of a regression
	Scores      *figure.Scores // of a classification

	Command           string    // that made the run, as it can be typed again
	Recheck           string    // command that verifies the certificate
	CertificateDigest string    // SHA-256 of the certificate's file, in hexadecimal
	NumPyCheck        bool      // the proof is multipliers at the root, which a few lines of NumPy check
	Created           time.Time // zero: not shown
	Go                string    // version of Go
}

//go:embed page.html
var pageSource string

//go:embed page.css
var pageStyle string

//go:embed check.py
var numpyCheck string

var pageTemplate = framed("page", pageSource)

// mostNeurons is the number of neurons of the page's table.
const mostNeurons = 20

// Save writes the page into a file, whole or not at all.
func (p *Page) Save(path string) error {
	return atomicfile.Write(path, p.Write)
}

// Write writes the page.
func (p *Page) Write(w io.Writer) error {
	if p.Summary == nil {
		return fmt.Errorf("report: no summary; expected one")
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, p.view()); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	// Names may have characters that neither HTML nor XML allows.
	_, err := io.WriteString(w, printable(b.String()))
	return err
}

// view is what the template shows, every number already a text.
type view struct {
	*Page
	Frame       frame
	Check       string
	Task        string
	Lower       string
	Upper       string
	Gap         string
	Meaning     string
	Share       float64 // lower/upper in percent, for the bar
	DataLoss    string
	LossText    string // what the data loss is a sum of
	Convergence *picture
	GapChart    *picture
	TreeChart   *picture
	Validation  *picture
	Tried       []validationLine
	Regions     *picture
	Responses   []*picture
	Quality     []*picture // residuals, or receiver operating characteristic and calibration
	Steps       []stepView
	Fits        []fitView
	Neurons     []neuronView
	MoreNeurons int
	NeuronFacts []string
	Settings    []pair
	Versions    []pair
	Features    []pair
}

type pair struct{ Name, Value string }

type stepView struct{ Seconds, Phase, Bound, Network, Gap string }

type neuronView struct {
	Number                     int
	Share, Rows, Where, Effect string
}

// fitView is the quality on one set of rows.
type fitView struct {
	Name     string
	Text     string
	Classes  []string
	Lines    []confusionLine
	Outputs  []network.OutputErrors
	NoMatrix bool
}

type confusionLine struct {
	Class  string
	Cells  []confusionCell
	Recall string
}

type confusionCell struct {
	Count int
	Heat  int  // 0 to 5
	Right bool // predicted as what it is
}

func (p *Page) view() view {
	s := p.Summary
	rows := finished(p.History, s)
	v := view{
		Page: p, Frame: newFrame("report", s.Data.Source, s.Version, p.Created), Check: numpyCheck, Task: s.Data.Task,
		Lower: typeset(report.Below(s.LowerBound)), Upper: typeset(report.Above(s.UpperBound)), Gap: unbroken(report.Percent(float64(s.RelativeGap))), Meaning: typeset(unbroken(s.Meaning())),
		Convergence: pictureOf(figure.Convergence(rows)), GapChart: pictureOf(figure.Gap(rows)), TreeChart: pictureOf(figure.Tree(rows)), Regions: pictureOf(figure.Regions(p.Slice)),
		Validation: pictureOf(figure.Validation(s.Tuning)), Tried: validationLines(s.Tuning),
		Steps: stepViews(rows),
	}
	for _, f := range []*figure.Figure{figure.Residuals(p.Errors), figure.ROC(p.Scores), figure.Calibration(p.Scores)} {
		if f != nil {
			v.Quality = append(v.Quality, pictureOf(f))
		}
	}
	for i, r := range p.Responses {
		v.Responses = append(v.Responses, pictureOf(figure.Response(fmt.Sprintf("response-%d", i+1), r)))
	}
	if s.Network != nil {
		v.Share = min(max(100*float64(s.LowerBound)/float64(s.UpperBound), 0), 100)
		if math.IsNaN(v.Share) {
			v.Share = 100 // 0 of 0: no network is better than one without any loss
		}
		v.DataLoss, v.LossText = chart.Number(float64(s.Network.DataLoss)), lossText(s.Settings.Loss)
	}
	if p.Train != nil {
		v.Fits = append(v.Fits, fitOf("Training rows", p.Train))
	}
	if p.Test != nil {
		v.Fits = append(v.Fits, fitOf("Test rows", p.Test))
	}
	if e := p.Explanation; e != nil {
		v.Neurons, v.MoreNeurons = neuronViews(e)
		v.NeuronFacts = facts(e)
		for i, f := range e.Features {
			if i == 8 && len(e.Features) > 9 {
				v.Features = append(v.Features, pair{fmt.Sprintf("%d more", len(e.Features)-i), ""})
				break
			}
			v.Features = append(v.Features, pair{f.Feature, unbroken(fmt.Sprintf("%.1f %%", 100*f.Share))})
		}
	}
	v.Settings, v.Versions = settingPairs(s), versionPairs(p)
	return v
}

// picture is a figure as the template shows it.
type picture struct {
	Picture template.HTML
	Caption string
}

func pictureOf(f *figure.Figure) *picture {
	if f == nil {
		return nil
	}
	return &picture{template.HTML(f.Inline()), f.Caption} // text is escaped on its way in
}

// style is the style sheet: the colours and rules of charts, and those of the page, whose colours on paper come last.
func style() string {
	return ":root{" + chart.Variables(false) + "}@media (prefers-color-scheme:dark){:root{" + chart.Variables(true) + "}}@media print{:root{" + chart.Variables(false) + "}}" +
		chart.Rules("figure svg") + pageStyle
}

// printable replaces the characters that XML does not allow.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == 0xfffe || r == 0xffff {
			return '\ufffd'
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
}

// unbroken keeps numbers and their percent sign on one line.
func unbroken(text string) string { return strings.ReplaceAll(text, " %", "\u00a0%") }

var exponent = regexp.MustCompile(`(\d)e([+−-]\d+)`)

// typeset writes the powers of ten in a text as people do, every digit as it is.
func typeset(text string) string {
	return exponent.ReplaceAllStringFunc(text, func(found string) string {
		e, err := strconv.Atoi(strings.Replace(found[2:], "−", "-", 1))
		if err != nil {
			return found
		}
		return found[:1] + "·" + chart.Power(e)
	})
}

// stepViews are moments of the run, at most about 24.
func stepViews(rows []engine.Event) []stepView {
	const most = 24
	var out []stepView
	every := 1 + (len(rows)-1)/most
	for i, r := range rows {
		if i%every != 0 && i != len(rows)-1 {
			continue
		}
		v := stepView{fmt.Sprintf("%.2f", r.Elapsed.Seconds()), r.Phase, "–", "–", "–"}
		if !math.IsNaN(r.Bound) && !math.IsInf(r.Bound, 0) {
			v.Bound = typeset(report.Below(report.Number(r.Bound)))
		}
		if !math.IsNaN(r.Network) && !math.IsInf(r.Network, 0) {
			v.Network = typeset(report.Above(report.Number(r.Network)))
			if v.Bound != "–" {
				v.Gap = report.Percent(engine.RelativeGap(r.Bound, r.Network))
			}
		}
		out = append(out, v)
	}
	return out
}

// mostClasses is the number of classes beyond which there is no confusion
// matrix.
const mostClasses = 20

func fitOf(name string, m *network.Metrics) fitView {
	f := fitView{Name: name}
	if c := m.Classification; c != nil {
		f.Text = fmt.Sprintf("%.2f %% of %d rows are predicted as the class they are; the most frequent class alone has %.2f %%. Balanced accuracy %.2f %%, F1 %.4f",
			100*c.Accuracy, m.Rows, 100*c.Baseline, 100*c.BalancedAccuracy, c.F1)
		if c.AUC != nil {
			f.Text += fmt.Sprintf(", area under the ROC curve %.4f", *c.AUC)
		}
		if c.LogLoss != nil {
			f.Text += fmt.Sprintf(", log loss %.4f", *c.LogLoss)
		}
		f.Text += "."
		if len(c.Classes) > mostClasses {
			f.NoMatrix = true
			return f
		}
		f.Classes = c.Classes
		for i, counts := range c.Confusion {
			line := confusionLine{Class: c.Classes[i], Recall: "–"}
			if c.Recall[i] != nil {
				line.Recall = fmt.Sprintf("%.1f %%", 100**c.Recall[i])
			}
			total := 0
			for _, n := range counts {
				total += n
			}
			for k, n := range counts {
				cell := confusionCell{Count: n, Right: i == k}
				if n > 0 {
					cell.Heat = 1 + 4*n/max(total, 1)
				}
				line.Cells = append(line.Cells, cell)
			}
			f.Lines = append(f.Lines, line)
		}
	}
	if r := m.Regression; r != nil {
		f.Text = fmt.Sprintf("Root mean squared error %s, mean absolute error %s", chart.Number(r.RMSE), chart.Number(r.MAE))
		if r.R2 != nil {
			f.Text += fmt.Sprintf(", R² %.4f", *r.R2)
		}
		f.Text += fmt.Sprintf(" on %d rows; predicting the mean has a root mean squared error of %s.", m.Rows, chart.Number(r.Baseline))
		if len(r.Outputs) > 1 {
			f.Outputs = r.Outputs
		}
	}
	return f
}

func neuronViews(e *explain.Explanation) ([]neuronView, int) {
	var out []neuronView
	for _, n := range e.Neurons[:min(len(e.Neurons), mostNeurons)] {
		v := neuronView{Number: n.Number, Share: fmt.Sprintf("%.1f %%", 100*n.MainShare()), Where: typeset(n.Hyperplane)}
		if n.Active != nil {
			v.Rows = strconv.Itoa(*n.Active)
		}
		var parts []string
		for k, w := range n.Outputs {
			if k == 5 && len(n.Outputs) > 6 {
				parts = append(parts, fmt.Sprintf("%d more", len(n.Outputs)-k))
				break
			}
			parts = append(parts, fmt.Sprintf("%s %s", e.Outputs[k], typeset(fmt.Sprintf("%+.3g", float64(w)))))
		}
		v.Effect = strings.ReplaceAll(strings.Join(parts, ", "), "-", "−")
		out = append(out, v)
	}
	return out, max(len(e.Neurons)-mostNeurons, 0)
}

// facts says what stands out among the neurons.
func facts(e *explain.Explanation) []string {
	var out []string
	add := func(n int, one, many string) {
		if n == 1 {
			out = append(out, "1 neuron "+one+".")
		} else if n > 1 {
			out = append(out, fmt.Sprintf("%d neurons %s.", n, many))
		}
	}
	add(e.Count(explain.Dead), "is dead: it has zero weights and can be removed", "are dead: they have zero weights and can be removed")
	add(e.Count(explain.Never), "is active on none of the training rows", "are active on none of the training rows")
	add(e.Count(explain.Always), "is active on every training row and is linear there", "are active on every training row and are linear there")
	kinds := map[explain.RedundancyKind]int{}
	for _, r := range e.Redundancies {
		kinds[r.Kind]++
	}
	for _, kind := range []explain.RedundancyKind{explain.SameDirection, explain.Opposite, explain.SameRows} {
		if n := kinds[kind]; n == 1 {
			out = append(out, "One group of neurons: they "+kind.Meaning()+".")
		} else if n > 1 {
			out = append(out, fmt.Sprintf("%d groups of neurons: those of a group %s.", n, kind.Meaning()))
		}
	}
	if n := len(e.Patterns); n > 0 {
		out = append(out, fmt.Sprintf("The training rows have %d activation patterns; on the rows of one the network is a single linear map.", n))
	}
	return out
}

// lossText says what a loss is, by its name in the settings.
func lossText(name string) string {
	switch name {
	case "huber":
		return "the sum of the Huber losses"
	case "logistic", "softmax":
		return "the sum of minus the logarithms of the true classes' probabilities"
	}
	return "half the sum of squared errors"
}

func settingPairs(s *report.Summary) []pair {
	t := s.Settings
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	out := []pair{
		{"weight decay γ (reg)", number(t.Reg)}, {"scale", t.Scale}, {"bias", map[bool]string{true: "yes", false: "no"}[t.Bias]},
		{"missing values", t.Missing}, {"method", s.Method},
	}
	if t.Method == "auto" {
		out[len(out)-1].Value += " (picked by auto)"
	}
	if t.Loss != "" && t.Loss != "squared" {
		out = append(out, pair{"loss", t.Loss})
	}
	if t.HuberDelta > 0 {
		out = append(out, pair{"δ of the Huber loss", number(t.HuberDelta)})
	}
	if t.Intercept {
		out = append(out, pair{"intercept", "yes, not decayed"})
	}
	if t.Weight != "" {
		out = append(out, pair{"weights of the rows", t.Weight})
	}
	if t.ClassWeight != "" {
		out = append(out, pair{"weights of the classes", t.ClassWeight})
	}
	if t.Split != "" {
		out = append(out, pair{"split", t.Split})
	}
	if t.Relaxation == "published" {
		out = append(out, pair{"relaxation", t.Relaxation})
	}
	if t.Width > 0 {
		out = append(out, pair{"width, at most", strconv.Itoa(t.Width)})
	}
	if t.Effort > 0 {
		out = append(out, pair{"effort, in passes", strconv.Itoa(t.Effort)})
	}
	out = append(out, pair{"seed", strconv.FormatUint(t.Seed, 10)})
	if t.TimeLimit > 0 {
		out = append(out, pair{"time limit", number(t.TimeLimit) + " s"})
	}
	if s.Network != nil {
		out = append(out, pair{"stop at gap", number(t.Gap)})
	}
	return append(out, pair{"threads", strconv.Itoa(t.Threads)})
}

func versionPairs(p *Page) []pair {
	s := p.Summary
	out := []pair{{"relift", s.Version}}
	if p.Go != "" {
		out = append(out, pair{"Go", p.Go})
	}
	return append(out, pair{"linear algebra", s.Settings.BLAS}, pair{"time of the run", fmt.Sprintf("%.1f s", float64(s.Seconds))})
}
