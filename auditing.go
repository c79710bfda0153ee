package relift

import (
	"context"

	"github.com/relift/relift/audit"
)

// An audit of a network of any origin; the documentation is in package audit.
type (
	// AuditOptions of Audit.  The zero value is ready to use.
	AuditOptions = audit.Options
	// AuditReport is the outcome: the verdict, a certified bound, what the network lacks.
	AuditReport = audit.Report
)

// Audit says how good the network w is on the problem p, whoever trained it.
func Audit(ctx context.Context, p Problem, w Weights, o AuditOptions) (*AuditReport, error) {
	return audit.Run(ctx, p, w, o)
}
