"""What the estimators need of scikit-learn, or a minimal replacement."""

import inspect

import numpy as np

from .frames import Frame, needs_recipe

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted

    HAVE_SKLEARN = True
except ImportError:
    HAVE_SKLEARN = False

    class BaseEstimator:
        """Parameters by the names of the constructor's arguments."""

        @classmethod
        def _names(cls):
            return [p for p in inspect.signature(cls.__init__).parameters if p != "self"]

        def get_params(self, deep=True):
            return {name: getattr(self, name) for name in self._names()}

        def set_params(self, **params):
            for name, value in params.items():
                if name not in self._names():
                    raise ValueError(f"Invalid parameter {name!r} for estimator {type(self).__name__}")
                setattr(self, name, value)
            return self

        def __repr__(self):
            return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.get_params().items())})"

    class ClassifierMixin:
        """Accuracy as the score."""

        def score(self, X, y):
            return float(np.mean(self.predict(X) == np.asarray(y)))

    class RegressorMixin:
        """R², averaged over the outputs, as the score."""

        def score(self, X, y):
            y = np.asarray(y, dtype=float)
            residual = ((y - self.predict(X)) ** 2).sum(axis=0)
            return float(np.mean(1 - residual / ((y - y.mean(axis=0)) ** 2).sum(axis=0)))

    def check_classification_targets(y):
        y = np.asarray(y)
        if y.dtype.kind == "f" and (y != np.floor(y)).any():
            raise ValueError("Unknown label type: continuous; expected classes")
        if y.dtype.kind == "O" and len({type(label) for label in y.ravel()}) > 1:
            raise ValueError("Unknown label type: labels of several types; expected all of one")

    def check_is_fitted(estimator):
        if not hasattr(estimator, "n_features_in_"):
            raise ValueError(f"This {type(estimator).__name__} is not fitted; call fit first")


_NO_TARGET = object()


def check_inputs(estimator, X, y=_NO_TARGET, *, multi_output=False, numeric=True):
    """Returns X (and y) as arrays of numbers and notes, when there is a y,
    the number and the names of the features.  numeric is for y.  A data frame with texts,
    dates or missing values becomes a Frame, whose kinds are noted too.  The numbers are finite,
    but for NaN where the estimator's policy for missing values takes it.  Sparse matrices become
    arrays, as networks see every feature of a row."""
    X = _dense(X)
    fitting = y is not _NO_TARGET
    kinds = None if fitting else getattr(estimator, "_kinds", None)
    if kinds:
        return Frame.of(X, estimator.feature_names_in_, kinds)
    if fitting:
        estimator._kinds = None
        if y is not None and needs_recipe(X):
            return _check_frame(estimator, X, y, multi_output, numeric)
    if y is None:
        raise ValueError(f"{type(estimator).__name__} requires y to be passed, but the target y is None")
    if not HAVE_SKLEARN:
        return _check_plainly(estimator, X, y, multi_output, numeric)
    options = {"dtype": np.float64}
    if fitting:
        options.update(y_numeric=numeric, multi_output=multi_output, ensure_min_samples=2)
    try:
        from sklearn.utils.validation import validate_data  # since 1.6

        options["ensure_all_finite"] = False
    except ImportError:
        validate_data = type(estimator)._validate_data
        options["force_all_finite"] = False
    if fitting:
        X, y = validate_data(estimator, X, y, reset=True, **options)
        return _check_finite(estimator, X, fitting), y
    return _check_finite(estimator, validate_data(estimator, X, reset=False, **options), fitting)


def _dense(X):
    """Returns a sparse matrix, of SciPy or of its kind, as an array, and anything else as it is."""
    return X.toarray() if hasattr(X, "toarray") and hasattr(X, "nnz") else X


def fills(estimator):
    """Whether missing values are replaced."""
    return estimator.missing in ("mean", "indicator")


def _check_finite(estimator, X, fitting):
    """Returns X (n×d), in which there may be NaN where the estimator says what becomes of it."""
    taken = fills(estimator) or fitting and estimator.missing == "drop"
    for what, wrong, advice in (
        ("infinity", np.isinf(X), ""),
        ("NaN", np.isnan(X) & (not taken), ', or missing="mean" or "indicator" to fill what is missing' + (', or "drop" to leave the rows out' if fitting else "")),
    ):
        if wrong.any():
            i, j = np.argwhere(wrong)[0].tolist()
            names = getattr(estimator, "feature_names_in_", None)
            column = j + 1 if names is None else repr(str(names[j]))
            raise ValueError(f"X contains {what}: X[{i}, {j}], row {i + 1} of column {column}; expected finite numbers{advice}")
    return X


def _numbers(name, a):
    """Returns a as float64 numbers."""
    try:
        a = np.asarray(a)
        if a.dtype.kind == "c":
            raise TypeError("complex numbers")
        return a.astype(float)
    except (TypeError, ValueError) as e:
        raise ValueError(f"{name} is not an array of real numbers: {e}") from None


def _check_frame(estimator, X, y, multi_output, numeric):
    frame = Frame.of(X)
    y = _check_target(y, frame, multi_output, numeric)
    if len(frame) < 2:
        raise ValueError("n_samples=1; expected at least two")
    estimator._kinds = frame.kinds
    estimator.feature_names_in_ = np.array(frame.names, dtype=object)
    estimator.n_features_in_ = len(frame.names)
    return frame, y


def _check_target(y, X, multi_output, numeric):
    y = _numbers("y", y) if numeric else np.asarray(y)
    if y.ndim == 2 and not multi_output and y.shape[1] == 1:
        y = y.ravel()
    if y.ndim != 1 and not (multi_output and y.ndim == 2) or len(y) != len(X):
        raise ValueError(f"y has shape {y.shape} and X {X.shape}; expected one target for each row")
    if numeric and not np.isfinite(y).all():
        raise ValueError("y contains NaN or infinity; expected finite numbers")
    return y


def _check_plainly(estimator, X, y, multi_output, numeric):
    X = _numbers("X", X)
    if X.ndim != 2 or X.shape[1] < 1 or len(X) < 1:
        raise ValueError(f"X has shape {X.shape}; expected a matrix with a row for each sample")
    X = _check_finite(estimator, X, y is not _NO_TARGET)
    if y is _NO_TARGET:
        if X.shape[1] != estimator.n_features_in_:
            raise ValueError(f"X has {X.shape[1]} features, but {type(estimator).__name__} is expecting {estimator.n_features_in_} features as input")
        return X
    y = _check_target(y, X, multi_output, numeric)
    if len(X) < 2:
        raise ValueError("n_samples=1; expected at least two")
    estimator.n_features_in_ = X.shape[1]
    return X, y
