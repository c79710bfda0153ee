import contextlib
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
from relift import cones, definite, multipliers
from relift import verify as command
from tests.support import ROOT, certify, problem, use_program, version_one


def resealed(c):
    """c with the digest of its arrays, so that only the mathematics can refuse it."""
    c.meta = {"digest": multipliers.digest(c)}
    return c


class Certificates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        use_program()
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = temporary.name
        cls.X, cls.Y = problem()
        cls.path = version_one("small")
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
        path = certify(self.folder, X, np.sin(X[:, :1]), "larger.npz", "--time-limit=3s", "--reg=0.1")
        v = rc.verify_certificate(path)
        self.assertTrue(v, str(v))

    def test_floating_point_and_rational_proof_agree(self):
        c = self.base
        k, error = multipliers.form(c, c.X[c.representatives])
        exact = multipliers.form_rational(c)
        for i in range(len(k)):
            for j in range(len(k)):
                self.assertLessEqual(abs(Fraction(k[i, j]) - exact[i][j]), Fraction(error[i, j]))
        self.assertTrue(definite.semidefinite(exact))

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

    def test_scale_does_not_matter(self):
        # Entries around 1e-165 and 1e150: products of them underflow and overflow.
        for x, w in ((-548, 0), (0, -400), (500, 500), (-300, 400), (300, -548)):
            c = copy.deepcopy(self.base)
            c.X, c.gamma, c.lower_bound = np.ldexp(c.X, x), float(np.ldexp(c.gamma, x + w)), float(np.ldexp(c.lower_bound, 2 * w))
            for name, power in (("W", w), ("Y", w), ("Phi", w - x), ("Omega", w - x), ("Psi", w - x)):
                setattr(c, name, np.ldexp(getattr(c, name), power))
            with self.subTest(x=x, w=w):
                self.assertTrue(rc.verify_certificate(resealed(c)))
                c.W = c.W * 1.5
                self.assertFalse(rc.verify_certificate(resealed(c)))

    def test_wide_data(self):
        path = version_one("wide")
        v = rc.verify_certificate(path)
        self.assertTrue(v, str(v))
        c = rc.load_certificate(path)
        self.assertIn("of order %d " % (2 * len(c.representatives) + 2), str(v))
        c.W = c.W * 1.001
        c.lower_bound = 0.0
        self.assertFalse(rc.verify_certificate(resealed(c)))

    def test_work_is_bounded_first(self):
        v = rc.verify_certificate(self.path, work_limit=1000)
        self.assertFalse(v)
        self.assertEqual([c.name for c in v.checks], ["shapes", "work"])
        self.assertIn("--work-limit", str(v))
        n, none = 200_000, np.zeros((0, 0))
        c = rc.Certificate(
            X=np.zeros((1, 1)), Y=np.zeros((1, n)), gamma=0.1, representatives=np.zeros(0, dtype=np.int64), merged_into=np.array([-1]),
            merge_scale=np.zeros(1), W=np.zeros((1, n)), Phi=none, Omega=none, Psi=none, lower_bound=0.0, meta=None,
        )
        self.assertEqual([k.name for k in rc.verify_certificate(c).checks], ["shapes", "work"])

    def test_says_what_is_proved_and_compares_it(self):
        path = certify(self.folder, self.X, self.Y, "stated.npz", "--reg=0.3", "--time-limit=3s")
        text = str(rc.verify_certificate(path))
        for line in ("weight γ    0.3", "loss        squared", "X 14×3, Y 14×2", "bias        yes", "scaling     standard", "task regression"):
            self.assertIn(line, text)
        fits = {"gamma": 0.3, "loss": "squared", "bias": True, "scale": "standard"}
        self.assertTrue(rc.verify_certificate(path, **fits))
        for name, other in {"loss": "huber", "bias": False, "scale": "none"}.items():
            v = rc.verify_certificate(path, **{**fits, name: other})
            self.assertEqual([c.name for c in v.checks if not c.passed], ["wanted"])
        v = rc.verify_certificate(self.path, gamma=0.30000000000000004)  # of version 1: for its own γ only
        self.assertEqual([c.name for c in v.checks if not c.passed], ["wanted"])
        self.assertIn("bias        no\n", str(rc.verify_certificate(self.path)))
        self.assertFalse(rc.verify_certificate(self.path, bias=True))

    def test_meta_data_must_not_contradict_the_numbers(self):
        for settings in ({"gamma": 0.1}, {"reg": 0.1}, {"recipe": {"bias": True}}):
            c = copy.deepcopy(self.base)
            c.meta["settings"] = settings
            self.assertEqual([k.name for k in rc.verify_certificate(c).checks if not k.passed], ["statement"])
        c = resealed(copy.deepcopy(self.base))
        self.assertIn("scaling     not stated", str(rc.verify_certificate(c)))

    def test_texts_of_a_file_reach_no_terminal_as_they_are(self):
        c = copy.deepcopy(self.base)
        c.meta["settings"] = {"source": "\x1b[2J\u202e" + "x" * 5000, "recipe": {"scale": "\x9b31m", "task": ["\r"], "\x07": 1}}
        text = str(rc.verify_certificate(c))
        self.assertTrue(text.replace("\n", "").isprintable())
        self.assertLess(max(map(len, text.splitlines())), 1200)

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
        refuse("no array 'H'", **meta(format=cones.FORMAT))
        refuse("exact_\\* have no meta data", **{**good, "exact_H": np.array(1.0)})
        refuse("levels deep", **{**good, "meta": np.array("[" * 100_000)})
        refuse("not valid JSON", **{**good, "meta": np.array("{")})
        refuse("not a text", **{**good, "meta": np.array(1.0)})
        refuse("no array 'W'", **{k: v for k, v in good.items() if k != "W"})
        refuse("expected f8", **{**good, "W": good["W"].astype(np.float32)})
        refuse("2 dimensions|with 2", **{**good, "W": good["W"].ravel()})
        refuse("header", **{**good, "W": np.array([[{}]], dtype=object)})
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

        def called(*arguments):
            """The command without a process of its own, which takes a second to start."""
            with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
                try:
                    status = command.main(list(arguments))
                except SystemExit as e:
                    status = e.code
            return status, out.getvalue(), err.getvalue()

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
        for arguments in (("--reg", "0.2"), ("--bias", "true"), ("--scale", "standard"), ("--loss", "huber"), ("--work-limit", "10")):
            status, out, _ = called(self.path, *arguments)
            self.assertEqual(status, 3, arguments)
            self.assertIn("Not proved.", out)
        data = str(Path(self.folder, "encoded.npz"))
        np.savez(data, X=self.X, y=self.Y)
        fits = ("--reg", "0.3", "--bias", "false", "--scale", "none", "--loss", "squared", "--data", data)
        self.assertEqual(called(self.path, *fits)[0], 0)
        np.savez(data, X=self.X, y=-self.Y)
        self.assertEqual(called(self.path, *fits)[0], 3)
        for arguments in ((str(Path(self.folder, "none.npz")),), (__file__,), (), (self.path, "--reg", "x"), (self.path, "--data", __file__)):
            status, _, err = called(*arguments)
            self.assertEqual(status, 2)
            self.assertEqual(len(err.strip().splitlines()), 1, err)


class Package(unittest.TestCase):
    def test_every_public_name_is_there(self):
        for name in relift.__all__:
            self.assertTrue(getattr(relift, name).__doc__, name)


if __name__ == "__main__":
    unittest.main()
