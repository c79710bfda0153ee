"""The corpus of forgeries, and certificates with every array changed in every way:
what the verifier accepts must be true."""

import copy
import json
import tempfile
import time
import unittest
import warnings
from pathlib import Path

import numpy as np

from relift import certificate as rc
from tests import attackers
from tests.support import ROOT, version_one

CORPUS = ROOT / "certificate" / "testdata" / "forgeries"


def verdict(path, **options):
    """Returns the verification, or None where the file is refused."""
    try:
        return rc.verify_certificate(path, **options)
    except ValueError as e:
        assert "\n" not in str(e), e
        return None


class Corpus(unittest.TestCase):
    def test_every_forgery_is_refused_and_every_honest_file_accepted(self):
        index = json.loads((CORPUS / "index.json").read_text(encoding="utf-8"))
        self.assertGreater(len(index), 100)
        for entry in index:
            with self.subTest(entry["what"], file=entry["file"]):
                start = time.process_time()
                self.assertEqual(bool(verdict(CORPUS / entry["file"])), not entry["refused"])
                self.assertLess(time.process_time() - start, 20)


class Mutations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = Path(temporary.name)

    def true(self, name, arrays):
        """Asserts that the arrays are refused or true; returns whether they are
        accepted."""
        path = self.folder / "changed.npz"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            np.savez(path, **arrays)
        with np.errstate(all="raise"):  # a caller's setting must not change the outcome
            v = verdict(path)
        if not v:
            return False
        limit = attackers.reachable(arrays["X"], arrays["Y"], arrays["gamma"])
        for bound in (v.claimed_bound, v.proven_bound):
            self.assertLessEqual(bound, limit * (1 + 1e-12) + 1e-300, f"{name}\n{v}")
        return True

    def mutate(self, path):
        """Mutates the arrays of the certificate, with the digest that fits them."""
        base = {name: array for name, array in np.load(path).items() if name != "meta"}
        meta = rc.load_certificate(path).meta
        accepted = refused = 0
        for name, arrays in attackers.mutations(base):
            for changed in attackers.claims(arrays):
                with self.subTest(name):
                    good = self.true(name, {**changed, "meta": np.array(json.dumps(resealed(changed, meta)))})
                    accepted, refused = accepted + good, refused + (not good)
        self.assertGreater(accepted, 0)
        self.assertGreater(refused, 100)

    def test_constructed_forgeries(self):
        for name, arrays in attackers.constructed():
            with self.subTest(name):
                self.true(name, arrays)

    def test_multipliers(self):
        for d in (1, 2, 20):
            self.mutate(version_one(f"multipliers-{d}"))

    def test_cones(self):
        for d in (1, 2, 3):
            both, path = np.load(version_one(f"both-{d}")), self.folder / f"cones{d}.npz"
            alone = {k.removeprefix("exact_"): v for k, v in both.items() if k.startswith("exact_") or k in ("X", "Y", "gamma")}
            meta = json.loads(str(both["meta"]))["solver"]["exact"]
            np.savez(path, **alone, meta=np.array(json.dumps(meta)))
            self.mutate(path)


def resealed(arrays, meta):
    """The meta data with the digest of the arrays, where they have one."""
    meta = copy.deepcopy(meta)
    own = {name: a for name, a in arrays.items()}
    try:
        if "H" in own:
            meta["digest"] = rc.by_cones.digest(rc.by_cones.take(own, meta))
        else:
            c = rc.Certificate(meta=meta, **{name: rc.take(own, name, kind, dimensions) for name, kind, dimensions in rc.ARRAYS})
            meta["digest"] = rc.multipliers.digest(c)
    except (KeyError, ValueError):
        pass
    return meta


if __name__ == "__main__":
    unittest.main()
