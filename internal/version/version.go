// Package version is the version of this module.
package version

// Number is the semantic version.  The model and certificate files carry a format version of
// their own.
const Number = "0.1.0"
