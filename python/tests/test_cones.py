"""Proofs by cones against the largest ‖Wᵀ(Xu)₊‖ that sampling finds."""

import unittest

import numpy as np

from relift import certificate as rc
from relift import cones


def largest(X, W, count=40_000):
    """Returns ‖Wᵀ(Xu)₊‖ for the best of many unit vectors u: a lower limit of H."""
    d = X.shape[1]
    if d == 1:
        U = np.array([[1.0, -1.0]])
    elif d == 2:
        turned = np.stack([-X[:, 1], X[:, 0]])
        angles = np.concatenate([np.linspace(0, 2 * np.pi, count), np.arctan2(turned[1], turned[0]), np.arctan2(-turned[1], -turned[0])])
        U = np.stack([np.cos(angles), np.sin(angles)])
    else:
        U = np.random.default_rng(0).normal(size=(d, count))
        U /= np.linalg.norm(U, axis=0)
    return float(np.linalg.norm(W.T @ np.maximum(X @ U, 0), axis=0).max())


def claim(X, W, H, bits=()):
    """A proof whose tree has the given bits."""
    d = X.shape[1]
    framed = d >= 3
    words = np.packbits(np.array(bits, dtype=np.uint8), bitorder="little")
    words = np.concatenate([words, np.zeros(-len(words) % 8, dtype=np.uint8)]).view("<i8")
    c = cones.Cones(X=X, Y=W, gamma=1.0, W=W, H=H, lower_bound=0.0, basis=None, frame=np.eye(d) if framed else None,
                    tree=words.astype(np.int64), tree_bits=len(bits), meta={})
    c.meta["digest"] = cones.digest(c)
    return c


def problem(seed, d):
    """Rows of very different lengths, repeated and opposite ones among them, and
    weights, of any magnitude."""
    rng = np.random.default_rng(seed)
    n, c = int(rng.integers(1, 25)), int(rng.integers(1, 4))
    X = rng.normal(size=(n, d)) * 10.0 ** rng.uniform(-3, 1, size=(n, 1))
    X[n // 2] = X[0] * rng.choice([1, -1, 2, 0])
    x, w = rng.integers(-400, 400, size=2)
    return X, rng.normal(size=(n, c)), int(x), int(w)


class Truth(unittest.TestCase):
    def proved(self, X, W, H, x, w, bits=()):
        return bool(rc.verify_certificate(claim(np.ldexp(X, x), np.ldexp(W, w), float(np.ldexp(H, x + w)), bits)))

    def test_line_and_plane_are_tight_and_true(self):
        for d in (1, 2):
            for seed in range(60):
                X, W, x, w = problem(seed, d)
                h = largest(X, W)
                with self.subTest(d=d, seed=seed):
                    self.assertTrue(self.proved(X, W, h * (1 + 1e-6), x, w))
                    for less in (1e-12, 1e-9, 0.1, 1):
                        self.assertFalse(self.proved(X, W, h * (1 - less), x, w))

    def test_trees_are_true(self):
        accepted = 0
        for d in (3, 4):
            for seed in range(40):
                X, W, x, w = problem(seed, d)
                h, bits = largest(X, W), [0] * 2**d
                for factor in (0.5, 0.9, 0.99, 1 - 1e-9, 1.5, 3, 10, 30):
                    good = self.proved(X, W, h * factor, x, w, bits)
                    accepted += good
                    self.assertFalse(good and factor < 1, (d, seed, factor))
        self.assertGreater(accepted, 40)

    def test_trees_have_to_be_whole(self):
        X, W = np.eye(3), np.ones((3, 1))
        whole = [1, 0, 0, 0, 0] + [0] * 7  # the first orthant in two halves
        self.assertTrue(self.proved(X, W, 2.0, 0, 0, whole))
        for bits in (whole[:-1], whole + [0], [1, 1, 1] + whole[3:], []):
            self.assertFalse(self.proved(X, W, 2.0, 0, 0, bits))

    def test_other_frames(self):
        X, W = np.eye(3), np.ones((3, 1))
        for frame, good in (
            (np.diag([1.0, 2.0, 0.5]), True), (np.ones((3, 3)), False), (np.diag([1.0, 1.0, 0.0]), False), (np.diag([1.0, 1.0, 1e-300]), False),
            (np.ldexp(np.eye(3), -900), True), (np.full((3, 3), 5e-324), False), (np.ldexp(np.eye(3), 900), True),
        ):
            c = claim(X, W, 2.5, [0] * 8)
            c.frame = frame
            c.meta["digest"] = cones.digest(c)
            self.assertEqual(bool(rc.verify_certificate(c)), good, frame)

    def test_a_basis_that_misses_directions_is_charged(self):
        X, W = np.array([[1.0, 0, 0], [0, 1, 0]]), np.ones((2, 1))
        for basis, H, good in ((np.eye(3)[:, :2], 1.4143, True), (np.eye(3)[:, :2], 1.4142, False), (np.eye(3)[:, :1], 1.5, False), (np.eye(3)[:, :1], 2.1, True),
                               (np.eye(3)[:, :2] * 1e-170, 1.4143, False), (np.eye(3)[:, :2] / 2, 1.4143, False), (np.eye(3)[:, [0, 0]], 1.4143, False)):
            c = claim(X[:, :2], W, H)
            c.X, c.basis = X, basis
            c.meta["digest"] = cones.digest(c)
            self.assertEqual(bool(rc.verify_certificate(c)), good, (basis, H))

    def test_midpoints_that_float64_rounds_are_refused(self):
        X, W = np.eye(3), np.ones((3, 1))
        deep = [1, 0, 0] * 60 + [0] * 60 + [0] * 8
        v = rc.verify_certificate(claim(X, W, 3.0, deep))
        self.assertFalse(v)
        self.assertIn("deeper than float64 numbers resolve", str(v))


if __name__ == "__main__":
    unittest.main()
