// Package reproduce runs the experiments of Prakhya, Birdal and Yurtsever
// (Convex Formulations for Training Two-Layer ReLU Neural Networks, ICLR 2025)
// and writes a report about them: tables, figures and what they say about the
// paper's two claims, that the relaxation is tight and that its rounded
// networks are competitive in test accuracy.
//
// # Jobs
//
// A Plan is a list of independent jobs.  Each has a stable name, and settings
// that determine its numbers; seeds are fixed.  Run executes them in parallel,
// one processor thread each, and keeps every result in a file of its own as
// soon as it is there, so that an interrupted run can be resumed.
//
// # Reproducibility
//
// Methods are limited by iterations and tolerances, not by time, so that two
// runs with the same version and the same linear algebra give the same numbers.
// The one exception is the branch and bound of package exact on classification
// data, which also has a time limit; its rows say when that ended it.  Timings
// are in tables of their own, apart from the tables of numbers.
//
// # Accuracy rules
//
// Accuracies has the three rules under which test accuracies are reported:
// argmax, a threshold chosen on the training rows, and the published rule,
// which chooses threshold and rounding iterate on the test rows and is for
// comparison with the paper only.
package reproduce
