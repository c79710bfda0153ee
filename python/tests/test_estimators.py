import csv
import io
import json
import os
import pickle
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np

from relift import Model, ReliftClassifier, ReliftRegressor, load_model, verify_certificate
from relift import program
from tests.support import PAPER, ROOT, use_program

BRIEF = dict(reg=1, method="descent", effort=1, threads=1)
QUICK = dict(method="sdp", time_limit=1, threads=1, **PAPER)


def blobs(seed=1, n=40):
    """Three classes whose names sort otherwise than as they are numbered."""
    rng = np.random.default_rng(seed)
    y = rng.integers(3, size=n)
    X = np.array([[0, 0, 7], [3, 0, 7], [0, 3, 7]])[y] + 0.3 * rng.normal(size=(n, 3)) * [1, 1, 0]  # a constant column
    return X, np.array(["b", "c", "a"])[y]


class Estimators(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        use_program()
        cls.X, cls.y = blobs()
        cls.classifier = ReliftClassifier(**QUICK).fit(cls.X, cls.y)
        rng = np.random.default_rng(2)
        cls.Y = np.column_stack([np.abs(cls.X[:, 0]), cls.X[:, 1] - 1 + 0.1 * rng.normal(size=len(cls.X))])
        cls.regressor = ReliftRegressor(**QUICK).fit(cls.X, cls.Y)

    def test_classifier(self):
        c = self.classifier
        self.assertEqual(list(c.classes_), ["a", "b", "c"])
        self.assertGreater(np.mean(c.predict(self.X) == self.y), 0.95)
        self.assertEqual(c.decision_function(self.X).shape, (len(self.X), 3))
        self.assertTrue(0 < c.lower_bound_ <= c.upper_bound_)
        self.assertAlmostEqual(c.relative_gap_, 1 - c.lower_bound_ / c.upper_bound_, places=12)

    def test_objective_is_the_stated_one(self):
        for estimator, y in ((self.classifier, self.y), (self.regressor, self.Y)):
            U, V = estimator.coefs_
            z, target = estimator.encode(self.X), estimator.encode_target(y)
            if estimator is self.classifier:
                target = target[:, estimator._order]
            residual = np.maximum(z @ U, 0) @ V - target
            total = 0.5 * (residual**2).sum() + 0.5 * estimator.reg * ((U**2).sum() + (V**2).sum())
            self.assertAlmostEqual(total, estimator.upper_bound_, delta=1e-9 * total)

    def test_losses(self):
        """Every loss with an intercept, weights and class weights: the objective is that of its formula, the certificate holds."""
        rng = np.random.default_rng(3)
        weights = rng.integers(1, 4, size=len(self.X)).astype(float)
        two = np.where(self.y == "a", "no", "yes")
        y = self.Y[:, 0] + 5
        quick = dict(method="descent", time_limit=3, threads=1, reg=2, fit_intercept=True)
        rows = lambda values: lambda residual: values(residual).sum(axis=1)
        huber = rows(lambda r: np.where(abs(r) <= 0.5, r**2 / 2, 0.5 * abs(r) - 0.125))
        for estimator, target, loss in (
            (ReliftRegressor(**quick), y, lambda f, t: ((f - t) ** 2).sum(axis=1) / 2),
            (ReliftRegressor(loss="huber", huber_delta=0.5, **quick), y, lambda f, t: huber(f - t)),
            (ReliftClassifier(loss="logistic", **quick), two, lambda f, t: np.log1p(np.exp(-t * f)).sum(axis=1)),
            (ReliftClassifier(loss="softmax", **quick), self.y, lambda f, t: np.log(np.exp(f).sum(axis=1)) - (t * f).sum(axis=1)),
        ):
            with self.subTest(estimator.loss):
                estimator.fit(self.X, target, sample_weight=weights)
                U, V = estimator.coefs_
                z, t = estimator.encode(self.X), estimator.encode_target(target)
                f = np.maximum(z @ U, 0) @ V + estimator.intercept_
                if estimator.loss == "softmax":
                    t = t[:, estimator._order]
                total = (weights * loss(f, t)).sum() + estimator.reg / 2 * ((U**2).sum() + (V**2).sum())
                self.assertAlmostEqual(total, estimator.upper_bound_, delta=1e-8 * total)
                self.assertTrue(0 < estimator.lower_bound_ <= estimator.upper_bound_)
                verified = verify_certificate(io.BytesIO(estimator.certificate_))
                self.assertTrue(verified.ok, verified)

    def test_probabilities(self):
        two = np.where(self.y == "a", "no", "yes")
        quick = dict(method="descent", time_limit=3, threads=1, reg=1, fit_intercept=True)
        for loss, y in (("logistic", two), ("softmax", self.y), ("softmax", two)):
            c = ReliftClassifier(loss=loss, **quick).fit(self.X, y)
            p = c.predict_proba(self.X)
            self.assertEqual(p.shape, (len(y), len(c.classes_)))
            np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)
            self.assertEqual(list(c.classes_[p.argmax(axis=1)]), list(c.predict(self.X)))
            self.assertGreater(np.mean(c.predict(self.X) == y), 0.95)
            if loss == "logistic":
                np.testing.assert_allclose(np.log(p[:, 1] / p[:, 0]), c.decision_function(self.X), atol=1e-9)
        self.assertFalse(hasattr(self.classifier, "predict_proba"))

    def test_weights(self):
        """Rows of weight 0 are no rows, weights of 1 none, and class weights are weights of rows."""
        quick = dict(method="sdp", gap=0.5, threads=1, reg=1, fit_intercept=False)
        zero = np.ones(len(self.y))
        zero[::3] = 0
        one = ReliftClassifier(**quick).fit(self.X, self.y, sample_weight=zero)
        other = ReliftClassifier(**quick).fit(self.X[zero > 0], self.y[zero > 0])
        self.assertEqual(one.summary_["data"], {**other.summary_["data"], "source": one.summary_["data"]["source"]})
        labels, counts = np.unique(self.y, return_counts=True)
        by_class = dict(zip(labels.tolist(), (len(self.y) / (len(labels) * counts)).tolist()))
        balanced = ReliftClassifier(class_weight="balanced", **quick).fit(self.X, self.y)
        stated = ReliftClassifier(class_weight=by_class, **quick).fit(self.X, self.y)
        self.assertAlmostEqual(balanced.upper_bound_, stated.upper_bound_, delta=1e-3 * stated.upper_bound_)
        for bad in ([1, 2], -zero, np.full(len(zero), np.nan), 0 * zero):
            with self.assertRaises(ValueError):
                ReliftClassifier(**quick).fit(self.X, self.y, sample_weight=bad)
        with self.assertRaises(ValueError):
            ReliftClassifier(class_weight="even", **quick).fit(self.X, self.y)

    def test_certificate_is_about_the_data(self):
        for estimator, y in ((self.classifier, self.y), (self.regressor, self.Y)):
            v = verify_certificate(io.BytesIO(estimator.certificate_), estimator.encode(self.X), estimator.encode_target(y))
            self.assertTrue(v, str(v))
            self.assertEqual(v.claimed_bound, estimator.lower_bound_)
            self.assertFalse(verify_certificate(io.BytesIO(estimator.certificate_), estimator.encode(self.X + 1e-3)))

    def test_predictions_are_the_program_s(self):
        with tempfile.TemporaryDirectory() as folder:
            for estimator in (self.classifier, self.regressor):
                model, data, out = (Path(folder, n) for n in ("m.json", "d.npz", "p.csv"))
                model.write_text(json.dumps(estimator.model_.content))
                np.savez(data, X=self.X)
                program.run(["predict", str(model), str(data), f"--output={out}"], folder)
                rows = list(csv.reader(out.read_text(encoding="utf-8").splitlines()))[1:]
                theirs = np.array([[float(v) for v in row[-estimator.coefs_[1].shape[1] :]] for row in rows])
                ours = estimator.model_.outputs(estimator._columns(self.X))
                np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)
                loaded = load_model(str(model))
                self.assertEqual(loaded.feature_names, ["x1", "x2"])
                by_name = {"x2": self.X[:, 1], "x1": self.X[:, 0], "other": 0}
                np.testing.assert_array_equal(loaded.outputs(by_name), ours)

    def test_regressor_keeps_the_shape_of_the_targets(self):
        self.assertEqual(self.regressor.predict(self.X).shape, self.Y.shape)
        self.assertGreater(self.regressor.score(self.X, self.Y), 0.8)
        one = ReliftRegressor(**QUICK).fit(self.X, self.Y[:, 0])
        self.assertEqual(one.predict(self.X).shape, (len(self.X),))

    def test_sparse_matrices_are_those_of_their_numbers(self):
        try:
            from scipy.sparse import csr_matrix
        except ImportError:
            self.skipTest("SciPy is not there")
        sparse = ReliftClassifier(**BRIEF).fit(csr_matrix(self.X), self.y)
        dense = ReliftClassifier(**BRIEF).fit(self.X, self.y)
        self.assertEqual(sparse.upper_bound_, dense.upper_bound_)
        np.testing.assert_array_equal(sparse.predict(csr_matrix(self.X)), dense.predict(self.X))
        with self.assertRaisesRegex(ValueError, "features"):
            sparse.predict(csr_matrix(self.X[:, :2]))

    def test_two_classes_and_tags_survive_pickling(self):
        y = self.y == "a"
        c = pickle.loads(pickle.dumps(ReliftClassifier(**QUICK, bias=False, scale="none", width=4).fit(self.X, y)))
        self.assertEqual(c.decision_function(self.X).shape, (len(self.X),))
        self.assertEqual(c.predict(self.X).dtype, bool)
        self.assertLessEqual(c.coefs_[0].shape[1], 4)
        self.assertEqual(c.coefs_[0].shape[0], 3)

    def test_refusals_are_one_line_value_errors(self):
        for parameters, pattern in (
            (dict(reg=-1), '--reg "-1": value not allowed; expected auto or a finite number greater than 0'),
            (dict(reg=float("nan")), "--reg"),
            (dict(method="x"), "--method"),
            (dict(gap=2), "--gap"),
            (dict(width=1.5), "--width"),
            (dict(time_limit=-1), "--time-limit"),
            (dict(bias="no"), "bias is 'no'; expected True or False"),
            (dict(binary="/nonexistent/relift"), "not an executable file"),
        ):
            with self.subTest(parameters), self.assertRaisesRegex(ValueError, pattern) as caught:
                ReliftClassifier(**parameters).fit(self.X, self.y)
            self.assertNotIn("\n", str(caught.exception))
        with self.assertRaisesRegex(ValueError, "data.npz: no feature column is left that varies") as caught:
            ReliftRegressor().fit(np.ones((4, 2)), np.arange(4))
        self.assertNotIn(tempfile.gettempdir(), str(caught.exception))
        for X, y in ((self.X * np.nan, self.y), (self.X[:1], self.y[:1]), (self.X, self.y[:-1]), (self.X, ["a"] * len(self.X)), (self.X, None),
                     (self.X * 1j, self.y), (self.X.astype(str), np.array([1, "a"] * len(self.X), dtype=object)[: len(self.X)]), ([["a"]] * 4, self.y[:4])):
            with self.assertRaises(ValueError):
                ReliftClassifier().fit(X, y)

    def test_another_program_is_recognised(self):
        with self.assertRaisesRegex(RuntimeError, "is it relift"):
            ReliftRegressor(binary=shutil.which("true")).fit(self.X, self.Y)

    def test_the_program_is_found_or_missed_clearly(self):
        binary = os.environ["RELIFT_BINARY"]
        self.assertEqual(program.command(), ([binary], False))
        self.assertEqual(program.command(binary), ([binary], False))
        with tempfile.TemporaryDirectory() as folder:
            named = Path(folder, "relift")
            named.symlink_to(binary)
            with mock.patch.dict(os.environ, {"RELIFT_BINARY": "", "PATH": folder}):
                self.assertEqual(program.command(), ([str(named)], False))
        with mock.patch.dict(os.environ, {"RELIFT_BINARY": "", "PATH": "/nonexistent"}):
            with self.assertRaisesRegex(ValueError, "go build"):
                program.command()

    @unittest.skipUnless(shutil.which("go"), "Go is not installed")
    def test_a_checkout_runs_by_go(self):
        go = shutil.which("go")
        with mock.patch.dict(os.environ, {"RELIFT_BINARY": ""}), mock.patch.object(shutil, "which", {"go": go}.get):
            self.assertEqual(program.command(), ([go, "run", "-C", str(ROOT), "./cmd/relift"], True))

    def test_go_run_s_own_last_line_is_not_the_message(self):
        with tempfile.TemporaryDirectory() as folder:
            fake = Path(folder, "fake")
            fake.write_text("#!/bin/sh\necho 'data.npz: bad' >&2\necho 'exit status 2' >&2\nexit 1\n")
            fake.chmod(0o755)
            with mock.patch.object(program, "command", return_value=([str(fake)], True)):
                with self.assertRaisesRegex(ValueError, "^data.npz: bad$"):
                    program.run([], folder)
            with mock.patch.object(program, "command", return_value=([str(fake)], False)):
                with self.assertRaisesRegex(RuntimeError, "status 1"):
                    program.run([], folder)

    def test_defaults_are_those_of_the_settings_table(self):
        text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
        for name, value in ReliftClassifier().get_params().items():
            if name in ("binary", "effort"):  # effort None is a number of its own where there is no time limit
                continue
            name = "intercept" if name == "fit_intercept" else name
            section = re.search(rf"## `--{name.replace('_', '-')}`\n(.*?)(\n## |\Z)", text, re.DOTALL).group(1)
            default = re.search(r"- default: `(.*?)`", section).group(1)
            if isinstance(value, bool):
                self.assertEqual(str(value).lower(), default)
            elif isinstance(value, (int, float)):
                self.assertEqual(value, float(default.rstrip("s")), name)
            else:
                self.assertEqual("none" if value is None else value, default)

    def test_without_scikit_learn(self):
        code = (
            "import sys; sys.modules['sklearn'] = None\n"
            "from tests.test_estimators import *\nfrom relift import compat\n"
            "assert not compat.HAVE_SKLEARN\n"
            "unittest.main(module=None, argv=['x', 'tests.test_estimators.Estimators.test_classifier',"
            "'tests.test_estimators.Estimators.test_regressor_keeps_the_shape_of_the_targets',"
            "'tests.test_estimators.Estimators.test_refusals_are_one_line_value_errors',"
            "'tests.test_estimators.Estimators.test_two_classes_and_tags_survive_pickling'])"
        )
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "python", capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)


class Missing(unittest.TestCase):
    """NaN in arrays."""

    QUICK = dict(reg=0.1, loss="squared", fit_intercept=False, method="descent", effort=20, threads=1)

    @classmethod
    def setUpClass(cls):
        use_program()
        cls.X = np.random.default_rng(5).normal(size=(20, 3))
        cls.y = np.abs(cls.X[:, 0])
        cls.X[4, 1], cls.X[7, 2] = np.nan, np.nan

    def fit(self, missing):
        return ReliftRegressor(missing=missing, **self.QUICK).fit(self.X, self.y)

    def test_refused_by_default(self):
        with self.assertRaisesRegex(ValueError, r'NaN: X\[4, 1\], row 5 of column 2; .*missing="mean" or "indicator" .*"drop"'):
            self.fit("error")
        with self.assertRaisesRegex(ValueError, "infinity: X.0, 2., row 1 of column 3"):
            ReliftRegressor(missing="mean", **self.QUICK).fit([[1, 2, np.inf], [1, 3, np.nan]], [1, 2])
        with self.assertRaisesRegex(ValueError, "--missing"):
            ReliftRegressor(missing="median", **self.QUICK).fit(self.X[:4], self.y[:4])

    def test_mean(self):
        filled = np.where(np.isnan(self.X), np.nanmean(self.X, axis=0), self.X)
        by_hand = ReliftRegressor(**self.QUICK).fit(filled, self.y)
        model = self.fit("mean")
        np.testing.assert_allclose(model.encode(self.X), by_hand.encode(filled), rtol=0, atol=1e-12)
        np.testing.assert_allclose(model.predict(self.X), by_hand.predict(filled), rtol=0, atol=1e-6)
        self.assertTrue(verify_certificate(io.BytesIO(model.certificate_), model.encode(self.X), model.encode_target(self.y)))

    def test_indicator(self):
        z = self.fit("indicator").encode(self.X)
        self.assertEqual(z.shape, (20, 6))  # two indicators, and the bias
        np.testing.assert_array_equal(z[:, 2], np.isnan(self.X[:, 1]))

    def test_drop(self):
        model, whole = self.fit("drop"), ~np.isnan(self.X).any(axis=1)
        self.assertEqual(model.summary_["data"]["rows"], 18)
        self.assertEqual(len(model.predict(self.X[whole])), 18)
        with self.assertRaisesRegex(ValueError, "row 5 of column 2.*fill"):
            model.predict(self.X)


class Models(unittest.TestCase):
    def content(self):
        return {
            "format": "relift model", "version": 1,
            "encoding": {
                "features": [
                    {"name": "w", "kind": "numeric", "mean": 1, "deviation": 2},
                    {"name": "colour", "kind": "categorical", "mean": 0, "deviation": 1, "categories": ["blue", "red"]},
                ],
                "targets": ["t"], "task": "regression", "bias": True, "scale": "standard", "missing": "error",
            },
            "weights": {"width": 1, "inputs": 4, "outputs": 1, "U": [[1, 0, 2, 3]], "V": [[10]]},
            "provenance": {},
        }

    def test_categories(self):
        m = Model(self.content())
        X = {"w": [3, 5], "colour": ["red", "blue"]}
        np.testing.assert_array_equal(m.encode(X), [[1, 0, 1, 1], [2, 1, 0, 1]])
        np.testing.assert_array_equal(m.predict(X), [[60], [50]])
        np.testing.assert_array_equal(m.predict(np.array([[3, "red"]], dtype=object)), [[60]])
        for bad, message in (
            ({"w": [1, 1], "colour": ["red", "green"]}, "row 2, column \"colour\": 'green' is none of"),
            ({"w": [1], "colour": [None]}, 'row 1, column "colour": the value is missing'),
            ({"w": [1, np.nan], "colour": ["red"] * 2}, 'row 2, column "w": the value is missing'),
            (np.ones((2, 3)), "shape"),
        ):
            with self.assertRaisesRegex(ValueError, message):
                m.predict(bad)

    def test_unknown_categories(self):
        content = self.content()
        content["encoding"]["features"][1]["fill_category"] = "blue"
        m, X = Model(content), {"w": [1, 1], "colour": ["green", "red"]}
        np.testing.assert_array_equal(m.encode(X, unknown="ignore"), [[0, 0, 0, 1], [0, 0, 1, 1]])
        np.testing.assert_array_equal(m.encode(X, unknown="most-frequent"), [[0, 1, 0, 1], [0, 0, 1, 1]])
        np.testing.assert_array_equal(m.predict(X, unknown="ignore"), [[30], [50]])
        with self.assertRaisesRegex(ValueError, "unknown is 'drop'"):
            m.predict(X, unknown="drop")
        with self.assertRaisesRegex(ValueError, "missing"):
            m.encode({"w": [1], "colour": [None]}, unknown="ignore")

    def test_numbers_as_categories(self):
        content = self.content()
        content["encoding"]["features"][1]["categories"] = ["1", "2"]
        np.testing.assert_array_equal(Model(content).encode(np.array([[1, 2.0], [1, 1]])), [[0, 0, 1, 1], [0, 1, 0, 1]])

    def test_other_and_newer_files_are_refused(self):
        for change, pattern in (
            (dict(format="x"), "not a model file"),
            (dict(version=3), "newer package"),
            (dict(version=None), "no valid format version"),
            (dict(weights={}), "damaged"),
            (dict(weights={**self.content()["weights"], "inputs": 3}), "damaged"),
            (dict(weights={**self.content()["weights"], "U": [[1, 0, 2, None]]}), "damaged"),
        ):
            with self.subTest(change), self.assertRaisesRegex(ValueError, pattern):
                Model({**self.content(), **change})


if __name__ == "__main__":
    unittest.main()
