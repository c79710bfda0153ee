import pickle
import tempfile
import unittest
from pathlib import Path

import numpy as np

from relift import Model, ReliftClassifier, ReliftRegressor, Verification, audit, load, load_model, save, to_onnx
from relift.exchange import content_of
from tests.support import PAPER, use_program

QUICK = dict(method="sdp", time_limit=1, threads=1, **PAPER)


class Exchange(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        use_program()
        rng = np.random.default_rng(1)
        cls.X = np.column_stack([rng.normal(size=(30, 1)), np.ones((30, 1)), rng.normal(size=(30, 1))])  # a constant column
        cls.y = np.where(np.abs(cls.X[:, 0]) > 0.7, "wide", np.where(cls.X[:, 2] > 0, "above", "below"))
        cls.classifier = ReliftClassifier(**QUICK).fit(cls.X, cls.y)
        cls.regressor = ReliftRegressor(**QUICK).fit(cls.X, np.abs(cls.X[:, 0]))

    def test_models_speak_of_the_labels_of_fit(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("m.json", "m.onnx"):
                path = Path(folder, name)
                save(self.classifier, path)
                model = load(path)
                self.assertEqual(sorted(model.classes), ["above", "below", "wide"])
                np.testing.assert_array_equal(model.predict(self.X[:, [0, 2]]), self.classifier.predict(self.X))
            save(self.regressor, path)
            np.testing.assert_allclose(load(path).predict(self.X[:, [0, 2]])[:, 0], self.regressor.predict(self.X), rtol=1e-12)

    def test_a_model_is_what_it_was(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "m.json")
            save(Model(content_of(self.classifier)), path)
            self.assertEqual(load_model(path).content, content_of(self.classifier))

    def test_features_have_their_names(self):
        named = pickle.loads(pickle.dumps(self.classifier))
        named.feature_names_in_ = np.array(["length", "constant", "width"], dtype=object)
        self.assertEqual([f["name"] for f in content_of(named)["encoding"]["features"]], ["length", "width"])
        self.assertEqual(named.model_.feature_names, ["x1", "x3"], "the estimator was changed")

    def test_onnx_is_returned_and_written(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "m.onnx")
            self.assertEqual(to_onnx(self.classifier, path), path.read_bytes())
        self.assertLess(len(to_onnx(self.classifier, precision="single")), len(to_onnx(self.classifier)))

    def test_audit_agrees_with_the_estimator(self):
        for estimator, y in ((self.classifier, self.y), (self.regressor, np.abs(self.X[:, 0]))):
            report = audit(estimator, self.X, y, time_limit=5)
            self.assertAlmostEqual(report["objective"], estimator.upper_bound_, delta=1e-9 * estimator.upper_bound_)
            self.assertLessEqual(report["lower_bound"], estimator.upper_bound_)
            self.assertEqual(report["warnings"] or [], [])

    def test_audit_of_a_logit(self):
        U, V = np.array([[1.0], [-1.0]]), np.array([[1.0], [-2.0]])
        x = np.linspace(-1, 2, 8)[:, None]
        y = (x[:, 0] > 0.5).astype(int)
        logit = np.maximum(x @ U.T, 0) @ V
        settings = dict(scale="none", time_limit=1)
        with self.assertRaisesRegex(ValueError, "--loss logistic"):
            audit((U, V), x, y, reg=0.1, **settings)
        report = audit((U, V), x, y, loss="logistic", weight_decay=0.1, mean_loss="rows", **settings)
        self.assertAlmostEqual(report["data_loss"], np.logaddexp(0, -(2 * y - 1) * logit[:, 0]).sum(), places=12)
        self.assertAlmostEqual(report["weight_decay"], 0.8 / 2 * 7, places=12)
        self.assertLessEqual(report["lower_bound"], report["objective"])

    def test_audit_of_weights(self):
        x = np.array([[-2.0], [-1.0], [1.0], [3.0]])
        U, V = np.array([[1.0], [-1.0]]), np.array([[1.0], [1.0]])  # |x|
        report = audit((U, V), x, np.abs(x[:, 0]), reg=0.01, scale="none")
        self.assertAlmostEqual(report["objective"], 0.005 * 4, places=12)  # no loss, four weights of size one
        self.assertGreater(report["objective"], report["lower_bound"])

    def test_refusals(self):
        with self.assertRaisesRegex(ValueError, "expected a name that ends in .json or .onnx"):
            save(self.classifier, "m.txt")
        with self.assertRaisesRegex(ValueError, "expected a name that ends in .onnx"):
            to_onnx(self.classifier, "m.json")
        with self.assertRaisesRegex(ValueError, "expected a fitted estimator"):
            save(ReliftClassifier(), "m.json")
        with self.assertRaisesRegex(ValueError, "--precision"):
            to_onnx(self.classifier, precision="half")
        with self.assertRaisesRegex(ValueError, r"U has shape \(2, 1\) and V \(3, 1\)"):
            audit((np.ones((2, 1)), np.ones((3, 1))), self.X, self.y)
        with self.assertRaisesRegex(ValueError, "expected a fitted estimator, a pair"):
            audit(3, self.X, self.y)
        with self.assertRaisesRegex(ValueError, "'other', which is none of"):
            audit(self.classifier, self.X, np.array(["other"] * len(self.X)))


class Notebooks(unittest.TestCase):
    def test_estimators_show_their_bound_rounded_to_the_safe_side(self):
        estimator = ReliftRegressor(reg=0.25)
        self.assertIn("not fitted", estimator._repr_html_())
        estimator.upper_bound_, estimator.lower_bound_, estimator.relative_gap_ = 1.00000001, 0.99999999, 2e-8
        estimator.summary_, estimator.model_ = {"status": "<done>"}, type("M", (), {"U": np.ones((3, 2))})()
        shown = estimator._repr_html_()
        for text in ("1.000001", "0.9999999", "3 neurons", "&lt;done&gt;", "reg=0.25"):
            self.assertIn(text, shown)
        self.assertEqual(estimator._repr_mimebundle_()["text/html"], shown)

    def test_verifications_show_their_checks(self):
        verification = Verification()
        verification.add("S", "", "is <positive>")
        self.assertIn("pass  S          is &lt;positive&gt;", verification._repr_html_())


if __name__ == "__main__":
    unittest.main()
