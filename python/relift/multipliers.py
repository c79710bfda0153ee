"""Proofs by the multipliers of the semidefinite relaxation.

Row i of X is zero or exactly s_i times a representative row x_r.  With X_r (m×d) the
representatives, V[r] = Σ|s_i|W_i over the rows of group r, V₋[r] the part of it with
s_i < 0, and G = V₋ᵀX_r, the inequality ‖Wᵀ(Xu)₊‖ ≤ γ‖u‖ holds for every u if Φ, Ω ≥ 0
are symmetric, Ψ ≥ 0 off its diagonal, and

    K = [[ −(Φ + Ψ + Ψᵀ + Ω),   (Ψ+Ω)X_r,        V   ],
         [ ·,                   γI − X_rᵀΩX_r,   −Gᵀ ],      ⪰ 0.
         [ ·,                   ·,               γI_c]]

For d > m, rows L with LLᵀ ⪰ X_rX_rᵀ take the place of X_r (see `definite.shorter`).

K is computed with a bound on the error of every entry (module enclosure), from X and
W divided by powers of two that bring them to order one: for X/a and W/b, the weight
is γ/(ab) and Φ, Ω, Ψ times a/b fit.  Multipliers that this rounds are multipliers
still.  Where the proof in floating point fails and the order is small, K is formed
and decided in rational arithmetic.  Merged rows, signs and the bound itself are
checked in exact arithmetic.
"""

import hashlib
import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Optional

import numpy as np

from .definite import prove, semidefinite, shorter
from .enclosure import add, add_enclosures, exactly, product, rounded

# The largest order of K that is decided in rational arithmetic.
RATIONAL_ORDER = 24

# Name, type and dimensions of the arrays of a file, in the order of the digest.
ARRAYS = (
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
    #: the proof by cones that the same file holds, if any
    cones: Optional[object] = None


def work(c):
    """Returns the operations of NumPy, of which BLAS does ten in the time of one, that
    `check` may need.  It takes memory for a dozen matrices of the order of K."""
    (n, d), outputs, m = c.X.shape, c.Y.shape[1], len(c.representatives)
    width = min(d, m)
    order = m + width + outputs
    return 4.0 * order**3 + m * m * d + n * m * outputs + 8.0 * n * d


def check(c, v):
    """Adds the checks of the multipliers to the verification v; returns whether what
    they say of the directions is proved."""
    before = len(v.checks)
    if not v.add("finite", _finite_problem(c), "every number is finite and γ is positive"):
        return False
    if not v.add("grouping", _grouping_problem(c), "representatives, groups and zero rows are well formed"):
        return False
    v.add("merges", _merge_problem(c), "every merged row is exactly its scale times its representative")
    v.add("signs", _sign_problem(c), "Φ and Ω are symmetric and nonnegative, Ψ is nonnegative off its diagonal")
    problem, success, v.margin = _definiteness(c)
    v.add("definite", problem, success)
    return all(check.passed for check in v.checks[before:])


def dual_value(c):
    """Returns ⟨W,Y⟩ − ½‖W‖² exactly."""
    total = Fraction(0)
    for w, y in zip(c.W.ravel().tolist(), c.Y.ravel().tolist()):
        if w:
            w = Fraction(w)
            total += w * (Fraction(y) - w / 2)
    return total


def digest(c):
    """Returns "sha256:" and the digest of the arrays, as the meta data name it."""
    h = hashlib.sha256()
    for name, kind, dimensions in ARRAYS:
        a = np.asarray(getattr(c, name))
        rows, cols = a.shape if dimensions == 2 else (a.size, 1)
        h.update(f"{name} {kind} {rows} {cols}\n".encode())
        h.update(np.ascontiguousarray(a, dtype="<" + kind).tobytes())
    return "sha256:" + h.hexdigest()


def shape_problem(c):
    """Says which array has a shape that does not fit; "" if none."""
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
    for name, kind, _ in ARRAYS:
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


def _definiteness(c):
    """Returns what prevents the proof of K ⪰ 0, what is proved, and the margin."""
    near = of_order_one(c)
    rows = near.X[near.representatives]
    if 0 < len(rows) < rows.shape[1]:
        rows = shorter(rows)
        if rows is None:
            return "the rows of X could not be brought to as many coordinates as there are rows", "", math.nan
    k, error = form(near, rows)
    problem, margin = prove(k, error)
    name = f"K of order {len(k)}"
    if not problem:
        return "", f"{name} is positive semidefinite: all errors are covered by a shift of {margin:.1e}", margin
    decided = semidefinite(form_rational(c)) if len(c.representatives) + sum(c.X.shape[1:] + c.Y.shape[1:]) <= RATIONAL_ORDER else None
    if decided is None:
        return f"{name} could not be proved positive semidefinite: {problem}", "", math.nan
    if decided:
        return "", f"{name} is positive semidefinite (rational arithmetic)", 0.0
    return f"{name} has a negative eigenvalue (rational arithmetic)", "", math.nan


def of_order_one(c):
    """Returns c with X and W divided by powers of two, and γ and the multipliers to
    fit; c itself where that would round X, W or γ."""
    x, w = (int(np.frexp(np.abs(a).max())[1]) for a in (c.X, c.W))
    X, W, gamma = np.ldexp(c.X, -x), np.ldexp(c.W, -w), float(np.ldexp(c.gamma, -x - w))
    same = (np.ldexp(X, x) == c.X).all() and (np.ldexp(W, w) == c.W).all() and np.ldexp(gamma, x + w) == c.gamma
    if not same:
        return c
    return replace(c, X=X, W=W, gamma=gamma, **{name: np.ldexp(getattr(c, name), x - w) for name in ("Phi", "Omega", "Psi")})


def _groups(c, only=None):
    """Returns the m×n matrix that has |s_i| at (group of i, i)."""
    a = np.zeros((len(c.representatives), len(c.X)))
    rows = np.flatnonzero((c.merged_into >= 0) & (True if only is None else only))
    a[c.merged_into[rows], rows] = np.abs(c.merge_scale[rows])
    return a


def form(c, rows):
    """Returns K for the given rows X_r, and bounds on the errors of its entries."""
    (m, d), outputs = rows.shape, c.Y.shape[1]
    columns = np.ascontiguousarray(rows.T)
    aa = -add(c.Phi, c.Omega, c.Psi, c.Psi.T)
    # (Ψ+Ω)X_r = ΨX_r + ΩX_r without adding Ψ and Ω first.
    omega_x = product(c.Omega, rows)
    coupling = add_enclosures(product(c.Psi, rows), omega_x)
    uu = add_enclosures(exactly(c.gamma * np.eye(d)), -product(columns, omega_x))
    v = product(_groups(c), c.W)
    g = product(columns, product(_groups(c, c.merge_scale < 0), c.W))  # Gᵀ, d×c
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


def form_rational(c):
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
