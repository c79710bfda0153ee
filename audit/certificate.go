package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/certificate/verify"
	directions "github.com/relift/relift/exact/verify"
	"github.com/relift/relift/internal/npy"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/report"
)

// ErrUnverified is wrapped by the error about a certificate that its verifier
// does not accept.
var ErrUnverified = errors.New("the certificate is not true")

// LoadCertificate reads and verifies the certificate in a file and returns its
// bound, which has to be about the X and Y of p and a weight decay of at most
// that of p: the objective of no network falls when γ grows.  An error begins
// with the path.
func LoadCertificate(path string, p lift.Problem) (*Bound, error) {
	archive, err := npy.OpenArchive(path)
	if err != nil {
		return nil, err
	}
	claims, err := claimsOf(path, archive)
	if err != nil {
		return nil, err
	}
	best := 0.0
	for _, c := range claims {
		if err := c.about(path, p); err != nil {
			return nil, err
		}
		best = max(best, c.bound)
	}
	return &Bound{Value: report.Number(best), Source: "the certificate " + path}, nil
}

// claim is what a certificate says.
type claim struct {
	x, y         verify.Matrix
	gamma, bound float64
	ok           bool   // its verifier accepted it
	problem      string // the first check that failed
}

// about reports why the claim proves nothing for p.
func (c claim) about(path string, p lift.Problem) error {
	if !c.ok {
		return fmt.Errorf("%s: %w: %s", path, ErrUnverified, c.problem)
	}
	x, y := certificate.PlainMatrix(p.X), certificate.PlainMatrix(p.Y)
	if !same(c.x, x) || !same(c.y, y) {
		return fmt.Errorf("%s: proves a bound for other data (X %d×%d, Y %d×%d) than those of the audit (X %d×%d, Y %d×%d); expected a certificate made from the same table with the same scaling and bias",
			path, c.x.Rows, c.x.Cols, c.y.Rows, c.y.Cols, x.Rows, x.Cols, y.Rows, y.Cols)
	}
	if !(c.gamma <= p.Gamma) {
		return fmt.Errorf("%s: proves a bound for the weight decay %v, which says nothing about the smaller %v; expected a certificate for at most that", path, c.gamma, p.Gamma)
	}
	return nil
}

func same(a, b verify.Matrix) bool {
	return a.Rows == b.Rows && a.Cols == b.Cols && slices.Equal(a.Data, b.Data)
}

// claimsOf runs the verifiers on a certificate of either kind, or of both.
func claimsOf(path string, archive *npy.Archive) ([]claim, error) {
	if directions.Recognises(archive) {
		cones, err := directions.Load(path)
		if err != nil {
			return nil, err
		}
		return []claim{ofCones(cones)}, nil
	}
	multipliers, err := verify.Load(path)
	if err != nil {
		return nil, err
	}
	r := verify.Verify(multipliers)
	c := claim{multipliers.X, multipliers.Y, multipliers.Gamma, multipliers.LowerBound, r.OK(), ""}
	if failure, failed := r.FirstFailure(); failed {
		c.problem = failure.Name + ": " + failure.Detail
	}
	claims := []claim{c}
	beside, err := conesBeside(archive, multipliers.Meta)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if beside != nil {
		claims = append(claims, ofCones(beside))
	}
	return claims, nil
}

func ofCones(cones *directions.Claims) claim {
	r := directions.Verify(cones)
	c := claim{verify.Matrix(cones.X), verify.Matrix(cones.Y), cones.Gamma, cones.LowerBound, r.OK(), ""}
	if failure, failed := r.FirstFailure(); failed {
		c.problem = failure.Name + ": " + failure.Detail
	}
	return c
}

// conesPrefix begins the names of the arrays of a proof by cones in a file of
// multipliers; X, Y and gamma are shared, and its meta data are in the file's.
const conesPrefix = "exact_"

// conesBeside takes the proof by cones out of a file of multipliers; nil if it
// has none.
func conesBeside(archive *npy.Archive, metaText string) (*directions.Claims, error) {
	var entries []npy.Entry
	found := false
	for _, name := range archive.Names() {
		plain, cones := strings.CutPrefix(name, conesPrefix)
		if !cones && name != "X" && name != "Y" && name != "gamma" {
			continue
		}
		found = found || cones
		array, err := archive.Array(name)
		if err != nil {
			return nil, err
		}
		entries = append(entries, npy.Entry{Name: plain, Array: array})
	}
	if !found {
		return nil, nil
	}
	var meta struct {
		Solver struct {
			Exact json.RawMessage `json:"exact"`
		} `json:"solver"`
	}
	if err := json.Unmarshal([]byte(metaText), &meta); err != nil || len(meta.Solver.Exact) == 0 {
		return nil, fmt.Errorf("the arrays %s* have no meta data; expected a file that relift train wrote", conesPrefix)
	}
	entries = append(entries, npy.Entry{Name: "meta", Array: npy.String(string(meta.Solver.Exact))})
	var file bytes.Buffer
	if err := npy.WriteArchive(&file, entries); err != nil {
		return nil, err
	}
	part, err := npy.ReadArchive(bytes.NewReader(file.Bytes()), int64(file.Len()), 2*int64(file.Len())+1<<20)
	if err != nil {
		return nil, err
	}
	return directions.FromArchive(part)
}
