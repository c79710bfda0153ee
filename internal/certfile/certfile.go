// Package certfile reads certificate files of every kind and has them checked by
// the verifier of their kind.
//
// A file of format version 2 holds a derivation (package proof).  One of version 1 holds a
// proof by multipliers (package certificate), a proof by cones (package exact), or both: then the arrays of the cones have names that begin
// with ConesPrefix, X, Y and gamma are shared, and the meta data of the cones are
// the part solver.exact of the file's, so that meta stays the only array that is
// not numeric.
package certfile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/certificate/verify"
	cones "github.com/relift/relift/exact/verify"
	"github.com/relift/relift/internal/effort"
	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/internal/metadata"
	"github.com/relift/relift/internal/npy"
	"github.com/relift/relift/proof/check"
)

// ConesPrefix begins the names of the arrays of a proof by cones in a file that
// also holds multipliers.
const ConesPrefix = "exact_"

// File is a certificate file.
type File struct {
	X, Y      verify.Matrix   // the data that it is about
	Gamma     float64         // the weight decay that it is about
	Loss      string          // squared, huber, logistic or softmax
	Delta     float64         // δ of the Huber loss
	Weights   []float64       // of the rows; nil for ones
	Intercept bool            // whether the bound is for networks with a free intercept
	CreatedBy string          // program and version, as the file states them
	Settings  json.RawMessage // how X and Y were made, as the file states it; any JSON value or nothing
	Size      int64           // of the file, in bytes

	multipliers *verify.Claims
	tree        *cones.Claims
	derivation  *check.Claims
	meta        metadata.Object
	archive     *npy.Archive
}

// Close closes the file, whose derivation is read while it is verified.
func (f *File) Close() error { return f.archive.Close() }

// EveryGamma reports whether the file proves a bound for every weight decay, not only
// for its own: see [Outcome.At].
func (f *File) EveryGamma() bool { return f.derivation != nil }

// AtRoot reports whether the proof is multipliers at the root of a derivation, one matrix.
func (f *File) AtRoot() bool { return f.derivation != nil && f.derivation.AtRoot() }

// Outcome is what the verifiers say.
type Outcome struct {
	Checks  []verify.Check
	Claimed float64 // the largest bound that the file claims
	Proven  float64 // the largest that is proved, −Inf unless every check passed
	// At returns the bound that is proved for another weight decay; nil where there is none
	// ([File.EveryGamma]).
	At func(gamma float64) float64
}

// OK reports whether every check passed, so that the claimed bounds are proven.
func (o Outcome) OK() bool {
	_, failed := o.FirstFailure()
	return len(o.Checks) > 0 && !failed
}

// FirstFailure returns the first check that failed; failed is false when none did.
func (o Outcome) FirstFailure() (c verify.Check, failed bool) {
	for _, c := range o.Checks {
		if !c.Passed {
			return c, true
		}
	}
	return verify.Check{}, false
}

// Open reads the certificate at path, until ctx ends.  It refuses what is not one;
// nothing is checked.  An error is one line that begins with the path.
func Open(ctx context.Context, path string) (*File, error) {
	archive, err := npy.OpenMembers(ctx, path)
	if errors.Is(err, npy.ErrFormat) {
		return nil, fmt.Errorf("%w; expected a certificate, as relift train --certificate FILE.npz writes it", err)
	}
	if err != nil {
		return nil, err
	}
	f, err := fromArchive(archive)
	if err != nil {
		archive.Close()
		return nil, fmt.Errorf("%s: cannot be read as a certificate: %w", path, err)
	}
	return f, nil
}

func fromArchive(archive *npy.Archive) (*File, error) {
	f := &File{Size: archive.Size(), Loss: "squared", archive: archive}
	if check.Recognises(archive) {
		return f, f.useDerivation(archive)
	}
	if cones.Recognises(archive) {
		tree, err := cones.FromArchive(archive)
		if err != nil {
			return nil, err
		}
		f.tree, f.X, f.Y, f.Gamma = tree, verify.Matrix(tree.X), verify.Matrix(tree.Y), tree.Gamma
		return f, f.useMeta(tree.Meta)
	}
	claims, err := verify.FromArchive(archive)
	if err != nil {
		return nil, err
	}
	f.multipliers, f.X, f.Y, f.Gamma = claims, claims.X, claims.Y, claims.Gamma
	if err := f.useMeta(claims.Meta); err != nil {
		return nil, err
	}
	f.tree, err = beside(archive, f.meta.Object("solver")["exact"])
	return f, err
}

func (f *File) useDerivation(archive *npy.Archive) error {
	claims, err := check.Open(archive)
	if err != nil {
		return err
	}
	f.derivation = claims
	f.X, f.Y = verify.Matrix(claims.X), verify.Matrix(claims.Y)
	f.Gamma, f.Loss, f.Delta, f.Weights, f.Intercept = claims.Gamma, claims.Loss, claims.Delta, claims.Weights, claims.Intercept
	return f.useMeta(claims.Meta)
}

// useMeta reads what the file states of its own.
func (f *File) useMeta(text string) (err error) {
	if f.meta, err = metadata.Parse(text); err != nil {
		return err
	}
	f.Settings = f.meta["settings"]
	f.CreatedBy, _ = f.meta.Text("created_by") // what is no text names no program
	return nil
}

// beside takes the proof by cones, with its meta data, out of a file that holds both kinds; nil if it
// does not.
func beside(archive *npy.Archive, meta json.RawMessage) (*cones.Claims, error) {
	var entries []npy.Entry
	found := false
	for _, name := range archive.Names() {
		plain, isCones := strings.CutPrefix(name, ConesPrefix)
		found = found || isCones
		if !isCones && name != "X" && name != "Y" && name != "gamma" {
			continue
		}
		if isCones && (plain == "X" || plain == "Y" || plain == "gamma" || plain == "meta") {
			return nil, fmt.Errorf("the array %q is a second %s", name, plain)
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
	if meta == nil {
		return nil, fmt.Errorf("the arrays %s* have no meta data; expected a file that relift train wrote", ConesPrefix)
	}
	entries = append(entries, npy.Entry{Name: "meta", Array: npy.String(string(meta))})
	return cones.FromArchive(npy.NewArchive(entries))
}

// Verify runs the verifiers on the proofs in the file, and tells progress, unless it is nil, how many of the leaves of a
// derivation are proved.  Operations of the limit
// are for each proof; 0 is the limit that goes with the file's size.  An error is that of
// ctx, which ended; nothing is proved then.
func (f *File) Verify(ctx context.Context, limit effort.Effort, progress func(done, leaves int64)) (Outcome, error) {
	if limit.Operations == 0 {
		limit.Operations = effort.Limit(f.Size)
	}
	o := Outcome{Claimed: math.Inf(-1), Proven: math.Inf(-1)}
	if f.derivation != nil {
		r, err := f.derivation.Check(ctx, check.Options{WorkLimit: limit.Operations, MemoryLimit: limit.Bytes, Progress: progress})
		if err != nil {
			return Outcome{}, err
		}
		var checks []verify.Check
		for _, c := range r.Checks {
			checks = append(checks, verify.Check(c))
		}
		o.take(checks, "", r.ClaimedBound, r.ProvenBound)
		o.At = r.At
	}
	if f.multipliers != nil {
		r, err := verify.VerifyContext(ctx, f.multipliers, limit)
		if err != nil {
			return Outcome{}, err
		}
		o.take(r.Checks, "", r.ClaimedBound, r.ProvenBound)
	}
	if f.tree != nil {
		r, err := cones.VerifyContext(ctx, f.tree, limit)
		if err != nil {
			return Outcome{}, err
		}
		prefix := ""
		if f.multipliers != nil {
			prefix = "exact "
		}
		var checks []verify.Check
		for _, c := range r.Checks {
			checks = append(checks, verify.Check(c))
		}
		o.take(checks, prefix, r.ClaimedBound, r.ProvenBound)
	}
	if o.OK() {
		o.Checks = append(o.Checks, f.statement()...)
	}
	if !o.OK() {
		o.Proven = math.Inf(-1)
	}
	return o, nil
}

func (o *Outcome) take(checks []verify.Check, prefix string, claimed, proven float64) {
	for _, c := range checks {
		c.Name = prefix + c.Name
		o.Checks = append(o.Checks, c)
	}
	o.Claimed, o.Proven = max(o.Claimed, claimed), max(o.Proven, proven)
}

// Matrix returns m as files have their X and Y; it shares memory where the layout allows it.
func Matrix(m *mat.Dense) verify.Matrix {
	rows, cols := m.Dims()
	return verify.Matrix{Rows: rows, Cols: cols, Data: linalg.RowMajor(m)}
}
