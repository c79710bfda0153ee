"""Sums and products of float64 matrices with bounds on their rounding errors.

A matrix of real numbers is enclosed by three float64 matrices: every entry of it
is within `error` of `value + rest` (in exact arithmetic).  `rest` is small: it
keeps what does not fit into `value`.

Assumed of the machine: IEEE double arithmetic rounded to nearest, and matrix
products (BLAS) whose entries are sums of the k products in any order, with or
without fused multiply-add.  Such a sum is within γ_k |A||B| of AB, where
γ_k = kε/(1 − kε) and ε = 2⁻⁵³ (N. J. Higham, Accuracy and Stability of Numerical
Algorithms, section 3.5).  Overflow gives infinities or NaN, which no comparison
of the verifier accepts.
"""

from typing import NamedTuple

import numpy as np

EPSILON = 2.0**-53
# Covers the rounding errors of computing the error bounds, which are sums of
# nonnegative numbers, and the difference of kε and γ_k, for k below 2³⁰.
INFLATE = 1 + 2.0**-16
# More than every error that underflow makes in one operation.
UNDERFLOW = 2.0**-1060


class Enclosure(NamedTuple):
    """Real numbers within `error` of `value + rest`."""

    value: np.ndarray
    rest: np.ndarray
    error: np.ndarray

    @property
    def T(self):
        return Enclosure(self.value.T, self.rest.T, self.error.T)

    def __neg__(self):
        return Enclosure(-self.value, -self.rest, self.error)


def exactly(a):
    """Encloses a matrix of float64 numbers by itself."""
    zero = np.zeros_like(a)
    return Enclosure(a, zero, zero)


def two_sum(a, b):
    """Returns s and e with s + e = a + b exactly (Knuth)."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


def add(*terms):
    """Encloses a sum of float64 matrices."""
    value, rest, size = terms[0], np.zeros_like(terms[0]), np.zeros_like(terms[0])
    for term in terms[1:]:
        value, e = two_sum(value, term)
        rest, size = rest + e, size + np.abs(e)
    return Enclosure(value, rest, len(terms) * EPSILON * INFLATE * size)


def add_enclosures(a, b):
    """Encloses the sum of two enclosed matrices."""
    value, e = two_sum(a.value, b.value)
    rest = (a.rest + b.rest) + e
    error = a.error + b.error + 3 * EPSILON * (np.abs(a.rest) + np.abs(b.rest) + np.abs(e))
    return Enclosure(value, rest, error * INFLATE)


def split(a, bits, axis):
    """Splits a into two parts whose sum it is exactly.  The entries of the first
    are multiples of 2^(e−bits) of size at most 2^e, e for each row (axis 1) or
    column (axis 0)."""
    largest = np.max(np.abs(a), axis=axis, keepdims=True, initial=0.0)
    _, exponent = np.frexp(largest)
    unit = exponent - bits
    first = np.ldexp(np.rint(np.ldexp(a, -unit)), unit)
    first = np.where(np.isfinite(first), first, 0.0)
    return first, a - first


def product(a, b):
    """Encloses AB for a float64 matrix A (p×k) and B (k×q), float64 or enclosed.

    The leading bits of A, by rows, and of B, by columns, are few enough for all
    partial sums of their product to be exact in float64 (the error-free splitting
    of K. Ozaki, T. Ogita, S. Oishi, S. M. Rump, Numerical Algorithms 59, 2012).
    """
    b = b if isinstance(b, Enclosure) else exactly(b)
    k = a.shape[1]
    if k == 0 or a.size == 0 or b.value.size == 0:
        return exactly(np.zeros((a.shape[0], b.value.shape[1])))
    bits = (53 - int(np.ceil(np.log2(k + 1)))) // 2
    a1, a2 = split(a, bits, 1)
    b1, b2 = split(b.value, bits, 0)
    value = a1 @ b1  # exact
    absolute = np.abs(a)
    rest = (a1 @ b2 + a2 @ b.value) + a @ b.rest
    size = np.abs(a1) @ np.abs(b2) + np.abs(a2) @ np.abs(b.value) + absolute @ np.abs(b.rest)
    error = (k + 3) * EPSILON * size + absolute @ b.error + k * UNDERFLOW
    return Enclosure(value, rest, error * INFLATE)


def rounded(a):
    """Returns float64 numbers and bounds on their distance from the enclosed."""
    value = a.value + a.rest
    return value, (a.error + EPSILON * np.abs(value) + UNDERFLOW) * INFLATE
