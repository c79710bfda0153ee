"""Derivations, format version 2: the corpus of forgeries of package proof, the bounds for
other weights, and files with every array changed."""

import contextlib
import io
import tempfile
import unittest
import warnings
from pathlib import Path

import numpy as np

from relift import certificate as rc
from relift import verify as command
from relift.archive import read_arrays
from relift.derivation import Derivation
from relift.derivation.rounding import deficit, logarithm
from tests.support import ROOT

CORPUS = ROOT / "proof" / "testdata" / "forgeries"


def index():
    return [line.split("\t") for line in (CORPUS / "index.tsv").read_text(encoding="utf-8").splitlines()]


def verdict(path, **options):
    try:
        return rc.verify_certificate(path, **options)
    except ValueError as e:
        assert "\n" not in str(e), e
        return None


class Corpus(unittest.TestCase):
    def test_every_forgery_is_refused_and_every_honest_file_accepted(self):
        self.assertGreater(len(index()), 100)
        for name, cheat in index():
            with self.subTest(name, cheat=cheat), np.errstate(all="raise"):
                v = verdict(CORPUS / f"{name}.npz")
                self.assertEqual(bool(v), not cheat, v)

    def test_bounds_for_other_weights(self):
        # one row x = 1, y = 3: the optimum is 3γ − γ²/2
        for gamma in (0.1, 0.5, 1.0, 2.5):
            v = verdict(CORPUS / "honest-split.npz", gamma=gamma)
            self.assertTrue(v)
            optimum = 3 * gamma - gamma * gamma / 2
            self.assertLessEqual(v.claimed_bound, optimum)
            self.assertGreater(v.claimed_bound, optimum * (1 - 1e-8))

    def test_what_is_stated_is_compared(self):
        path = CORPUS / "honest-softmax.npz"
        self.assertIn(("loss", "softmax, a sum over the rows"), verdict(path).statement)
        self.assertTrue(verdict(path, loss="softmax"))
        self.assertFalse(verdict(path, loss="squared"))
        self.assertFalse(verdict(path, work_limit=1))


class Weights(unittest.TestCase):
    def test_weighted_rows_are_stated_and_are_not_the_rows_given(self):
        with open(CORPUS / "honest-split.npz", "rb") as file:
            arrays = dict(read_arrays(file))
        arrays["weights"] = np.full(len(arrays["X"]), 2.0)
        proof = Derivation(arrays)
        v = rc.verify_certificate(proof)
        self.assertTrue(v, v)
        self.assertIn("a weighted sum over the rows", dict(v.statement)["loss"])
        v = rc.verify_certificate(proof, arrays["X"], arrays["Y"])
        self.assertFalse(v)
        self.assertIn("weights", str(v))
        del arrays["weights"]
        self.assertTrue(rc.verify_certificate(Derivation(arrays), arrays["X"], arrays["Y"]))


class Mutations(unittest.TestCase):
    """No change of an honest file for one row makes it prove more than the optimum of the
    problem that the changed file states."""

    def test_every_array_changed(self):
        accepted = 0
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "changed.npz"
            for name in ("honest-split", "honest-multipliers", "honest-ball", "honest-implied", "honest-rows", "honest-empty"):
                with open(CORPUS / f"{name}.npz", "rb") as file:
                    honest = read_arrays(file)
                for key, value in honest.items():
                    if isinstance(value, str):
                        continue
                    for at in range(value.size):
                        for change in (0, -1, 1, 2, 5e-324, 1e-170, 1e170, np.nan, np.inf, -np.inf, "flip", "ulp"):
                            arrays = {k: np.array(v) for k, v in honest.items()}
                            flat = arrays[key].reshape(-1)
                            if value.dtype.kind == "i":
                                if not isinstance(change, int):
                                    continue
                                flat[at] = change
                            else:
                                flat[at] = -flat[at] if change == "flip" else np.nextafter(flat[at], np.inf) if change == "ulp" else change
                            accepted += self.true(path, arrays)
        self.assertGreater(accepted, 100)

    def true(self, path, arrays):
        np.savez(path, **arrays)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            v = verdict(path)
        if not v:
            return False
        x, y, gamma = (float(arrays[k].reshape(-1)[0]) for k in ("X", "Y", "gamma"))
        # min over s ≥ 0 of ½(xs − y)² + γs, for either sign of x
        s = max(0.0, (abs(x * y) - gamma) / (x * x)) if x * x > 0 else 0.0
        optimum = (abs(x) * s - abs(y)) ** 2 / 2 + gamma * s
        self.assertLessEqual(v.claimed_bound, optimum * (1 + 1e-12))
        return True


class Arithmetic(unittest.TestCase):
    def test_logarithm_encloses(self):
        x = np.concatenate([np.exp(np.linspace(-300, 300, 2001)), 1 + np.linspace(-1e-3, 1e-3, 2001)])
        low, high = logarithm(x)
        self.assertTrue(((low <= np.log(x)) & (np.log(x) <= high)).all())
        self.assertTrue((high - low <= 1e-13 * np.abs(np.log(x)) + 1e-14).all())

    def test_deficit_covers_a_negative_eigenvalue(self):
        for sigma in (1e-12, 1e-6, 0.1):
            S = np.array([[1.0, 1.0], [1.0, 1.0 - sigma]])
            epsilon, inverse = deficit(S, np.abs(S), 1e-16, 2 * sigma, np.full(2, 1e-9))
            self.assertGreaterEqual(np.linalg.eigvalsh(S + epsilon * np.diag(inverse))[0], -1e-15)


class Command(unittest.TestCase):
    def run_main(self, *arguments):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status = command.main([str(a) for a in arguments])
            except SystemExit as e:
                status = e.code
        return status, out.getvalue(), err.getvalue()

    def test_statuses(self):
        status, out, _ = self.run_main(CORPUS / "honest-logistic.npz")
        self.assertEqual((status, "logistic" in out, "Proved" in out), (0, True, True))
        self.assertEqual(self.run_main(CORPUS / "split-zero.npz")[0], 3)
        status, _, err = self.run_main(CORPUS / "version.npz")
        self.assertEqual((status, "newer" in err), (2, True))
        status, out, _ = self.run_main(CORPUS / "honest-split.npz", "--reg", "1")
        self.assertEqual((status, "2.49999" in out), (0, True))


if __name__ == "__main__":
    unittest.main()
