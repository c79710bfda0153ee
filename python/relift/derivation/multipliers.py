"""The leaf of multipliers (docs/proof-format.md, section 4, rule 7)."""

import numpy as np

from ..enclosure import Enclosure, add, add_enclosures, exactly, product, rounded
from .dual import exact_products
from .rounding import TINY, UNIT, above, deficit, norm, norms, require, roundings, up


class Leaf:
    """What a leaf of multipliers holds; `claim` and `rows` are where it stands."""

    def __init__(self, steps, claim, rows):
        self.claim, self.rows = claim, rows
        self.k, self.c = rows.k, rows.c
        signs = claim.signs
        self.open = np.array([i for i in claim.rows if i not in signs], dtype=int)
        p, q, s = (steps.count(1 << 31, what) for what in ("the pairs", "the circuits", "the balls"))
        require(s == 0 or claim.balanced, "a ball line on a claim that is not balanced")
        require(s == 0 or self.c > 1 or claim.v, "a ball line where v has no sign")
        self.pairs = steps.integers(2 * p).reshape(p, 2)
        self.circuits, self.balls = [], []
        n = len(self.open)
        self.basic = 2 * n + len(claim.u)
        self.first_circuit = self.basic + len(claim.v)
        for _ in range(q):
            target = steps.count(self.basic - 1, "the target of a circuit")
            terms = steps.integers(steps.count(self.basic, "the terms of a circuit"))
            require(ascending(terms, self.basic) and target not in terms, "the terms of a circuit are not distinct lines")
            self.circuits.append([target, terms])
        for _ in range(s):
            at = steps.integers(steps.count(n, "the rows of a ball"))
            require(ascending(at, n), "the rows of a ball are not distinct open rows")
            self.balls.append([at])
        self.tau, self.sigma = steps.reals(2)
        require(self.tau == 0 or claim.balanced, "τ on a claim that is not balanced")
        self.psi = steps.reals(n)
        self.M = steps.reals(p)
        self._check_pairs()
        for circuit in self.circuits:
            circuit.append(steps.reals(len(circuit[1])))
            require((circuit[2] > 0).all(), "a factor of a circuit is not positive")
        self.q = np.sign(claim.v[0][:1]) if s and self.c == 1 else np.zeros(self.c)
        self.mu = self.N = np.zeros(0)
        if s and self.c > 1:
            lines = len(claim.v)
            self.q, self.mu, self.N = steps.reals(self.c), steps.reals(lines), steps.reals(lines * (lines - 1) // 2)
            require((self.mu >= 0).all() and (self.N >= 0).all(), "a multiplier of the lines in v is negative")
        for ball in self.balls:
            ball += [steps.reals(self.k), steps.reals(len(ball[0]))]
            require((ball[2] >= 0).all(), "a factor of a ball is negative")
        self._couple()

    def _check_pairs(self):
        k, l = self.pairs.T
        n = len(self.open)
        lines = self.first_circuit + len(self.circuits) + len(self.balls)
        require((k >= 0).all() and (l < lines).all() and (k < l).all(), "a pair is not of two lines in order")
        later = (k[1:] > k[:-1]) | (k[1:] == k[:-1]) & (l[1:] > l[:-1])
        require(later.all(), "the pairs do not ascend")
        require(not ((k < n) & (l == k + n)).any(), "a pair is α and β of one row")
        require((self.M >= 0).all(), "a multiplier is negative")

    def _couple(self):
        n = len(self.open)
        used = np.zeros(n, bool)
        numbers = [self.pairs.ravel()] + [np.append(t, target) for target, t, _ in self.circuits]
        for part in numbers:
            used[part[part < 2 * n] % n if n else part[:0]] = True
        for at, _, _ in self.balls:
            used[at] = True
        used |= ~(self.psi < 0)
        self.coupled = np.flatnonzero(used)
        self.eliminated = np.flatnonzero(~used)

    @property
    def order(self):
        return len(self.coupled) + self.k + self.c

    def work(self):
        x = self.k + self.c
        lines = 2 * len(self.coupled) + len(self.claim.u) + len(self.claim.v) + len(self.circuits) + len(self.balls)
        balls = sum((len(at) + 2) ** 2 * 8 * x for at, _, _ in self.balls)
        return self.order**3 / 3 + 2 * lines**2 * self.order + len(self.claim.rows) * 4 * x * x + balls

    def prove(self):
        """Returns the charge (a, b)."""
        if self.balls and self.c > 1:
            self._radial()
        lines, pairs = self._used_lines()
        a, b = lines.charge(pairs, self.M)
        S, errors = self._form(lines, pairs)
        rows, claim = self.rows, self.claim
        at = self.open[self.coupled]
        length = rows.norms[at]
        floor = np.concatenate([rows.g / (length * length), np.full(self.k, rows.g), np.full(self.c, rows.h)]) * 2.0**-40
        epsilon, inverse = deficit(S, errors, float(self.sigma), floor)
        n = len(at)
        a += up(epsilon * up(up((inverse[:n] * length * length).sum()) + inverse[n : n + self.k].max()))
        b += up(epsilon * inverse[n + self.k :].max())
        return claim.settle(up(a), up(b))

    def _used_lines(self):
        """The lines that occur in pairs, and the pairs as positions among them."""
        numbers, position = np.unique(self.pairs, return_inverse=True)
        position = np.asarray(position).reshape(self.pairs.shape)
        for ball in self.balls:  # one that is too long is refused even where it is not used
            self._ball(*ball)
        lines = Lines(len(numbers), len(self.coupled), self.k, self.c)
        place = np.full(len(self.open), -1)
        place[self.coupled] = np.arange(len(self.coupled))
        for i, number in enumerate(numbers):
            if number < self.first_circuit:
                line = self._basic(number)
            elif number < self.first_circuit + len(self.circuits):
                line = self._circuit(*self.circuits[number - self.first_circuit])
            else:
                line = self._ball(*self.balls[number - self.first_circuit - len(self.circuits)])
            lines.put(i, line, place)
        return lines, position

    def _basic(self, number):
        """A line is (coefficients of α by position, part in (u, v), β, A, B)."""
        n, k, x = len(self.open), self.k, np.zeros(self.k + self.c)
        if number < 2 * n:
            i = self.open[number % n]
            if number >= n:
                x[:k] = -self.rows.r[i]
            return {number % n: 1.0}, x, 0.0, self.rows.norms[i], 0.0
        if number < self.basic:
            x[:k] = self.claim.u[number - 2 * n][0]
            return {}, x, 0.0, norm(x), 0.0
        x[k:] = self.claim.v[number - self.basic]
        return {}, x, 0.0, 0.0, norm(x)

    def _direction(self, number):
        n = len(self.open)
        return self.rows.r[self.open[number]] if number < n else self._basic(number)[1][: self.k]

    def _combine(self, terms):
        """Σ t·line, as a line, and a bound on its error relative to ‖u‖."""
        at, size, x, sizes = {}, {}, np.zeros(self.k + self.c), np.zeros(self.k + self.c)
        for t, line in terms:
            for i, value in line[0].items():
                at[i] = at.get(i, 0.0) + t * value
                size[i] = size.get(i, 0.0) + abs(t * value)
            x += t * line[1]
            sizes += np.abs(t * line[1])
        g = roundings(len(terms) + 2)
        error = sum(up((g * size[i] + TINY) * self.rows.norms[self.open[i]]) for i in at)
        return at, x, up(error + up(g * norm(sizes)) + TINY)

    def _circuit(self, target, terms, factors):
        parts = [(-1.0, self._basic(target))] + [(t, self._basic(j)) for t, j in zip(factors, terms)]
        at, x, error = self._combine(parts)
        directions = np.array([-self._direction(target)] + [t * self._direction(j) for t, j in zip(factors, terms)])
        residual = up(norm(directions.sum(axis=0)) + up(roundings(len(terms) + 3) * norm(np.abs(directions).sum(axis=0)))) + TINY
        beta = up(residual + error)
        return at, x, beta, up(up(sum(abs(t) * line[3] for t, line in parts)) + beta), 0.0

    def _ball(self, at, p, s):
        r = self.rows.r[self.open[at]] if len(at) else np.zeros((0, self.k))
        gram, size = np.abs(r @ r.T), np.abs(r) @ np.abs(r).T
        cross, size_cross = np.abs(r @ p), np.abs(r) @ np.abs(p)
        value = p @ p + 2 * (s @ cross) + s @ gram @ s
        error = p @ p + 2 * (s @ size_cross) + s @ size @ s
        total = above(value + up(roundings(2 * self.k + 2 * len(at) + 12) * error) + TINY)
        require(total <= 1, "a ball line is too long: the square of its length is %.17g, expected at most 1", total)
        x = np.concatenate([-p, self.q])
        terms = [(1.0, ({}, x, 0, 0, 0))]
        n = len(self.open)
        for i, t in zip(at, s):
            terms += [(-t, self._basic(i)), (-t, self._basic(n + i))]
        coefficients, x, error = self._combine(terms)
        length = norm(p) + sum(t * self.rows.norms[self.open[i]] for i, t in zip(at, s))
        return coefficients, x, error, up(up(length) + error), norm(self.q)

    def _radial(self):
        """Holds that qᵀv ≥ ‖v‖ on K (section 4, rule 7)."""
        B = np.array(self.claim.v).reshape(len(self.mu), self.c)
        parts = np.concatenate([self.q[None, :], -self.mu[:, None] * B])
        rest = up(norm(parts.sum(axis=0)) + up(roundings(len(parts) + 3) * norm(np.abs(parts).sum(axis=0)))) + TINY
        require(rest < 1, "q is not a combination of the lines in v")
        N = np.zeros((len(B), len(B)))
        N[np.triu_indices(len(B), 1)] = self.N
        S = np.outer(self.q, self.q) - np.eye(self.c) - B.T @ (N + N.T) @ B
        S = np.tril(S) + np.tril(S, -1).T
        sizes = np.outer(np.abs(self.q), np.abs(self.q)) + np.eye(self.c) + np.abs(B).T @ (N + N.T) @ np.abs(B)
        errors = up(roundings(2 * len(B) ** 2 + 2 * len(B) + 16) * np.maximum(sizes, sizes.T))
        epsilon, _ = deficit(S, errors, None, np.full(self.c, 2.0**-60))
        require(epsilon == 0, "(qᵀv)² ≥ ‖v‖² does not follow from the lines in v")

    def _form(self, lines, pairs):
        """S, and bounds on the errors of its entries."""
        k, c, n, rows, claim = self.k, self.c, len(self.coupled), self.rows, self.claim
        N = self.order
        a, u, v = slice(0, n), slice(n, n + k), slice(n + k, N)
        S = Sum(N)
        form = claim.form
        for part, scalar, dense, tau in ((u, form.u, form.G, self.tau), (v, form.v, form.H, -self.tau)):
            for value in (scalar, tau):
                S.add((part, part), exactly(np.diag(np.full(part.stop - part.start, float(value)))))
            if dense is not None:
                S.add((part, part), exactly(dense))
        if form.F is not None:
            S.add_both((u, v), exactly(form.F))
        signed = np.array([i for i in claim.rows if i in claim.signs], dtype=int)
        positive = np.array([claim.signs[i] > 0 for i in signed], dtype=bool)
        S.add_both((u, v), -product(rows.r[signed[positive]].T, rows.P[signed[positive]]))
        S.add_both((u, v), product(rows.r[signed[~positive]].T, rows.N[signed[~positive]]))
        S.add_both((u, v), product(rows.r[self.open].T, rows.N[self.open]))
        at = self.open[self.coupled]
        for weight in (rows.P[at], rows.N[at]):
            S.add_both((a, v), exactly(-weight))
        psi = self.psi[self.coupled]
        S.add((a, a), exactly(np.diag(-psi)))
        S.add_both((a, u), times(psi[:, None] / 2, rows.r[at]))
        if len(self.eliminated):
            at, delta = self.open[self.eliminated], -self.psi[self.eliminated][:, None]
            r, P, N_ = rows.r[at], rows.P[at], rows.N[at]
            S.add((u, u), -product(r.T, times(delta / 4, r)))
            for weight in (P, N_):
                S.add_both((u, v), -product(r.T / 2, weight))
            both = add(P, N_)
            ratio = divided(both, delta)
            for part in (both.value, both.rest):
                S.add((v, v), -product(part.T, ratio))
        if len(lines.L):
            M = np.zeros((len(lines.L),) * 2)
            M[pairs[:, 0], pairs[:, 1]] = self.M
            M += M.T
            S.add((slice(0, N),) * 2, -product(lines.L.T, product(M, lines.L)))
        value, error = rounded(S.total)
        # a product of two matrices is not symmetric when rounded
        return np.tril(value) + np.tril(value, -1).T, np.maximum(error, error.T)


class Sum:
    """A square matrix to whose blocks enclosures are added."""

    def __init__(self, order):
        zero = np.zeros((order, order))
        self.total = Enclosure(zero, zero.copy(), zero.copy())

    def add(self, where, term):
        old = Enclosure(*(part[where] for part in self.total))
        for part, sum_ in zip(self.total, add_enclosures(old, term)):
            part[where] = sum_

    def add_both(self, where, term):
        """Adds the term, and its transpose in the place across the diagonal."""
        self.add(where, term)
        self.add(where[::-1], term.T)


def times(a, b):
    """Encloses the entrywise product, whose error is that of underflow."""
    value, rest = exact_products(a, b)
    return Enclosure(value, rest, np.full(value.shape, TINY))


def divided(a, b):
    """Encloses the entrywise quotient of an enclosed matrix whose error is zero and b."""
    q = a.value / b
    high, low = exact_products(q, np.broadcast_to(b, q.shape))
    rest = (((a.value - high) - low) + a.rest) / b
    return Enclosure(q, rest, 16 * UNIT * (np.abs(rest) + UNIT * np.abs(q)) + TINY)


class Lines:
    """Lines as rows of L in z, with what they are charged by."""

    def __init__(self, count, coupled, k, c):
        self.L = np.zeros((count, coupled + k + c))
        self.below, self.in_u, self.in_v = np.zeros(count), np.zeros(count), np.zeros(count)
        self.coupled = coupled

    def put(self, i, line, place):
        at, x, self.below[i], self.in_u[i], self.in_v[i] = line
        for position, value in at.items():
            self.L[i, place[position]] += value
        self.L[i, self.coupled :] = x

    def charge(self, pairs, M):
        k, l = pairs.T
        square = self.below[k] * self.in_u[l] + self.below[l] * self.in_u[k]
        mixed = self.below[k] * self.in_v[l] + self.below[l] * self.in_v[k]
        return up(float((M * (2 * square + mixed)).sum())), up(float((M * mixed).sum()))


def ascending(values, limit):
    return len(values) == 0 or values[0] >= 0 and values[-1] < limit and (np.diff(values) > 0).all()


__all__ = ["Leaf", "norms"]
