package network

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/mat"
)

// meanAUC is Classification.AUC for scores (n×c) and the rows' classes.
func meanAUC(scores mat.Matrix, actual []int) *float64 {
	n, c := scores.Dims()
	first := 0
	if c == 2 {
		first = 1
	}
	column := make([]float64, n)
	sum, count := 0.0, 0
	for k := first; k < c; k++ {
		for i := range column {
			column[i] = scores.At(i, k)
			if c == 2 {
				column[i] -= scores.At(i, 0)
			}
		}
		if area, ok := auc(column, func(i int) bool { return actual[i] == k }); ok {
			sum += area
			count++
		}
	}
	if count == 0 {
		return nil
	}
	sum /= float64(count)
	return &sum
}

// auc is the share of pairs of a positive and a negative row in which the positive one has the larger score; equal scores count half.
func auc(scores []float64, positive func(i int) bool) (area float64, ok bool) {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(a, b int) bool { return scores[order[a]] < scores[order[b]] })
	below, won, positives := 0.0, 0.0, 0.0 // negative rows below, pairs won
	for lo := 0; lo < len(order); {
		hi, ties, here := lo, 0.0, 0.0
		for ; hi < len(order) && scores[order[hi]] == scores[order[lo]]; hi++ {
			if positive(order[hi]) {
				here++
			} else {
				ties++
			}
		}
		if hi == lo { // not a number
			return 0, false
		}
		won += here * (below + ties/2)
		positives += here
		below += ties
		lo = hi
	}
	if positives == 0 || below == 0 {
		return 0, false
	}
	return won / (positives * below), true
}

// logLoss is the mean of −log of the true classes' probabilities; nil without probabilities.
func logLoss(probabilities *mat.Dense, actual []int) *float64 {
	if probabilities == nil {
		return nil
	}
	sum := 0.0
	for i, k := range actual {
		sum -= math.Log(max(probabilities.At(i, k), math.SmallestNonzeroFloat64))
	}
	sum /= float64(len(actual))
	return &sum
}
