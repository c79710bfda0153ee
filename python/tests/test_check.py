"""The check that docs/check.md prints, on honest and on forged certificates."""

import contextlib
import io
import sys
import tempfile
import unittest
import warnings
import zipfile
from pathlib import Path
from unittest import mock

import numpy as np

from tests import attackers
from tests.support import ROOT, certify, problem, use_program

CHECK = ROOT / "report" / "html" / "check.py"
CORPUS = ROOT / "proof" / "testdata" / "forgeries"
SOURCE = compile(CHECK.read_text(encoding="utf-8"), str(CHECK), "exec")


def check(path):
    """Runs the check; returns whether it says that the claim is proved, and the bound
    that it prints, or None."""
    names = {"__name__": "__main__"}
    with mock.patch.object(sys, "argv", ["check.py", str(path)]), np.errstate(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.redirect_stdout(io.StringIO()) as out:
            try:
                exec(SOURCE, names)
            except SystemExit as e:
                return e.code == 0, names["bound"] if out.getvalue() else None
            except Exception:
                return False, None
            finally:
                if hasattr(names.get("c"), "close"):
                    names["c"].close()
    raise AssertionError("the check ended without a status")


class ShortCheck(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        use_program()
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = temporary.name
        cls.paths = [certify(cls.folder, *problem(seed, d=d, c=c), f"{seed}.npz") for seed, (d, c) in enumerate(((2, 2), (1, 1), (3, 1), (40, 2)))]

    def saved(self, arrays):
        path = Path(self.folder, "forged.npz")
        np.savez(path, **arrays)
        return path

    def true(self, name, arrays):
        """Asserts that what is printed about the arrays is true; returns whether the
        check accepts them."""
        accepted, bound = check(self.saved(arrays))
        if bound:
            limit = attackers.reachable(arrays["X"], arrays["Y"], arrays["gamma"])
            self.assertLessEqual(bound, limit * (1 + 1e-12) + 1e-300, name)
            if accepted:
                self.assertLessEqual(float(arrays["lower_bound"]), limit * (1 + 1e-6), name)
        return accepted

    def test_honest_certificates_lose_nothing_that_matters(self):
        for path in self.paths:
            accepted, bound = check(path)
            claim = float(np.load(path)["lower_bound"])
            self.assertTrue(accepted)
            self.assertGreater(claim, 0)
            # A claim keeps a part in 10⁹ below what was proved, so that more than the
            # claim can be proved, but not much.
            self.assertGreaterEqual(bound, claim * (1 - 1e-7))
            self.assertLessEqual(bound, claim * (1 + 1e-8))

    def test_scale_does_not_matter(self):
        base = dict(np.load(self.paths[0]))
        for x, w in ((-150, 0), (-150, 100), (0, -90), (100, -100), (90, 90), (-100, 90)):
            # W, Y and γ/X scale together; what stands for them in the file's units stays.
            arrays = {**base, "X": np.ldexp(base["X"], x), "gamma": np.ldexp(base["gamma"], x + w), "lower_bound": np.ldexp(base["lower_bound"], 2 * w)}
            arrays.update({name: np.ldexp(base[name], w) for name in ("W", "Y")})
            arrays.update({"x_exponent": base["x_exponent"] + x, "w_exponent": base["w_exponent"] + w})
            with self.subTest(x=x, w=w):
                self.assertTrue(self.true("scaled", arrays))

    def test_constructed_forgeries(self):
        for name, arrays in attackers.constructed():
            with self.subTest(name):
                self.true(name, attackers.derivation(arrays))

    def test_tolerances_do_not_hide_what_is_false(self):
        for m, height in ((2, 1e17), (40, 1e16), (40, 1e13)):
            self.assertFalse(self.true("hidden", attackers.derivation(attackers.hidden_direction(m, height))))

    def test_mutations(self):
        refused = 0
        for path in (self.paths[0], self.paths[1], self.paths[3]):
            base = {name: array for name, array in np.load(path).items() if name != "meta"}
            for name, arrays in attackers.mutations(base):
                for claimed in attackers.claims(arrays):
                    with self.subTest(name):
                        refused += not self.true(name, claimed)
        self.assertGreater(refused, 800)

    def test_corpus_of_forgeries(self):
        accepted = 0
        for line in (CORPUS / "index.tsv").read_text(encoding="utf-8").splitlines():
            name, cheat = line.split("\t")
            proved, bound = check(CORPUS / f"{name}.npz")
            accepted += proved
            if not bound:
                continue
            arrays = np.load(CORPUS / f"{name}.npz")
            with self.subTest(name, cheat=cheat):
                limit = attackers.reachable(arrays["X"], arrays["Y"], arrays["gamma"])
                self.assertLessEqual(bound, limit * (1 + 1e-12) + 1e-300)
                if proved:
                    self.assertLessEqual(float(arrays["lower_bound"]), limit * (1 + 1e-6))
        self.assertGreater(accepted, 0)

    def test_two_arrays_of_one_name(self):
        arrays = dict(np.load(self.paths[0]))
        path = self.saved(arrays)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with zipfile.ZipFile(path, "a") as archive:
                archive.writestr("W.npy", archive.read("W.npy"))
        self.assertEqual(check(path), (False, None))


if __name__ == "__main__":
    unittest.main()
