package report

import (
	"fmt"
	"math"
	"strconv"
)

// Tuning is the choice of γ by cross-validation.
type Tuning struct {
	Gamma            Number        `json:"gamma"`         // that was chosen
	GammaPerRow      Number        `json:"gamma_per_row"` // γ/n, which suits more rows of the same kind, too
	Metric           string        `json:"metric"`        // what the networks were judged by
	Higher           bool          `json:"higher_is_better"`
	Folds            int           `json:"folds"`
	Division         string        `json:"division"` // of the rows: random, classes, groups or order
	Rows             int           `json:"rows"`     // that took part
	OneStandardError bool          `json:"one_standard_error"`
	Status           string        `json:"status"`    // why the path ended: rising, complete or interrupted
	GammaMax         Number        `json:"gamma_max"` // estimate of the γ from which on no neuron pays
	Best             int           `json:"best"`      // point with the best mean, from 0
	Chosen           int           `json:"chosen"`    // point that was chosen
	Path             []TuningPoint `json:"path"`      // from the largest γ to the least
	NewRows          NewRows       `json:"new_rows"`
	Seconds          Number        `json:"seconds"`
}

// NewRows is what to expect of networks with the chosen γ on rows that they were not trained on: the mean over the folds.
type NewRows struct {
	Metric string `json:"metric"` // accuracy or r2
	Mean   Number `json:"mean"`
}

// sentence says it in words.
func (n NewRows) sentence() string {
	if n.Metric == "accuracy" {
		return fmt.Sprintf("accuracy about %s, by cross-validation", percent(float64(n.Mean)))
	}
	return fmt.Sprintf("R² about %.4f, by cross-validation", float64(n.Mean))
}

// TuningPoint is one γ of the path.
type TuningPoint struct {
	Gamma     Number   `json:"gamma"`
	Mean      Number   `json:"mean"`      // of the metric over the folds
	Deviation Number   `json:"deviation"` // sample standard deviation over the folds
	Folds     []Number `json:"folds"`     // the metric of each fold
	Width     Number   `json:"width"`     // mean number of neurons
}

// TuningHeader returns the titles of the columns of TuningPoint.String.
func TuningHeader(metric string) string {
	return fmt.Sprintf("%11s  %-27s %6s", "γ", metric+" ± deviation of the folds", "width")
}

// String renders the point in the columns of TuningHeader.
func (p TuningPoint) String() string {
	return fmt.Sprintf("%11s  %-27s %6.0f", short(p.Gamma), short(p.Mean)+" ± "+short(p.Deviation), float64(p.Width))
}

// sentence says what was chosen and how.
func (t Tuning) sentence() string {
	if len(t.Path) == 0 {
		return ""
	}
	chosen := t.Path[t.Chosen]
	by := fmt.Sprintf("best of %d", len(t.Path))
	if t.OneStandardError {
		by = "largest within a standard error of the best"
	}
	return fmt.Sprintf("γ = %s, the %s by %s (%s ± %s in %d folds); γ/n = %s",
		short(t.Gamma), by, t.Metric, short(chosen.Mean), short(chosen.Deviation), t.Folds, short(t.GammaPerRow))
}

// short renders a number with four digits.
func short(x Number) string {
	if math.IsNaN(float64(x)) {
		return "-"
	}
	return strconv.FormatFloat(float64(x), 'g', 4, 64)
}

// StandardError is that of the mean.
func (p TuningPoint) StandardError() Number {
	return p.Deviation / Number(math.Sqrt(float64(len(p.Folds))))
}
