"""The leaf of cones (docs/proof-format.md, section 4, rule 9).

On a cone u = Σλ_k p_k, λ ≥ 0, a row with the values t_k = rᵀp_k has (±rᵀu)₊ = Σλ_k t_k^± − δ with
0 ≤ δ ≤ Σλ_k b_k, b_k = s t_k⁺ + (1−s)t_k⁻ for any s in [0, 1].  So f(u) lies in Σλ_k [lo_k, hi_k] in any
orthonormal basis; with Q_kl the largest inner product of vectors in the boxes of k and l, ‖f(u)‖² ≤ h uᵀGu if
h p_kᵀGp_l − Q_kl, without its positive off-diagonal entries, is positive semidefinite.  The errors of the box of k are small
multiples of reach_k = Σ (‖P‖+‖N‖)|r|ᵀ|p_k|, those of p_kᵀGp_l of |p_k|ᵀ|G||p_l|.
"""

import numpy as np

from .rounding import TINY, UNIT, Refused, norms, require, roundings, up

BATCH = 512
DEEPEST = 1000


class Cones:
    def __init__(self, steps, claim, rows):
        self.claim, self.rows = claim, rows
        form = claim.form
        k = self.k = rows.k
        require(form.F is None and form.H is None and form.v > 0, "cones for a form that is not uᵀGu + h‖v‖²")
        require(2 <= k <= 16, "cones in %d coordinates, expected 2 to 16", k)
        self.signs = np.zeros(k)
        for a, _ in claim.u:
            axes = np.flatnonzero(a)
            if len(axes) == 1:
                self.signs[axes[0]] = np.sign(a[axes[0]])
        require((self.signs != 0).all(), "cones where a coordinate has no sign")
        count = steps.count(1 << 31, "the bits of a tree")
        words = steps.integers((count + 63) // 64).astype("<i8")
        self.bits = np.unpackbits(words.view(np.uint8), bitorder="little")[:count].tolist()
        self.edges = [(a, b) for a in range(k) for b in range(a + 1, k)]
        self.digits = (len(self.edges) - 1).bit_length()

    def work(self):
        return 8.0 * len(self.bits) * (len(self.claim.rows) + self.k) * (self.k + self.rows.c)

    def prove(self):
        at = np.asarray(self.claim.rows, dtype=int)
        self.r, self.P, self.N = self.rows.r[at], self.rows.P[at], self.rows.N[at]
        n, k, c = len(at), self.k, self.rows.c
        lengths = norms(self.P) + norms(self.N) if n else np.zeros(0)
        self.reach = up(lengths @ np.abs(self.r))  # by coordinates of u
        form = self.claim.form
        self.G = form.u * np.eye(k) + (0 if form.G is None else form.G)
        self.size = abs(form.u) * np.eye(k) + (0 if form.G is None else np.abs(form.G))
        self.ends = 16 * (n + 4 * k + 4 * c + 32) * UNIT  # in reach_k
        self.wrong = (8 * k + 4 * c + 32) * UNIT * form.v
        batch = []
        for cone in self._leaves():
            batch.append(cone)
            if len(batch) == BATCH:
                self._test(np.array(batch))
                batch = []
        if batch:
            self._test(np.array(batch))
        return self.claim.settle(0.0, 0.0)

    def _leaves(self):
        """Yields the generators of the leaves, as the rows of a matrix."""
        at, pending = 0, [(np.diag(self.signs), 0)]
        while pending:
            p, depth = pending.pop()
            require(at < len(self.bits), "the tree of cones ends before it covers the orthant")
            split, at = self.bits[at], at + 1
            if not split:
                yield p
                continue
            number = sum(bit << i for i, bit in enumerate(self.bits[at : at + self.digits]))
            at += self.digits
            require(at <= len(self.bits) and number < len(self.edges), "a tree of cones names an edge that does not exist")
            require(depth < DEEPEST, "a tree of cones is too deep")
            a, b = self.edges[number]
            total = p[a] + p[b]
            require((total - p[a] == p[b]).all() and (total - p[b] == p[a]).all(), "a midpoint is not exact")
            first, second = p.copy(), p.copy()
            first[a] = second[b] = total / 2
            pending += [(second, depth + 1), (first, depth + 1)]
        require(at == len(self.bits), "a tree of cones has bits that belong to no cone")

    def _test(self, p):
        t = p @ self.r.T
        positive, negative = np.maximum(t, 0), np.maximum(-t, 0)
        f = positive @ self.P + negative @ self.N
        top, bottom = positive.max(axis=1), negative.max(axis=1)
        open_ = (top > 0) & (bottom > 0)
        share = np.where(open_, bottom / np.where(open_, top + bottom, 1), 0)[:, None, :]
        b = np.where(open_[:, None, :], share * positive + (1 - share) * negative, 0)
        length = np.abs(p)
        gram = p @ self.G @ p.transpose(0, 2, 1)
        wrong = up(self.wrong * up(length @ self.size @ length.transpose(0, 2, 1))) + TINY
        rho = (up(self.ends * up(length @ self.reach)) + TINY)[:, :, None]
        failed = np.ones(len(p), bool)
        for sign in (1.0, -1.0):
            which = np.flatnonzero(failed)
            if len(which):
                failed[which] = [not ok for ok in self._copositive(f[which], b[which], rho[which], gram[which], wrong[which], sign)]
        require(not failed.any(), "the inequality fails on a cone")

    def _copositive(self, f, b, rho, gram, wrong, sign):
        turn = self._reflections(f, gram, sign)
        both = (self.P + self.N) @ turn
        middle = f @ turn
        low = middle - b @ np.maximum(both, 0) - rho
        high = middle - b @ np.minimum(both, 0) + rho
        ends = [x[:, :, None, :] * y[:, None, :, :] for x in (low, high) for y in (low, high)]
        C = self.claim.form.v * gram - np.maximum.reduce(ends).sum(axis=3)
        size = np.maximum(np.abs(low), np.abs(high))
        C -= wrong + up((4 * f.shape[2] + 16) * UNIT * (size @ size.transpose(0, 2, 1) + np.abs(C)))
        C = np.minimum(C, C.transpose(0, 2, 1))
        diagonal = np.einsum("bii->bi", C).copy()
        C = np.minimum(C, 0)
        np.einsum("bii->bi", C)[:] = diagonal
        return [self._semidefinite(m) for m in C]

    @staticmethod
    def _semidefinite(m):
        diagonal = np.diag(m)
        if not (diagonal >= 0).all():
            return False
        if not np.count_nonzero(m - np.diag(diagonal)):
            return True
        exponent = np.where(diagonal > 0, -(np.frexp(diagonal)[1] >> 1), 0)  # exact but for underflow, for which the shift has room
        scaled = np.ldexp(m, exponent[:, None] + exponent[None, :])
        shift = up(4 * roundings(len(m) + 4) * float(np.diag(scaled).sum())) + TINY
        try:
            np.linalg.cholesky(scaled - shift * np.eye(len(m)))
        except np.linalg.LinAlgError:
            return False
        return bool(np.isfinite(scaled).all())

    def _reflections(self, f, gram, sign):
        """Orthonormal bases: the reflection that takes the direction of Σ f(p)/‖p‖_G to ±e_1."""
        count, _, c = f.shape
        if c == 1:
            return np.ones((count, 1, 1))
        lengths = np.sqrt(np.maximum(np.einsum("bii->bi", gram), TINY))
        axis = (f / lengths[:, :, None]).sum(axis=1)
        size = np.sqrt((axis * axis).sum(axis=1))
        axis = axis / np.where(size > 0, size, 1)[:, None]
        axis[:, 0] += np.where(axis[:, 0] < 0, -sign, sign)
        square = (axis * axis).sum(axis=1)
        good = (size > 2.0**-200) & (square > 1e-3)
        axis = np.where(good[:, None], axis, 0)
        square = np.where(good, square, 1)
        return np.eye(c) - 2 * axis[:, :, None] * axis[:, None, :] / square[:, None, None]


__all__ = ["Cones", "Refused"]
