package exact

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/relift/relift/internal/dense"
)

func TestProbe(t *testing.T) {
	file := os.Getenv("PROBE")
	if file == "" {
		t.Skip()
	}
	if os.Getenv("NOBLAS") == "" {
		fmt.Println(dense.Init())
	}
	gamma, _ := strconv.ParseFloat(os.Getenv("GAMMA"), 64)
	gap, _ := strconv.ParseFloat(os.Getenv("GAP"), 64)
	limit, _ := time.ParseDuration(os.Getenv("LIMIT"))
	std := os.Getenv("STD") != ""
	p := classification(t, sharedData(t, file), gamma, std)
	last := time.Now()
	r, err := Solve(context.Background(), p, Options{Gap: gap, TimeLimit: limit, Seed: 1, Progress: func(q Progress) {
		if time.Since(last) > 200*time.Millisecond {
			last = time.Now()
			fmt.Printf("%4d %5d %10d %.6f %.6f %.4f %v\n", q.Round, q.Columns, q.Cones, q.LowerBound, q.UpperBound, q.Violation, q.Elapsed)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("%v %.8f..%.8f gap %.2e H/γ %.6f rounds %d columns %d width %d cones %d %v\n", r.Status, r.LowerBound, r.UpperBound, r.Gap, r.H/gamma, r.Rounds, r.Columns, r.Weights.Width(), r.Cones, r.Elapsed)
}
