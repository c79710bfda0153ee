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
)
from .display import Displayed
from .frames import Frame
from .model import Model
from .program import run

DEFAULT_EFFORT = 400

_PARAMETERS = """
    Parameters mirror the settings of `relift train`, which judges their values:

    reg : weight decay γ > 0 of the objective
        (sum of losses) + (γ/2)·(sum of squared weights); for a mean loss with weight
        decay λ, γ = n·λ.  "auto": chosen by cross-validation (see ReliftClassifierCV).
    loss : "squared", "huber" (squared up to huber_delta, linear beyond) or, of classes,
        "logistic" (two) and "softmax", which have probabilities.  All are certified.
        "auto": logistic or softmax for classes, squared for numbers and without an intercept.
    huber_delta : residual from which on the Huber loss is linear.
    fit_intercept : add a free constant to each output, which is not decayed.
        reg=0.1, fit_intercept=False is the problem of the paper, as before version 0.2.
    bias : append a column of ones to the features.
    scale : "standard" (subtract each feature's mean, divide by its deviation) or "none".
    missing : what becomes of rows with missing values in a data frame: "error", "mean" (the mean
        of the training rows, or their most frequent category) or "indicator" (that, and a
        feature that says where).
    width : largest number of neurons; 0: as many as help.
    method : "auto", "sdp", "exact", "signs" or "descent"; of other losses, and with an
        intercept, "auto", "signs" or "descent".
    relaxation : "auto", or "published" for the paper's semidefinite relaxation alone.
    time_limit : seconds after which the best network and bound so far are taken; 0: none.
    effort : work after which each training ends, in passes over the data for the gradient
        of 400 neurons; 0: none.  None: 400 without a time limit, else 0.  Fits that an
        effort ends are repeatable, number for number; a time limit gives better bounds.
    gap : stop when (upper − lower)/upper is at most this.
    seed : of every random choice.
    threads : processor threads; 0: all.
    binary : path of the program; None: the environment variable RELIFT_BINARY, then
        relift on the PATH, then `go run` in a checkout of the sources.

    Attributes after fit:

    reg_ : γ, that of reg or the one that was chosen.
    lower_bound_ : certified; no two-layer ReLU network of any width has a smaller
        objective on the training data, after scaling.
    upper_bound_ : objective of this network.
    relative_gap_ : (upper_bound_ − lower_bound_)/upper_bound_.
    coefs_ : [U (d×m), V (m×c)], the weights of f(z) = (zU)₊V + b on z = encode(X).
    intercept_ : b (c), zeros without fit_intercept.
    certificate_ : the certificate file's bytes.
    summary_ : what the program reports, as a dictionary (status, settings, warnings, …).
    model_ : the `Model`; model_.content is the model file's JSON object.
    n_features_in_, and feature_names_in_ when X has column names.
"""


class _Relift(Displayed, BaseEstimator):
    _task = None  # as --task takes it

    def __init__(
        self, reg="auto", *, loss="auto", huber_delta=1.0, fit_intercept=True, bias=True, scale="standard", missing="error", width=0, method="auto", relaxation="auto", time_limit=0,
        gap=1e-3, seed=1, threads=0, effort=None, binary=None,
    ):
        self.reg = reg
        self.loss = loss
        self.huber_delta = huber_delta
        self.fit_intercept = fit_intercept
        self.bias = bias
        self.scale = scale
        self.missing = missing
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
        for name in ("loss", "huber_delta", "scale", "width", "method", "relaxation", "time_limit", "gap", "seed", "threads"):
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
            settings = [*settings, f"--missing={self.missing}", *X.write(data, Y)]
        else:
            np.savez(data, X=X, y=Y)
        try:
            report = run([command, str(data), *self._settings(), *settings], folder, self.binary)
        except ValueError as e:
            raise ValueError(named(str(e))) from None
        try:
            summary = json.loads(report)
            summary["warnings"] = [named(line) for line in summary.get("warnings") or []]
            return summary
        except json.JSONDecodeError:
            raise RuntimeError("the program ended well and printed no summary; is it relift, of this version?") from None

    def _train(self, X, Y, weights=None, more=()):
        """Trains on X (n×d), Y (n or n×c) and the rows' weights (n)."""
        with tempfile.TemporaryDirectory(prefix="relift-") as folder:
            model, certificate = (Path(folder, name) for name in ("model.json", "certificate.npz"))
            self.summary_ = self._run("train", folder, X, Y, weights, [f"--reg={self.reg}", *more, f"--output={model}", f"--certificate={certificate}"])
            try:
                self._adopt(Model(json.loads(model.read_text(encoding="utf-8"))), certificate.read_bytes(), self.summary_)
            except FileNotFoundError:
                if self.summary_.get("status") == "time_limit":
                    raise ValueError(f"time_limit is {self.time_limit}: the run ended before there was a network with a proof; expected more seconds") from None
                raise RuntimeError("the program ended well and left no model or certificate; is it relift, of this version?") from None
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
        """Returns the matrix z (n×d) that the network and the certificate are about:
        scaled features, and a column of ones for the bias."""
        check_is_fitted(self)
        return self.model_.encode(self._columns(check_inputs(self, X)))

    def _outputs(self, X):
        check_is_fitted(self)
        return self.model_.outputs(self._columns(check_inputs(self, X)))


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
    __doc__ = (
        """Classifier: a two-layer ReLU network on one-hot targets (−1 and 1 in one output
    for two classes with the logistic loss, or an intercept), and a certified lower
    bound on the objective of every such network.
"""
        + _PARAMETERS
        + """    classes_ : the labels.

    class_weight, a parameter too, is None, "balanced" (every class counts as much as
    any other) or a dictionary of what the rows of each class count.
    """
    )
    _task = "classification"

    def __init__(
        self, reg="auto", *, loss="auto", huber_delta=1.0, fit_intercept=True, class_weight=None, bias=True, scale="standard", missing="error", width=0,
        method="auto", relaxation="auto", time_limit=0, gap=1e-3, seed=1, threads=0, effort=None, binary=None,
    ):
        super().__init__(
            reg, loss=loss, huber_delta=huber_delta, fit_intercept=fit_intercept, bias=bias, scale=scale, missing=missing, width=width,
            method=method, relaxation=relaxation, time_limit=time_limit, gap=gap, seed=seed, threads=threads, effort=effort, binary=binary,
        )
        self.class_weight = class_weight

    def fit(self, X, y, sample_weight=None):
        """Trains on X (n×d) and labels y (n).  A row of weight 2 counts as the row
        twice, in the network and in the bound."""
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
        """Returns the targets (n×c) that the certificate is about: one-hot, or −1 and 1
        where two classes share an output."""
        check_is_fitted(self)
        labels = self.classes_[[int(label) for label in self.model_.classes]]
        hot = (np.asarray(y)[:, None] == labels[None, :]).astype(float)
        return 2 * hot[:, 1:] - 1 if self.model_.signed else hot

    def _scores(self, X):
        check_is_fitted(self)
        return self.model_.scores(self._columns(check_inputs(self, X)))[:, self._order]

    def decision_function(self, X):
        """Returns the outputs (n×c), a column for each of classes_; for two classes
        their difference (n), positive for the second, or the output that they share."""
        scores = self._scores(X)
        if self.model_.signed:
            return scores[:, 1]
        return scores[:, 1] - scores[:, 0] if len(self.classes_) == 2 else scores

    def predict(self, X):
        """Returns the label of the largest output for each row."""
        scores = self.decision_function(X)
        return self.classes_[(scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)]

    @property
    def predict_proba(self):
        """predict_proba(X) returns the probabilities (n×classes), a column for each of
        classes_.  There is none unless the loss is logistic or softmax."""
        if not (self.loss in ("logistic", "softmax") or self.loss == "auto" and self.fit_intercept):
            raise AttributeError(f"predict_proba is there for loss=\"logistic\" and loss=\"softmax\" only, and this one is {self.loss!r}")
        return self._predict_proba

    def _predict_proba(self, X):
        check_is_fitted(self)
        return self.model_.predict_proba(self._columns(check_inputs(self, X)))[:, self._order]


class ReliftRegressor(RegressorMixin, _Relift):
    __doc__ = (
        """Regressor: a two-layer ReLU network with one or several outputs, and a certified
    lower bound on the objective of every such network.  Targets are not scaled.
"""
        + _PARAMETERS
        + "    "
    )
    _task = "regression"

    def fit(self, X, y, sample_weight=None):
        """Trains on X (n×d) and targets y (n or n×c).  A row of weight 2 counts as the
        row twice, in the network and in the bound."""
        X, y = check_inputs(self, X, y, multi_output=True)
        y = np.asarray(y, dtype=float)
        self._one_dimensional = y.ndim == 1
        self._train(*_counted(sample_weight, X, y))
        return self

    def encode_target(self, y):
        """Returns the matrix of targets (n×c) that the certificate is about."""
        y = np.asarray(y, dtype=float)
        return y.reshape(len(y), -1)

    def predict(self, X):
        """Returns the outputs (n or n×c, as the targets of fit)."""
        outputs = self._outputs(X)
        return outputs.ravel() if self._one_dimensional else outputs

    def _more_tags(self):  # scikit-learn before 1.6
        return {"multioutput": True}

    def __sklearn_tags__(self):  # since 1.6
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
