import unittest

import numpy as np

from relift import ReliftClassifier, ReliftClassifierCV, ReliftRegressor, ReliftRegressorCV
from tests.support import use_program

BRIEF = dict(effort=30, threads=1, method="descent")


def noisy(n=60):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(n, 2))
    return X, np.maximum(X[:, 0] + X[:, 1], 0) - np.maximum(X[:, 0], 0) + 0.3 * rng.normal(size=n)


class Tuned(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        use_program()
        cls.X, cls.y = noisy()

    def test_regressor(self):
        r = ReliftRegressorCV(cv=4, **BRIEF).fit(self.X, self.y)
        self.assertEqual(r.metric_path_.shape, (len(r.regs_), 4))
        self.assertTrue((np.diff(r.regs_) < 0).all())
        means = r.metric_path_.mean(axis=1)
        self.assertEqual(r.reg_, r.regs_[means.argmin()])
        self.assertAlmostEqual(r.metric_, means.min(), places=12)
        self.assertAlmostEqual(r.metric_deviation_, r.metric_path_[means.argmin()].std(ddof=1), places=12)
        self.assertAlmostEqual(r.reg_per_row_ * len(self.y), r.reg_, places=12)
        self.assertEqual(r.predict(self.X).shape, self.y.shape)
        again = ReliftRegressorCV(cv=4, **BRIEF).fit(self.X, self.y)
        np.testing.assert_array_equal(again.metric_path_, r.metric_path_)
        np.testing.assert_array_equal(again.coefs_[0], r.coefs_[0])
        plain = ReliftRegressor("auto", **BRIEF).fit(self.X, self.y)
        self.assertEqual(plain.summary_["settings"]["reg"], plain.summary_["tuning"]["gamma"])
        # The classifier that is told the γ is the one that finds it.
        told = ReliftRegressor(r.reg_, **BRIEF).fit(self.X, self.y)
        np.testing.assert_array_equal(told.predict(self.X), r.predict(self.X))

    def test_classifier_by_accuracy_and_groups(self):
        labels = np.where(self.y > 0.2, "yes", "no")
        groups = np.array([f"site {i % 6}" for i in range(len(labels))])
        c = ReliftClassifierCV(cv=3, metric="accuracy", one_standard_error=True, **BRIEF).fit(self.X, labels, groups=groups)
        tuning = c.summary_["tuning"]
        self.assertEqual((tuning["division"], tuning["folds"], tuning["metric"]), ("groups", 3, "accuracy"))
        self.assertLessEqual(c.metric_path_.max(), 1)
        self.assertGreater(c.metric_, 0.5)
        self.assertEqual(c.n_features_in_, 2)
        self.assertEqual(set(c.predict(self.X)), {"yes", "no"})

    def test_logistic_with_intercept(self):
        c = ReliftClassifierCV(cv=3, loss="logistic", fit_intercept=True, metric="accuracy", **BRIEF).fit(self.X, self.y > 0.2)
        self.assertGreater(c.metric_, 0.6)
        self.assertEqual(c.predict_proba(self.X).shape, (len(self.y), 2))

    def test_refusals(self):
        with self.assertRaisesRegex(ValueError, "groups has shape"):
            ReliftRegressorCV(**BRIEF).fit(self.X, self.y, groups=[1, 2])
        with self.assertRaisesRegex(ValueError, "--metric accuracy.*regression"):
            ReliftRegressorCV(metric="accuracy", **BRIEF).fit(self.X, self.y)
        with self.assertRaisesRegex(ValueError, "--folds"):
            ReliftRegressorCV(cv=1, **BRIEF).fit(self.X, self.y)

    def test_targets_that_do_not_vary(self):
        with self.assertRaisesRegex(ValueError, "chose no weight decay: .*targets"):
            ReliftRegressorCV(**BRIEF).fit(self.X, np.ones(len(self.X)))

    def test_effort_makes_fits_repeatable(self):
        X, y = self.X, self.y > 0.2
        a, b = (ReliftClassifier(1.0, threads=1, effort=60).fit(X, y) for _ in range(2))
        np.testing.assert_array_equal(a.coefs_[0], b.coefs_[0])
        self.assertEqual(a.lower_bound_, b.lower_bound_)
        self.assertEqual(a.summary_["settings"]["time_limit"], 0)


if __name__ == "__main__":
    unittest.main()
