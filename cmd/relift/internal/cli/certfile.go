package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/relift/relift"
	"github.com/relift/relift/certificate"
	"github.com/relift/relift/certificate/verify"
	cones "github.com/relift/relift/exact/verify"
	"github.com/relift/relift/internal/npy"
)

// certificateFile is a certificate of either kind, as its file has it.
type certificateFile struct {
	x, y      verify.Matrix
	createdBy string
	settings  json.RawMessage
	verify    func() (checks []verdictCheck, claimed, proven float64)
}

// loadCertificate reads a certificate and finds out its kind.
func loadCertificate(path string) (*certificateFile, error) {
	archive, err := npy.OpenArchive(path)
	if err != nil {
		return nil, err
	}
	if cones.Recognises(archive) {
		claims, err := cones.Load(path)
		if err != nil {
			return nil, err
		}
		return conesFile(claims), nil
	}
	c, err := certificate.Load(path)
	if err != nil {
		return nil, err
	}
	claims := c.Claims()
	f := &certificateFile{
		x: claims.X, y: claims.Y, createdBy: c.Meta.CreatedBy, settings: c.Meta.Settings,
		verify: func() ([]verdictCheck, float64, float64) {
			r := verify.Verify(claims)
			return listed(r.Checks), r.ClaimedBound, r.ProvenBound
		},
	}
	tree, err := besideCones(archive, c.Meta.Solver)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if tree == nil {
		return f, nil
	}
	multipliers := f.verify
	f.verify = func() ([]verdictCheck, float64, float64) {
		checks, claimed, proven := multipliers()
		more, treeClaimed, treeProven := tree.verify()
		for _, m := range more {
			m.Name = "exact " + m.Name
			checks = append(checks, m)
		}
		return checks, max(claimed, treeClaimed), max(proven, treeProven)
	}
	return f, nil
}

// besideCones takes the proof by cones out of a file that holds both kinds; nil if it does not.
func besideCones(archive *npy.Archive, solver json.RawMessage) (*certificateFile, error) {
	var entries []npy.Entry
	found := false
	for _, name := range archive.Names() {
		plain, isCones := strings.CutPrefix(name, relift.ConesPrefix)
		found = found || isCones
		if !isCones && name != "X" && name != "Y" && name != "gamma" {
			continue
		}
		array, err := archive.Array(name)
		if err != nil {
			return nil, err
		}
		entries = append(entries, npy.Entry{Name: plain, Array: array})
	}
	if !found {
		return nil, nil
	}
	var meta relift.SolverMeta
	if err := json.Unmarshal(solver, &meta); err != nil || len(meta.Exact) == 0 {
		return nil, fmt.Errorf("the arrays %s* have no meta data; expected a file that relift train wrote", relift.ConesPrefix)
	}
	entries = append(entries, npy.Entry{Name: "meta", Array: npy.String(string(meta.Exact))})
	var buffer bytes.Buffer
	if err := npy.WriteArchive(&buffer, entries); err != nil {
		return nil, err
	}
	size := int64(buffer.Len())
	part, err := npy.ReadArchive(bytes.NewReader(buffer.Bytes()), size, 2*size+1<<20)
	if err != nil {
		return nil, err
	}
	claims, err := cones.FromArchive(part)
	if err != nil {
		return nil, err
	}
	return conesFile(claims), nil
}

func conesFile(claims *cones.Claims) *certificateFile {
	var meta struct {
		CreatedBy string          `json:"created_by"`
		Settings  json.RawMessage `json:"settings"`
	}
	// The verifier judges the meta data; without them there is no table to compare.
	_ = json.Unmarshal([]byte(claims.Meta), &meta)
	return &certificateFile{
		x: verify.Matrix(claims.X), y: verify.Matrix(claims.Y), createdBy: meta.CreatedBy, settings: meta.Settings,
		verify: func() ([]verdictCheck, float64, float64) {
			r := cones.Verify(claims)
			return listed(r.Checks), r.ClaimedBound, r.ProvenBound
		},
	}
}

// listed converts the checks of either verifier.
func listed[C ~struct {
	Name   string
	Passed bool
	Detail string
}](checks []C) []verdictCheck {
	var out []verdictCheck
	for _, c := range checks {
		v := struct {
			Name   string
			Passed bool
			Detail string
		}(c)
		out = append(out, verdictCheck(v))
	}
	return out
}

// compareTable encodes the table as the certificate says its own was and
// compares every number.  A table that cannot be encoded so is not the
// certificate's: a failed check, not an error.
func (f *certificateFile) compareTable(ctx context.Context, path, data string, in *readFlags) (*verify.Check, error) {
	var origin relift.Origin
	var r recipe
	err := json.Unmarshal(f.settings, &origin)
	if err == nil {
		err = json.Unmarshal(origin.Recipe, &r)
	}
	if err != nil {
		return nil, badInputf("%s: does not say how its X and Y were made of a table, so that %s cannot be compared; expected a certificate that relift train or relift bound wrote", path, data)
	}
	read, err := in.open(ctx, data)
	if err != nil {
		return nil, err
	}
	p, err := encode(data, read, r)
	if err != nil {
		return &verify.Check{Name: "table", Detail: oneLine(err.Error())}, nil
	}
	mine := (&certificate.Certificate{X: p.train.X, Y: p.train.Y}).Claims()
	check := verify.VerifyTable(&verify.Claims{X: f.x, Y: f.y}, mine.X, mine.Y)
	return &check, nil
}
