"""Estimators that choose the weight decay by cross-validation, in the manner of LassoCV."""

import numpy as np

from .docstrings import CHOSEN, CLASS_WEIGHT, CLASSES, FITTED, FOLDS, LOSS, SETTINGS, document
from .estimators import ReliftClassifier, ReliftRegressor, _with_numbers


def folding(X, cv, metric, groups):
    """Returns X, with a column of the groups if there are any, and the flags of the folds."""
    settings = [f"--folds={cv}", f"--metric={str(metric).replace('_', '-')}"]
    if groups is not None:
        groups = np.asarray(groups)
        if groups.shape != (len(X),):
            raise ValueError(f"groups has shape {groups.shape}; expected a label for each of the {len(X)} rows (rows of weight 0 do not count)")
        X = _with_numbers(X, np.unique(groups, return_inverse=True)[1])
        settings.append(f"--groups=x{X.shape[1]}")
    return X, settings


class _Tuned:
    def _train(self, X, Y, weights=None, more=()):
        groups, self._groups = self._groups, None
        X, settings = folding(X, self.cv, self.metric, groups)
        settings.append(f"--one-standard-error={str(bool(self.one_standard_error)).lower()}")
        super()._train(X, Y, weights, [*more, *settings])
        tuning = self.summary_["tuning"]
        if tuning is None:
            raise ValueError("cross-validation chose no weight decay: " + "; ".join(self.summary_["warnings"]))
        points = tuning["path"]
        self.reg_per_row_ = tuning["gamma_per_row"]
        self.regs_ = np.array([p["gamma"] for p in points])
        self.metric_path_ = np.array([p["folds"] for p in points])
        self.widths_ = np.array([p["width"] for p in points])
        chosen = points[tuning["chosen"]]
        self.metric_, self.metric_deviation_ = chosen["mean"], chosen["deviation"]

    def fit(self, X, y, sample_weight=None, groups=None):
        """Choose γ, train, and prove the bound.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, features), or data frame
            Features.
        y : array-like of shape (n,) or (n, c)
            Labels or targets.
        sample_weight : array-like of shape (n,), optional
            How often each row counts.
        groups : array-like of shape (n,), optional
            A label for each row: rows of one group are never in two folds.

        Returns
        -------
        self
            The fitted estimator.
        """
        self._groups = groups
        return super().fit(X, y, sample_weight)


class ReliftClassifierCV(_Tuned, ReliftClassifier):
    __doc__ = document(
        """Classify as `ReliftClassifier`, with a weight decay that is chosen from the data.

    The weight decay γ is chosen by cross-validation over a geometric path from the largest
    useful γ downwards; the network and the bound are those of the chosen γ.""",
        (FOLDS, LOSS, CLASS_WEIGHT, SETTINGS),
        (CHOSEN, CLASSES, FITTED),
    )

    def __init__(
        self, *, cv=5, metric="deviance", one_standard_error=False, loss="auto", huber_delta=1.0, fit_intercept=True,
        class_weight=None, bias=True, scale="standard", missing="error", unknown="error", width=0, method="auto", relaxation="auto", time_limit=0, gap=1e-3, seed=1, threads=0,
        effort=None, binary=None,
    ):
        super().__init__(
            "auto", loss=loss, huber_delta=huber_delta, fit_intercept=fit_intercept, class_weight=class_weight, bias=bias,
            scale=scale, missing=missing, unknown=unknown, width=width, method=method, relaxation=relaxation, time_limit=time_limit, gap=gap, seed=seed, threads=threads,
            effort=effort, binary=binary,
        )
        self.cv = cv
        self.metric = metric
        self.one_standard_error = one_standard_error


class ReliftRegressorCV(_Tuned, ReliftRegressor):
    __doc__ = document(
        """Predict numbers as `ReliftRegressor`, with a weight decay that is chosen from the data.

    The weight decay γ is chosen by cross-validation over a geometric path from the largest
    useful γ downwards; the network and the bound are those of the chosen γ.""",
        (FOLDS, LOSS, SETTINGS),
        (CHOSEN, FITTED),
    )

    def __init__(
        self, *, cv=5, metric="deviance", one_standard_error=False, loss="auto", huber_delta=1.0, fit_intercept=True,
        bias=True, scale="standard", missing="error", unknown="error", width=0, method="auto", relaxation="auto", time_limit=0, gap=1e-3, seed=1, threads=0, effort=None,
        binary=None,
    ):
        super().__init__(
            "auto", loss=loss, huber_delta=huber_delta, fit_intercept=fit_intercept, bias=bias, scale=scale, missing=missing, unknown=unknown, width=width,
            method=method, relaxation=relaxation, time_limit=time_limit, gap=gap, seed=seed, threads=threads, effort=effort, binary=binary,
        )
        self.cv = cv
        self.metric = metric
        self.one_standard_error = one_standard_error
