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


# Trainings that end by their effort, and so repeat themselves on any machine.
BRIEF = dict(reg=1, method="descent", effort=1, gap=0.9, threads=1)
LONGER = {**BRIEF, "effort": 10}
# Checks that ask for accuracy, or whose predictions should differ between rows.
TRAINED = {
    "check_classifiers_classes",
    "check_classifiers_train",
    "check_estimators_pickle",
    "check_methods_sample_order_invariance",
    "check_methods_subset_invariance",
    "check_regressors_train",
}


# Checks of weights against repeated rows compare networks, which agree where training does not decide among several: here
# with so large a weight decay that there is one.
UNIQUE = {**BRIEF, "method": "sdp", "reg": 100, "fit_intercept": False}
REPEATED_ROWS = {"check_sample_weights_invariance", "check_sample_weight_equivalence_on_dense_data", "check_sample_weight_equivalence_on_sparse_data"}


def parameters(name):
    return LONGER if name in TRAINED else UNIQUE if name in REPEATED_ROWS else BRIEF


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
