"""The dual value D(t) (docs/proof-format.md, section 6)."""

import math

import numpy as np

from .rounding import TINY, above, below, logarithm, require, roundings


def split(a):
    """a as the sum of two numbers with at most 26 bits (Veltkamp)."""
    t = 134217729.0 * a
    high = t - (t - a)
    return high, a - high


def exact_products(a, b):
    """ab as an unevaluated sum of two arrays (Dekker); both within the format's limits.
    Numbers are scaled so that nothing overflows or underflows that matters."""
    p = a * b
    ah, al = split(a)
    bh, bl = split(b)
    return p, ((ah * bh - p) + ah * bl + al * bh) + al * bl


class Dual:
    """Holds W, Y and the loss; refuses W outside of what every t > 0 needs."""

    def __init__(self, problem):
        p = self.problem = problem
        self.most, self.constant = math.inf, 0.0
        if p.intercept:
            for k, column in enumerate(p.W.T):
                require(math.fsum(column) == 0, "column %d of W does not sum to exactly zero", k)
        weights = np.ones(p.n) if p.weights is None else p.weights
        silent = np.zeros(p.n, bool) if p.intercept else ~p.X.any(axis=1)
        require((p.W[(weights == 0) & ~silent] == 0).all(), "a row of weight 0 has entries in W")
        self.counted = ~silent & (weights > 0)
        self.W, self.Y, self.w = p.W[self.counted], p.Y[self.counted], weights[self.counted]
        if p.loss in ("squared", "huber"):
            self._quadratic(p.Y[silent], weights[silent])
        else:
            self._entropies(weights[silent])

    def _quadratic(self, Y, weights):
        p = self.problem
        high, low = exact_products(self.W, self.Y)
        # Dekker's products are exact unless an entry is tiny: what is lost is covered by TINY.
        self.linear = below(below(math.fsum(np.concatenate([high.ravel(), low.ravel()]))) - TINY)
        absolute = np.abs(self.W)
        self.quadratic = above(above(math.fsum(above(absolute * above(absolute / self.w[:, None])).ravel())) + TINY)
        if p.loss == "huber" and absolute.any():
            limit = below(below(self.w * p.delta)[:, None] / np.where(absolute > 0, absolute, 1)) * (1 - 2.0**-50)
            self.most = float(limit[absolute > 0].min())
        if p.loss == "huber":
            size = np.abs(Y)
            outside = below(p.delta * below(size - above(p.delta / 2)))
            loss = np.where(size > p.delta, outside, below(Y * Y / 2))
        else:
            loss = below(Y * Y / 2)
        terms = np.maximum(0, below(loss * weights[:, None]))
        self.constant = max(0.0, below(math.fsum(terms.ravel())))
        require(math.isfinite(self.linear) and math.isfinite(self.quadratic), "the dual value overflows")

    def _entropies(self, weights):
        p = self.problem
        if p.loss == "logistic":
            label = (self.W * self.Y)[:, 0]
            require((label >= 0).all(), "W and the label have different signs, with the logistic loss")
            self.others, outputs = label[:, None], 2
        else:
            require(all(math.fsum(row) == 0 for row in self.W), "a row of W does not sum to exactly zero, with the softmax loss")
            require((self.W[self.Y == 0] <= 0).all(), "W is positive where Y is 0, with the softmax loss")
            label = self.W[self.Y == 1]
            self.others, outputs = np.where(self.Y == 0, -self.W, 0.0), p.c
        self.label = label
        if (label > 0).any():
            self.most = float((below(self.w[label > 0] / label[label > 0]) * (1 - 2.0**-50)).min())
        low, _ = logarithm(float(outputs))
        self.constant = max(0.0, below(math.fsum(np.maximum(0, below(weights * float(low))))))

    def value(self, t):
        """A lower bound on D(t), for 0 ≤ t ≤ most."""
        if self.problem.loss in ("squared", "huber"):
            gain, loss = below(self.linear * t), above(above(above(t * t) * self.quadratic) / 2)
            return float(below(self.constant + below(gain - loss)))
        w = self.w[:, None]
        rest = np.maximum(0, below(w - above(t * self.label[:, None]))), np.maximum(0, above(w - below(t * self.label[:, None])))
        part = np.maximum(0, below(t * self.others)), np.where(self.others > 0, above(t * self.others), 0.0)
        total = 0.0
        for ends in (rest, part):  # P log(w/P) is concave: over an interval it is smallest at an end
            total += math.fsum(np.minimum(*(self._entropy(P, w) for P in ends)).ravel())
        return float(below(self.constant + below(total * (1 - roundings(4)))))

    @staticmethod
    def _entropy(P, w):
        inside = (P > TINY) & (P < w)
        P, w = np.where(inside, P, 0.5), np.where(inside, w, 1.0)
        low, _ = logarithm(below(w / P))
        return np.where(inside, np.maximum(0, below(P * low)), 0.0)

    def best(self, most):
        """The largest lower bound found on D(t) over 0 ≤ t ≤ most; no loss is negative."""
        most = min(most, self.most)
        at_zero = max(0.0, self.value(0.0))
        if not most > 0:
            return at_zero
        if self.problem.loss in ("squared", "huber"):
            t = max(0.0, min(most, self.linear / self.quadratic if self.quadratic > 0 else most))
            t = 0.0 if math.isinf(t) else t
        else:
            t = self._climb(most if math.isfinite(most) else 1.0)
        value = self.value(t)
        return value if value >= at_zero else at_zero

    def _climb(self, most):
        """About the best t; D is concave.  Which t is taken is no part of the proof."""
        if self.value(most) >= self.value(most * (1 - 1e-6)):
            return most
        ratio, low, high = (math.sqrt(5) - 1) / 2, 0.0, most
        for _ in range(40):
            a, b = high - ratio * (high - low), low + ratio * (high - low)
            if self.value(a) < self.value(b):
                low = a
            else:
                high = b
        return (low + high) / 2
