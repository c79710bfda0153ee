import io
import unittest

import numpy as np

from relift import ReliftClassifier, ReliftRegressor, relift_path, verify_certificate
from tests.support import use_program
from tests.test_tuned import BRIEF, noisy


class Path(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        use_program()
        cls.X, cls.y = noisy(40)

    def test_regression(self):
        template = ReliftRegressor(**BRIEF)
        path = relift_path(template, self.X, self.y, steps=3, proofs=2, cv=3, metric="mae")
        self.assertFalse(hasattr(template, "model_"))
        self.assertEqual((len(path), path.metric_path.shape), (3, (3, 3)))
        np.testing.assert_allclose(path.regs[:-1] / path.regs[1:], 2, rtol=0.01)
        np.testing.assert_allclose(path.regs_per_row * 40, path.regs)
        self.assertTrue(((path.lower_bounds > 0) & (path.lower_bounds <= path.objectives)).all())
        self.assertEqual(path.reg, path.regs[path.metric.argmin()])
        self.assertGreaterEqual(path.reg_one_standard_error, path.reg)
        for k, reg in enumerate(path.regs):
            model = path.estimator(reg)
            self.assertIs(type(model), ReliftRegressor)
            self.assertEqual((model.reg, model.upper_bound_, len(model.coefs_[0].T)), (reg, path.objectives[k], path.widths[k]))
            outputs = model.predict(self.X)
            objective = ((outputs - self.y) ** 2).sum() / 2 + reg / 2 * sum((w**2).sum() for w in model.coefs_)
            self.assertAlmostEqual(objective, path.objectives[k], delta=1e-9 * objective)
            proved = verify_certificate(io.BytesIO(model.certificate_), model.encode(self.X), model.encode_target(self.y), gamma=reg)
            self.assertTrue(proved, proved)
            self.assertGreaterEqual(proved.claimed_bound, path.lower_bounds[k])
        with self.assertRaisesRegex(ValueError, "not on the path"):
            path.estimator(path.regs[0] * 1.5)

    def test_classification(self):
        labels = np.where(self.y > 0.2, "yes", "no")
        groups = np.arange(len(labels)) % 5
        template = ReliftClassifier(**{**BRIEF, "effort": 60})
        path = relift_path(template, self.X, labels, steps=3, proofs=1, cv=3, metric="balanced_accuracy", groups=groups, sample_weight=np.ones(40))
        self.assertEqual((path.summary["tuning"]["metric"], path.summary["tuning"]["division"]), ("balanced-accuracy", "groups"))
        self.assertEqual(set(path.proof_regs), {path.reg})
        model = path.estimator()
        self.assertEqual((type(model), model.reg, list(model.classes_)), (ReliftClassifier, path.reg, ["no", "yes"]))
        outputs = np.maximum(model.encode(self.X) @ model.coefs_[0], 0) @ model.coefs_[1] + model.intercept_
        np.testing.assert_array_equal(model.classes_[outputs.argmax(axis=1)] if outputs.shape[1] > 1 else np.where(outputs[:, 0] > 0, "yes", "no"), model.predict(self.X))

    def test_refusals(self):
        with self.assertRaisesRegex(ValueError, "expected a ReliftClassifier"):
            relift_path("lasso", self.X, self.y)
        with self.assertRaisesRegex(ValueError, "--steps"):
            relift_path(ReliftRegressor(**BRIEF), self.X, self.y, steps=0)


if __name__ == "__main__":
    unittest.main()
