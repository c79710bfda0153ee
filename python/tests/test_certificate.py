import copy
import io
import json
import os
import subprocess
import sys
import tempfile
import unittest
from fractions import Fraction
from pathlib import Path

import numpy as np

import relift
from relift import certificate as rc
from relift import enclosure
from relift.program import run
from tests.support import ROOT, problem, use_program


def make(folder, X, Y, name="c.npz", *flags):
    """Lets the program certify a bound for X, Y as they are."""
    data, out = Path(folder, "data.npz"), Path(folder, name)
    np.savez(data, X=X, y=Y)
    flags = flags or ("--bias=false", "--scale=none", "--reg=0.3", "--time-limit=3s")
    run(["bound", str(data), "--task=regression", "--quiet", f"--certificate={out}", *flags], folder)
    return str(out)


def resealed(c):
    """c with the digest of its arrays, so that only the mathematics can refuse it."""
    c.meta = {"digest": rc.digest(c)}
    return c


class Certificates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        use_program()
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = temporary.name
        cls.X, cls.Y = problem()
        cls.path = make(cls.folder, cls.X, cls.Y)
        cls.base = rc.load_certificate(cls.path)

    def refuse(self, name, change, *checks):
        c = copy.deepcopy(self.base)
        change(c)
        v = rc.verify_certificate(resealed(c))
        self.assertFalse(v, f"{name}: accepted\n{v}")
        failed = {check.name for check in v.checks if not check.passed}
        self.assertTrue(failed & set(checks), f"{name}: expected a failure of {checks}, got {failed}")
        if failed - {"bound"}:
            self.assertEqual(v.proven_bound, -np.inf)

    def test_accepts_what_the_program_certified(self):
        v = rc.verify_certificate(self.path, self.X, self.Y)
        self.assertTrue(v, str(v))
        self.assertGreaterEqual(v.proven_bound, v.claimed_bound)
        self.assertGreater(v.claimed_bound, 0)
        self.assertTrue(0 < v.margin < 1e-9)
        self.assertLess(len(self.base.representatives), len(self.X))
        self.assertTrue((self.base.merge_scale < 0).any())

    def test_agrees_with_the_program_on_larger_data(self):
        # Near-parallel rows and the default encoding.
        rng = np.random.default_rng(5)
        X = rng.normal(size=(60, 3))
        X[1] = X[0] * (1 + 1e-9)
        path = make(self.folder, X, np.sin(X[:, :1]), "larger.npz", "--time-limit=3s", "--reg=0.1")
        v = rc.verify_certificate(path)
        self.assertTrue(v, str(v))

    def test_floating_point_and_rational_proof_agree(self):
        c = self.base
        k, error = rc._form(c)
        exact = rc._form_rational(c)
        for i in range(len(k)):
            for j in range(len(k)):
                self.assertLessEqual(abs(Fraction(k[i, j]) - exact[i][j]), Fraction(error[i, j]))
        self.assertTrue(rc._semidefinite(exact))

    def test_other_data_are_refused(self):
        X = self.X.copy()
        X[0, 0] = np.nextafter(X[0, 0], 9)
        self.assertFalse(rc.verify_certificate(self.path, X, self.Y))
        self.assertFalse(rc.verify_certificate(self.path, self.X, -self.Y))
        self.assertFalse(rc.verify_certificate(self.path, self.X[:-1], self.Y))
        self.assertFalse(rc.verify_certificate(self.path, np.full_like(X, np.nan), self.Y))

    def test_any_change_is_caught_by_the_digest(self):
        for name in ("X", "Y", "gamma", "W", "Phi", "Omega", "Psi", "lower_bound", "merge_scale"):
            c = copy.deepcopy(self.base)
            setattr(c, name, np.nextafter(getattr(c, name), -9.0))
            failed = {check.name for check in rc.verify_certificate(c).checks if not check.passed}
            self.assertTrue(failed & {"digest", "finite", "grouping"}, name)

    def test_tampered_certificates_are_refused(self):
        def entry(name, index, value):
            return lambda c: getattr(c, name).__setitem__(index, value)

        def scaled(c):
            for name in ("W", "Phi", "Omega", "Psi"):
                getattr(c, name)[...] *= 1 + 1e-4

        b = self.base
        for name, change, *checks in (
            ("X of a merged row", entry("X", (1, 0), np.nextafter(b.X[1, 0], 9)), "merges"),
            ("X of a zero row", entry("X", (4, 0), 5e-324), "grouping"),
            ("X sign", lambda c: c.X.__imul__(np.where(np.arange(2) == 0, -1, 1) * np.where(np.arange(14) == 7, 1, -1)[:, None]), "merges", "definite"),
            ("W larger", lambda c: c.W.__imul__(3), "definite"),
            ("W zeroed", lambda c: c.W.__imul__(0), "bound"),
            ("Phi asymmetric", entry("Phi", (0, 1), b.Phi[0, 1] + 1e-12), "signs"),
            ("Phi negative", entry("Phi", (2, 2), -1e-300), "signs"),
            ("Omega negative", entry("Omega", (2, 2), -1e-300), "signs"),
            ("Omega large", lambda c: c.Omega.__iadd__(1e3), "definite"),
            ("Psi negative", entry("Psi", (0, 1), -1e-300), "signs"),
            ("Psi large", lambda c: c.Psi.__iadd__(1e3), "definite"),
            ("Psi diagonal", lambda c: np.fill_diagonal(c.Psi, 0), "definite"),
            ("representative out of range", entry("representatives", 0, 99), "grouping"),
            ("representative twice", entry("representatives", 0, b.representatives[1]), "grouping"),
            ("group", entry("merged_into", 1, b.merged_into[7]), "merges"),
            ("group out of range", entry("merged_into", 1, 99), "grouping"),
            ("called zero", entry("merged_into", 1, -1), "grouping"),
            ("scale", entry("merge_scale", 3, -b.merge_scale[3]), "merges"),
            ("gamma smaller", lambda c: setattr(c, "gamma", c.gamma * 0.999), "definite"),
            ("gamma negative", lambda c: setattr(c, "gamma", -c.gamma), "finite"),
            ("bound an ulp too high", lambda c: setattr(c, "lower_bound", float(np.nextafter(rc.verify_certificate(self.path).proven_bound, np.inf))), "bound"),
            ("everything scaled", scaled, "definite"),
            ("shape", lambda c: setattr(c, "W", c.W[:-1]), "shapes"),
        ):
            with self.subTest(name):
                self.refuse(name, change, *checks)
        for bad in (np.nan, np.inf, -np.inf):
            for name in ("X", "Y", "W", "Phi", "Omega", "Psi", "merge_scale", "gamma", "lower_bound"):
                with self.subTest(name, bad=bad):
                    def change(c):
                        value = getattr(c, name)
                        if isinstance(value, float):
                            setattr(c, name, bad)
                        else:
                            value.flat[3] = bad
                    self.refuse(name, change, "finite", "grouping")

    def test_huge_numbers_are_refused(self):
        for size in (1e300, 1e200):
            for name in ("X", "W", "Psi", "Omega"):
                c = copy.deepcopy(self.base)
                setattr(c, name, getattr(c, name) * size)
                self.assertFalse(rc.verify_certificate(resealed(c)), name)

    def test_the_other_proof_of_a_file_is_not_called_proved(self):
        path = str(Path(self.folder, "both.npz"))
        np.savez(path, **dict(np.load(self.path)), exact_lower_bound=np.array(99.0))
        v = rc.verify_certificate(path)
        self.assertTrue(v)
        self.assertEqual(v.claimed_bound, self.base.lower_bound)
        self.assertEqual(v.unchecked_bound, 99)
        self.assertIn("also claims 99.0", str(v))
        self.assertNotIn("below 99", str(v))

    def test_data_of_zero_rows_only(self):
        none = np.zeros((0, 0))
        Y = np.array([[3.0], [4.0]])
        c = rc.Certificate(
            X=np.zeros((2, 1)), Y=Y, gamma=0.1, representatives=np.zeros(0, dtype=np.int64),
            merged_into=np.array([-1, -1]), merge_scale=np.zeros(2), W=Y, Phi=none, Omega=none, Psi=none,
            lower_bound=12.5, meta=None,
        )
        self.assertTrue(rc.verify_certificate(c), str(rc.verify_certificate(c)))
        c.lower_bound = float(np.nextafter(12.5, 13))
        self.assertFalse(rc.verify_certificate(c))

    def test_files_that_are_not_certificates(self):
        good = dict(np.load(self.path))

        def refuse(pattern, **arrays):
            path = str(Path(self.folder, "bad.npz"))
            np.savez(path, **arrays)
            with self.assertRaisesRegex(ValueError, pattern) as caught:
                rc.verify_certificate(path)
            self.assertNotIn("\n", str(caught.exception))
            self.assertIn("bad.npz", str(caught.exception))

        def meta(**changes):
            return {**good, "meta": np.array(json.dumps({**json.loads(str(good["meta"])), **changes}))}

        refuse("newer", **meta(format_version=2))
        refuse("newer", **meta(format_version="1"))
        refuse("its format is 'other'", **meta(format="other"))
        refuse("relift verify", **meta(format=rc.EXACT_FORMAT))
        refuse("no array 'W'", **{k: v for k, v in good.items() if k != "W"})
        refuse("expected f8", **{**good, "W": good["W"].astype(np.float32)})
        refuse("2 dimensions|with 2", **{**good, "W": good["W"].ravel()})
        refuse("certificate", **{**good, "W": np.array([[{}]], dtype=object)})
        whole = Path(self.path).read_bytes()
        for name, contents in (("cut.npz", whole[: len(whole) // 2]), ("text.npz", b"hello"), ("empty.npz", b"")):
            path = Path(self.folder, name)
            path.write_bytes(contents)
            with self.assertRaisesRegex(ValueError, name):
                rc.verify_certificate(str(path))
        self.assertTrue(rc.verify_certificate(io.BytesIO(whole)))

    def test_command_line(self):
        def verify(*arguments):
            environment = {**os.environ, "PYTHONPATH": str(ROOT / "python")}
            done = subprocess.run([sys.executable, "-m", "relift.verify", *arguments], env=environment, capture_output=True, text=True)
            return done.returncode, done.stdout, done.stderr

        status, out, _ = verify(self.path)
        self.assertEqual(status, 0)
        self.assertIn("Proved: no two-layer ReLU network", out)
        arrays = dict(np.load(self.path))
        arrays["lower_bound"] = arrays["lower_bound"] + 1
        tampered = str(Path(self.folder, "tampered.npz"))
        np.savez(tampered, **arrays)
        status, out, _ = verify(tampered)
        self.assertEqual(status, 3)
        self.assertIn("FAIL  bound", out)
        for arguments in ((str(Path(self.folder, "none.npz")),), (__file__,), ()):
            status, _, err = verify(*arguments)
            self.assertEqual(status, 2)
            self.assertEqual(len(err.strip().splitlines()), 1, err)


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
            problem, shift = rc._prove(k, np.zeros_like(k))
            true = rc._semidefinite([[Fraction(x) for x in row] for row in k.tolist()])
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
        self.assertEqual(rc._prove(k, np.full((3, 3), 1e-6))[0], "")
        self.assertNotEqual(rc._prove(k, np.full((3, 3), 1e-3))[0], "")
        self.assertNotEqual(rc._prove(k, np.full((3, 3), np.nan))[0], "")
        for bad in (0.0, -1.0, np.nan, np.inf):
            self.assertNotEqual(rc._prove(np.diag([1.0, bad]), np.zeros((2, 2)))[0], "")


class Package(unittest.TestCase):
    def test_every_public_name_is_there(self):
        for name in relift.__all__:
            self.assertTrue(getattr(relift, name).__doc__, name)


if __name__ == "__main__":
    unittest.main()
