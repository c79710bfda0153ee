// Package figure draws what there is to see of a run and of a network, each figure a chart with a
// caption that says what it shows: how bound and network closed in on each other, decision regions, the
// response along a feature with the kinks of the neurons, residuals, receiver operating characteristics
// and calibration.  A figure without data is nil.
package figure
