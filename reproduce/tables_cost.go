package reproduce

func costTables(problems []*problemResults) []*sheet {
	t := &sheet{
		name: "cost", title: "Objectives and bounds against the number of rows", note: "γ = 0.1. A value stands only where the solver reached its tolerance.",
		columns: append(texts("data"), append(numbers("rows"), append(texts("method", "status"), numbers("objective", "lower bound", "value")...)...)...),
	}
	times := &sheet{
		name: "cost-time", title: "Time and memory against the number of rows",
		note:    "One job at a time on one thread. Memory is the largest growth of the Go heap; what a loaded BLAS allocates by itself is not in it.",
		columns: append(texts("data"), append(numbers("rows"), append(texts("method"), numbers("seconds", "MB")...)...)...),
	}
	for _, p := range problems {
		for _, r := range p.rows {
			if r.Method != methodNTK {
				t.rows = append(t.rows, []cell{
					text(p.data), integer(p.size), text(r.Method), text(r.Status),
					value(objectiveOf(r), up), value(lowerOf(r), down), value(solvedOf(r), nearest),
				})
			}
			times.rows = append(times.rows, []cell{
				text(p.data), integer(p.size), text(r.Method), seconds(r.Seconds), number(float64(r.PeakBytes)/1e6, 1, nearest),
			})
		}
	}
	return []*sheet{t, times}
}
