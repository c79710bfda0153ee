"""Proofs by branch and bound over directions.

Zero rows of X add ½‖y_i‖² to the bound and are left out below.  If
‖Wᵀ(Xu)₊‖ ≤ H‖u‖ for every u, then tW with 0 ≤ t ≤ γ/H is feasible and
t⟨W,Y⟩ − ½t²‖W‖² a bound.  With a basis V (D×r) rows are x_i = Vx̃_i + e_i, and
h ≤ ‖V‖ max ‖Wᵀ(X̃u)₊‖/‖u‖ + Σ‖w_i‖‖e_i‖, the maximum over u in R^r.

Directions are divided into simplicial cones u = Σ λ_k p_k, λ ≥ 0.

- r = 1: the two points ±1.
- r = 2: the cones between neighbouring directions perpendicular to a row.
- r ≥ 3: u = Bz with the invertible matrix frame B (r×r).  The orthants of z, number
  o = 0 … 2^r − 1 with generator i equal to (−1)^(bit i of o) e_i, are bisected as the
  bits of tree say, in preorder: 0 is a leaf; 1 followed by the number of an edge
  (a,b), a < b, in lexicographic order, in ⌈log₂(number of edges)⌉ bits, lowest first,
  replaces first generator a and then generator b by their midpoint.  The midpoints
  have to be exact in float64, so that the halves cover the cone.

The test of a cone
------------------
Row j has values t_jk at the generators.  On the cone, (Σλ_kt_jk)₊ is Σλ_kt_jk⁺ less a
δ_j with 0 ≤ δ_j ≤ Σ λ_k (αt_jk⁺ + (1−α)t_jk⁻), any α in [0, 1] (the least of the two
sums is at most their mean).  So F(u) = Wᵀ(X̃u)₊ lies in Σ λ_k [lo_k, hi_k], in any
orthonormal basis of R^c; the one taken reflects the mean of the F(p_k) into the
first axis.  With Q_kl the largest inner product of vectors in box k and in box l,
‖F(u)‖² ≤ κ‖u‖² holds on the cone if C_kl = κ p_kᵀp_l − Q_kl is copositive, which is so
if C without its positive entries off the diagonal is positive semidefinite.

Arithmetic
----------
X, W and B are divided by powers of two that bring them to order one.  ε = 2⁻⁵³.
Generators are exact, with ‖z‖₁ ≤ 1 (r = 2: ‖u‖∞ ≤ 1, B = I).  All of the following is
relative to S = Σ_j ‖w_j‖ max over generators of (|X̃||B||z|)_j:
t_jk has an error of (2r+4)ε; a row that an ancestor's generators put on one side for
good adds as much again; sums over n rows with weights summed from rows that are equal
(n+4)ε; the reflection of weights and sums 8(c+8)ε.  The boxes are widened by
8(n+4c+2r+50)εS on both sides, and every statement above holds for the computed numbers
as they are.  For
r ≤ 2 the t_jk and the sums are enclosed (module enclosure), and no reflection is
needed.  C is lowered by what its own entries lose, and elimination proves
C − shift·I ⪰ 0 with a shift above its rounding errors (S. M. Rump, Verification of
positive definiteness, BIT 46, 2006: at most (r+2)ε tr C).  Absolute terms of 2⁻⁹⁶⁰
cover underflow in all of them, and of 2⁻⁵⁰⁰ that of the squares in a length.
"""

import hashlib
import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import Optional

import numpy as np

from .archive import take as array
from .enclosure import EPSILON, product, rounded

FORMAT = "relift-exact-certificate"
# Where a file holds both proofs, the names of the arrays of this one begin so.
PREFIX = "exact_"

MOST_DIMENSIONS = 16
# Numbers that are worked on together, and the bound on underflow.
_BATCH = 1 << 20
_TINY = 2.0**-960


@dataclass
class Cones:
    """The arrays of a proof by cones; nothing about their values is assumed."""

    X: np.ndarray
    Y: np.ndarray
    gamma: float
    W: np.ndarray
    H: float
    lower_bound: float
    basis: Optional[np.ndarray]
    frame: Optional[np.ndarray]
    tree: np.ndarray
    tree_bits: int
    meta: Optional[dict]

    @property
    def dimensions(self):
        """r, the number of coordinates of a direction."""
        return self.X.shape[1] if self.basis is None else self.basis.shape[1]


def take(arrays, meta, prefix=""):
    """Takes the arrays of a proof out of those of its file."""
    own = {name: arrays[name] for name in ("X", "Y", "gamma") if name in arrays}
    own.update((name[len(prefix) :], a) for name, a in arrays.items() if name.startswith(prefix) and name != "meta")
    framed = "frame" in own
    return Cones(
        X=array(own, "X", "f8", 2),
        Y=array(own, "Y", "f8", 2),
        gamma=array(own, "gamma", "f8", 0),
        W=array(own, "W", "f8", 2),
        H=array(own, "H", "f8", 0),
        lower_bound=array(own, "lower_bound", "f8", 0),
        basis=array(own, "basis", "f8", 2) if "basis" in own else None,
        frame=array(own, "frame", "f8", 2) if framed else None,
        tree=array(own, "tree", "i8", 1) if framed else np.zeros(0, dtype=np.int64),
        tree_bits=array(own, "tree_bits", "i8", 0) if framed else 0,
        meta=meta,
    )


def beside(arrays, meta):
    """Takes the proof that stands beside multipliers, or returns None."""
    if not any(name.startswith(PREFIX) for name in arrays):
        return None
    solver = (meta or {}).get("solver")
    own = solver.get("exact") if isinstance(solver, dict) else None
    if not isinstance(own, dict) or own.get("format") != FORMAT or type(own.get("format_version")) is not int or own["format_version"] != 1:
        raise ValueError(f"the arrays {PREFIX}* have no meta data of the format {FORMAT!r}, version 1")
    return take(arrays, own, PREFIX)


def digest(c):
    """Returns "sha256:" and the digest of the arrays, as the meta data name it."""
    h = hashlib.sha256()
    none = np.zeros((0, 0))
    for name in ("X", "Y", "W", "gamma", "H", "lower_bound", "basis", "frame"):
        a = getattr(c, name)
        a = none if a is None else np.asarray(a, dtype="<f8")
        rows, cols = a.shape if a.ndim == 2 else (1, 1)
        h.update(name.encode() + b"\0" + struct.pack("<QQ", rows, cols) + np.ascontiguousarray(a).tobytes())
    h.update(b"tree\0" + struct.pack("<QQ", 1, len(c.tree)) + np.ascontiguousarray(c.tree, dtype="<i8").tobytes())
    h.update(b"tree_bits\0" + struct.pack("<q", c.tree_bits))
    return "sha256:" + h.hexdigest()


def shape_problem(c):
    """Says which array has a shape that does not fit; "" if none."""
    (n, d), outputs, r = c.X.shape, c.Y.shape[1], c.dimensions
    if n < 1 or d < 1 or outputs < 1:
        return f"X is {c.X.shape} and Y is {c.Y.shape}, expected at least one row and column each"
    if c.basis is not None and not (len(c.basis) == d and 1 <= r <= d):
        return f"basis is {c.basis.shape}, expected {d} rows and 1 to {d} columns"
    frame = None if c.frame is None else (r, r)
    for name, shape in (("Y", (n, outputs)), ("W", (n, outputs)), ("frame", frame)):
        a = getattr(c, name)
        if a is not None and a.shape != shape:
            return f"{name} has shape {a.shape}, expected {shape}"
    if frame and not 3 <= r <= MOST_DIMENSIONS:
        return f"a tree of cones in {r} dimensions cannot be checked, expected 3 to {MOST_DIMENSIONS}"
    if not 0 <= c.tree_bits <= 64 * len(c.tree):
        return f"tree has {len(c.tree)} words and claims {c.tree_bits} bits"
    return ""


def _edge_bits(r):
    return (r * (r - 1) // 2 - 1).bit_length()


def work(c):
    """Returns the operations of NumPy that `check` may need."""
    (n, d), outputs, r = c.X.shape, c.Y.shape[1], c.dimensions
    leaves = 2
    if r == 2:
        leaves = 2 * n + 4
    elif c.frame is not None:
        leaves = 2**r + c.tree_bits / (2 + _edge_bits(r))
    return 8.0 * n * d * (r + 1) + 20.0 * leaves * (n * r * (outputs + 4) + 50 * r * r)


def check(c, v):
    """Adds the checks of the cones to the verification v; returns whether what they
    say of the directions is proved."""
    if not v.add("finite", _finite_problem(c), "every number is finite and γ is positive"):
        return False
    return v.add("directions", *_directions(c))


def _finite_problem(c):
    for name in ("X", "Y", "gamma", "W", "H", "lower_bound", "basis", "frame"):
        a = getattr(c, name)
        if a is not None and not np.isfinite(a).all():
            return f"{name} has a number that is not finite"
    if not c.gamma > 0:
        return f"gamma is {c.gamma!r}, expected a positive number"
    return "" if c.H >= 0 else f"H is {c.H!r}, expected a number that is not negative"


def _used(c):
    """Returns which rows of X are not zero."""
    return c.X.any(axis=1)


def dual_value(c):
    """Returns the largest bound of tW, 0 ≤ t ≤ γ/H, and of the zero rows, exactly."""
    used = _used(c)
    constant = sum((Fraction(y) ** 2 for y in c.Y[~used].ravel().tolist()), Fraction(0)) / 2
    wy = ww = Fraction(0)
    for w, y in zip(c.W[used].ravel().tolist(), c.Y[used].ravel().tolist()):
        w = Fraction(w)
        wy, ww = wy + w * Fraction(y), ww + w * w
    if not (wy > 0 and ww > 0):
        return constant
    t = wy / ww
    if c.H > 0:
        t = min(t, Fraction(c.gamma) / Fraction(c.H))
    return constant + t * wy - t * t * ww / 2


class _Problem:
    """max ‖Wᵀ(Xu)₊‖/‖u‖ over u in R^r for rows that are different and not zero, of
    order one, and the threshold that it has to stay below."""

    def __init__(self, c):
        used = _used(c)
        X, W = c.X[used], c.W[used]
        x, w = (int(np.frexp(np.abs(a).max(initial=0.0))[1]) for a in (X, W))
        X, W, H = np.ldexp(X, -x), np.ldexp(W, -w), float(np.ldexp(c.H, -x - w))
        sizes = _lengths(W)
        # What the scaling rounds in X and W, and H, is covered by one absolute term.
        slip = 2.0**-1000 * len(X) * (X.shape[1] + 1)
        stretch = 1.0
        if c.basis is not None:
            X, missed, stretch = _coordinates(X, c.basis, sizes)
            slip += missed
        self.threshold = (H * (1 - 4 * EPSILON) - slip) / stretch * (1 - 4 * EPSILON)
        # Equal rows in one, with the sum of their weights.
        self.rows, which = np.unique(X + 0.0, axis=0, return_inverse=True)
        which = which.ravel()
        self.weights = np.zeros((len(self.rows), W.shape[1]))
        np.add.at(self.weights, which, W)
        self.sizes = np.zeros(len(self.rows))
        np.add.at(self.sizes, which, sizes)
        self.repeats = np.bincount(which, minlength=len(self.rows))
        self.terms = len(X)


def _lengths(a):
    """Returns upper bounds on the lengths of rows, whose squares may underflow."""
    return np.linalg.norm(a, axis=1) * (1 + 2.0**-40) + 2.0**-500


def _coordinates(X, basis, sizes):
    """Returns X̃ = XV, what Σ‖w_i‖‖x_i − Vx̃_i‖ is at most, and a bound on ‖V‖."""
    reduced, _ = rounded(product(X, basis))
    back, off = rounded(product(reduced, np.ascontiguousarray(basis.T)))
    rest = np.abs(X - back) * (1 + 2 * EPSILON) + off
    missed = float((_lengths(rest) * sizes).sum()) * (1 + 2.0**-30)
    gram, off = rounded(product(np.ascontiguousarray(basis.T), basis))
    deviation = np.abs(gram - np.eye(len(gram))) * (1 + 2 * EPSILON) + off
    # ‖V‖² = ‖VᵀV‖ ≤ 1 + ‖VᵀV − I‖, and √(1+x) ≤ 1 + x/2
    return reduced, missed, 1 + 0.5 * float(np.linalg.norm(deviation)) * (1 + 2.0**-30) + 2 * EPSILON


def _directions(c):
    """Returns what prevents the proof of ‖Wᵀ(Xu)₊‖ ≤ H‖u‖, and what is proved."""
    p, r = _Problem(c), c.dimensions
    if len(p.rows) == 0:
        return "", "every row of X is zero"
    if r >= 3 and c.frame is None:
        return f"there is no tree of cones for {r}-dimensional directions", ""
    if not 1e-140 < p.threshold < 1e140:
        return f"the claimed H = {c.H!r} is below the rounding errors, or out of all proportion to X and W", ""
    if r <= 2:
        cones = np.array([[[1.0]], [[-1.0]]]) if r == 1 else _plane(p.rows)
        if cones is None:
            return "the directions perpendicular to rows could not be put in order", ""
        test = _Test(p, np.eye(r))
        parts = np.array_split(cones, -(-cones.size * len(p.rows) // _BATCH))
        failed = not all(test.holds_between_rows(part) for part in parts if len(part))
        return ("a cone does not prove the claimed H" if failed else ""), f"{len(cones)} cones cover all directions and each proves ‖Wᵀ(Xu)₊‖ ≤ {c.H:.10g}‖u‖"
    frame = np.ldexp(c.frame, -int(np.frexp(np.abs(c.frame).max())[1]))
    if not _invertible(frame):
        return "the frame is singular or too ill-conditioned", ""
    tree, problem = _Tree.read(c, r)
    if problem:
        return problem, ""
    test = _Test(p, frame)
    for orthant, root in enumerate(tree.roots):
        signs = np.where((orthant >> np.arange(r)) & 1, -1.0, 1.0)
        problem = tree.check(root, np.diag(signs), test)
        if problem:
            return f"orthant {orthant}: {problem}", ""
    return "", f"{len(tree.edge)} cones cover all directions and each leaf proves ‖Wᵀ(Xu)₊‖ ≤ {c.H:.10g}‖u‖"


def _invertible(b):
    """Reports whether ‖I − CB‖ < 1 for an approximate inverse C."""
    try:
        inverse = np.linalg.inv(b)
    except np.linalg.LinAlgError:
        return False
    if not np.isfinite(inverse).all():
        return False
    near, off = rounded(product(inverse, b))
    return bool(np.linalg.norm(np.abs(near - np.eye(len(b))) + off) < 0.5)


def _plane(rows):
    """Returns cones (count×2×2) between neighbours among the directions perpendicular
    to the rows, and the axes.  In the order given they go once around the circle, each
    by less than half a turn; so they cover it, whatever the errors in their order."""
    turned = np.concatenate([np.stack([-rows[:, 1], rows[:, 0]], 1)[rows.any(axis=1)], np.eye(2)])
    _, exponent = np.frexp(np.abs(turned).max(axis=1, keepdims=True))
    turned = np.ldexp(turned, -exponent)  # rounding here only moves the cones
    turned = np.unique(np.concatenate([turned, -turned]) + 0.0, axis=0)
    angles = np.arctan2(turned[:, 1], turned[:, 0])
    order = np.argsort(angles, kind="stable")
    first, angles = turned[order], angles[order]
    steps = np.diff(np.append(angles, angles[0] + 2 * np.pi))
    if not ((steps > -1e-9).all() and (steps < 2).all()):
        return None
    return np.stack([first, np.roll(first, -1, axis=0)], axis=1)


class _Test:
    """The test of cones of the module's documentation."""

    def __init__(self, p, frame):
        self.weights, self.sizes, self.repeats = p.weights, p.sizes, p.repeats
        self.kappa = p.threshold * p.threshold * (1 - 32 * (p.weights.shape[1] + 8) * EPSILON)
        self.frame = frame
        self.rows = p.rows @ frame
        r, outputs = len(frame), p.weights.shape[1]
        # ‖z‖₁ ≤ 1, or r = 2, ‖z‖∞ ≤ 1 and a row has at most the sum of two entries.
        reach = (np.abs(p.rows) @ np.abs(frame)).max(axis=1) * (2 if r == 2 else 1)
        size = float((reach * p.sizes).sum())
        self.margin = 8 * (p.terms + 4 * outputs + 2 * r + 50) * EPSILON * size + _TINY * (1 + size)
        longest = float(np.linalg.norm(np.abs(frame), axis=0).max()) * (2 if r == 2 else 1)
        self.gram_error = (4 * r + 16) * EPSILON * longest**2 + _TINY

    def everything(self):
        """Returns all rows as open, and no linear part."""
        return np.arange(len(self.rows)), np.zeros((len(self.frame), self.weights.shape[1]))

    def settle(self, z, open_rows, linear):
        """Moves rows that have one sign on the cone with generators z (r×r, a row each)
        from the open ones to the linear part Σ w_j (x̃_jB), r×c."""
        t = self.rows[open_rows] @ z.T
        positive = open_rows[(t >= 0).all(axis=1)]
        still = (t < 0).any(axis=1) & (t > 0).any(axis=1)
        return open_rows[still], linear + self.rows[positive].T @ self.weights[positive]

    def holds(self, z, open_rows, linear):
        """Reports whether ‖F(u)‖² ≤ κ‖u‖² on all of the cones z (count×r×r)."""
        w = self.weights[open_rows]
        t = z @ self.rows[open_rows].T  # count×r×open
        u = z @ self.frame.T
        f = np.maximum(t, 0) @ w + z @ linear  # count×r×c
        excess = _excess(t)
        if w.shape[1] == 1:
            return self._copositive(u, f, excess @ np.maximum(w, 0), excess @ np.maximum(-w, 0), self.margin)
        axis, scale = _reflection(f, u)
        f = f - (f @ axis[:, :, None]) * (2 / scale) * axis[:, None, :]
        w = w[None] - (axis @ w.T)[:, :, None] * (2 / scale) * axis[:, None, :]  # count×open×c
        return self._copositive(u, f, excess @ np.maximum(w, 0), excess @ np.maximum(-w, 0), self.margin)

    def holds_between_rows(self, z):
        """Reports the same of cones on which no row changes sign but by rounding.  Their
        sums are enclosed, so that hardly more than one rounding of each row is lost."""
        count, r, _ = z.shape
        flat = np.ascontiguousarray(z.reshape(count * r, r))
        t, off = rounded(product(flat, np.ascontiguousarray(self.rows.T)))
        f, wrong = rounded(product(np.maximum(t, 0), self.weights))
        margin = off @ self.sizes + np.abs(t) @ (self.sizes * self.repeats) * EPSILON + wrong.max(axis=1)
        margin = (margin * (1 + 2.0**-20) + _TINY).reshape(count, r, 1)
        excess = _excess(t.reshape(count, r, -1)) * (1 + 2.0**-20)
        below, above = excess @ np.maximum(self.weights, 0), excess @ np.maximum(-self.weights, 0)
        return self._copositive(z, f.reshape(count, r, -1), below, above, margin)

    def _copositive(self, u, f, below, above, margin):
        """Reports whether C of the module's documentation is copositive for all cones,
        with generators u (count×r×r) and boxes from f − below to f + above (count×r×c)."""
        count, r, c = f.shape
        lo, hi = f - below - margin, f + above + margin
        q = np.zeros((count, r, r))
        for i in range(c):
            a, b = lo[:, :, None, i], hi[:, :, None, i]
            s, d = lo[:, None, :, i], hi[:, None, :, i]
            q += np.maximum(np.maximum(a * s, a * d), np.maximum(b * s, b * d))
        largest = (np.maximum(np.abs(lo), np.abs(hi)) ** 2).sum(axis=2).max(axis=1)
        wrong = 4 * (c + 8) * EPSILON * largest + self.kappa * self.gram_error * (1 + 2.0**-10) + _TINY
        m = self.kappa * (u @ u.transpose(0, 2, 1)) - q - wrong[:, None, None]
        return bool(_copositive(m).all())


def _excess(t):
    """Returns αt⁺ + (1−α)t⁻ at the generators, for t (count×r×rows)."""
    high, low = t.max(axis=1, keepdims=True, initial=0.0), -t.min(axis=1, keepdims=True, initial=0.0)
    share = np.divide(low, high + low, out=np.zeros_like(low), where=high + low > 0)
    return np.where(t > 0, share * t, (share - 1) * t)


def _reflection(f, u):
    """Returns vectors (count×c) and their squared lengths (count×1×1), such that the
    reflections take the means of the f, weighted by 1/‖u‖, into the first axis."""
    axis = (f / np.maximum(np.linalg.norm(u, axis=2, keepdims=True), 1e-300)).sum(axis=1)
    size = np.linalg.norm(axis, axis=1, keepdims=True)
    axis = np.where(size > 0, axis / np.where(size > 0, size, 1), np.eye(1, f.shape[2]))
    axis[:, 0] += np.where(axis[:, 0] >= 0, 1.0, -1.0)
    return axis, (axis * axis).sum(axis=1)[:, None, None]


def _copositive(m):
    """Reports for each matrix (count×r×r) whether it is positive semidefinite without
    its positive entries off the diagonal."""
    r = m.shape[1]
    diagonal = np.arange(r)
    kept = m[:, diagonal, diagonal].copy()
    m = np.minimum(np.minimum(m, m.transpose(0, 2, 1)), 0)
    trace = np.abs(kept).sum(axis=1, keepdims=True)
    m[:, diagonal, diagonal] = kept - (2 * (r + 4) * EPSILON * trace + _TINY)
    holds = np.isfinite(m).all(axis=(1, 2))
    for k in range(r):
        pivot = m[:, k, k]
        holds &= pivot > 0
        factor = m[:, k, k + 1 :] / np.where(pivot > 0, pivot, 1)[:, None]  # only the upper triangle counts
        m[:, k + 1 :, k + 1 :] -= factor[:, :, None] * m[:, k, None, k + 1 :]
    return holds


class _Tree:
    """The nodes of all orthants in preorder."""

    def __init__(self, edge, size, roots, r):
        self.edge, self.size, self.roots = edge, size, roots
        self.ends = [(a, b) for a in range(r) for b in range(a + 1, r)]

    @classmethod
    def read(cls, c, r):
        """Returns the tree, or None and what is wrong with its bits."""
        words = np.ascontiguousarray(c.tree, dtype="<i8")
        bits = np.unpackbits(words.view(np.uint8), bitorder="little")[: c.tree_bits]
        width, edges = _edge_bits(r), r * (r - 1) // 2
        padded = np.concatenate([bits, np.zeros(width + 1, dtype=np.uint8)])
        code = sum((padded[1 + i : 1 + i + c.tree_bits].astype(np.int16) << i for i in range(width)), np.zeros(c.tree_bits, dtype=np.int16))
        code = np.where(bits > 0, code, -1).tolist()
        edge, roots, at, end = [], [], 0, len(code)
        for _ in range(2**r):
            roots.append(len(edge))
            waiting = 1
            while waiting:
                if at >= end:
                    return None, "the tree ends before it covers all directions"
                e = code[at]
                edge.append(e)
                if e < 0:
                    at, waiting = at + 1, waiting - 1
                else:
                    at, waiting = at + 1 + width, waiting + 1
        if at != end:
            return None, f"the tree has {end} bits and {at} were needed"
        edge = np.array(edge, dtype=np.int16)
        if (edge >= edges).any():
            return None, "the tree names an edge that does not exist"
        size, stack = np.ones(len(edge), dtype=np.int64), []
        for i in range(len(edge) - 1, -1, -1):
            if edge[i] >= 0:
                size[i] = 1 + stack.pop() + stack.pop()
            stack.append(size[i])
        return cls(edge, size, roots, r), ""

    def check(self, root, z, test):
        """Tests the leaves below a node whose cone has the generators z; returns the
        first problem."""
        waiting = [(root, z, *test.everything())]
        while waiting:
            node, z, open_rows, linear = waiting.pop()
            open_rows, linear = test.settle(z, open_rows, linear)
            r = len(z)
            if self.size[node] == 1 or self.size[node] * r * max(1, len(open_rows)) <= _BATCH:
                problem = self._leaves(node, z, open_rows, linear, test)
                if problem:
                    return problem
                continue
            below, exact = self._halves(np.array([node]), z[None])
            if not exact:
                return "it is deeper than float64 numbers resolve"
            waiting += [(int(i), child, open_rows, linear) for i, child in zip(*below)]
        return ""

    def _halves(self, nodes, z):
        """Returns the children of inner nodes with their generators, and whether their
        midpoints are exact."""
        ends = np.array(self.ends)[self.edge[nodes]]
        at = np.arange(len(nodes))
        a, b = z[at, ends[:, 0]], z[at, ends[:, 1]]
        middle = (a + b) / 2
        left, right = z.copy(), z.copy()
        left[at, ends[:, 0]] = middle
        right[at, ends[:, 1]] = middle
        # middle + middle is exact, and so are the differences of a sum without error.
        exact = ((2 * middle - a == b) & (2 * middle - b == a)).all()
        first = nodes + 1
        return (np.concatenate([first, first + self.size[first]]), np.concatenate([left, right])), exact

    def _leaves(self, node, z, open_rows, linear, test):
        nodes, z = np.array([node]), z[None]
        while len(nodes):
            leaf = self.edge[nodes] < 0
            if leaf.any() and not test.holds(z[leaf], open_rows, linear):
                return "a leaf of the tree does not prove the claimed H"
            (nodes, z), exact = self._halves(nodes[~leaf], z[~leaf])
            if not exact:
                return "it is deeper than float64 numbers resolve"
        return ""
