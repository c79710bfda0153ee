// Package tune chooses the weight decay γ from the data: k-fold cross-validation over a geometric path.
//
// The rows are divided into k folds.  For each γ of a path
//
//	γ_s = γ_max·2^(−s),  s = 1, 2, …
//
// and each fold a network is trained on the rows of the other folds and judged on those of the fold.  They are rounded to three digits.  γ_max is the largest γ for which
// some network is better than a constant one (see descent.LargestGamma).  The loss is a sum over rows, so that training rows of the total weight
// n_f of n are given the weight decay γ·n_f/n.  Training goes on along the path from the network of the γ before and some new random neurons, which is why
// few passes over the data for each γ suffice: the errors near the best γ do not change with more.  Without new neurons the one direction that pays at the
// largest γ would remain the only one.
//
// The best γ is that of the least mean error over the folds, or a larger one whose mean error is as good but for what is negligible: where γ is small the folds'
// networks, of few passes, change little with it and overfit less than the one that is trained to the end.  The path ends where some γ in a row have not been
// better.  By the rule of one standard error the largest one whose mean error is within the standard error of the best is taken instead
// (L. Breiman et al., Classification and Regression Trees, 1984, section 3.4.3).
//
// Before all this there can be a rough answer (Roughly): a fixed part of γ_max and a network for it, so that there is a network at any time.
//
// The trainings are jobs of package dispatch, one for each fold and γ.  Each has one thread, and which points of the path there are does not depend on
// the order in which jobs end: for a seed the outcome is the same for every number of threads.
package tune
