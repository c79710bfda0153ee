package reduce

import (
	"math"
	"math/big"
	"sort"

	"gonum.org/v1/gonum/mat"
)

// Grouping says which of the n rows of X are multiples of which of m representatives.
type Grouping struct {
	Representatives []int     // m row indices
	MergedInto      []int     // n entries: index into Representatives, or −1 for a zero row
	MergeScale      []float64 // n entries: s with x_i = s·x_r exactly; 1 for a representative, 0 for a zero row
}

// Group finds zero rows and rows of x (n×d) that are parallel in exact arithmetic, by a factor that is a float64 and not extreme.
func Group(x *mat.Dense) Grouping {
	n, _ := x.Dims()
	g := Grouping{MergedInto: make([]int, n), MergeScale: make([]float64, n)}
	buckets := make(map[string][]int)
	var order []string
	for i := range n {
		g.MergedInto[i] = -1
		key, ok := directionKey(x.RawRowView(i))
		if !ok {
			continue
		}
		if _, seen := buckets[key]; !seen {
			order = append(order, key)
		}
		buckets[key] = append(buckets[key], i)
	}
	type merge struct {
		representative int
		rows           []int
		scales         []float64
	}
	var merges []merge
	for _, key := range order {
		rest := buckets[key]
		for len(rest) > 0 {
			best := merge{representative: -1}
			for try, r := range rest {
				current := merge{representative: r}
				for _, i := range rest {
					if s, ok := exactRatio(x.RawRowView(i), x.RawRowView(r)); ok {
						current.rows = append(current.rows, i)
						current.scales = append(current.scales, s)
					}
				}
				if len(current.rows) > len(best.rows) {
					best = current
				}
				// The best of the first rows is as good as needed where a bucket is large.
				if len(best.rows) == len(rest) || try == 256 {
					break
				}
			}
			merges = append(merges, best)
			taken := make(map[int]bool, len(best.rows))
			for _, i := range best.rows {
				taken[i] = true
			}
			var left []int
			for _, i := range rest {
				if !taken[i] {
					left = append(left, i)
				}
			}
			rest = left
		}
	}
	sort.Slice(merges, func(a, b int) bool { return merges[a].representative < merges[b].representative })
	for k, mg := range merges {
		g.Representatives = append(g.Representatives, mg.representative)
		for t, i := range mg.rows {
			g.MergedInto[i] = k
			g.MergeScale[i] = mg.scales[t]
		}
	}
	return g
}

// directionKey returns a string that is the same for rows that are parallel in
// exact arithmetic: the ratios to the first nonzero entry are the same rational
// numbers and so round to the same floats.  ok is false for a zero row.
func directionKey(row []float64) (key string, ok bool) {
	pivot := -1
	for j, v := range row {
		if v != 0 {
			pivot = j
			break
		}
	}
	if pivot < 0 {
		return "", false
	}
	buf := make([]byte, 0, 8*len(row))
	for _, v := range row {
		bits := math.Float64bits(v/row[pivot] + 0) // +0 folds −0 into 0
		for shift := 0; shift < 64; shift += 8 {
			buf = append(buf, byte(bits>>shift))
		}
	}
	return string(buf), true
}

// mostScale is the largest factor of parallel rows, whose square does not overflow.
const mostScale = 0x1p250

// exactRatio returns s with a = s·b in exact arithmetic, entry for entry.
func exactRatio(a, b []float64) (s float64, ok bool) {
	for j, v := range b {
		if v != 0 {
			s = a[j] / v
			break
		}
	}
	if !(math.Abs(s) >= 1/mostScale && math.Abs(s) <= mostScale) {
		return 0, false
	}
	for j, v := range b {
		if !isProduct(s, v, a[j]) {
			return 0, false
		}
	}
	return s, true
}

// isProduct reports whether s·v = a exactly.
func isProduct(s, v, a float64) bool {
	const tiny = 0x1p-900 // the fused multiply–add of larger products is exact
	if v == 0 || a == 0 {
		return v == 0 && a == 0
	}
	if math.Abs(a) > tiny {
		return math.FMA(s, v, -a) == 0
	}
	product := new(big.Float).SetPrec(106).Mul(big.NewFloat(s), big.NewFloat(v))
	return product.Cmp(big.NewFloat(a)) == 0
}
