"""Bounds on the errors of float64 arithmetic, in whatever order NumPy sums."""

import numpy as np

UNIT = 2.0**-53
#: more than all that underflow can take from a result (docs/proof-format.md, section 2)
TINY = 2.0**-500
#: bounds every dimension, and with it the number of roundings in a sum
MOST = 1 << 22


class Refused(ValueError):
    """What is claimed is not proved."""


def require(condition, message, *values):
    """Raises Refused unless the condition holds; NaN must make it fail."""
    if not condition:
        raise Refused(message % values if values else message)


def up(x):
    """Outweighs the roundings of a sum of up to MOST nonnegative numbers."""
    return x * (1 + 2.0**-29)


def roundings(k):
    """γ_k = kε/(1 − kε), rounded up."""
    e = k * UNIT
    return up(e / (1 - e))


def above(x):
    return np.nextafter(x, np.inf)


def below(x):
    return np.nextafter(x, -np.inf)


def norms(a):
    """Upper bounds on the norms of the rows of a; 0 for a zero row only."""
    a = np.atleast_2d(a)
    return np.where(a.any(axis=1), up(np.sqrt((a * a).sum(axis=1))) + TINY, 0.0)


def norm(v):
    return float(norms(v)[0])


def deficit(S, errors, sigma, floor):
    """Proves S ⪰ −εD⁻² for every matrix that differs from S by at most errors,
    entry for entry, and returns ε and the diagonal of D⁻² (section 5).  With None for σ nothing
    but ε = 0 will do."""
    n = len(S)
    diagonal = np.maximum(np.diag(S), floor)
    require((diagonal > 0).all() and np.isfinite(diagonal).all(), "a diagonal entry of S is not a positive number")
    exponent = -((np.frexp(diagonal)[1] + 1) >> 1)  # of D
    both = exponent[:, None] + exponent[None, :]
    A = np.ldexp(S, both)
    errors = np.ldexp(errors, both) + TINY
    worst = up(float(errors.sum(axis=1).max()))
    require(np.isfinite(worst) and np.isfinite(A).all(), "the entries of S overflow")
    g = roundings(n + 4)

    def cover():  # what roundings can do to A and its factor
        trace = up(float(np.abs(np.diag(A)).sum()))
        return up(up(g / (1 - g) * trace) + worst + 2 * UNIT * trace + TINY)

    added = -above(cover()) if sigma is None else sigma + worst + n * g
    A[np.diag_indices(n)] += added
    try:
        np.linalg.cholesky(A)
    except np.linalg.LinAlgError:
        raise Refused("the matrix of order %d could not be proved positive semidefinite" % n) from None
    require((np.diag(A) > 0).all(), "a diagonal entry is not positive")
    epsilon = above(added + cover())
    return max(0.0, float(epsilon)), np.ldexp(1.0, -2 * exponent)


def logarithm(x):
    """Bounds on log x, entry for entry, for positive finite x.

    x = m·2^e, m in [√½, √2); log m = 2(s + s³/3 + …), s = (m−1)/(m+1), |s| < 0.1716: twelve
    terms leave less than 2⁻⁶⁰ of it, and fewer than 20 roundings count.
    """
    m, e = np.frexp(np.asarray(x, dtype=float))
    small = m < np.sqrt(0.5)
    m, e = np.where(small, 2 * m, m), e - small
    s = (m - 1) / (m + 1)
    square = s * s
    series = np.zeros_like(s)
    for k in range(23, 1, -2):
        series = (series + 1 / k) * square
    mantissa, exponent = 2 * s * (1 + series), e * np.log(2.0)
    value, error = exponent + mantissa, 2.0**-47 * (np.abs(exponent) + np.abs(mantissa))
    return below(value - error), above(value + error)
