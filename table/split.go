package table

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mathext/prng"

	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/table/notation"
)

// SplitKind names a way to choose test rows.
type SplitKind string

// The ways to split.
const (
	// SplitHoldout draws test rows with this package's own generator,
	// class by class for classification.
	SplitHoldout SplitKind = "holdout"
	// SplitSklearn draws the rows that scikit-learn's
	// train_test_split(random_state=Seed, test_size=Fraction) draws.
	SplitSklearn SplitKind = "sklearn"
)

// Split says how a table is divided into training and test rows.
type Split struct {
	Kind     SplitKind
	Seed     uint64  // below 2³² for SplitSklearn
	Fraction float64 // of test rows, in (0, 1)
}

// ParseSplit reads "KIND:SEED:FRACTION", for example "sklearn:42:0.5".
func ParseSplit(s string) (Split, error) {
	bad := func(problem string) (Split, error) {
		return Split{}, OptionErrorf("split %s: %s; expected KIND:SEED:FRACTION such as sklearn:42:0.5 or holdout:1:0.2", printable.Quote(s), problem)
	}
	parts := strings.Split(s, ":")
	if len(parts) != 3 {
		return bad(printable.Count(len(parts), "part"))
	}
	seed, err := strconv.ParseUint(parts[1], 10, 64)
	if err != nil {
		return bad("the seed is not a whole number")
	}
	fraction, err := strconv.ParseFloat(parts[2], 64)
	if err != nil {
		return bad("the fraction is not a number")
	}
	split := Split{Kind: SplitKind(parts[0]), Seed: seed, Fraction: fraction}
	if err := split.Validate(); err != nil {
		return bad(err.Error())
	}
	return split, nil
}

// String is the form that ParseSplit reads.
func (s Split) String() string {
	return fmt.Sprintf("%s:%d:%s", s.Kind, s.Seed, notation.Format(s.Fraction))
}

// Validate checks kind, seed and fraction.
func (s Split) Validate() error {
	switch {
	case s.Kind != SplitHoldout && s.Kind != SplitSklearn:
		return OptionErrorf("kind %s is not known; expected holdout or sklearn", printable.Quote(string(s.Kind)))
	case !(s.Fraction > 0 && s.Fraction < 1):
		return OptionErrorf("test fraction %v is out of range; expected a number between 0 and 1 such as 0.2", s.Fraction)
	case s.Kind == SplitSklearn && s.Seed > math.MaxUint32:
		return OptionErrorf("seed %d is out of range; scikit-learn takes seeds from 0 to %d", s.Seed, uint32(math.MaxUint32))
	}
	return nil
}

// SklearnSplit returns the rows that scikit-learn's
// train_test_split(range(n), random_state=seed, test_size=fraction) returns,
// in its order: the first ⌈fraction·n⌉ entries of NumPy's
// RandomState(seed).permutation(n) are the test rows, the rest the training
// rows.
func SklearnSplit(n int, seed uint32, fraction float64) (train, test []int) {
	order := NumPyPermutation(n, seed)
	nTest := min(int(math.Ceil(fraction*float64(n))), n)
	return order[nTest:], order[:nTest]
}

// NumPyPermutation returns numpy.random.RandomState(seed).permutation(n):
// a Fisher–Yates shuffle from the end whose indices come from 32-bit outputs
// of the Mersenne Twister, masked to the next power of two and rejected above
// the limit (NumPy's legacy random_interval).  n is below 2³².
func NumPyPermutation(n int, seed uint32) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	twister := prng.NewMT19937()
	twister.Seed(uint64(seed))
	for i := n - 1; i > 0; i-- {
		limit := uint32(i)
		mask := limit
		for shift := 1; shift < 32; shift *= 2 {
			mask |= mask >> shift
		}
		j := twister.Uint32() & mask
		for j > limit {
			j = twister.Uint32() & mask
		}
		order[i], order[j] = order[j], order[i]
	}
	return order
}

// Holdout draws test rows from each stratum, by largest remainder so that
// their total is fraction·n rounded, and never the last row of a stratum.
// Rows come back in table order.
func Holdout(strata [][]int, fraction float64, seed uint64) (train, test []int) {
	n := 0
	type share struct {
		stratum   int
		remainder float64
	}
	take := make([]int, len(strata))
	var shares []share
	taken := 0
	for k, rows := range strata {
		n += len(rows)
		exact := fraction * float64(len(rows))
		take[k] = int(exact)
		taken += take[k]
		shares = append(shares, share{k, exact - math.Floor(exact)})
	}
	slices.SortStableFunc(shares, func(a, b share) int {
		switch {
		case a.remainder > b.remainder:
			return -1
		case a.remainder < b.remainder:
			return 1
		}
		return 0
	})
	total := max(1, int(math.Round(fraction*float64(n))))
	for _, s := range shares {
		if taken < total && take[s.stratum]+1 < len(strata[s.stratum]) {
			take[s.stratum]++
			taken++
		}
	}
	random := rand.New(rand.NewPCG(seed, 0x72656c696674)) // "relift"
	for k, rows := range strata {
		shuffled := slices.Clone(rows)
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		test = append(test, shuffled[:take[k]]...)
		train = append(train, shuffled[take[k]:]...)
	}
	slices.Sort(test)
	slices.Sort(train)
	return train, test
}
