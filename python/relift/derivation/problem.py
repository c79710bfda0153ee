"""The arrays of a file (docs/proof-format.md, sections 2 and 3)."""

import math

import numpy as np

from .rounding import MOST, TINY, UNIT, Refused, above, deficit, norms, require, roundings, up

EXTREME = 2.0**200
SOUND = 2.0**40
LOSSES = ("squared", "huber", "logistic", "softmax")


class Arrays:
    """Takes arrays of a kind out of a file."""

    def __init__(self, arrays):
        self.arrays = arrays

    def has(self, name):
        return name in self.arrays

    def take(self, name, kind, dimensions):
        require(name in self.arrays, "there is no array %r", name)
        try:
            a = self.arrays[name]
        except ValueError as e:  # of a file that has changed since it was opened
            raise Refused(str(e)) from None
        if kind == "U":
            a = a if isinstance(a, str) else str(a[()]) if a.dtype.kind == "U" and a.ndim == 0 else None
            require(a is not None, "array %r is not a text", name)
            return a
        require(isinstance(a, np.ndarray) and a.dtype.kind == kind and a.dtype.itemsize == 8 and a.ndim == dimensions,
                "array %r is not of kind %s8 with %d dimensions", name, kind, dimensions)
        return np.asarray(a, order="C")  # a scalar keeps having no dimensions

    def matrix(self, name):
        return self.take(name, "f", 2)

    def scalar(self, name):
        return float(self.take(name, "f", 0))

    def integer(self, name):
        return int(self.take(name, "i", 0))


class Problem:
    def __init__(self, arrays):
        self.X, self.Y, self.W = (arrays.matrix(name) for name in ("X", "Y", "W"))
        self.gamma, self.loss, self.delta = arrays.scalar("gamma"), arrays.take("loss", "U", 0), arrays.scalar("delta")
        intercept = arrays.integer("intercept")
        require(intercept in (0, 1), "intercept is %d, expected 0 or 1", intercept)
        self.intercept = intercept == 1
        self.weights = arrays.take("weights", "f", 1) if arrays.has("weights") else None
        self.n, self.d = self.X.shape
        self.c = self.Y.shape[1]
        require(all(1 <= v <= MOST for v in (self.n, self.d, self.c)), "X is %d×%d and Y has %d columns", self.n, self.d, self.c)
        require(self.Y.shape == self.W.shape == (self.n, self.c), "X, Y and W have different numbers of rows or columns")
        require(self.weights is None or len(self.weights) == self.n, "there are not as many weights as rows")
        require(1 / EXTREME < self.gamma < EXTREME, "gamma is %r, expected a positive number, not extreme", self.gamma)
        for name, a in (("X", self.X), ("Y", self.Y), ("W", self.W)):
            require((np.abs(a) <= EXTREME).all(), "%s has numbers that are not finite or larger than %g", name, EXTREME)
        if self.weights is not None:
            w = self.weights
            require(((w == 0) | (w >= 1 / EXTREME) & (w <= EXTREME)).all(), "a weight is neither 0 nor positive, or is extreme")
        self._check_loss()

    def _check_loss(self):
        require(self.loss in LOSSES, "loss is %.40r, expected one of %s", self.loss, ", ".join(LOSSES))
        if self.loss == "huber":
            require(1 / EXTREME < self.delta < EXTREME, "delta is %r, expected a positive number, not extreme", self.delta)
        else:
            require(self.delta == 0, "delta is %r, expected 0 for the %s loss", self.delta, self.loss)
        if self.loss == "logistic":
            require(self.c == 1 and (np.abs(self.Y) == 1).all(), "Y is not ±1 in one column, as the logistic loss needs")
        if self.loss == "softmax":
            unit = ((self.Y == 0) | (self.Y == 1)).all() and ((self.Y == 1).sum(axis=1) == 1).all()
            require(unit, "a row of Y is not a unit vector, as the softmax loss needs")

    def __str__(self):
        text = f"{self.n} rows, {self.d} features, {self.c} outputs, γ = {self.gamma!r}, {self.loss} loss"
        if self.loss == "huber":
            text += f" with δ = {self.delta!r}"
        if self.weights is not None:
            text += ", rows weighted"
        return text + (", a free intercept" if self.intercept else ", no intercept")


class Rows:
    """The rows r_i with P_i and N_i; the form of the root."""

    def __init__(self, arrays, problem):
        p = problem
        self.a, self.b = arrays.integer("x_exponent"), arrays.integer("w_exponent")
        require(abs(self.a) <= 1100 and abs(self.b) <= 1100, "x_exponent and w_exponent are %d and %d", self.a, self.b)
        self.g, self.h = arrays.scalar("claim_u"), arrays.scalar("claim_v")
        for value in (self.g, self.h):
            require(1 / SOUND <= value <= SOUND, "the root claims the form (%r, %r)", self.g, self.h)
        X, W = np.ldexp(p.X, -self.a), np.ldexp(p.W, -self.b)
        require((np.abs(X) <= SOUND).all(), "x_exponent does not fit X")
        require((np.abs(W) <= SOUND).all() and (np.ldexp(W, self.b) == p.W).all(), "w_exponent does not fit W")
        lost = np.where(np.ldexp(X, self.a) != p.X, TINY, 0.0)
        self.basis = None
        if arrays.has("rows"):
            self.r = arrays.matrix("rows")
            self.of, self.scale = arrays.take("row_of", "i", 1), arrays.take("row_scale", "f", 1)
            if arrays.has("basis"):
                self.basis = arrays.matrix("basis")
            k = p.d if self.basis is None else self.basis.shape[1]
            require(self.basis is None or self.basis.shape[0] == p.d and k >= 1, "basis has not as many rows as X has columns")
            require(1 <= len(self.r) <= p.n and self.r.shape[1] == k <= MOST, "rows is %d×%d", *self.r.shape)
            require(len(self.of) == len(self.scale) == p.n, "row_of and row_scale have not an entry for each row")
            require(((self.of >= -1) & (self.of < len(self.r))).all(), "row_of names a row that does not exist")
            size = np.abs(self.scale)
            good = np.where(self.of < 0, size == 0, (size >= 1 / SOUND) & (size <= SOUND))
            require(good.all(), "row_scale is not a multiple of a row")
            require(self.r.any(axis=1).all(), "a row of rows is zero")
        else:
            self.r, self.of, self.scale = X, np.arange(p.n), np.ones(p.n)
        self.m, self.k = self.r.shape
        self.c = p.c
        self.G = arrays.matrix("claim_g") if arrays.has("claim_g") else None
        if self.G is not None:
            require(self.G.shape == (self.k, self.k) and (self.G == self.G.T).all(), "claim_g is not symmetric of order %d", self.k)
        for a in (self.r, self.basis, self.G):
            require(a is None or (np.abs(a) <= SOUND).all(), "rows, basis or claim_g have numbers that are too large")
        self.norms = norms(self.r)
        self._stretch(arrays)
        residual = self._residual(X) + lost
        self.moved = up(float(up(norms(W) * norms(residual)).sum()))
        self._gather(W)
        require(self.moved <= SOUND, "the rows are %g away from X", self.moved)

    def _stretch(self, arrays):
        """ν and ĝ."""
        self.nu = 1.0
        V = self.basis
        if V is not None:
            size = np.abs(V).T @ np.abs(V)
            self.nu = up(float((np.abs(V.T @ V) + up(roundings(len(V) + 2) * size) + TINY).sum(axis=1).max()))
        if self.G is None:
            self.g_in_x = self.g if V is None else float(above(self.g * self.nu))
            return
        self.g_in_x = arrays.scalar("claim_in_x")
        require(1 / SOUND <= self.g_in_x <= SOUND, "claim_in_x is %r", self.g_in_x)
        V = np.eye(self.k) if V is None else V
        form, sizes = self.g * np.eye(self.k) + self.G, self.g * np.eye(self.k) + np.abs(self.G)
        S = self.g_in_x * np.eye(len(V)) - V @ form @ V.T
        T = self.g_in_x * np.eye(len(V)) + np.abs(V) @ sizes @ np.abs(V).T
        S = np.tril(S) + np.tril(S, -1).T
        floor = np.full(len(V), self.g_in_x)  # what is missing is charged at the largest D⁻²
        epsilon, inverse = deficit(S, np.maximum(T, T.T) * roundings(2 * self.k + 16), 0.0, floor)
        self.g_in_x = float(above(self.g_in_x + up(epsilon * inverse.max())))

    def _residual(self, X):
        """Bounds on the entries of x_j − s_j V r_i."""
        inside = self.of >= 0
        r = np.where(inside[:, None], self.r[self.of], 0.0)
        t = self.scale[:, None]
        if self.basis is not None:
            V = self.basis
            error = up(roundings(self.k + 2) * (np.abs(r) @ np.abs(V).T)) + TINY
            r = r @ V.T
        else:
            error = np.zeros_like(r)
        product = t * r
        e = up(np.abs(X - product) + np.abs(t) * error + UNIT * (4 * np.abs(product) + 2 * np.abs(X))) + TINY
        # The product is exact if the scale is a power of two and nothing underflows.
        power = (np.frexp(t)[0] == 0.5) | (np.frexp(t)[0] == -0.5)
        exact = (error == 0) & power & ((np.abs(product) > TINY) | (product == 0) & (r == 0))
        e = np.where(exact, up(np.abs(X - product)), e)
        return np.where(inside[:, None], e, np.abs(X))

    def _gather(self, W):
        self.P, self.N = np.zeros((self.m, self.c)), np.zeros((self.m, self.c))
        total = 0.0
        sizes = []
        for weight, chosen in ((self.P, self.scale > 0), (self.N, self.scale < 0)):
            chosen = chosen & (self.of >= 0)
            terms = np.abs(self.scale[chosen])[:, None] * W[chosen]
            np.add.at(weight, self.of[chosen], terms)
            size = np.zeros_like(weight)
            np.add.at(size, self.of[chosen], np.abs(terms))
            sizes.append(norms(size))
        inside = self.of >= 0
        counts = np.bincount(self.of[inside], minlength=self.m) + np.bincount(self.of[inside & (self.scale != 1)], minlength=self.m)
        for i in np.flatnonzero(counts > 1):
            error = roundings(int(counts[i]) + 2) * max(sizes[0][i], sizes[1][i]) + TINY
            total += up(error * self.norms[i])
        self.moved += up(total * math.sqrt(self.nu))


__all__ = ["Arrays", "Problem", "Refused", "Rows"]
