package certificate

import (
	"encoding/json"
	"fmt"
	"runtime/debug"
)

const (
	// Format is the name by which the meta data of a certificate file say what it is.
	Format = "relift certificate"
	// FormatVersion is the newest version of the format that this package knows.
	FormatVersion = 1
)

// Meta says where a certificate comes from.  Nothing in it is part of the proof.
type Meta struct {
	Format        string          `json:"format"`
	FormatVersion int             `json:"format_version"`
	CreatedBy     string          `json:"created_by"`         // program and version
	DataDigest    string          `json:"data_digest"`        // of X and Y alone, see [DataDigest]
	Settings      json.RawMessage `json:"settings,omitempty"` // of the run, any JSON value
	Solver        json.RawMessage `json:"solver,omitempty"`   // what the solver reported, any JSON value
	Digest        string          `json:"digest"`             // of every array, see verify.Digest
}

// parseMeta reads the meta data of a file and refuses other formats and newer
// versions.
func parseMeta(text string) (Meta, error) {
	var m Meta
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return Meta{}, fmt.Errorf("its meta data are not valid JSON: %w", err)
	}
	if m.Format != Format {
		return Meta{}, fmt.Errorf("its meta data name the format %q, expected %q", m.Format, Format)
	}
	if m.FormatVersion > FormatVersion {
		return Meta{}, fmt.Errorf("it has format version %d and this program knows versions up to %d: use a newer relift", m.FormatVersion, FormatVersion)
	}
	if m.FormatVersion < 1 {
		return Meta{}, fmt.Errorf("it has format version %d, expected 1 to %d", m.FormatVersion, FormatVersion)
	}
	return m, nil
}

// creator names this module and its version as the build recorded it.
func creator() string {
	const module = "github.com/relift/relift"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range append(info.Deps, &info.Main) {
			if m.Path == module && m.Version != "" {
				return "relift " + m.Version
			}
		}
	}
	return "relift (devel)"
}
