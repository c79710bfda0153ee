"""scikit-learn's own tests of estimators, every one that it has for them, each with
settings under which it is quick."""

import unittest
import warnings

from relift import ReliftClassifier, ReliftRegressor
from tests.support import use_program

try:
    from sklearn.utils import estimator_checks
except ImportError:
    estimator_checks = None


def checks_of(estimator):
    """Returns scikit-learn's checks of the estimator."""
    if hasattr(estimator_checks, "estimator_checks_generator"):  # since 1.6
        return estimator_checks.estimator_checks_generator(estimator)
    return estimator_checks.check_estimator(estimator, generate_only=True)

BRIEF = dict(method="descent", time_limit=0.5, gap=0.9, threads=1)
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


@unittest.skipIf(estimator_checks is None, "scikit-learn is not installed")
class CheckEstimator(unittest.TestCase):
    def check(self, kind):
        use_program()
        done = set()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for _, check in checks_of(kind()):
                name = getattr(check, "func", check).__name__
                done.add(name)
                with self.subTest(name):
                    try:
                        check(kind(**parameters(name)))
                    except unittest.SkipTest as reason:  # only what is not installed, or asked for by SCIPY_ARRAY_API
                        self.assertRegex(str(reason), "pandas|polars|array_api|not installed|SCIPY_ARRAY_API")
        self.assertGreater(len(done), 30)

    def test_classifier(self):
        self.check(ReliftClassifier)

    def test_regressor(self):
        self.check(ReliftRegressor)


if __name__ == "__main__":
    unittest.main()
