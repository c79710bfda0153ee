package engine

import "encoding/json"

// Origin describes in a certificate's file where its X and Y come from.  It is
// not part of the proof.
type Origin struct {
	Source string          `json:"source,omitempty"` // file or builtin:NAME
	Digest string          `json:"digest,omitempty"` // of X and Y, as in the model file
	Recipe json.RawMessage `json:"recipe,omitempty"` // how the table became X and Y
}
