package reproduce

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/relift/relift/dispatch"
	"github.com/relift/relift/internal/linalg"
)

func TestPlanHasUniqueNamesAndDigests(t *testing.T) {
	for _, o := range []Options{{}, {Quick: true}, {BankNotes: "file"}} {
		jobs, err := Plan(o)
		if err != nil {
			t.Fatal(err)
		}
		executor := dispatch.NewSerial(dispatch.Budget{}, kind(jobs, linalg.Gonum()))
		safe := regexp.MustCompile(`^[a-zA-Z0-9._+/-]+$`)
		seen, digests := map[string]bool{}, map[dispatch.Digest]bool{}
		for _, j := range jobs {
			d, err := j.dispatched()
			if err != nil {
				t.Fatal(err)
			}
			digest, err := executor.Digest(d)
			if err != nil || digests[digest] || seen[j.ID] || !safe.MatchString(j.ID) || !(j.weight > 0) {
				t.Errorf("%+v: job %s is not unique, or its name or weight is not usable: %v", o, j.ID, err)
			}
			digests[digest], seen[j.ID] = true, true
		}
	}
}

func TestPlanHasThePaperExperiments(t *testing.T) {
	jobs, err := Plan(Options{BankNotes: "file"})
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, j := range jobs {
		names[j.ID] = true
	}
	for _, id := range []string{
		"tightness/random099/0.01/copositive", "tightness/spiral/0.1/exact", "tightness/random000/0.1/sgd300",
		"classification/mnist20/0.01/bias/sdp", "classification/bank_notes/0.1/nobias/ntk", "cost/random/400/sdp", "cost/mnist20/1000/sgd",
	} {
		if !names[id] {
			t.Errorf("%s is not in the plan", id)
		}
	}
	if names["tightness/random100/0.1/exact"] {
		t.Error("there are more than 100 random problems")
	}
}

func TestPlanOptions(t *testing.T) {
	jobs, err := Plan(Options{Experiment: Cost, Quick: true, Only: []string{"/10/", "exact"}})
	if err != nil || len(jobs) == 0 {
		t.Fatal(err)
	}
	for _, j := range jobs {
		if !strings.HasPrefix(j.ID, "cost/") || !strings.Contains(j.ID, "/10/") && !strings.Contains(j.ID, "exact") {
			t.Errorf("%s was not asked for", j.ID)
		}
	}
	for _, bad := range []Options{{Experiment: "speed"}, {Problems: -1}, {Problems: 1001}, {Only: []string{"nothing like it"}}} {
		if _, err := Plan(bad); !errors.Is(err, ErrOptions) {
			t.Errorf("%+v: %v; expected a refusal", bad, err)
		}
	}
}

func TestDataOfTheExperiments(t *testing.T) {
	for _, c := range []struct {
		name              string
		bias              bool
		rows, test, d, cs int
	}{
		{"iris", false, 75, 75, 4, 3}, {"iris", true, 75, 75, 5, 3}, {iris40, false, 40, 75, 4, 3},
		{"ionosphere", false, 175, 175, 34, 2}, {"pima_indians", false, 383, 384, 8, 2}, {"mnist20", true, 1000, 1000, 21, 10},
	} {
		s, err := classification(c.name, c.bias, "")()
		if err != nil {
			t.Fatal(err)
		}
		n, d := s.x.Dims()
		test, classes := s.testY.Dims()
		if n != c.rows || test != c.test || d != c.d || classes != c.cs {
			t.Errorf("%s: %d training rows, %d test rows, %d features, %d classes; expected %+v", c.name, n, test, d, classes, c)
		}
	}
}
