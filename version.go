package relift

// Version is the semantic version of this module.  The model and certificate
// files carry a format version of their own.
const Version = "0.1.0"
