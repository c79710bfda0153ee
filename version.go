package relift

import "github.com/relift/relift/internal/version"

// Version is the semantic version of this module.  The model and certificate
// files carry a format version of their own.
const Version = version.Number
