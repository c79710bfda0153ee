"""Proofs that a symmetric matrix is positive semidefinite."""

import math

import numpy as np

from .enclosure import EPSILON, INFLATE, add_enclosures, exactly, product, rounded

#: The most bits, times the order, of integers that are eliminated: a few seconds.
MOST_BITS = 20_000


def prove(k, error):
    """Returns what prevents the proof of K ⪰ 0 ("" if nothing) and its shift c, for K
    whose entries are within error of those of k.

    K is scaled by powers of two to a diagonal in [½, 2).  For the computed Cholesky
    factor L of K − cI, LLᵀ ⪰ 0 whatever the errors in L; so K ⪰ 0 if K − LLᵀ,
    enclosed, is diagonally dominant.
    """
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
        lower, problem = _factor(k - shift * np.eye(order))
        if problem:
            return f"K − {shift:.1e}·I {problem}", math.nan
        if dominant(add_enclosures(exactly(k), -product(lower, np.ascontiguousarray(lower.T))), error):
            return "", shift
    return "rounding errors hide its sign", math.nan


def _factor(k):
    try:
        lower = np.tril(np.linalg.cholesky(k))
    except np.linalg.LinAlgError:
        return None, "has no Cholesky factor"
    return lower, "" if np.isfinite(lower).all() else "has a Cholesky factor that overflows"


def dominant(gap, error):
    """Reports whether every matrix within error of the enclosed one is diagonally
    dominant, with a diagonal that is not negative."""
    residual, wrong = rounded(gap)
    wrong = wrong + error
    off = np.abs(residual) + wrong
    np.fill_diagonal(off, 0)
    # Sums of nonnegative numbers, INFLATE covers their rounding.
    return bool((np.diag(residual) >= INFLATE * (off.sum(axis=1) + np.diag(wrong))).all())


def shorter(rows):
    """Returns L (m×m) with LLᵀ ⪰ XXᵀ for rows X (m×d), or None.

    For every u there is then a v with Lv = Xu and ‖v‖ ≤ ‖u‖ (Douglas), so that
    what holds for L and all v holds for X and all u.
    """
    gram = product(rows, np.ascontiguousarray(rows.T))
    k, error = rounded(gram)
    size = float(np.trace(k))
    for factor in (4, 64):
        more = factor * (len(k) + 8) * EPSILON * size + 4 * float(error.sum(axis=1).max(initial=0.0))
        lower, problem = _factor(k + more * np.eye(len(k)))
        if not problem and dominant(add_enclosures(product(lower, np.ascontiguousarray(lower.T)), -gram), np.zeros_like(k)):
            return lower
    return None


def semidefinite(k):
    """Decides K ⪰ 0 for a matrix of Fractions whose denominators are powers of two,
    by fraction-free elimination (Bareiss); None if its integers are too long."""
    order = len(k)
    denominator = max((x.denominator for row in k for x in row), default=1)
    a = [[x.numerator * (denominator // x.denominator) for x in row] for row in k]
    if order * max((abs(x).bit_length() for row in a for x in row), default=0) > MOST_BITS:
        return None
    previous, left = 1, list(range(order))
    while left:
        if any(a[i][i] < 0 for i in left):
            return False
        p = next((i for i in left if a[i][i] > 0), None)
        if p is None:  # a zero diagonal allows nothing beside it
            return not any(a[i][j] for i in left for j in left)
        left.remove(p)
        for i in left:
            for j in left:
                a[i][j] = (a[i][j] * a[p][p] - a[i][p] * a[p][j]) // previous if i <= j else a[j][i]
        previous = a[p][p]
    return True
