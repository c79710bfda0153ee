package exact

import (
	"context"
	"testing"
	"time"
)

func TestIrisCertificate(t *testing.T) {
	p := classification(t, sharedData(t, "iris.train.csv"), 0.1, false)
	r, err := Solve(context.Background(), p, Options{Gap: 0.01, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%v: %.6f ≤ %.6f, H/γ %.6f, %d cones, %v", r.Status, r.LowerBound, r.UpperBound, r.H/p.Gamma, r.Cones, r.Elapsed)
	began := time.Now()
	report := r.Certificate.Verify()
	t.Logf("%v: %d cones, depth %d\n%v", time.Since(began), report.Cones, report.Depth, report)
	if !report.OK() || !(r.Gap <= 0.01) {
		t.Errorf("gap %v, report\n%v", r.Gap, report)
	}
}
