"""A verifier of relift's certificates in NumPy, written from the format's
description; it shares no code with the program.

What is proved
--------------
For data X (n×d), Y (n×c) and weight decay γ > 0, every two-layer ReLU network, of
any width, has

    ½‖Σ_j (Xu_j)₊ v_jᵀ − Y‖² + (γ/2) Σ_j (‖u_j‖² + ‖v_j‖²)  ≥  lower_bound.

The file holds a matrix W (n×c); if ‖Wᵀ(Xu)₊‖ ≤ γ‖u‖ for every u, then
⟨W,Y⟩ − ½‖W‖² is such a bound.  Row i of X is zero or exactly s_i times a
representative row x_r.  With X_r (m×d) the representatives, V[r] = Σ|s_i|W_i over
the rows of group r, V₋[r] the part of it with s_i < 0, and G = V₋ᵀX_r, the
inequality holds if Φ, Ω ≥ 0 are symmetric, Ψ ≥ 0 off its diagonal, and

    K = [[ −(Φ + Ψ + Ψᵀ + Ω),   (Ψ+Ω)X_r,        V   ],
         [ ·,                   γI − X_rᵀΩX_r,   −Gᵀ ],      ⪰ 0.
         [ ·,                   ·,               γI_c]]

Arithmetic
----------
K is computed with a bound E on the error of every entry (module enclosure) and
scaled by powers of two to a diagonal in [½, 2).  For the float64 Cholesky factor L
of K − cI, LLᵀ ⪰ 0 whatever the errors in L.  So K ⪰ 0 is proved when K − LLᵀ,
computed with its error bounds, is diagonally dominant.  This rests on IEEE
arithmetic and on matrix products that sum in any order; nothing is assumed of the
factorization.  Where that fails and the order is small, K is formed and decided in
rational arithmetic.  The bound itself, the exactness of merged rows and the signs
are checked in exact arithmetic.
"""

import hashlib
import json
import math
import os
import zipfile
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple, Optional

import numpy as np

from .enclosure import EPSILON, INFLATE, add, add_enclosures, exactly, product, rounded

FORMAT = "relift certificate"
FORMAT_VERSION = 1
# The other kind of proof, by branch and bound over directions.
EXACT_FORMAT = "relift-exact-certificate"
# Where a file holds both, the names of its arrays begin with this.
EXACT_PREFIX = "exact_"
# The largest order of K that is decided in rational arithmetic.
RATIONAL_ORDER = 24


class Check(NamedTuple):
    """One verdict."""

    name: str
    passed: bool
    detail: str


@dataclass
class Verification:
    """The outcome of a verification; true in a condition exactly if every check
    passed, and then `claimed_bound` is proved."""

    checks: list = field(default_factory=list)
    #: the lower bound that the file claims
    claimed_bound: float = math.nan
    #: ⟨W,Y⟩ − ½‖W‖² rounded down if what it rests on is proved, else −inf
    proven_bound: float = -math.inf
    #: the bound of a proof by branch and bound over directions in the same file,
    #: which is not checked here; None if there is none
    unchecked_bound: Optional[float] = None
    #: the shift c of the proof of K ⪰ 0, which covers all rounding errors; 0 if
    #: rational arithmetic decided; NaN without proof
    margin: float = math.nan

    @property
    def ok(self):
        return bool(self.checks) and all(check.passed for check in self.checks)

    def __bool__(self):
        return self.ok

    def __str__(self):
        lines = ["%s  %-9s %s" % ("pass" if c.passed else "FAIL", c.name, c.detail) for c in self.checks]
        if self.ok:
            lines.append(
                "Proved: no two-layer ReLU network of any width has an objective below %r on these data."
                % self.claimed_bound
            )
        else:
            lines.append("Not proved.")
        if self.unchecked_bound is not None:
            lines.append(
                "The file also claims %r by branch and bound over directions, which relift verify checks." % self.unchecked_bound
            )
        return "\n".join(lines)

    def _add(self, name, problem, success):
        self.checks.append(Check(name, not problem, problem or success))
        return not problem


@dataclass
class Certificate:
    """The arrays of a certificate file; nothing about their values is assumed."""

    X: np.ndarray
    Y: np.ndarray
    gamma: float
    representatives: np.ndarray
    merged_into: np.ndarray
    merge_scale: np.ndarray
    W: np.ndarray
    Phi: np.ndarray
    Omega: np.ndarray
    Psi: np.ndarray
    lower_bound: float
    meta: Optional[dict]
    #: the bound of a proof by branch and bound over directions in the same file
    exact_lower_bound: Optional[float] = None


# Name, type and dimensions of the arrays of a file, in the order of the digest.
_ARRAYS = (
    ("X", "f8", 2),
    ("Y", "f8", 2),
    ("gamma", "f8", 0),
    ("representatives", "i8", 1),
    ("merged_into", "i8", 1),
    ("merge_scale", "f8", 1),
    ("W", "f8", 2),
    ("Phi", "f8", 2),
    ("Omega", "f8", 2),
    ("Psi", "f8", 2),
    ("lower_bound", "f8", 0),
)


def load_certificate(path):
    """Reads the certificate file at path (or an open binary file).

    Raises ValueError, in one line, for what is not a certificate of the
    semidefinite relaxation or is of a newer format, and OSError for a file that
    cannot be read.
    """
    if isinstance(path, (str, os.PathLike)):
        with open(path, "rb") as file:
            return load_certificate(file)
    name = getattr(path, "name", "certificate")
    try:
        with np.load(path, allow_pickle=False) as archive:
            names = set(archive.files)
            meta = _meta(name, str(archive["meta"][()])) if "meta" in names else None
            other = EXACT_PREFIX + "lower_bound"
            exact = float(archive[other]) if other in names else None
            arrays = {}
            for key, kind, dimensions in _ARRAYS:
                if key not in names:
                    raise ValueError(f"not a certificate: it has no array {key!r}")
                a = archive[key]
                if a.dtype.kind + str(a.dtype.itemsize) != kind or a.ndim != dimensions:
                    raise ValueError(
                        f"array {key!r} is {a.dtype} with {a.ndim} dimensions, expected {kind} with {dimensions}"
                    )
                a = np.ascontiguousarray(a, dtype="=" + kind)
                arrays[key] = a.reshape(()).item() if dimensions == 0 else a
    except zipfile.BadZipFile as e:
        raise ValueError(f"{name}: cannot be read as a certificate: {e}") from None
    except (AttributeError, EOFError, KeyError, TypeError, ValueError) as e:
        text = " ".join(str(e).split())
        raise ValueError(f"{name}: {text if 'certificate' in text else 'cannot be read as a certificate: ' + text}") from None
    return Certificate(meta=meta, exact_lower_bound=exact, **arrays)


def _meta(name, text):
    if not text.strip():
        return None
    try:
        meta = json.loads(text)
    except ValueError as e:
        raise ValueError(f"the certificate's meta data are not valid JSON: {e}") from None
    if not isinstance(meta, dict):
        raise ValueError("the certificate's meta data are not a JSON object")
    form, version = meta.get("format"), meta.get("format_version")
    if form == EXACT_FORMAT:
        raise ValueError(
            "this certificate is a proof by branch and bound over directions, which is not checked here; use relift verify"
        )
    if form is not None and form != FORMAT:
        raise ValueError(f"not a certificate: its format is {form!r}, expected {FORMAT!r}")
    if version is not None and not (isinstance(version, int) and 1 <= version <= FORMAT_VERSION):
        raise ValueError(
            f"the certificate has format version {version!r} and this package knows versions up to {FORMAT_VERSION}: use a newer one"
        )
    return meta


def verify_certificate(path, X=None, Y=None):
    """Checks the certificate at path (or an open binary file) independently of the
    program that made it.

    X (n×d) and Y (n×c) are the encoded data that it has to be about, number for
    number: scaled features with the column of ones, and one column for each
    output.  `ReliftClassifier.encode` makes them.  Without them the proof is about
    the data in the file.

    Returns a `Verification`, which is true exactly if the claimed bound is proved.
    Raises ValueError for a file that is not such a certificate.
    """
    c = path if isinstance(path, Certificate) else load_certificate(path)
    v = Verification(claimed_bound=c.lower_bound, unchecked_bound=c.exact_lower_bound)
    n, d, m = *c.X.shape, len(c.representatives)
    if not v._add("shapes", _shape_problem(c), f"{n} rows, {d} features, {c.Y.shape[1]} outputs, {m} representatives"):
        return v
    finite = v._add("finite", _finite_problem(c), "every number is finite and γ is positive")
    grouping = v._add("grouping", _grouping_problem(c), "representatives, groups and zero rows are well formed")
    if not (finite and grouping):
        return v
    v._add("merges", _merge_problem(c), "every merged row is exactly its scale times its representative")
    v._add("signs", _sign_problem(c), "Φ and Ω are symmetric and nonnegative, Ψ is nonnegative off its diagonal")
    problem, success, v.margin = _definiteness(c)
    v._add("definite", problem, success)
    if c.meta and c.meta.get("digest"):
        same = c.meta["digest"] == digest(c)
        v._add("digest", "" if same else "the arrays are not those that the digest was taken of", "the arrays have the digest that the meta data name")
    for name, have, given in (("X", c.X, X), ("Y", c.Y, Y)):
        if given is not None:
            v._add("data", _data_problem(name, have, given), f"{name} is the one given")
    value = _dual_value(c)
    if v.ok:
        v.proven_bound = _round_down(value)
    v._add(
        "bound",
        "" if Fraction(c.lower_bound) <= value else f"the claimed bound {c.lower_bound!r} is above ⟨W,Y⟩ − ½‖W‖² = {_round_down(value)!r}",
        f"the claimed bound {c.lower_bound!r} is at most ⟨W,Y⟩ − ½‖W‖²",
    )
    return v


def digest(c):
    """Returns "sha256:" and the digest of the arrays, as the meta data name it."""
    h = hashlib.sha256()
    for name, kind, dimensions in _ARRAYS:
        a = np.asarray(getattr(c, name))
        rows, cols = a.shape if dimensions == 2 else (a.size, 1)
        h.update(f"{name} {kind} {rows} {cols}\n".encode())
        h.update(np.ascontiguousarray(a, dtype="<" + kind).tobytes())
    return "sha256:" + h.hexdigest()


def _shape_problem(c):
    n, m = len(c.X), len(c.representatives)
    if n < 1 or c.X.shape[1] < 1 or c.Y.shape[1] < 1:
        return f"X is {c.X.shape} and Y is {c.Y.shape}, expected at least one row and column each"
    square = (m, m)
    for name, shape in (
        ("Y", (n, c.Y.shape[1])),
        ("W", c.Y.shape),
        ("Phi", square),
        ("Omega", square),
        ("Psi", square),
        ("merged_into", (n,)),
        ("merge_scale", (n,)),
    ):
        if getattr(c, name).shape != shape:
            return f"{name} has shape {getattr(c, name).shape}, expected {shape}"
    return ""


def _finite_problem(c):
    for name, kind, _ in _ARRAYS:
        if kind == "f8" and not np.isfinite(getattr(c, name)).all():
            return f"{name} has a number that is not finite"
    return "" if c.gamma > 0 else f"gamma is {c.gamma!r}, expected a positive number"


def _grouping_problem(c):
    n, m = len(c.X), len(c.representatives)
    rep, into, scale = c.representatives, c.merged_into, c.merge_scale
    if not ((rep >= 0) & (rep < n)).all():
        return "a representative is not the index of a row"
    if not (into[rep] == np.arange(m)).all() or not (scale[rep] == 1).all():
        return "a representative is not a member of its group with scale 1"
    if not ((into >= -1) & (into < m)).all():
        return "merged_into names a group that does not exist"
    if not ((scale == 0) == (into == -1)).all():
        return "merge_scale is not zero exactly for zero rows"
    if c.X[into == -1].any():
        return "a row that is called zero has an entry that is not"
    return ""


def _merge_problem(c):
    for i in np.flatnonzero(c.merged_into >= 0):
        s, row = float(c.merge_scale[i]), c.X[c.representatives[c.merged_into[i]]]
        if abs(s) == 1:
            same = (c.X[i] == s * row).all()
        else:
            same = all(Fraction(float(a)) == Fraction(s) * Fraction(float(b)) for a, b in zip(c.X[i], row))
        if not same:
            return f"row {i} of X is not exactly {s!r} times its representative"
    return ""


def _sign_problem(c):
    for name in ("Phi", "Omega"):
        a = getattr(c, name)
        if not (a == a.T).all():
            return f"{name} is not symmetric"
        if not (a >= 0).all():
            return f"{name} has a negative entry"
    off = c.Psi.copy()
    np.fill_diagonal(off, 0)
    return "" if (off >= 0).all() else "Psi has a negative entry off its diagonal"


def _data_problem(name, have, given):
    given = np.asarray(given, dtype=float)
    if given.shape != have.shape:
        return f"{name} is {have.shape} in the certificate and {given.shape} as given"
    different = ~(have == given)
    if different.any():
        i, j = np.argwhere(different)[0]
        return f"{name} differs in {different.sum()} numbers, first in row {i}, column {j} (counted from 0)"
    return ""


def _dual_value(c):
    """Returns ⟨W,Y⟩ − ½‖W‖² exactly."""
    total = Fraction(0)
    for w, y in zip(c.W.ravel().tolist(), c.Y.ravel().tolist()):
        w = Fraction(w)
        total += w * (Fraction(y) - w / 2)
    return total


def _round_down(value):
    try:
        v = float(value)
    except OverflowError:
        return -math.inf
    return v if Fraction(v) <= value else float(np.nextafter(v, -np.inf))


def _groups(c, only=None):
    """Returns the m×n matrix that has |s_i| at (group of i, i)."""
    a = np.zeros((len(c.representatives), len(c.X)))
    rows = np.flatnonzero((c.merged_into >= 0) & (True if only is None else only))
    a[c.merged_into[rows], rows] = np.abs(c.merge_scale[rows])
    return a


def _definiteness(c):
    """Returns what prevents the proof of K ⪰ 0, what is proved, and the margin."""
    with np.errstate(all="ignore"):
        k, error = _form(c)
        problem, margin = _prove(k, error)
    order = len(k)
    if not problem:
        return "", f"K of order {order} is positive semidefinite: all errors are covered by a shift of {margin:.1e}", margin
    if order <= RATIONAL_ORDER:
        if _semidefinite(_form_rational(c)):
            return "", f"K of order {order} is positive semidefinite (rational arithmetic)", 0.0
        return f"K of order {order} has a negative eigenvalue (rational arithmetic)", "", math.nan
    return f"K of order {order} could not be proved positive semidefinite: {problem}", "", math.nan


def _form(c):
    """Returns K and bounds on the errors of its entries."""
    d, outputs, m = c.X.shape[1], c.Y.shape[1], len(c.representatives)
    rows = c.X[c.representatives]
    aa = -add(c.Phi, c.Omega, c.Psi, c.Psi.T)
    # (Ψ+Ω)X_r = ΨX_r + ΩX_r without adding Ψ and Ω first.
    omega_x = product(c.Omega, rows)
    coupling = add_enclosures(product(c.Psi, rows), omega_x)
    uu = add_enclosures(exactly(c.gamma * np.eye(d)), -product(np.ascontiguousarray(rows.T), omega_x))
    v = product(_groups(c), c.W)
    g = product(np.ascontiguousarray(rows.T), product(_groups(c, c.merge_scale < 0), c.W))  # Gᵀ, d×c
    order = m + d + outputs
    k, error = np.zeros((order, order)), np.zeros((order, order))
    a, u, o = slice(0, m), slice(m, m + d), slice(m + d, order)
    for at, block in (((a, a), aa), ((a, u), coupling), ((u, u), uu), ((a, o), v), ((u, o), -g)):
        k[at], error[at] = rounded(block)
        if at[0] != at[1]:
            k[at[1], at[0]], error[at[1], at[0]] = k[at].T, error[at].T
    k[o, o] = c.gamma * np.eye(outputs)
    # Both triangles enclose the same numbers: take one of them for both.
    lower = np.tril_indices(order, -1)
    k[lower], error[lower] = k.T[lower], error.T[lower]
    return k, error


def _prove(k, error):
    """Returns what prevents the proof of K ⪰ 0 ("" if nothing) and the shift c."""
    order = len(k)
    diagonal = np.diag(k)
    if not (np.isfinite(k).all() and np.isfinite(error).all() and (diagonal > 0).all()):
        return "its diagonal is not positive or a number overflows", math.nan
    _, exponent = np.frexp(diagonal)
    half = -(exponent // 2)
    scale = half[:, None] + half[None, :]
    k, error = np.ldexp(k, scale), np.ldexp(error, scale) + 2.0**-1000
    for factor in (4, 32, 256):
        shift = factor * (order + 8) * EPSILON + 2 * float(error.sum(axis=1).max())
        if not shift < 0.25:
            return "rounding errors hide its sign", math.nan
        try:
            lower = np.linalg.cholesky(k - shift * np.eye(order))
        except np.linalg.LinAlgError:
            return f"K − {shift:.1e}·I has no Cholesky factor", math.nan
        lower = np.tril(lower)
        if not np.isfinite(lower).all():
            return "its Cholesky factor overflows", math.nan
        gap = add_enclosures(exactly(k), -product(lower, np.ascontiguousarray(lower.T)))
        residual, wrong = rounded(gap)
        wrong = wrong + error
        off = np.abs(residual) + wrong
        np.fill_diagonal(off, 0)
        # Sums of nonnegative numbers, INFLATE covers their rounding.
        if (np.diag(residual) >= INFLATE * (off.sum(axis=1) + np.diag(wrong))).all():
            return "", shift
    return "rounding errors hide its sign", math.nan


def _form_rational(c):
    """Returns K in rational arithmetic."""

    def matrix(a):
        return [[Fraction(x) for x in row] for row in np.asarray(a).tolist()]

    def times(a, b):
        columns = list(zip(*b))
        return [[sum((x * y for x, y in zip(row, col)), Fraction(0)) for col in columns] for row in a]

    d, outputs, m = c.X.shape[1], c.Y.shape[1], len(c.representatives)
    rows = matrix(c.X[c.representatives])
    rows_t = [[rows[r][j] for r in range(m)] for j in range(d)]
    phi, omega, psi = matrix(c.Phi), matrix(c.Omega), matrix(c.Psi)
    coupling = times([[p + o for p, o in zip(a, b)] for a, b in zip(psi, omega)], rows)
    uu = times(rows_t, times(omega, rows)) if m else [[Fraction(0)] * d for _ in range(d)]
    v = times(matrix(_groups(c)), matrix(c.W))
    negative = times(matrix(_groups(c, c.merge_scale < 0)), matrix(c.W))
    g = times(rows_t, negative) if m else [[Fraction(0)] * outputs for _ in range(d)]
    gamma, order = Fraction(c.gamma), m + d + outputs
    k = [[Fraction(0)] * order for _ in range(order)]
    for i in range(m):
        for j in range(m):
            k[i][j] = -(phi[i][j] + omega[i][j] + psi[i][j] + psi[j][i])
        for j in range(d):
            k[i][m + j] = k[m + j][i] = coupling[i][j]
        for j in range(outputs):
            k[i][m + d + j] = k[m + d + j][i] = v[i][j]
    for i in range(d):
        for j in range(d):
            k[m + i][m + j] = (gamma if i == j else 0) - uu[i][j]
        for j in range(outputs):
            k[m + i][m + d + j] = k[m + d + j][m + i] = -g[i][j]
    for j in range(outputs):
        k[m + d + j][m + d + j] = gamma
    return k


def _semidefinite(k):
    """Decides K ⪰ 0 by elimination in rational arithmetic; overwrites K."""
    for i in range(len(k)):
        pivot = k[i][i]
        if pivot < 0 or (pivot == 0 and any(k[i][i + 1 :])):
            return False
        if pivot == 0:
            continue
        for r in range(i + 1, len(k)):
            factor = k[r][i] / pivot
            if factor:
                for s in range(i + 1, len(k)):
                    k[r][s] -= factor * k[i][s]
    return True
