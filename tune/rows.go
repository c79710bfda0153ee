package tune

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Rows are the rows of a fold, in order.
type Rows struct{ Train, Test []int }

// Divide divides n rows into k folds at random, so that each row is a test row once.
func Divide(n, k int, seed uint64) ([]Rows, error) { return DivideStrata(make([]int, n), k, seed) }

// DivideStrata is Divide for rows in strata, such as classes: each fold has nearly the same share of each stratum.  The only row of its stratum is
// never a test row where there are other strata: trained without it, a network knows nothing of the stratum.
func DivideStrata(stratum []int, k int, seed uint64) ([]Rows, error) {
	if err := enough(Judged(stratum), k, "row", "rows"); err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(seed, 0x666f6c6473))
	order := random.Perm(len(stratum))
	slices.SortStableFunc(order, func(a, b int) int { return stratum[a] - stratum[b] })
	size := sizes(stratum)
	fold, dealt := make([]int, len(stratum)), 0
	for _, i := range order { // dealt out like cards, one stratum after the other
		if alone(size, stratum[i]) {
			fold[i] = k // of none
			continue
		}
		fold[i] = dealt % k
		dealt++
	}
	return rowsOf(fold, k), nil
}

// Judged is how many rows DivideStrata makes test rows.
func Judged(stratum []int) int {
	size, judged := sizes(stratum), 0
	for _, s := range stratum {
		if !alone(size, s) {
			judged++
		}
	}
	return judged
}

// alone reports whether a stratum has one row and is not the only one.
func alone(size map[int]int, s int) bool { return size[s] == 1 && len(size) > 1 }

// sizes are the numbers of rows in each stratum or group.
func sizes(of []int) map[int]int {
	size := map[int]int{}
	for _, s := range of {
		size[s]++
	}
	return size
}

// DivideGroups divides rows into k folds so that no group has rows in two of them, and the folds are of nearly the same size where the groups allow it.
func DivideGroups(group []int, k int, seed uint64) ([]Rows, error) {
	size := sizes(group)
	groups := make([]int, 0, len(size))
	for g := range size {
		groups = append(groups, g)
	}
	if err := enough(len(groups), k, "group", "groups"); err != nil {
		return nil, err
	}
	slices.Sort(groups)
	random := rand.New(rand.NewPCG(seed, 0x67726f757073))
	random.Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
	slices.SortStableFunc(groups, func(a, b int) int { return size[b] - size[a] })
	foldOf, filled := map[int]int{}, make([]int, k)
	for _, g := range groups { // the largest first, into the fold with the fewest rows
		least := 0
		for f, rows := range filled {
			if rows < filled[least] {
				least = f
			}
		}
		foldOf[g] = least
		filled[least] += size[g]
	}
	fold := make([]int, len(group))
	for i, g := range group {
		fold[i] = foldOf[g]
	}
	return rowsOf(fold, k), nil
}

// DivideOrder divides n rows that are in the order of time into k folds: the rows are cut into k+1 blocks, and the test rows of a fold are
// a block whose training rows are all blocks before it.
func DivideOrder(n, k int) ([]Rows, error) {
	if err := enough(n, k+1, "row", "rows"); err != nil {
		return nil, err
	}
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	folds := make([]Rows, k)
	for f := range folds {
		begin, end := (f+1)*n/(k+1), (f+2)*n/(k+1)
		folds[f] = Rows{Train: all[:begin], Test: all[begin:end]}
	}
	return folds, nil
}

// enough wants at least two folds and something for each.
func enough(have, k int, one, many string) error {
	switch {
	case k < 2:
		return fmt.Errorf("%w: %d of them; expected at least 2", ErrFolds, k)
	case have < k:
		noun := many
		if have == 1 {
			noun = one
		}
		return fmt.Errorf("%w: %d %s; expected at least %d, or fewer folds", ErrFolds, have, noun, k)
	}
	return nil
}

// rowsOf collects the rows of each fold.
func rowsOf(fold []int, k int) []Rows {
	folds := make([]Rows, k)
	for i, own := range fold {
		for f := range folds {
			if f == own {
				folds[f].Test = append(folds[f].Test, i)
			} else {
				folds[f].Train = append(folds[f].Train, i)
			}
		}
	}
	return folds
}
