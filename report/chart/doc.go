// Package chart draws charts that look the same wherever they are seen: inside an HTML page, as an SVG
// file of its own, and as PNG or PDF.
//
// A Drawing is a list of lines, areas, marks and texts, each in a style that has a name.  What a
// style looks like is said once (styles, colours), and becomes rules of CSS or strokes of a pen.  Colours
// follow the reader's choice of light or dark where the format can; those of classes are Okabe and
// Ito's, which readers with any colour vision tell apart, and none of them is the only sign: each class
// has a marker of its own, each curve a dash.
//
// Coordinates are in units of a CSS pixel, from the upper left corner.
package chart
