"""scikit-learn's own tests of estimators, every one that it has for them, each with
settings under which it is quick."""

import unittest
import warnings

from relift import ReliftClassifier, ReliftRegressor
from tests.support import use_program

try:
    from sklearn.utils.estimator_checks import check_estimator
except ImportError:
    check_estimator = None

BRIEF = dict(method="descent", time_limit=0.3, gap=0.9, threads=1)
# Checks that compare two fits, which are the same only if no time limit cuts them:
# they run with a training that ends by itself.
REPEATABLE = dict(method="sdp", reg=100, gap=0.99, threads=1)
COMPARE_FITS = {
    "check_classifier_data_not_an_array",
    "check_fit_idempotent",
    "check_regressor_data_not_an_array",
    "check_regressors_int",
    "check_sample_weights_invariance",
    "check_supervised_y_2d",
}
# Checks that ask for accuracy.
LONGER = {**BRIEF, "time_limit": 1}
ACCURACY = {"check_classifiers_train", "check_regressors_train"}


def parameters(name):
    return REPEATABLE if name in COMPARE_FITS else LONGER if name in ACCURACY else BRIEF


@unittest.skipIf(check_estimator is None, "scikit-learn is not installed")
class CheckEstimator(unittest.TestCase):
    def check(self, kind):
        use_program()
        done = set()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for _, check in check_estimator(kind(), generate_only=True):
                name = getattr(check, "func", check).__name__
                done.add(name)
                with self.subTest(name):
                    try:
                        check(kind(**parameters(name)))
                    except unittest.SkipTest as reason:  # only parts that need pandas
                        self.assertIn("pandas", str(reason))
        self.assertGreater(len(done), 30)

    def test_classifier(self):
        self.check(ReliftClassifier)

    def test_regressor(self):
        self.check(ReliftRegressor)


if __name__ == "__main__":
    unittest.main()
