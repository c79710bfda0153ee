package reproduce

import (
	"context"
	"fmt"
	"time"

	"github.com/relift/relift/exact"
)

// exactGap is the relative gap to which the exact optimum is computed in d = 2.
const exactGap = 1e-7

// spiralData is the name of the spiral in results.
const spiralData = "spiral"

// planTightness compares bounds, exact optimum and local methods on problems in
// the plane.
func planTightness(o Options) []Job {
	e := o.effort()
	type problem struct{ name, source string }
	problems := []problem{{spiralData, "builtin:spiral"}}
	for k := range o.Problems {
		problems = append(problems, problem{fmt.Sprintf("random%03d", k), fmt.Sprintf("builtin:random?seed=%d", k)})
	}
	var jobs []Job
	for _, pr := range problems {
		for _, gamma := range e.gammas {
			settings := Settings{Experiment: Tightness, Data: pr.name, Source: pr.source, Gamma: gamma}
			jobs = append(jobs, tightnessJobs(e, settings, plain(pr.source, false))...)
		}
	}
	settings := Settings{Experiment: Tightness, Data: spiralData, Source: "builtin:spiral", Gamma: 0.1, Bias: true}
	settings.Method = "sdp"
	return append(jobs, Job{
		ID: "tightness/spiral+bias/0.1/sdp", Settings: settings, weight: 30, data: plain("builtin:spiral", true),
		run: func(ctx context.Context, s source) ([]Row, error) {
			return roundings(ctx, s, settings.Gamma, e, relaxLimits{})
		},
	})
}

// tightnessJobs are the methods on one problem.
func tightnessJobs(e effort, settings Settings, data func() (source, error)) []Job {
	prefix := fmt.Sprintf("tightness/%s/%s/", settings.Data, gammaName(settings.Gamma))
	var jobs []Job
	add := func(method string, weight float64, limits map[string]float64, run func(context.Context, source) ([]Row, error)) {
		s := settings
		s.Method, s.Limits = method, limits
		if !drawn(s.Data) {
			run = withoutPictures(run)
		}
		jobs = append(jobs, Job{ID: prefix + method, Settings: s, weight: weight, data: data, run: run})
	}
	gamma := settings.Gamma
	add("exact", 1, map[string]float64{"gap": exactGap}, func(ctx context.Context, s source) ([]Row, error) {
		row, err := exactRow(ctx, s.problem(gamma), exact.Options{Gap: exactGap})
		return []Row{row}, err
	})
	add("sdp", 12, map[string]float64{"splitting": float64(e.splitting), "lbfgs": fineTuning.iterations, "newton": fineTuning.newton, "grow": fineTuning.grow}, func(ctx context.Context, s source) ([]Row, error) {
		return roundings(ctx, s, gamma, e, relaxLimits{})
	})
	for _, width := range e.widths {
		limits := map[string]float64{"width": float64(width), "seeds": float64(e.seeds), "iterations": float64(e.sgd)}
		add(fmt.Sprintf("sgd%d", width), 1+float64(width)/60, limits, func(ctx context.Context, s source) ([]Row, error) {
			rows, _, err := gradientDescent(ctx, s.problem(gamma), width, e.seeds, e.sgd)
			return rows, err
		})
	}
	add("frankwolfe", 2, map[string]float64{"iterations": float64(e.frankWolfe)}, func(ctx context.Context, s source) ([]Row, error) {
		row, err := frankWolfe(ctx, s.problem(gamma), e.frankWolfe)
		return []Row{row}, err
	})
	add("lbfgs", 8, map[string]float64{"starts": float64(e.starts)}, func(ctx context.Context, s source) ([]Row, error) {
		row, err := restarts(ctx, s.problem(gamma), e.starts)
		return []Row{row}, err
	})
	add("copositive", 12, map[string]float64{"outer": float64(e.copositive)}, func(ctx context.Context, s source) ([]Row, error) {
		row, err := copositiveRow(ctx, s.problem(gamma), e.copositive)
		return []Row{row}, err
	})
	return jobs
}

// drawn reports whether there are figures about a data set.
func drawn(data string) bool { return data == spiralData || data == "random000" }

// withoutPictures drops what only figures need.
func withoutPictures(run func(context.Context, source) ([]Row, error)) func(context.Context, source) ([]Row, error) {
	return func(ctx context.Context, s source) ([]Row, error) {
		rows, err := run(ctx, s)
		for i := range rows {
			rows[i].History, rows[i].Network = nil, nil
		}
		return rows, err
	}
}

// roundings solves the relaxation and makes networks of it in both ways.
func roundings(ctx context.Context, s source, gamma float64, e effort, l relaxLimits) ([]Row, error) {
	p := s.problem(gamma)
	begin := time.Now()
	r, err := relaxation(ctx, p, l)
	if err != nil {
		return nil, err
	}
	rows := []Row{relaxationRow(r, begin)}
	row, w, err := networkFrom(ctx, p, r, fineTuning.options())
	if err != nil {
		return nil, err
	}
	row.Network = networkOf(w)
	published, err := publishedRounding(ctx, p, r, e.splitting, e.splitting, nil)
	return append(rows, row, published), err
}
