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
from .model import Model
from .program import run

_PARAMETERS = """
    Parameters mirror the settings of `relift train`, which judges their values:

    reg : weight decay γ > 0 of the objective
        ½‖f(X) − Y‖² + (γ/2)·(sum of squared weights); for a mean loss with weight
        decay λ, γ = n·λ.
    bias : append a column of ones to the features.
    scale : "standard" (subtract each feature's mean, divide by its deviation) or "none".
    width : largest number of neurons; 0: as many as help.
    method : "auto", "sdp", "exact", "signs" or "descent".
    time_limit : seconds after which the best network and bound so far are taken; 0: none.
        Under "auto" 0 means 30 where the encoded features have rank 3 to 6.
    gap : stop when (upper − lower)/upper is at most this.
    seed : of every random choice.
    threads : processor threads; 0: all.
    binary : path of the program; None: the environment variable RELIFT_BINARY, then
        relift on the PATH, then `go run` in a checkout of the sources.

    Attributes after fit:

    lower_bound_ : certified; no two-layer ReLU network of any width has a smaller
        objective on the training data, after scaling.
    upper_bound_ : objective of this network.
    relative_gap_ : (upper_bound_ − lower_bound_)/upper_bound_.
    coefs_ : [U (d×m), V (m×c)], the weights of f(z) = (zU)₊V on z = encode(X).
    certificate_ : the certificate file's bytes.
    summary_ : what the program reports, as a dictionary (status, settings, warnings, …).
    model_ : the `Model`; model_.content is the model file's JSON object.
    n_features_in_, and feature_names_in_ when X has column names.
"""


class _Relift(BaseEstimator):
    _task = None  # as --task takes it

    def __init__(
        self, reg=0.1, *, bias=True, scale="standard", width=0, method="auto", time_limit=0, gap=1e-3,
        seed=1, threads=0, binary=None,
    ):
        self.reg = reg
        self.bias = bias
        self.scale = scale
        self.width = width
        self.method = method
        self.time_limit = time_limit
        self.gap = gap
        self.seed = seed
        self.threads = threads
        self.binary = binary

    def _train(self, X, Y):
        """Trains on X (n×d) and Y (n or n×c)."""
        if not isinstance(self.bias, (bool, np.bool_)):
            raise ValueError(f"bias is {self.bias!r}; expected True or False")
        settings = ["--task=" + self._task, "--bias=" + str(bool(self.bias)).lower()]
        for name in ("reg", "scale", "width", "method", "time_limit", "gap", "seed", "threads"):
            settings.append(f"--{name.replace('_', '-')}={getattr(self, name)}")
        with tempfile.TemporaryDirectory(prefix="relift-") as folder:
            data, model, certificate = (Path(folder, name) for name in ("data.npz", "model.json", "certificate.npz"))
            np.savez(data, X=X, y=Y)
            report = run(
                ["train", str(data), *settings, "--quiet", "--json", f"--output={model}", f"--certificate={certificate}"],
                folder, self.binary,
            )
            try:
                self.model_ = Model(json.loads(model.read_text(encoding="utf-8")))
                self.certificate_ = certificate.read_bytes()
                self.summary_ = json.loads(report)
            except (FileNotFoundError, json.JSONDecodeError):
                raise RuntimeError("the program ended well and left no model, certificate or summary; is it relift, of this version?") from None
        self.lower_bound_ = self.summary_["lower_bound"]
        self.upper_bound_ = self.summary_["upper_bound"]
        self.relative_gap_ = self.summary_["relative_gap"]
        self.coefs_ = [self.model_.U.T.copy(), self.model_.V.copy()]

    def _columns(self, X):
        """Returns the columns of X that the network uses (constant ones are not);
        the program calls the k-th of all, from 1, xk."""
        return X[:, [int(name[1:]) - 1 for name in self.model_.feature_names]]

    def encode(self, X):
        """Returns the matrix z (n×d) that the network and the certificate are about:
        scaled features, and a column of ones for the bias."""
        check_is_fitted(self)
        return self.model_.encode(self._columns(check_inputs(self, X)))

    def _outputs(self, X):
        check_is_fitted(self)
        return self.model_.outputs(self._columns(check_inputs(self, X)))


class ReliftClassifier(ClassifierMixin, _Relift):
    __doc__ = (
        """Classifier: a two-layer ReLU network on one-hot targets, and a certified lower
    bound on the objective of every such network.
"""
        + _PARAMETERS
        + """    classes_ : the labels.
    """
    )
    _task = "classification"

    def fit(self, X, y):
        """Trains on X (n×d) and labels y (n)."""
        X, y = check_inputs(self, X, y, numeric=False)
        check_classification_targets(y)
        self.classes_, index = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("y has one class; expected at least two classes")
        self._train(X, index.astype(np.int64))
        # The program's classes are the indices, in an order of its own.
        self._order = np.argsort([int(label) for label in self.model_.classes])
        self.coefs_[1] = self.coefs_[1][:, self._order]
        return self

    def encode_target(self, y):
        """Returns the one-hot matrix (n×c) that the certificate is about."""
        check_is_fitted(self)
        labels = self.classes_[[int(label) for label in self.model_.classes]]
        return (np.asarray(y)[:, None] == labels[None, :]).astype(float)

    def decision_function(self, X):
        """Returns the outputs (n×c), a column for each of classes_; for two classes
        their difference (n), positive for the second."""
        scores = self._outputs(X)[:, self._order]
        return scores[:, 1] - scores[:, 0] if len(self.classes_) == 2 else scores

    def predict(self, X):
        """Returns the label of the largest output for each row."""
        scores = self.decision_function(X)
        return self.classes_[(scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)]


class ReliftRegressor(RegressorMixin, _Relift):
    __doc__ = (
        """Regressor: a two-layer ReLU network with one or several outputs, and a certified
    lower bound on the objective of every such network.  Targets are not scaled.
"""
        + _PARAMETERS
        + "    "
    )
    _task = "regression"

    def fit(self, X, y):
        """Trains on X (n×d) and targets y (n or n×c)."""
        X, y = check_inputs(self, X, y, multi_output=True)
        y = np.asarray(y, dtype=float)
        self._one_dimensional = y.ndim == 1
        self._train(X, y)
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
