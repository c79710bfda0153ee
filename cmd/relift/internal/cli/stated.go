package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/relift/relift"
	"github.com/relift/relift/certificate/verify"
	"github.com/relift/relift/internal/certfile"
	"github.com/relift/relift/report"
	"github.com/relift/relift/table/recipe"
)

// stated is what a certificate file says about the problem that its bound is for.
type stated struct {
	Gamma   float64 `json:"gamma"`
	Loss    string  `json:"loss"`
	Delta   float64 `json:"huber_delta,omitempty"`
	Rows    int     `json:"rows"`
	Columns int     `json:"columns"` // of X
	Outputs int     `json:"outputs"`
	// Weighted and Intercept say whether rows have weights and networks a free intercept.
	Weighted  bool `json:"weighted,omitempty"`
	Intercept bool `json:"intercept,omitempty"`
	// Source and Recipe say how X and Y were made of a table.  They are not part of the
	// proof: only a comparison with the table shows that they are true.
	Source string `json:"source,omitempty"`
	Recipe *plan  `json:"recipe"` // null when the file does not state it

	everyGamma bool // whether the proof is for every γ, and Gamma the one that was asked for
}

func statedBy(f *certfile.File) stated {
	s := stated{Gamma: f.Gamma, Loss: oneLine(f.Loss), Delta: f.Delta, Rows: f.X.Rows, Columns: f.X.Cols, Outputs: f.Y.Cols, Weighted: f.Weights != nil, Intercept: f.Intercept, everyGamma: f.EveryGamma()}
	var origin relift.Origin
	var r plan
	if json.Unmarshal(f.Settings, &origin) == nil {
		s.Source = origin.Source
		if json.Unmarshal(origin.Recipe, &r) == nil {
			s.Recipe = &r
		}
	}
	return s
}

// writeTo writes what the bound is for, in two lines, of which the first says whether it is proved.
func (s stated) writeTo(b *strings.Builder, proved bool) {
	loss := s.Loss + " loss"
	if s.Loss == "squared" {
		loss += " ½‖f(X) − Y‖²"
	}
	if s.Delta > 0 {
		loss += fmt.Sprintf(" (δ = %g)", s.Delta)
	}
	if s.Weighted {
		loss += ", rows weighted"
	}
	if s.Intercept {
		loss += ", a free intercept"
	}
	label := "claimed for"
	if proved {
		label = "proved for "
	}
	fmt.Fprintf(b, "\n%s γ = %v, %s, %s, %s of X, %s\n", label, s.Gamma, loss, report.Plural(s.Rows, "row", "rows"),
		report.Plural(s.Columns, "column", "columns"), report.Plural(s.Outputs, "output", "outputs"))
	source := s.Source
	if source == "" {
		source = "a table that is not stated"
	}
	if s.Recipe == nil {
		fmt.Fprintf(b, "made from   %s; target, scale, bias and encoding: not stated\n", source)
		return
	}
	var parts []string
	for _, p := range partsOf(&s.Recipe.Plan) {
		if p.value != "" {
			parts = append(parts, p.flag+" "+p.value)
		}
	}
	fmt.Fprintf(b, "made from   %s, as the file states: %s\n", source, strings.Join(parts, ", "))
}

// part is a setting of a recipe as text, by the name of its flag; "" is the default.
type part struct {
	flag, value string
	list        bool // names of columns, which can say the same in several ways
}

func partsOf(r *recipe.Plan) []part {
	list := func(names []string) string { return strings.Join(names, ",") }
	dates := "" // the default
	if r.Dates {
		dates = "true"
	}
	return []part{
		{"target", list(r.Targets), true}, {"task", string(r.Task), false}, {"features", list(r.Features), true}, {"drop", list(r.Drop), true},
		{"categorical", list(r.Categorical), true}, {"missing", string(r.Missing), false}, {"scale", string(r.Scale), false},
		{"bias", strconv.FormatBool(r.Bias), false}, {"split", r.Split, false}, {"dates", dates, false}, {"date-order", string(r.DateOrder), false},
		{"weight", r.Weight, true}, {"class-weight", string(r.ClassWeight), false},
	}
}

// expectation is what the caller of relift verify says that the certificate is
// about.
type expectation struct {
	dataFlags
	reg     float64
	changed func(flag string) bool // whether the caller gave it
}

// lossOr is the loss that the caller names, or the one that the file states.
func (e *expectation) lossOr(stated string) string {
	if e.Loss == autoLoss {
		return stated
	}
	return e.lossName()
}

// compare holds what the file states against what the caller says.  Lists of
// columns are left to the comparison with the table where there is one.
func (e *expectation) compare(s stated, withTable bool) []verify.Check {
	var checks []verify.Check
	add := func(flag, have, want string) {
		switch {
		case have == want:
			checks = append(checks, verify.Check{Name: flag, Passed: true, Detail: fmt.Sprintf("the certificate states %s, as --%s does", have, flag)})
		case have == "":
			checks = append(checks, verify.Check{Name: flag, Detail: fmt.Sprintf("the certificate does not state it, and --%s is %s", flag, want)})
		default:
			checks = append(checks, verify.Check{Name: flag, Detail: fmt.Sprintf("the certificate is for %s, and --%s is %s", have, flag, want)})
		}
	}
	switch reg := strconv.FormatFloat(e.reg, 'g', -1, 64); {
	case e.changed("reg") && s.everyGamma && s.Gamma == e.reg:
		checks = append(checks, verify.Check{Name: "reg", Passed: true, Detail: "the proof gives a bound for every γ, here for γ = " + reg + " as --reg says"})
	case e.changed("reg"):
		add("reg", "γ = "+strconv.FormatFloat(s.Gamma, 'g', -1, 64), "γ = "+reg)
	}
	for _, of := range []struct{ flag, have, want string }{
		{"loss", s.Loss + " loss", e.lossOr(s.Loss) + " loss"},
		{"huber-delta", fmt.Sprintf("δ = %g", s.Delta), fmt.Sprintf("δ = %g", e.Delta)},
		{"intercept", map[bool]string{true: "a free intercept", false: "no intercept"}[s.Intercept], map[bool]string{true: "a free intercept", false: "no intercept"}[e.Intercept]},
	} {
		if e.changed(of.flag) {
			add(of.flag, of.have, of.want)
		}
	}
	have := map[string]string{}
	if s.Recipe != nil {
		for _, p := range partsOf(&s.Recipe.Plan) {
			have[p.flag] = p.value
		}
	}
	for _, p := range partsOf(&e.Plan) {
		if e.changed(p.flag) && !(withTable && (p.list || s.Recipe == nil)) {
			add(p.flag, have[p.flag], p.value)
		}
	}
	return checks
}

// objective holds the loss, the intercept and the weights of the file's rows against what was asked for and the weights that the table gives.
func (s stated) objective(f *certfile.File, want objective, weights []float64) verify.Check {
	failed := func(format string, args ...any) verify.Check {
		return verify.Check{Name: "objective", Detail: fmt.Sprintf(format, args...)}
	}
	with := map[bool]string{true: "with a free intercept", false: "without an intercept"}
	switch {
	case s.Loss != want.lossName():
		return failed("the certificate is for the %s loss, and what was asked for is the %s loss; expected --loss %s for this one", s.Loss, want.lossName(), s.Loss)
	case s.Delta != want.delta():
		return failed("the certificate is for δ = %g of the Huber loss, and what was asked for is %g", s.Delta, want.Delta)
	case s.Intercept != want.Intercept:
		return failed("the certificate is for networks %s, and what was asked for are those %s", with[s.Intercept], with[want.Intercept])
	case f.Weights == nil && weights != nil:
		return failed("the certificate is for rows that count alike, and the table gives them weights")
	case f.Weights != nil && weights == nil:
		return failed("the certificate is for rows with weights, and the table gives them none; expected --weight or --class-weight, if they come from it")
	case !slices.Equal(f.Weights, weights):
		return failed("the weights of the rows are others than those of the table")
	}
	detail := "the bound is for the " + s.Loss + " loss"
	if s.Intercept {
		detail += " with a free intercept"
	}
	if weights != nil {
		return verify.Check{Name: "objective", Passed: true, Detail: detail + ", with the rows' weights of the table"}
	}
	return verify.Check{Name: "objective", Passed: true, Detail: detail + ", with every row counted alike"}
}

// recipeFor is the one that the file states, with what the caller says in its place.
func (e *expectation) recipeFor(s stated) (r plan, known bool) {
	if s.Recipe == nil {
		for _, p := range partsOf(&e.Plan) {
			known = known || e.changed(p.flag)
		}
		if !known {
			return r, false
		}
		r = plan{e.Plan, objective{Delta: e.Delta}} // that of the paper, where the flags do not say otherwise
	} else {
		r = *s.Recipe
	}
	for flag, take := range map[string]func(){
		"target": func() { r.Targets = e.Targets }, "task": func() { r.Task = e.Task }, "features": func() { r.Features = e.Features },
		"drop": func() { r.Drop = e.Drop }, "categorical": func() { r.Categorical = e.Categorical }, "missing": func() { r.Missing = e.Missing },
		"scale": func() { r.Scale = e.Scale }, "bias": func() { r.Bias = e.Bias }, "split": func() { r.Split = e.Split }, "dates": func() { r.Dates = e.Dates }, "date-order": func() { r.DateOrder = e.DateOrder },
		"loss": func() { r.Loss = e.lossOr(s.Loss) }, "huber-delta": func() { r.Delta = e.Delta }, "intercept": func() { r.Intercept = e.Intercept },
		"weight": func() { r.Weight = e.Weight }, "class-weight": func() { r.ClassWeight = e.ClassWeight },
	} {
		if e.changed(flag) {
			take()
		}
	}
	r.Coding = r.coding()
	return r, true
}

// compareTable makes X and Y of the table, as the caller says and else as the
// certificate says, and compares every number.  A table that cannot be encoded
// so is not the certificate's: a failed check, not an error.  The objective is compared as well, with the weights that the table gives its rows.
func (e *expectation) compareTable(ctx context.Context, path, data string, f *certfile.File, s stated) ([]verify.Check, error) {
	r, known := e.recipeFor(s)
	if !known {
		return nil, badInputf("%s: does not say how its X and Y were made of a table, so that %s cannot be compared; expected a certificate that relift train, bound, path or audit wrote, or flags such as --target and --scale", path, data)
	}
	frame, err := e.readFlags.open(ctx, data, r.Reading, r.Targets, r.Categorical)
	if err != nil {
		return nil, err
	}
	p, err := encode(data, frame, r.Plan)
	if err != nil {
		return []verify.Check{{Name: tableCheck, Detail: oneLine(err.Error())}}, nil
	}
	table := verify.VerifyTable(&verify.Claims{X: f.X, Y: f.Y}, certfile.Matrix(p.train.X), certfile.Matrix(p.train.Y))
	return []verify.Check{s.objective(f, r.objective, p.train.Weights), table}, nil
}

// tableCheck is the name of the check of verify.VerifyTable.
const tableCheck = "table"
