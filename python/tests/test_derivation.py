"""Derivations, format version 2: the corpus of forgeries of package proof, the bounds for
other weights, and files with every array changed."""

import contextlib
import io
import tempfile
import unittest
import warnings
import weakref
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import numpy as np

from relift import certificate as rc
from relift import verify as command
from relift.archive import read_arrays
from relift.derivation import Derivation, Proof
from relift.derivation.multipliers import Leaf
from relift.derivation.rounding import deficit, logarithm
from relift.derivation.tree import Claim, Form, Steps
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

    def test_a_weight_that_is_none_is_refused_and_the_one_of_the_bound_is_stated(self):
        path = CORPUS / "honest-split.npz"
        for gamma in (0.0, -1.0, float("nan"), float("inf")):
            with self.assertRaisesRegex(ValueError, "gamma is"):
                rc.verify_certificate(path, gamma=gamma)
        self.assertEqual(dict(verdict(path).statement)["weight γ"], "0.5")
        self.assertEqual(dict(verdict(path, gamma=2.0).statement)["weight γ"], "2.0")

    def test_meta_data_are_an_object(self):
        with open(CORPUS / "honest-split.npz", "rb") as file:
            arrays = dict(read_arrays(file))
        for meta in ("[]", "1", '""', '{"a": NaN}', "{", "[" * 5000):
            with self.assertRaises(ValueError, msg=meta[:20]):
                Derivation({**arrays, "meta": meta})
        self.assertTrue(rc.verify_certificate(Derivation({**arrays, "meta": "null"})))
        for settings in ('{"gamma": 7}', '{"reg": 7}', '{"gamma": 7, "Gamma": 0.5}', '{"gamma": "0.5"}', '{"reg": null}', '{"gamma": 1e999}', '{"recipe": {"bias": true}}'):
            v = rc.verify_certificate(Derivation({**arrays, "X": arrays["X"] / 2, "meta": f'{{"settings": {settings}}}'}))
            self.assertEqual([c.name for c in v.checks if not c.passed], ["statement"], settings)

    def test_forgetting_is_work(self):
        with open(CORPUS / "honest-forget.npz", "rb") as file:
            arrays = dict(read_arrays(file))
        steps = arrays["steps_0_int"]
        often = {**arrays, "steps_0_int": np.concatenate([steps[:1], np.tile([11, 1, 0, 0], 2000), steps[1:]])}
        limit = 10 * Proof(arrays).work
        self.assertTrue(rc.verify_certificate(Derivation(often)))
        self.assertFalse(rc.verify_certificate(Derivation(often), work_limit=limit))

    def test_what_is_stated_is_compared(self):
        path = CORPUS / "honest-softmax.npz"
        self.assertIn(("loss", "softmax, a sum over the rows"), verdict(path).statement)
        self.assertTrue(verdict(path, loss="softmax"))
        self.assertFalse(verdict(path, loss="squared"))
        self.assertFalse(verdict(path, work_limit=1))


def one_node_each(arrays):
    """The arrays with a pair of vectors of steps for every node."""
    cuts, begin = [], Steps.begin

    def recorded(steps):
        cuts.append((len(steps.ints), len(steps.floats)))
        return begin(steps)

    with mock.patch.object(Steps, "begin", recorded):
        Proof(arrays)
    whole = [arrays["steps_0_int"], arrays["steps_0_real"]]
    assert "steps_1_int" not in arrays
    cuts = [(0, 0)] + [tuple(len(part) - left for part, left in zip(whole, cut)) for cut in cuts[1 : len(cuts) // 2]] + [tuple(map(len, whole))]
    out = {name: a for name, a in arrays.items() if not name.startswith("steps_")}
    for k, (first, last) in enumerate(zip(cuts, cuts[1:])):
        for part, a, b, kind in zip(whole, first, last, ("int", "real")):
            out[f"steps_{k}_{kind}"] = part[a:b]
    return out


class Watched(dict):
    """Arrays that are read anew each time, as those of a file: of the steps at most two pairs may be held at a time."""

    def __init__(self, arrays):
        super().__init__(arrays)
        self.read = []

    def __getitem__(self, name):
        a = super().__getitem__(name)
        if not name.startswith("steps_"):
            return a
        alive = {pair for pair, array in self.read if array() is not None}
        assert len(alive) <= 2, f"{alive} are held when {name} is read"
        a = np.array(a)
        self.read.append((name.split("_")[1], weakref.ref(a)))
        return a


class Streams(unittest.TestCase):
    def test_nodes_are_read_one_pair_after_the_other(self):
        for name in ("honest-split", "honest-softmax", "honest-blocks"):
            with self.subTest(name), open(CORPUS / f"{name}.npz", "rb") as file:
                arrays = Watched(one_node_each(read_arrays(file)))
                self.assertTrue(rc.verify_certificate(Derivation(arrays)))
                self.assertEqual(len(arrays.read) % 4, 0)  # two vectors, read for the work and for the proof

    def test_a_file_that_changes_after_it_was_opened_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "c.npz")
            content = (CORPUS / "honest-split.npz").read_bytes()
            path.write_bytes(content)
            certificate = rc.load_certificate(path)
            self.assertTrue(rc.verify_certificate(certificate))
            at = content.index(b"steps_0_real.npy") + 30  # in its data
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            self.assertFalse(rc.verify_certificate(certificate))


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
            epsilon, inverse = deficit(S, 1e-16 * np.abs(S), 2 * sigma, np.full(2, 1e-9))
            self.assertGreaterEqual(np.linalg.eigvalsh(S + epsilon * np.diag(inverse))[0], -1e-15)


class Forms(unittest.TestCase):
    """The matrix of a leaf, held against rational arithmetic."""

    def test_every_entry_is_as_near_as_is_said(self):
        for seed in range(20):
            rng = np.random.default_rng(seed)
            leaf = self.leaf(rng, m=5, k=3, c=2)
            lines, pairs = leaf._used_lines()
            S, errors = leaf._form(lines, pairs)
            exact = self.exact(leaf, lines.L, pairs)
            for i, j in np.ndindex(S.shape):
                missed = abs(Fraction(float(S[i, j])) - exact[i][j])
                self.assertLessEqual(missed, Fraction(float(errors[i, j])))
                self.assertLessEqual(errors[i, j], 4e-16 * abs(S[i, j]) + 1e-22 * np.abs(np.diag(S)).max())

    @staticmethod
    def leaf(rng, m, k, c):
        def wide(*shape):
            return rng.normal(size=shape) * 2.0 ** rng.integers(-12, 12, size=shape)

        leaf = Leaf.__new__(Leaf)
        leaf.rows = SimpleNamespace(r=wide(m, k), P=wide(m, c), N=wide(m, c), norms=np.ones(m))
        G = wide(k, k)
        leaf.claim = Claim(list(range(m)), Form(0.7, 1.3, G + G.T, wide(k, c)), [(wide(k), None)], [wide(c)], {0: 1.0, 1: -1.0})
        leaf.k, leaf.c, leaf.open, leaf.tau = k, c, np.arange(2, m), 0.1
        n = m - 2
        leaf.basic, leaf.first_circuit, leaf.circuits, leaf.balls = 2 * n + 1, 2 * n + 2, [], []
        leaf.psi = -np.abs(wide(n))
        # the last row occurs in no pair, and is eliminated
        leaf.pairs = np.array([(a, b) for a in range(2 * n + 2) for b in range(a + 1, 2 * n + 2)
                               if a % n != n - 1 and b % n != n - 1 and b != a + n or a >= 2 * n])
        leaf.M = np.abs(wide(len(leaf.pairs)))
        leaf._couple()
        return leaf

    @staticmethod
    def exact(leaf, L, pairs):
        k, n, N, rows, form = leaf.k, len(leaf.coupled), leaf.order, leaf.rows, leaf.claim.form
        u, v = range(n, n + k), range(n + k, N)
        S = [[Fraction(0)] * N for _ in range(N)]

        def add(t, a, b):  # t·(aᵀz)(bᵀz)
            for i, x in a:
                for j, y in b:
                    S[i][j] += t * x * y / 2
                    S[j][i] += t * x * y / 2

        def vector(where, values):
            return [(i, Fraction(float(x))) for i, x in zip(where, values)]

        for part, scalar in ((u, form.u), (v, form.v)):
            for i in part:
                add(Fraction(scalar) + (1 if part is u else -1) * Fraction(leaf.tau), [(i, 1)], [(i, 1)])
        for i in u:
            add(1, [(i, 1)], vector(u, form.G[i - n]))
            add(2, [(i, 1)], vector(v, form.F[i - n]))
        for i in range(len(rows.r)):
            r, P, N_ = vector(u, rows.r[i]), vector(v, rows.P[i]), vector(v, rows.N[i])
            if i in leaf.claim.signs:
                add(-2, r, P) if leaf.claim.signs[i] > 0 else add(2, r, N_)
                continue
            add(2, r, N_)
            at = i - 2
            psi = Fraction(float(leaf.psi[at]))
            if at in leaf.coupled:
                place = [(list(leaf.coupled).index(at), 1)]
                add(-2, place, P + N_)
                add(-psi, place, place)
                add(psi, place, r)
            else:
                linear = [(j, psi * x) for j, x in r] + [(j, -2 * x) for j, x in P + N_]
                add(1 / (4 * psi), linear, linear)
        for (a, b), M in zip(pairs, leaf.M):
            add(-2 * Fraction(float(M)), vector(range(N), L[a]), vector(range(N), L[b]))
        return S


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
        with mock.patch.object(command, "verify_certificate", side_effect=KeyboardInterrupt):
            status, out, err = self.run_main(CORPUS / "honest-split.npz")
        self.assertEqual((status, out, "nothing was proved" in err), (130, "", True))
        status, out, _ = self.run_main(CORPUS / "honest-split.npz", "--reg", "1")
        self.assertEqual((status, "2.49999" in out), (0, True))


if __name__ == "__main__":
    unittest.main()
