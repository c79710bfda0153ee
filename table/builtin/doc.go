// Package builtin has tables that need no file: small published data sets and
// generators of random ones.
package builtin
