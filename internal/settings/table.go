package settings

import (
	"math"
	"slices"
)

var (
	positive    = Range{Min: 0, Max: math.Inf(1), OpenMin: true}
	nonnegative = Range{Min: 0, Max: math.Inf(1)}
	fraction    = Range{Min: 0, Max: 1, OpenMax: true}
	counts      = Range{Min: 0, Max: math.MaxInt32}
)

// Table returns every setting, grouped as the help shows them: data, problem,
// solver, output.
func Table() []Setting {
	fitting := []string{"train", "path", "bound"}
	posing := []string{"train", "path", "bound", "audit"}
	training := []string{"train", "path"}
	tuning := fitting
	stating := append([]string{"verify"}, posing...)
	reading := []string{"train", "path", "bound", "predict", "evaluate", "explain", "plot", "audit", "verify"}
	return slices.Concat([]Setting{
		{
			Name: "format", Kind: Choice, Choices: []string{"auto", "csv", "tsv", "arff", "libsvm", "npy", "npz", "parquet", "arrow"}, Default: "auto", Commands: reading,
			Help:   "format of the table",
			Detail: "auto goes by the file's extension, then by its first bytes; any of them may be compressed with gzip. [formats.md](formats.md) has an example of each.",
		},
		{
			Name: "header", Kind: Bool, Default: "false", Commands: reading,
			Help:   "the first line has column names",
			Detail: "Without it and --no-header the entries decide, and a first line that may be either is refused.",
		},
		{
			Name: "no-header", Kind: Bool, Default: "false", Commands: reading,
			Help: "the first line is data; the columns are called x0, x1, ...",
		},
		{
			Name: "decimal", Kind: Choice, Choices: []string{"auto", "point", "comma", ".", ","}, Default: "auto", Commands: reading,
			Help:   "sign before the decimals of numbers in text files",
			Detail: "auto goes by the entries of each column and, where they can be read in two ways, by the other columns; a column in doubt is refused.",
		},
		{
			Name: "thousands", Kind: Choice, Choices: []string{"auto", "none", "comma", "point", "space", "apostrophe", ",", ".", " ", "'"}, Default: "auto", Commands: reading,
			Help:   "sign between the thousands of numbers in text files",
			Detail: "auto takes any of them that is not the decimal sign, before groups of three digits.",
		},
		{
			Name: "na-values", Kind: List, Default: "NA,N/A,#N/A,NaN,-NaN,?,null", Example: "NA,-999", Commands: reading,
			Help:   "entries that are missing values, in any case, beside the empty one",
			Detail: "--na-values \"\" leaves the empty one only: NA is Namibia then.",
		},
		{
			Name: "encoding", Kind: Choice, Choices: []string{"auto", "utf-8", "utf-16", "windows-1252"}, Default: "auto", Commands: reading,
			Help:   "encoding of text files",
			Detail: "auto takes UTF-16 with its mark, UTF-8, and text that is no UTF-8 for Windows-1252, with a warning.",
		},
		{
			Name: "target", Kind: List, Commands: append([]string{"plot"}, stating...), Example: "species",
			Help:   "target column, by name or by index from 0, −1 being the last (default: the last column)",
			Detail: "Several names, separated by commas, make a regression with several outputs.",
		},
		{
			Name: "task", Kind: Choice, Choices: []string{"auto", "classification", "regression"}, Default: "auto", Commands: stating,
			Help:   "what is learned",
			Detail: "auto takes one target column of text, or of few distinct whole numbers, as classes (coded one-hot, predicted by argmax) and everything else as regression.",
		},
		{
			Name: "features", Kind: List, Commands: append([]string{"explain", "plot"}, stating...), Example: "petal_length,petal_width",
			Help:   "feature columns, by name or index (default: all but the target; the most influential of a picture)",
			Detail: "With relift explain --plot and relift plot regions: the two features that vary, horizontally and vertically; with relift plot response the one that does.",
		},
		{
			Name: "drop", Kind: List, Commands: stating, Example: "id",
			Help: "columns to leave out, by name or index",
		},
		{
			Name: "categorical", Kind: List, Commands: stating, Example: "month",
			Help:   "feature columns to take as categories although they hold numbers",
			Detail: "Text columns are categories anyway; a category column becomes one column of zeros and ones for each category.",
		},
		{
			Name: "dates", Kind: Bool, Default: "false", Commands: stating,
			Help:   "take year, month, day of week and days since the first of columns of dates",
			Detail: "Without it a column of dates is refused as a feature; --categorical takes it as categories, --drop leaves it out. Dates are those that can be read in one way only, such as 2024-01-31 and 31.1.2024, and with --date-order others.",
		},
		{
			Name: "date-order", Kind: Choice, Choices: []string{"auto", "month-first", "day-first"}, Default: "auto", Commands: stating,
			Help:   "what comes first in dates such as 1/2/2024",
			Detail: "auto goes by the entries of each column, with a line that says how they were read, and refuses a column that can be read both ways.",
		},
		{
			Name: "missing", Kind: Choice, Choices: []string{"error", "drop", "mean", "indicator"}, Default: "error", Commands: append([]string{"predict", "evaluate"}, stating...),
			Help: "what to do about missing values",
			Detail: "error names the row and the column; drop leaves such rows out; mean puts in the mean, or the most frequent category, of the training rows; " +
				"indicator does so and adds a feature, 0 or 1, for each column with missing values that says which they were. With predict and evaluate the default is what the model was trained with.",
		},
		{
			Name: "unknown", Kind: Choice, Choices: []string{"error", "ignore", "most-frequent"}, Default: "error", Commands: []string{"predict", "evaluate"},
			Help:   "what to do about categories that training never saw",
			Detail: "error leaves the row out, or refuses the table with --strict; ignore takes the entry for none of the categories; most-frequent takes the most frequent one of training.",
		},
		{
			Name: "strict", Kind: Bool, Default: "false", Commands: []string{"predict", "evaluate"},
			Help: "refuse a table with a row that cannot be encoded, instead of leaving the row out",
		},
		{
			Name: "id", Kind: Text, Example: "customer", Commands: []string{"predict"},
			Help: "column of the table, by name or index, to put before the predictions",
		},
		{
			Name: "scale", Kind: Choice, Choices: []string{"standard", "none"}, Default: "standard", Commands: stating,
			Help:   "scaling of the features",
			Detail: "standard subtracts each feature's mean and divides by its standard deviation over the training rows; the model file carries the scaler. Constant columns are dropped with a warning.",
		},
		{
			Name: "bias", Kind: Bool, Default: "true", Commands: stating,
			Help:   "append a column of ones to the features",
			Detail: "The bias is decayed like any other weight.",
		},
		{
			Name: "holdout", Kind: Real, Unit: "fraction of the rows", Range: fraction, Default: "0", Example: "0.2", Commands: posing,
			Help:   "keep this fraction of the rows for testing",
			Detail: "The rows are chosen at random from --seed, class by class for a classification. They are in neither the network's nor the bound's problem.",
		},
		{
			Name: "split", Kind: Text, Example: "sklearn:42:0.5", Commands: stating,
			Help:   "keep rows for testing as KIND:SEED:FRACTION says; KIND is holdout or sklearn",
			Detail: "sklearn draws the rows that scikit-learn's train_test_split(random_state=SEED, test_size=FRACTION) draws; holdout:SEED:FRACTION is what --holdout FRACTION --seed SEED does.",
		},
		{
			Name: "test", Kind: File, Example: "test.csv", Commands: training,
			Help: "table to test the network on",
		},
		{
			Name: "reg", Kind: Real, Unit: "γ, sum-of-squares convention", Range: positive, Default: "auto", Example: "0.1", Commands: []string{"convert", "verify", "train", "bound", "audit"},
			Help: "weight decay γ of the problem ½‖f(X) − Y‖² + (γ/2)·(sum of squared weights); a mean loss with weight decay λ has γ = n·λ",
			Detail: "The objective sums over the n rows. A mean loss (1/n)·½‖f(X) − Y‖² + (λ/2)·(sum of squared weights), multiplied by n, " +
				"is this one with γ = n·λ: λ = 1e-3 on 75 rows is --reg 0.075. auto chooses γ from the data, by cross-validation: --folds, --metric, --groups, --fold-order, --one-standard-error. --reg 0.1 was the default once.",
			Auto: []string{"train", "bound"},
		},
		{
			Name: "folds", Kind: Integer, Range: Range{Min: 2, Max: 1000}, Default: "5", Example: "5", Commands: tuning,
			Help:   "number of folds of the cross-validation of --reg auto",
			Detail: "The rows are divided at random from --seed, class by class for a classification, where the only row of a class is always trained on. Of more than 20000 rows as many are drawn. The default is a fold for each row, or group, where there are fewer.",
		},
		{
			Name: "groups", Kind: Text, Example: "patient", Commands: tuning,
			Help:   "column, by name or index, whose equal entries are never in two folds of the cross-validation",
			Detail: "Rows of one person or one place resemble each other, and a network that knows some of them is judged too well by the others. The column is no feature.",
		},
		{
			Name: "fold-order", Kind: Bool, Default: "false", Commands: tuning,
			Help:   "the rows are in the order of time: each fold of the cross-validation is judged by rows after those it is trained on",
			Detail: "The rows are cut into one block more than there are folds; each block but the first is judged by the network that is trained on all before it.",
		},
		{
			Name: "metric", Kind: Choice, Choices: []string{"deviance", "accuracy", "balanced-accuracy", "f1", "auc", "log-loss", "rmse", "mae", "r2"}, Default: "deviance", Commands: tuning,
			Help: "what the cross-validation judges by",
			Detail: "deviance is twice the mean loss of a row: the mean squared error, or twice the log loss. Of classes: accuracy, balanced-accuracy (the mean recall), f1 (the mean over the classes), " +
				"auc (area under the ROC curve), log-loss (with the logistic and the softmax loss). Of numbers: rmse, mae, r2. They are those that relift evaluate prints.",
		},
		{
			Name: "one-standard-error", Kind: Bool, Default: "false", Commands: tuning,
			Help: "take the largest γ whose error is within a standard error of the least one: a simpler network that is about as good",
		},
		{
			Name: "steps", Kind: Integer, Range: Range{Min: 1, Max: 60}, Default: "12", Example: "12", Commands: []string{"path"},
			Help:   "number of γ on the path, each half of the one before",
			Detail: "The first is half of the largest γ for which any neuron pays.",
		},
		{
			Name: "proofs", Kind: Integer, Range: Range{Min: 1, Max: 60}, Default: "3", Example: "3", Commands: []string{"path"},
			Help: "most runs that look for a proof and a better network at one γ",
			Detail: "The first is at the recommended γ. Its proof bounds every γ of the path; further ones are made where a bound is weak for being far from the γ that it was proved at. " +
				"Without --time-limit each ends where relift train would.",
		},
		{
			Name: "loss", Kind: Choice, Choices: []string{"auto", "squared", "huber", "logistic", "softmax"}, Default: "auto", Commands: stating,
			Help: "what compares outputs with targets",
			Detail: "auto is logistic for two classes and softmax for more, and squared for numbers and without an intercept. squared is ½‖f − y‖², huber ½r² for residuals r up to --huber-delta and linear beyond, for targets with outliers; logistic, of two classes, and softmax make probabilities. " +
				"All are certified. The objective is their sum over the rows. relift audit goes by the last operator of an ONNX model (Softmax, Sigmoid), else it takes the squared loss.",
		},
		{
			Name: "huber-delta", Kind: Real, Unit: "units of the target", Range: positive, Default: "1", Example: "1.5", Commands: stating,
			Help: "residual from which on the Huber loss is linear",
		},
		{
			Name: "intercept", Kind: Bool, Default: "true", Commands: append([]string{"verify"}, fitting...),
			Help:   "add a free constant to each output, which is not decayed",
			Detail: "The bound is one for networks with such a constant. Two classes are coded as −1 and 1 in one output then, as with the logistic loss. --bias, beside it, is a column of the features that neurons see. --intercept=false is the problem of the paper, with the squared loss.",
		},
		{
			Name: "weight", Kind: Text, Example: "exposure", Commands: stating,
			Help:   "column that says how often each row counts, by name or index",
			Detail: "A row of weight 2 is the row twice, in the network and in the bound; a row of weight 0 is none.",
		},
		{
			Name: "class-weight", Kind: Choice, Choices: []string{"none", "balanced"}, Default: "none", Commands: stating,
			Help:   "balanced counts every class as much as any other",
			Detail: "A row counts n/(k·n_j) times, beside its own --weight, with n rows in k classes and n_j in its own.",
		},
		{
			Name: "probabilities", Kind: Bool, Default: "false", Commands: []string{"predict"},
			Help: "write the probability of each class too, for models of the logistic or softmax loss",
		},
		{
			Name: "method", Kind: Choice, Choices: []string{"auto", "sdp", "exact", "signs", "descent"}, Default: "auto", Commands: training,
			Help: "how the bound and the network are found",
			Detail: "sdp solves the semidefinite relaxation and rounds it; exact closes the gap by column generation with a branch and bound over directions, " +
				"which is practical for few features; signs trains a network and closes its gap by branch and bound on the signs of the rows, for every loss, which is practical for few rows; descent only trains a network and gives the simplest bound. auto picks by the rank r of the encoded features and says what it picked: exact for r ≤ 6 " +
				"(with --time-limit 30s for r ≥ 3 if none is given), sdp above, where the relaxation has 30 s if no limit is given. " +
				"Where exact does not close the gap it also solves the relaxation, to its end where its order (rows + rank) is at most 120 and for 5 s above, whose bound is used where it is larger. " +
				"With an intercept, or another loss than the squared one, auto trains a network for 400 passes if no limit is given and bounds what can be bounded in seconds: by cones of directions for r ≤ 6, by the semidefinite relaxation for up to 140 (one output) or 195 rows and features, else by the simplest bound; with a limit it goes on as signs does.",
		},
		{
			Name: "relaxation", Kind: Choice, Choices: []string{"auto", "published"}, Default: "auto", Commands: fitting,
			Help: "which semidefinite relaxation is solved",
			Detail: "published is the one of the paper. auto solves that and then, for one output and where the time allows, a stronger one over the two signs of a neuron's output, with further conditions from ‖u‖ = ‖v‖. " +
				"A tree of signs, where there is time for one, goes on from there.",
		},
		{
			Name: "width", Kind: Integer, Unit: "neurons", Range: counts, Default: "0", Example: "50", Commands: training,
			Help:   "largest width of the network (0: as many neurons as help)",
			Detail: "The lower bound holds for every width all the same.",
		},
		{
			Name: "effort", Kind: Integer, Unit: "passes over the data for the gradient of 400 neurons", Range: counts, Default: "0", Example: "1000", Commands: training,
			Help: "end each training of a network after this work instead of a time (0: none)",
			Detail: "With --method auto the run then does only what ends by itself, and its result is the same on every machine with the same linear algebra and threads: a network, the bound that it gives, " +
				"and the relaxation where that is small.",
		},
		{
			Name: "seed", Kind: Integer, Range: Range{Min: 0, Max: 1 << 53}, Default: "1", Example: "1", Commands: posing,
			Help:   "seed of every random choice",
			Detail: "The same data, settings, seed and threads give the same numbers, as long as no time limit cuts the run.",
		},
		{
			Name: "time-limit", Kind: Duration, Unit: "duration; a bare number is seconds", Range: nonnegative, Default: "0s", Example: "90s", Commands: posing,
			Help:   "end after this time with the best network and certificate so far (0: none)",
			Detail: "The final repair and verification of the certificate may take a little longer.",
		},
		{
			Name: "gap", Kind: Real, Unit: "relative", Range: Range{Min: 0, Max: 1, OpenMin: true, OpenMax: true}, Default: "0.001", Example: "0.001", Commands: []string{"train", "path", "audit"},
			Help: "stop when (upper − lower)/upper is at most this; the tolerance of an audit",
		},
		{
			Name: "threads", Kind: Integer, Range: Range{Min: 0, Max: 4096}, Default: "0", Example: "2", Commands: posing,
			Help: "processor threads to use (0: all)",
		},
		{
			Name: "memory-limit", Kind: Size, Unit: "bytes", Default: "0", Example: "2GiB", Commands: reading,
			Help: "refuse problems that need more memory (0: what the machine has available)",
		},
		{
			Name: "work-limit", Kind: Real, Unit: "billions of operations", Range: nonnegative, Default: "0", Example: "1000", Commands: []string{"verify"},
			Help:   "refuse certificates whose check may take more than this many billions of operations, about a second each (0: 5, and 4 for each kilobyte of the file)",
			Detail: "What a check takes is bounded by the sizes of the arrays before it begins. Certificates that relift writes are far below the default.",
		},
		{
			Name: "output", Short: "o", Kind: File, Example: "iris.model.json", Commands: []string{"train", "predict", "plot"},
			Help: "file to write the model, the predictions or the picture to",
		},
		{
			Name: "certificate", Kind: File, Example: "iris.cert.npz", Commands: []string{"train", "bound", "audit"},
			Help: "file to write the certificate of the lower bound to",
		},
		{
			Name: "from-certificate", Kind: File, Example: "iris.cert.npz", Commands: []string{"audit"},
			Help:   "certificate of an earlier run to take the lower bound from, instead of looking for one",
			Detail: "It has to be about the same X and Y, and in format version 1 for at most the same weight decay; it is verified first.",
		},
		{
			Name: "log", Kind: File, Example: "solver.jsonl", Commands: []string{"train", "bound"},
			Help:   "file to write the run's log to: JSON lines, one for each state of the run, with every residual of its solvers",
			Detail: "relift plot convergence, gap and tree draw it.",
		},
		{
			Name: "plot", Kind: File, Example: "iris.svg", Commands: []string{"explain", "path"},
			Help:   "file to draw into: .png, .svg or .pdf",
			Detail: "relift path draws the cross-validation and the bounds along the path, relift explain the decision regions along two features: the other features are held at their median or most frequent category. The lines are the neurons' hyperplanes, the points the rows of DATA.",
		},
		{
			Name: "report", Kind: File, Example: "report.html", Commands: fitting,
			Help: "file to write a report for people to: one HTML page that needs no other file and no network",
		},
		{
			Name: "folder", Kind: File, Example: "iris.path", Commands: []string{"path"},
			Help:   "new folder for a model of each γ (gamma-G.model.json), the proofs (gamma-G.cert.npz) and the table (path.csv)",
			Detail: "The table says for each γ which of the proofs its bound comes from; relift verify FILE --reg G prints it.",
		},
		{
			Name: "csv", Kind: Bool, Default: "false", Commands: []string{"path"},
			Help: "write CSV instead of text",
		},
		{
			Name: "json", Kind: Bool, Default: "false", Commands: []string{"train", "path", "bound", "audit", "predict", "evaluate", "explain", "verify", "version"},
			Help: "write one JSON object instead of text",
		},
		{
			Name: "quiet", Short: "q", Kind: Bool, Default: "false", Commands: []string{"train", "path", "bound", "audit", "convert", "predict", "reproduce"},
			Help: "no progress table and no warnings on standard error",
		},
	}, models(), reproduction())
}
