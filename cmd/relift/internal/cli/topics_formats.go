package cli

const topicCertificate = `The certificate (--certificate FILE.npz)

A certificate proves that no two-layer ReLU network of any width has an objective
below its lower_bound on the X and Y in it. relift verify checks it:

    relift verify iris.cert.npz             the proof
    relift verify iris.cert.npz iris.csv    and that X and Y are those of the table
    relift verify iris.cert.npz iris.csv --reg 0.1 --target species --scale standard
                                            and that it is for what you expect

It says what the bound is for: γ, the loss, and how the file says that X and Y were
made of a table, which only the comparison with the table proves.

The file is a NumPy archive that holds a derivation: a tree of a few rules, with one
small inequality at each leaf. docs/proof-format.md describes it, so that it can be
checked without relift: python -m relift.verify is a verifier that needs NumPy only.
It proves a bound for every γ, and --reg chooses the one that is printed. Its arrays:

    X n×d, Y n×c   the data after encoding, scaling and bias
    W n×c          multiplier of the fit
    gamma          the weight decay γ
    loss, delta, intercept, weights
                   what is minimised besides
    rows, row_of, row_scale, basis
                   which rows of X are multiples of which, and their coordinates
    claim_u, …     what the root claims, and the units of the tree
    steps_0_int, steps_0_real, …
                   the tree; multipliers are a sparse list of pairs
    lower_bound    the claim
    meta           JSON: versions and how the table was encoded

The tree of a bound by the semidefinite relaxation is one leaf: Φ, Ω ≥ 0 and Ψ ≥ 0 off
its diagonal. If no row of X is a multiple of another the claim is true when

    S = [[ −(WWᵀ/γ + Φ + Ψ + Ψᵀ + Ω),  (Ψ + Ω)X     ],
         [ Xᵀ(Ψᵀ + Ω),                 γI − XᵀΩX    ]]

is positive semidefinite: for a neuron u with α = (Xu)₊ then (α,u)ᵀS(α,u) ≥ 0
reads ‖Wᵀ(Xu)₊‖ ≤ γ‖u‖, and every network f = Σ_j (Xu_j)₊v_jᵀ has an objective
of at least ⟨W, Y − f⟩ − ½‖W‖² + γ Σ_j ‖u_j‖‖v_j‖ ≥ ⟨W,Y⟩ − ½‖W‖².

Files of format version 1, of earlier versions of relift, are verified as well; they are
for their own γ only.`

const topicFormats = `Tables and files

DATA is a file, - for standard input, or a built-in table such as builtin:iris,
builtin:spiral or builtin:random. The format goes by the extension, or --format:

  .csv .txt .data     comma-separated with a header line (semicolon, tab and | are found)
  .tsv .tab           separated by tabs
  .arff               Weka's format
  .libsvm .svm        the sparse text of LIBSVM and SVMlight
  .npy .npz           NumPy matrices; an .npz has X and y
  .parquet .pq        Apache Parquet

Any of them may be compressed with gzip. docs/formats.md has an example of each.

A column of numbers is a feature as it is; a column of text is a category and
becomes a column of zeros and ones for each category. Empty fields, NA, NaN, ? and
null (--na-values) are missing values.

What is guessed (decimal commas, separated thousands, comment lines, Windows-1252)
is a line on standard error that names the flag that says otherwise: --decimal,
--thousands, --encoding, --categorical, --format. What is in doubt, such as a first
line that may be data (--header, --no-header), is refused.

Written:

  model          JSON: weights, scaler, names, provenance
  certificate    NumPy archive, see relift help certificate
  predictions    CSV
  log            JSON lines, one for each outer iteration`
