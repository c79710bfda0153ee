package forgery

import (
	"encoding/json"
	"fmt"
	"slices"
)

// File is one file of the corpus.
type File struct {
	Name    string `json:"file"`
	Kind    Kind   `json:"kind"`
	What    string `json:"what"`    // what is wrong, in a sentence
	Refused bool   `json:"refused"` // false for the honest files, which must be accepted
	Bytes   []byte `json:"-"`
}

// Kind says what a file of the corpus tries.
type Kind string

// The kinds of files.
const (
	Multipliers Kind = "multipliers" // a proof by multipliers
	Cones       Kind = "cones"       // a proof by cones
	Both        Kind = "both"        // one file with both
	Container   Kind = "container"   // an archive that can be read in two ways
	Work        Kind = "work"        // a small file that is dear to check
)

// Index is the name of the file that lists the others.
const Index = "index.json"

// Files returns the corpus in the order of its index.
func Files() []File {
	files := slices.Concat(multiplierFiles(), coneFiles(), bothFiles(), metadataFiles(), containerFiles(), workFiles())
	seen := map[string]bool{}
	for _, f := range files {
		if seen[f.Name] {
			panic(fmt.Sprintf("forgery: two files are called %s", f.Name))
		}
		seen[f.Name] = true
	}
	return files
}

// EncodeIndex returns the contents of the index of files.
func EncodeIndex(files []File) []byte {
	text, err := json.MarshalIndent(files, "", " ")
	if err != nil { // strings and booleans always marshal
		panic(err)
	}
	return append(text, '\n')
}
