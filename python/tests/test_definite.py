"""Enclosures of sums and products, and proofs of positive semidefiniteness."""

import unittest
from fractions import Fraction

import numpy as np

from relift import definite, enclosure


class Enclosures(unittest.TestCase):
    def contains(self, enclosed, exact):
        for i, row in enumerate(exact):
            for j, value in enumerate(row):
                middle = Fraction(enclosed.value[i, j]) + Fraction(enclosed.rest[i, j])
                self.assertLessEqual(abs(middle - value), Fraction(enclosed.error[i, j]))

    def test_products_of_any_magnitude(self):
        for seed in range(20):
            rng = np.random.default_rng(seed)
            p, k, q = rng.integers(1, 9, size=3)
            spread = 10.0 ** rng.integers(0, 60)
            a = rng.normal(size=(p, k)) * spread ** rng.uniform(-1, 1, size=(p, k))
            b = rng.normal(size=(k, q)) * spread ** rng.uniform(-1, 1, size=(k, q))
            b[0] = 0
            exact = [[sum(Fraction(x) * Fraction(y) for x, y in zip(row, col)) for col in b.T.tolist()] for row in a.tolist()]
            with self.subTest(seed=seed):
                once = enclosure.product(a, b)
                self.contains(once, exact)
                again = enclosure.product(np.ascontiguousarray(a.T), once)
                exact = [[sum(Fraction(x) * y for x, y in zip(col, other)) for other in zip(*exact)] for col in a.T.tolist()]
                self.contains(again, exact)

    def test_products_are_nearly_exact(self):
        rng = np.random.default_rng(3)
        a, b = rng.normal(size=(50, 200)), rng.normal(size=(200, 40))
        self.assertLess(enclosure.product(a, b).error.max(), 1e-17)

    def test_sums(self):
        rng = np.random.default_rng(4)
        terms = [rng.normal(size=(3, 3)) * 10.0**e for e in (8, -8, 0, 3)] + [-rng.normal(size=(3, 3)) * 1e8]
        self.contains(enclosure.add(*terms), [[sum(Fraction(t[i, j]) for t in terms) for j in range(3)] for i in range(3)])


class Definiteness(unittest.TestCase):
    def test_never_proves_what_is_false(self):
        # Matrices whose smallest eigenvalue is near zero, on either side of it.
        proved = refuted = 0
        for seed in range(300):
            rng = np.random.default_rng(seed)
            order = int(rng.integers(2, 9))
            smallest = rng.choice([-1, 1]) * 10.0 ** rng.uniform(-17, -10)
            q, _ = np.linalg.qr(rng.normal(size=(order, order)))
            k = (q * np.append(rng.uniform(0.1, 2, size=order - 1), smallest)) @ q.T
            k = np.tril(k) + np.tril(k, -1).T
            scale = rng.integers(-20, 20, size=order)
            k = np.ldexp(k, scale[:, None] + scale[None, :])
            problem, shift = definite.prove(k, np.zeros_like(k))
            true = definite.semidefinite([[Fraction(x) for x in row] for row in k.tolist()])
            if not problem:
                self.assertTrue(true, f"seed {seed}: proved what is false")
                proved += 1
            elif not true:
                refuted += 1
            if smallest > 1e-11:
                self.assertEqual(problem, "", f"seed {seed}")
        self.assertGreater(proved, 50)
        self.assertGreater(refuted, 50)

    def test_errors_of_the_entries_count(self):
        k = np.diag([1.0, 2.0, 1e-3])
        self.assertEqual(definite.prove(k, np.full((3, 3), 1e-6))[0], "")
        self.assertNotEqual(definite.prove(k, np.full((3, 3), 1e-3))[0], "")
        self.assertNotEqual(definite.prove(k, np.full((3, 3), np.nan))[0], "")
        for bad in (0.0, -1.0, np.nan, np.inf):
            self.assertNotEqual(definite.prove(np.diag([1.0, bad]), np.zeros((2, 2)))[0], "")

    def test_exact_elimination(self):
        for rows, expected in (
            ([[0]], True), ([[-(2.0**-1000)]], False), ([[0, 1], [1, 5]], False), ([[0, 0], [0, 5]], True),
            ([[1, 1], [1, 1]], True), ([[1, 1], [1, float(np.nextafter(1, 0))]], False), ([[1, 1], [1, float(np.nextafter(1, 2))]], True),
            ([[0, 0, 0], [0, 1, 2], [0, 2, 4]], True), ([[0, 0, 0], [0, 1, 2], [0, 2, 3]], False),
            ([[4, 2, -2], [2, 1, -1], [-2, -1, 1]], True), ([[4, 2, -2], [2, 1, -1.5], [-2, -1.5, 1]], False),
        ):
            decided = definite.semidefinite([[Fraction(x) for x in row] for row in rows])
            self.assertEqual(decided, expected, rows)

    def test_integers_of_many_bits_are_refused(self):
        k = [[Fraction(2) ** 3000 if i == j else Fraction(1, 2**3000) for j in range(5)] for i in range(5)]
        self.assertIsNone(definite.semidefinite(k))

    def test_shorter_rows(self):
        rng = np.random.default_rng(2)
        for m, d, spread in ((1, 5, 0), (4, 9, 0), (12, 300, 3), (6, 50, 100)):
            X = rng.normal(size=(m, d)) * 10.0 ** rng.uniform(-spread, 0, size=(m, 1))
            X[-1] = X[0]
            L = definite.shorter(X)
            gap = [
                [sum(Fraction(x) * Fraction(y) for x, y in zip(a, b)) - sum(Fraction(x) * Fraction(y) for x, y in zip(p, q)) for b, q in zip(L.tolist(), X.tolist())]
                for a, p in zip(L.tolist(), X.tolist())
            ]
            size = max(float(sum(Fraction(x) ** 2 for x in row)) for row in X.tolist())
            for i, row in enumerate(gap):  # diagonally dominant, and small
                self.assertGreaterEqual(row[i], sum(abs(x) for j, x in enumerate(row) if j != i))
                self.assertLess(float(row[i]), 1e-11 * size)


if __name__ == "__main__":
    unittest.main()
