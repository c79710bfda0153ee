"""Estimators with the interface of scikit-learn, trained by the relift program."""

import json
import tempfile
from pathlib import Path

import numpy as np

from .compat import (
    BaseEstimator,
    ClassifierMixin,
    RegressorMixin,
    check_classification_targets,
    check_inputs,
    check_is_fitted,
    fills,
)
from .display import Displayed
from .docstrings import CLASS_WEIGHT, CLASSES, FITTED, LOSS, REG, SETTINGS, document
from .frames import Frame
from .model import Model
from .program import run

DEFAULT_EFFORT = 400


class _Relift(Displayed, BaseEstimator):
    _task = None  # as --task takes it

    def __init__(
        self, reg="auto", *, loss="auto", huber_delta=1.0, fit_intercept=True, bias=True, scale="standard", missing="error", unknown="error", width=0, method="auto", relaxation="auto", time_limit=0,
        gap=1e-3, seed=1, threads=0, effort=None, binary=None,
    ):
        self.reg = reg
        self.loss = loss
        self.huber_delta = huber_delta
        self.fit_intercept = fit_intercept
        self.bias = bias
        self.scale = scale
        self.missing = missing
        self.unknown = unknown
        self.width = width
        self.method = method
        self.relaxation = relaxation
        self.time_limit = time_limit
        self.gap = gap
        self.seed = seed
        self.threads = threads
        self.effort = effort
        self.binary = binary

    def _settings(self):
        """Returns the flags of how to train, without --reg."""
        settings = ["--task=" + self._task]
        for name, flag in (("bias", "bias"), ("fit_intercept", "intercept")):
            value = getattr(self, name)
            if not isinstance(value, (bool, np.bool_)):
                raise ValueError(f"{name} is {value!r}; expected True or False")
            settings.append(f"--{flag}={str(bool(value)).lower()}")
        for name in ("loss", "huber_delta", "scale", "missing", "width", "method", "relaxation", "time_limit", "gap", "seed", "threads"):
            settings.append(f"--{name.replace('_', '-')}={getattr(self, name)}")
        effort = self.effort
        if effort is None:
            effort = 0 if self.time_limit else DEFAULT_EFFORT
        return settings + [f"--effort={effort}", "--quiet", "--json"]

    def _run(self, command, folder, X, Y, weights, settings):
        """Runs a command of the program on X (n×d), Y (n or n×c) and the rows' weights
        (n); returns what it reports."""
        if weights is not None:
            X = _with_numbers(X, weights)
            settings = [*settings, f"--weight=x{X.shape[1]}"]
        data, named = Path(folder, "data.npz"), str
        if isinstance(X, Frame):
            data, named = data.with_suffix(".csv"), X.named
            settings = [*settings, *X.write(data, Y)]
        else:
            np.savez(data, X=X, y=Y)
        try:
            report = run([command, str(data), *self._settings(), *settings], folder, self.binary)
        except ValueError as e:
            raise ValueError(named(str(e))) from None
        try:
            summary = json.loads(report)
            summary["warnings"] = [*getattr(X, "remarks", []), *(named(line) for line in summary.get("warnings") or [])]
            return summary
        except json.JSONDecodeError:
            raise RuntimeError("the program ended well and printed no summary; is it relift, of this version?") from None

    def _train(self, X, Y, weights=None, more=()):
        """Trains on X (n×d), Y (n or n×c) and the rows' weights (n)."""
        with tempfile.TemporaryDirectory(prefix="relift-") as folder:
            model, certificate = (Path(folder, name) for name in ("model.json", "certificate.npz"))
            self.summary_ = self._run("train", folder, X, Y, weights, [f"--reg={self.reg}", *more, f"--output={model}", f"--certificate={certificate}"])
            proved = certificate.exists()
            if self.summary_.get("status") == "time_limit" and not (proved and model.exists()):
                raise ValueError(f"time_limit is {self.time_limit}: the run ended before there was a network with a proof; expected more seconds")
            if not model.exists() or not proved and self.summary_["lower_bound"] != 0:
                raise RuntimeError("the program ended well and left no model or certificate; is it relift, of this version?")
            self._adopt(Model(json.loads(model.read_text(encoding="utf-8"))), certificate.read_bytes() if proved else None, self.summary_)
        self.reg_ = self.summary_["settings"]["reg"]

    def _adopt(self, model, certificate, bounds):
        """Becomes the network of a model, with what was proved."""
        self.model_, self.certificate_ = model, certificate
        self.lower_bound_ = bounds["lower_bound"]
        self.upper_bound_ = bounds["upper_bound"]
        self.relative_gap_ = bounds["relative_gap"]
        self.coefs_ = [model.U.T.copy(), model.V.copy()]
        self.intercept_ = model.B.copy()

    def _columns(self, X):
        """Returns the columns of X that the network uses (constant ones are not);
        the program calls the k-th of all, from 1, xk."""
        if isinstance(X, Frame):
            return X.columns
        return X[:, [int(name[1:]) - 1 for name in self.model_.feature_names]]

    def encode(self, X):
        """Encode features as the network and the certificate have them.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, features)
            Rows with the columns of fit.

        Returns
        -------
        ndarray of shape (n, d)
            z: scaled features, and a column of ones for the bias.
        """
        return self._of_model("encode", X)

    def _of_model(self, method, X):
        """Returns what a method of the model gives for X; messages have the names of X."""
        check_is_fitted(self)
        X = check_inputs(self, X)
        try:
            return getattr(self.model_, method)(self._columns(X), unknown=self.unknown)
        except ValueError as e:
            raise ValueError(X.named(str(e)) if isinstance(X, Frame) else str(e)) from None

    def __sklearn_tags__(self):  # since scikit-learn 1.6
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = fills(self)
        tags.input_tags.sparse = True
        return tags

    def _more_tags(self):  # before
        return {"allow_nan": fills(self)}


def _with_numbers(X, values):
    """Returns X with one more column."""
    return X.with_numbers(values) if isinstance(X, Frame) else np.column_stack([X, values])


def _counted(sample_weight, X, y):
    """Returns the rows that count, and their weights: None where they count alike."""
    if sample_weight is None:
        return X, y, None
    weights = np.asarray(sample_weight, dtype=float)
    if weights.ndim == 0:
        weights = np.full(len(X), float(weights))
    if weights.shape != (len(X),):
        raise ValueError(f"sample_weight has shape {weights.shape}; expected one weight for each of the {len(X)} rows")
    if not (np.isfinite(weights).all() and (weights >= 0).all() and (weights > 0).any()):
        raise ValueError("sample_weight is zero in every row, or negative or not finite in one; expected numbers of at least 0, some of them positive")
    rows = weights > 0
    weights = weights[rows]
    return X[rows], y[rows], None if (weights == 1).all() else weights


class ReliftClassifier(ClassifierMixin, _Relift):
    __doc__ = document(
        """Classify by a two-layer ReLU network, with a certified lower bound on its objective.

    The targets are one-hot, or −1 and 1 in one output for two classes with the logistic
    loss or an intercept.  The parameters are the settings of ``relift train``, which judges
    their values.""",
        (REG, LOSS, CLASS_WEIGHT, SETTINGS),
        (CLASSES, FITTED),
    )
    _task = "classification"

    def __init__(
        self, reg="auto", *, loss="auto", huber_delta=1.0, fit_intercept=True, class_weight=None, bias=True, scale="standard", missing="error", unknown="error", width=0,
        method="auto", relaxation="auto", time_limit=0, gap=1e-3, seed=1, threads=0, effort=None, binary=None,
    ):
        super().__init__(
            reg, loss=loss, huber_delta=huber_delta, fit_intercept=fit_intercept, bias=bias, scale=scale, missing=missing, unknown=unknown, width=width,
            method=method, relaxation=relaxation, time_limit=time_limit, gap=gap, seed=seed, threads=threads, effort=effort, binary=binary,
        )
        self.class_weight = class_weight

    def fit(self, X, y, sample_weight=None):
        """Train, and prove the bound.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, features), or data frame
            Features; of a data frame also texts, categories, booleans and dates.
        y : array-like of shape (n,)
            Labels of any type.
        sample_weight : array-like of shape (n,), optional
            How often each row counts, in the network and in the bound.

        Returns
        -------
        self
            The fitted estimator.

        Raises
        ------
        ValueError
            If the program refuses its input, with its line.
        """
        X, y = check_inputs(self, X, y, numeric=False)
        check_classification_targets(y)
        X, y, weights = _counted(sample_weight, X, y)
        self.classes_, index = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("y has one class; expected at least two classes")
        more = []
        if isinstance(self.class_weight, dict):
            own = np.array([float(self.class_weight.get(label, 1)) for label in self.classes_.tolist()])[index]
            X, index, weights = _counted(own if weights is None else own * weights, X, index)
        elif self.class_weight == "balanced":
            more = ["--class-weight=balanced"]
        elif self.class_weight is not None:
            raise ValueError(f"class_weight is {self.class_weight!r}; expected None, \"balanced\" or a dictionary of the classes")
        self._train(X, index.astype(np.int64), weights, more)
        return self

    def _adopt(self, model, certificate, bounds):
        super()._adopt(model, certificate, bounds)
        # The program's classes are the indices, in an order of its own.
        self._order = np.argsort([int(label) for label in model.classes])
        if not model.signed:
            self.coefs_[1], self.intercept_ = self.coefs_[1][:, self._order], self.intercept_[self._order]

    def encode_target(self, y):
        """Encode labels as the certificate has them.

        Parameters
        ----------
        y : array-like of shape (n,)
            Labels.

        Returns
        -------
        ndarray of shape (n, c)
            One-hot, or −1 and 1 where two classes share an output.
        """
        check_is_fitted(self)
        labels = self.classes_[[int(label) for label in self.model_.classes]]
        hot = (np.asarray(y)[:, None] == labels[None, :]).astype(float)
        return 2 * hot[:, 1:] - 1 if self.model_.signed else hot

    def _scores(self, X):
        scores = self._of_model("scores", X)
        return scores[:, self._order]

    def decision_function(self, X):
        """Compute what the classes are decided by.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, features)
            Rows with the columns of fit.

        Returns
        -------
        ndarray of shape (n, classes) or (n,)
            The outputs, a column for each of classes_; for two classes their difference,
            positive for the second, or the output that they share.
        """
        scores = self._scores(X)
        if self.model_.signed:
            return scores[:, 1]
        return scores[:, 1] - scores[:, 0] if len(self.classes_) == 2 else scores

    def predict(self, X):
        """Predict labels.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, features)
            Rows with the columns of fit.

        Returns
        -------
        ndarray of shape (n,)
            The label of the largest output, of the type that fit was given.
        """
        scores = self.decision_function(X)
        return self.classes_[(scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)]

    @property
    def predict_proba(self):
        """Probabilities: predict_proba(X) returns them (n×classes), a column for each of classes_.

        There is none unless the loss is logistic or softmax.
        """
        if not (self.loss in ("logistic", "softmax") or self.loss == "auto" and self.fit_intercept):
            raise AttributeError(f"predict_proba is there for loss=\"logistic\" and loss=\"softmax\" only, and this one is {self.loss!r}")
        return self._predict_proba

    def _predict_proba(self, X):
        probabilities = self._of_model("predict_proba", X)
        return probabilities[:, self._order]


class ReliftRegressor(RegressorMixin, _Relift):
    __doc__ = document(
        """Predict numbers by a two-layer ReLU network, with a certified lower bound on its objective.

    It has one or several outputs, and targets are not scaled.  The parameters are the
    settings of ``relift train``, which judges their values.""",
        (REG, LOSS, SETTINGS),
        (FITTED,),
    )
    _task = "regression"

    def fit(self, X, y, sample_weight=None):
        """Train, and prove the bound.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, features), or data frame
            Features; of a data frame also texts, categories, booleans and dates.
        y : array-like of shape (n,) or (n, c)
            Targets.
        sample_weight : array-like of shape (n,), optional
            How often each row counts, in the network and in the bound.

        Returns
        -------
        self
            The fitted estimator.

        Raises
        ------
        ValueError
            If the program refuses its input, with its line.
        """
        X, y = check_inputs(self, X, y, multi_output=True)
        y = np.asarray(y, dtype=float)
        self._one_dimensional = y.ndim == 1
        self._train(*_counted(sample_weight, X, y))
        return self

    def encode_target(self, y):
        """Encode targets as the certificate has them.

        Parameters
        ----------
        y : array-like of shape (n,) or (n, c)
            Targets.

        Returns
        -------
        ndarray of shape (n, c)
            The same numbers, as a matrix.
        """
        y = np.asarray(y, dtype=float)
        return y.reshape(len(y), -1)

    def predict(self, X):
        """Predict numbers.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, features)
            Rows with the columns of fit.

        Returns
        -------
        ndarray of shape (n,) or (n, c)
            The outputs, as the targets of fit.
        """
        outputs = self._of_model("outputs", X)
        return outputs.ravel() if self._one_dimensional else outputs

    def _more_tags(self):
        return {**super()._more_tags(), "multioutput": True}

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
