package relift_test

// A room holds packages that do one kind of work.  They import each other, and those of the
// rooms that come before theirs, and nothing of those that come after.
type room struct {
	name string
	what string
	// packages are folders; a name that ends in /... stands for all folders in and under it.
	packages []string
}

// rooms are all packages, from the foundations to the command line.
var rooms = []room{
	{"foundations", "know nothing of networks", []string{
		"internal/atomicfile", "internal/effort", "internal/element", "internal/half", "internal/linalg", "internal/markdown", "internal/metadata",
		"internal/memory", "internal/nearest", "internal/npy", "internal/printable", "internal/settings", "internal/short", "internal/version", "dispatch",
	}},
	{"problem", "the tables, the training problem, its exact reductions", []string{
		"table/...", "problem/...", "reduce", "lift",
	}},
	{"verifiers", "decide whether a proof is true, without the code that made it", []string{
		"certificate/verify", "exact/verify", "proof/check", "internal/certfile", "internal/forgery",
	}},
	{"proofs", "what solvers found becomes something that can be verified", []string{
		"certificate", "proof",
	}},
	{"solvers", "know problems, networks' weights and proofs, and neither tables nor reports", []string{
		"descent", "relax", "round", "exact", "signs/...", "blocks", "tune",
	}},
	{"networks", "trained models, in the files of this program and of others", []string{
		"network/...",
	}},
	{"engine", "what runs when", []string{"engine", "regpath"}},
	{"readers of results", "reports and comparisons: nothing before them needs them", []string{
		"report/...", "explain", "audit", "baseline/...",
	}},
	{"door", "what library users import", []string{"."}},
	{"evaluation", "the paper's experiments", []string{"reproduce"}},
	{"commands", "thin", []string{"cmd/relift/...", "docs/...", "bench/..."}},
}

// narrow are packages with fewer imports than their room allows: what they import of this
// module, and of others.
var narrow = map[string][]string{
	"certificate/verify": {"internal/effort", "internal/metadata", "internal/npy"},
	"exact/verify":       {"internal/effort", "internal/metadata", "internal/npy"},
	"proof/check":        {"internal/npy"},
	"internal/npy":       {"internal/half", "gonum.org/v1/gonum"},
	"internal/half":      {},
	"internal/effort":    {},
	"internal/metadata":  {},
	"problem/loss":       {"gonum.org/v1/gonum"},
	"cmd/relift":         {"cmd/relift/internal/cli"},
}

// strangers are packages of earlier rooms that packages must not import all the same.
var strangers = []struct{ who, doNotKnow []string }{
	// The training problem, its solvers and what runs them: matrices, not tables, and weights, not models.
	{[]string{"problem/...", "reduce", "lift", "certificate", "proof", "descent", "relax", "round", "exact", "signs/...", "blocks", "tune", "engine", "regpath"}, []string{"table/...", "network/..."}},
	// What learns of a run by its events and its result, or calls for one, without an algorithm.
	{[]string{".", "cmd/relift/...", "report/...", "explain", "network/..."}, []string{
		"reduce", "lift", "certificate", "proof/...", "descent", "relax", "round", "exact/...", "signs/...", "blocks",
	}},
	{[]string{"cmd/relift/..."}, []string{"engine", "regpath"}},
	// Tables and networks alone.
	{[]string{"table/..."}, []string{"reduce", "lift"}},
}

// onlyFor says of packages that few may import which these are: themselves, and their tests.
var onlyFor = map[string]struct{ packages, tests []string }{
	// Arrow comes with it, which takes longer to compile than all the rest.
	"table/read": {
		packages: []string{"cmd/relift/...", "docs/...", "bench/..."},
		tests:    []string{"table/...", "network/...", "explain", "report/html", ".", "cmd/relift/..."},
	},
}

// users says of modules that few packages need which packages these are.  The others are for all.
var users = map[string][]string{
	"github.com/ebitengine/purego":     {"internal/linalg"},
	"github.com/apache/arrow-go/v18":   {"table/read"},
	"github.com/klauspost/compress":    {"table/read"},
	"github.com/parquet-go/parquet-go": {}, // tests
	"github.com/spf13/cobra":           {"cmd/relift/..."},
	"github.com/spf13/pflag":           {"cmd/relift/..."},
	"golang.org/x/sys":                 {"internal/..."},
	"golang.org/x/term":                {"cmd/relift/..."},
	"gonum.org/v1/plot":                {"report/chart", "reproduce", "docs/..."},
	"google.golang.org/protobuf":       {"network/onnx/..."},
}
