package html

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/engine"
	"github.com/relift/relift/explain"
	"github.com/relift/relift/network"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/report"
	"github.com/relift/relift/report/figure"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/read"
	"github.com/relift/relift/table/recipe"
)

const hostile = `<script>alert("1")</script>&'` + "\x01"

// page is a report about a small table with hostile names.
func page(t *testing.T, classification bool) *Page {
	t.Helper()
	if classification {
		return pageOf(t, "a,b,c,y\n1,2,r,p\n2,1,s,q\n4,4,r,p\n0,3,s,q\n")
	}
	return pageOf(t, "a,b,c,y\n1,2,r,0.5\n2,1,s,1.5\n4,4,r,2.25\n0,3,s,3.75\n")
}

// tenClasses is a table of ten classes with long names, and so many rows that counts have three digits.
func tenClasses() string {
	var b strings.Builder
	b.WriteString("a,b,c,y\n")
	for i := range 1500 {
		fmt.Fprintf(&b, "%.3f,%.3f,%c,long class %d\n", math.Sin(float64(i)), math.Cos(float64(i*i)), 'r'+rune(i%3), i%10)
	}
	return b.String()
}

// largeNumbers is a regression on numbers of billions.
func largeNumbers() string {
	var b strings.Builder
	b.WriteString("revenue_of_the_whole_company_in_euros,b,the_region_where_it_is_sold,y\n")
	for i := range 40 {
		fmt.Fprintf(&b, "%d,%d,%s,%d\n", 123456789000+i*987654321, -i*50000, []string{"Mecklenburg-Vorpommern", "Nordrhein-Westfalen"}[i%2], int64(1e11)+int64(i)*7654321098)
	}
	return b.String()
}

// pageOf is a report about a table whose target is y and whose third feature has categories.
func pageOf(t *testing.T, text string) *Page {
	t.Helper()
	frame, err := read.Read("t.csv", strings.NewReader(text), table.FormatCSV)
	if err != nil {
		t.Fatal(err)
	}
	encoding, data, err := recipe.FitApply(frame, recipe.DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	classification := encoding.Task == recipe.TaskClassification
	encoding.Features[0].Name = hostile
	if classification {
		encoding.Classes[0] = hostile + "class"
	} else {
		encoding.Targets[0] = hostile + "target"
	}
	d, c := encoding.Dims()
	w := problem.Weights{U: mat.NewDense(3, d, nil), V: mat.NewDense(3, c, nil)}
	for j := range 3 {
		for k := range d {
			w.U.Set(j, k, math.Sin(float64(1+j+5*k)))
		}
		for k := range c {
			w.V.Set(j, k, math.Cos(float64(2+3*j+k)))
		}
	}
	m, err := network.New(w, encoding, network.Provenance{Gamma: 0.1})
	if err != nil {
		t.Fatal(err)
	}
	e, err := explain.New(m, data)
	if err != nil {
		t.Fatal(err)
	}
	slice, err := explain.NewSlice(m, data, e, [2]string{"0", "1"}, explain.SliceOptions{Cells: 10})
	if err != nil {
		t.Fatal(err)
	}
	nan := math.NaN()
	p := &Page{
		Summary: &report.Summary{
			Status: "gap_reached", StatusMeaning: "the certified gap is as small as was asked for", Method: "exact",
			LowerBound: 16.23456789, UpperBound: 16.5, RelativeGap: report.Number(engine.RelativeGap(16.23456789, 16.5)), BoundSource: "semidefinite relaxation",
			Network:  &report.Network{Width: 3, Objective: 16.5, DataLoss: 3.25},
			Data:     report.Data{Source: hostile + ".csv", Task: string(encoding.Task), Rows: 4, Features: 3, Outputs: c, Classes: encoding.Classes, Targets: encoding.Targets, Digest: "sha256:0123"},
			Settings: report.Settings{Reg: 0.125, Scale: "standard", Bias: true, Missing: "error", Method: "auto", Seed: 7, Gap: 0.001, Threads: 2, BLAS: "gonum"},
			Tuning: &report.Tuning{
				Gamma: 0.125, GammaPerRow: 0.03125, Metric: "accuracy", Higher: true, Folds: 2, Best: 1, Chosen: 1, GammaMax: 0.51, Path: []report.TuningPoint{
					{Gamma: 0.25, Mean: 0.5, Deviation: 0.25, Folds: []report.Number{0.25, 0.75}, Width: 7},
					{Gamma: 0.125, Mean: 0.75, Deviation: 0.125, Folds: []report.Number{0.625, 0.875}, Width: 3.5},
				},
			},
			Files: report.Files{Certificate: hostile + ".npz"}, Warnings: []string{hostile}, Version: "9.8.7", Seconds: 4,
		},
		History: []engine.Event{
			{Phase: "network", Bound: nan, Relaxed: nan, Network: 30, Elapsed: 10 * time.Millisecond},
			{Phase: "relax", Bound: math.Inf(-1), Relaxed: nan, Network: 20, Elapsed: 500 * time.Millisecond},
			{Phase: "relax", Bound: 10, Relaxed: nan, Network: 17, Elapsed: time.Second},
			{Phase: "signs", Outer: 1, Inner: 1, Bound: 11, Relaxed: nan, Network: 17, Elapsed: 1500 * time.Millisecond},
			{Phase: "signs", Outer: 12, Inner: 5, Bound: 15, Relaxed: nan, Network: 17, Elapsed: 2 * time.Second},
		},
		Explanation: e, Slice: slice, Train: m.EvaluateEncoded(data), Test: m.EvaluateEncoded(data),
		Command: "relift train " + hostile, Recheck: "relift verify " + hostile, CertificateDigest: "ab12cd", NumPyCheck: true,
		Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Go: "go1.26",
	}
	for _, feature := range []string{"0", "2"} {
		r, err := explain.NewResponse(m, data, e, feature)
		if err != nil {
			t.Fatal(err)
		}
		p.Responses = append(p.Responses, r)
	}
	if classification {
		p.Scores = &figure.Scores{Classes: encoding.Classes, Rows: "training rows", Outputs: m.Outputs(data.X), Actual: recipe.Argmax(data.Y)}
	} else {
		p.Errors = &figure.Errors{Target: encoding.Targets[0], Rows: "training rows", Predicted: mat.Col(nil, 0, m.Outputs(data.X)), True: mat.Col(nil, 0, data.Y)}
	}
	return p
}

// TestPaperHasItsOwnColours: of rules for the same colour the last one counts.
func TestPaperHasItsOwnColours(t *testing.T) {
	for name, want := range map[string]string{"--fg": "#000", "--soft": "#444", "--bound": "#0b5cad"} {
		last := ""
		for _, block := range regexp.MustCompile(`@media print\{:root\{([^}]*)\}`).FindAllStringSubmatch(style(), -1) {
			for declaration := range strings.SplitSeq(block[1], ";") {
				if value, ok := strings.CutPrefix(declaration, name+":"); ok {
					last = value
				}
			}
		}
		if last != want {
			t.Errorf("%s is %q on paper, want %q", name, last, want)
		}
	}
}

// writer is a page of any kind.
type writer interface{ Write(io.Writer) error }

func write(t *testing.T, p writer) string {
	t.Helper()
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// elements parses the page as XML, which its HTML is, too, and returns what is
// in it.
func elements(t *testing.T, text string) (starts []xml.StartElement, content string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	var b strings.Builder
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return starts, b.String()
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			starts = append(starts, token.Copy())
		case xml.CharData:
			b.Write(token)
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func pages(t *testing.T) map[string]writer {
	empty := &Page{Summary: &report.Summary{Data: report.Data{Source: "t.csv"}, LowerBound: 2, UpperBound: report.Number(math.Inf(1)), RelativeGap: 1}}
	large := pageOf(t, largeNumbers())
	large.Summary.LowerBound, large.Summary.UpperBound = 1.387863e11, 1.4e11
	for i := range large.History {
		large.History[i].Bound *= 1e10
		large.History[i].Network *= 1e10
	}
	return map[string]writer{
		"path": pathPage(), "classification": page(t, true), "regression": page(t, false), "bound alone": empty, "ten classes": pageOf(t, tenClasses()), "large numbers": large,
	}
}

func TestPageIsWellFormedAndSelfContained(t *testing.T) {
	for name, p := range pages(t) {
		t.Run(name, func(t *testing.T) {
			text := write(t, p)
			starts, _ := elements(t, text)
			ids := map[string]bool{}
			for _, e := range starts {
				if id := attribute(e, "id"); id != "" {
					if ids[id] {
						t.Errorf("id %q occurs twice", id)
					}
					ids[id] = true
				}
			}
			for _, e := range starts {
				for _, a := range e.Attr {
					switch a.Name.Local {
					case "src", "srcset", "action", "data", "poster":
						t.Errorf("<%s %s=%q> may load something", e.Name.Local, a.Name.Local, a.Value)
					case "href":
						if target, ok := strings.CutPrefix(a.Value, "#"); a.Value != "data:," && (!ok || !ids[target]) {
							t.Errorf("<%s href=%q> leads nowhere in the page", e.Name.Local, a.Value)
						}
					case "aria-labelledby":
						for id := range strings.FieldsSeq(a.Value) {
							if !ids[id] {
								t.Errorf("label %q is missing", id)
							}
						}
					}
					if strings.HasPrefix(a.Name.Local, "on") {
						t.Errorf("<%s %s> is script", e.Name.Local, a.Name.Local)
					}
				}
				switch e.Name.Local {
				case "script", "iframe", "object", "embed", "b", "i":
					t.Errorf("element <%s>", e.Name.Local)
				}
			}
			if regexp.MustCompile(`url\(|@import|https?://[^w]`).MatchString(text) || strings.Contains(strings.ReplaceAll(text, "http://www.w3.org/2000/svg", ""), "http://") {
				t.Error("the page refers to something outside")
			}
		})
	}
}

func TestAccessibility(t *testing.T) {
	for name, p := range pages(t) {
		starts, _ := elements(t, write(t, p))
		count := map[string]int{}
		level := 0
		for _, e := range starts {
			count[e.Name.Local]++
			switch e.Name.Local {
			case "svg":
				if attribute(e, "role") != "img" || attribute(e, "aria-labelledby") == "" {
					t.Errorf("%s: a picture without a name", name)
				}
			case "th":
				if attribute(e, "scope") == "" {
					t.Errorf("%s: a header cell without scope", name)
				}
			case "html":
				if attribute(e, "lang") != "en" {
					t.Errorf("%s: no language", name)
				}
			case "h1", "h2", "h3":
				next := int(e.Name.Local[1] - '0')
				if next > level+1 {
					t.Errorf("%s: <%s> after level %d", name, e.Name.Local, level)
				}
				level = next
			}
		}
		for _, landmark := range []string{"header", "nav", "main", "footer", "h1", "title"} {
			if landmark != "title" && count[landmark] != 1 || count[landmark] == 0 {
				t.Errorf("%s: %d <%s>, want 1", name, count[landmark], landmark)
			}
		}
		if count["caption"] != count["table"] || count["figcaption"] != count["svg"] || count["desc"] != count["svg"] {
			t.Errorf("%s: captions are missing: %v", name, count)
		}
	}
}

func TestHostileNamesAreText(t *testing.T) {
	for _, classification := range []bool{true, false} {
		text := write(t, page(t, classification))
		for _, markup := range []string{"<script", "alert(\"", "\x01"} {
			if strings.Contains(text, markup) {
				t.Errorf("%q is in the page", markup)
			}
		}
		_, content := elements(t, text)
		if !strings.Contains(content, `<script>alert("1")</script>&'`) {
			t.Error("the names are not shown as they are")
		}
	}
}

func TestPageHasTheNumbersOfTheResult(t *testing.T) {
	_, content := elements(t, write(t, page(t, true)))
	for _, want := range []string{
		"16.23456", "16.5", "1.61\u00a0%", "No two-layer ReLU network of any width can have an objective below 16.23456 on these data",
		"gap_reached", "the certified gap is as small as was asked for", "0.125", "exact (picked by auto)", "9.8.7", "gonum", "go1.26", "ab12cd", "sha256:0123",
		"relift verify ", "import sys, numpy as np", "2 January 2026", "Confusion matrix", "activation patterns", "3.25",
	} {
		if !strings.Contains(content, want) {
			t.Errorf("%q is not in the page", want)
		}
	}
	if strings.Contains(content, "16.23457") {
		t.Error("the bound was rounded up")
	}
	p := page(t, true)
	p.Recheck, p.CertificateDigest = "", ""
	if _, content := elements(t, write(t, p)); !strings.Contains(content, "not kept") || !strings.Contains(content, "--certificate FILE.npz") {
		t.Error("without a certificate file the page does not say how to get one")
	}
	p = page(t, true)
	p.NumPyCheck = false
	if _, content := elements(t, write(t, p)); strings.Contains(content, "import sys") || !strings.Contains(content, "proof-format.md") {
		t.Error("a tree cannot be checked by the lines of NumPy")
	}
}

func TestCrossValidation(t *testing.T) {
	p := page(t, true)
	text := write(t, p)
	for _, want := range []string{"0.125 ✓</th><td>0.75</td><td>0.125</td><td>4</td>", `<th scope="row">0.25</th>`, "Accuracy of 2-fold cross-validation", "validation-title"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not have %q", want)
		}
	}
	p.Summary.Tuning.Path = p.Summary.Tuning.Path[1:]
	p.Summary.Tuning.Chosen = 0
	if text := write(t, p); strings.Contains(text, "validation-title") || !strings.Contains(text, "0.125 ✓</th>") {
		t.Error("a path of one point has a picture, or no table")
	}
	p.Summary.Tuning = nil
	if text := write(t, p); strings.Contains(text, `id="validation"`) {
		t.Error("there is a section without a cross-validation")
	}
}

func TestConfusionMatrix(t *testing.T) {
	p := page(t, true)
	text := write(t, p)
	for i, row := range p.Train.Classification.Confusion {
		cells := ""
		for k, n := range row {
			cells += fmt.Sprintf(`<td class="heat\d( right)?">%d</td>`, n)
			_ = k
		}
		if !regexp.MustCompile(cells).MatchString(text) {
			t.Errorf("row %d %v is not in the page", i, row)
		}
	}
}

func TestSave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.html")
	p := page(t, true)
	if err := p.Save(path); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil || string(content) != write(t, p) {
		t.Errorf("the file is not what Write writes: %v", err)
	}
	if err := (&Page{}).Save(filepath.Join(t.TempDir(), "r.html")); err == nil {
		t.Error("a page without a summary")
	}
}

func TestHistoryKeepsTheLastRowAndIsBounded(t *testing.T) {
	for _, n := range []int{0, 1, 5, mostRows - 1, mostRows, 3*mostRows + 17} {
		var h History
		for i := range n {
			h.Record(engine.Event{Outer: i})
		}
		rows := h.Rows()
		if len(rows) > mostRows || n > 0 && rows[len(rows)-1].Outer != n-1 || n > 0 && rows[0].Outer != 0 {
			t.Errorf("%d rows: %d kept, from %v to %v", n, len(rows), rows[:min(1, len(rows))], rows[max(0, len(rows)-1):])
		}
		for i := 1; i < len(rows); i++ {
			if rows[i].Outer <= rows[i-1].Outer {
				t.Fatalf("%d rows: row %d is out of order", n, i)
			}
		}
	}
}

func TestConvergenceShowsTheVerifiedResult(t *testing.T) {
	p := &Page{
		Summary: &report.Summary{LowerBound: 2, UpperBound: 4, Network: &report.Network{}, Seconds: 3},
		History: []engine.Event{{Bound: 3, Network: 5, Elapsed: time.Second}},
	}
	if f := p.view().Convergence; f == nil || !strings.Contains(string(f.Picture), "After 3 seconds the certified bound is 2 and the network") {
		t.Errorf("figure %+v", f)
	}
}
