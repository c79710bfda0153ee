// Package html writes a run's report for people: one self-contained HTML page
// with the certificate in plain words, how bound and network closed in on each
// other, how well the network fits, its decision regions and neurons, the
// settings, and how to verify the proof without trusting the program.
//
// The page has no script, no external resource and, by its content security
// policy, cannot load any.  Pictures are SVG inside the page whose text is
// text, with a title and a description for screen readers; colours follow the
// reader's choice of light or dark and are never the only sign.  Every name
// that comes from a table is escaped.
package html
