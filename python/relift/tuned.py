"""Estimators that choose the weight decay by cross-validation, in the manner of LassoCV."""

import numpy as np

from .estimators import _PARAMETERS, ReliftClassifier, ReliftRegressor, _with_numbers

_TUNING = """
    The weight decay γ is chosen by cross-validation over a geometric path from the largest
    useful γ downwards; the network and the bound are those of the chosen γ.

    cv : number of folds, divided class by class for a classifier.  fit takes groups, an
        array of a label for each row: rows of one group are never in two folds.
    metric : "deviance" (the mean squared error, or twice the log loss); of classes
        "accuracy", "balanced-accuracy", "f1", "auc" or "log-loss"; of numbers "rmse",
        "mae" or "r2".
    one_standard_error : take the largest γ within a standard error of the best.

    Further attributes after fit:

    reg_per_row_ : reg_/n, which suits more rows of the same kind, too.
    regs_ : the path (p), from the largest γ to the least.
    metric_path_ : the metric of each γ and fold (p×cv); metric_ and metric_deviation_ are
        its mean and its deviation at reg_.
    widths_ : mean number of neurons for each γ (p).
"""


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
        points = tuning["path"]
        self.reg_per_row_ = tuning["gamma_per_row"]
        self.regs_ = np.array([p["gamma"] for p in points])
        self.metric_path_ = np.array([p["folds"] for p in points])
        self.widths_ = np.array([p["width"] for p in points])
        chosen = points[tuning["chosen"]]
        self.metric_, self.metric_deviation_ = chosen["mean"], chosen["deviation"]

    def fit(self, X, y, sample_weight=None, groups=None):
        """Chooses γ and trains on X (n×d) and y; groups is a label for each row."""
        self._groups = groups
        return super().fit(X, y, sample_weight)


class ReliftClassifierCV(_Tuned, ReliftClassifier):
    __doc__ = "Classifier whose weight decay is chosen from the data; see ReliftClassifier.\n" + _TUNING + _PARAMETERS

    def __init__(
        self, *, cv=5, metric="deviance", one_standard_error=False, loss="auto", huber_delta=1.0, fit_intercept=True,
        class_weight=None, bias=True, scale="standard", missing="error", width=0, method="auto", relaxation="auto", time_limit=0, gap=1e-3, seed=1, threads=0,
        effort=None, binary=None,
    ):
        super().__init__(
            "auto", loss=loss, huber_delta=huber_delta, fit_intercept=fit_intercept, class_weight=class_weight, bias=bias,
            scale=scale, missing=missing, width=width, method=method, relaxation=relaxation, time_limit=time_limit, gap=gap, seed=seed, threads=threads,
            effort=effort, binary=binary,
        )
        self.cv = cv
        self.metric = metric
        self.one_standard_error = one_standard_error


class ReliftRegressorCV(_Tuned, ReliftRegressor):
    __doc__ = "Regressor whose weight decay is chosen from the data; see ReliftRegressor.\n" + _TUNING + _PARAMETERS

    def __init__(
        self, *, cv=5, metric="deviance", one_standard_error=False, loss="auto", huber_delta=1.0, fit_intercept=True,
        bias=True, scale="standard", missing="error", width=0, method="auto", relaxation="auto", time_limit=0, gap=1e-3, seed=1, threads=0, effort=None,
        binary=None,
    ):
        super().__init__(
            "auto", loss=loss, huber_delta=huber_delta, fit_intercept=fit_intercept, bias=bias, scale=scale, missing=missing, width=width,
            method=method, relaxation=relaxation, time_limit=time_limit, gap=gap, seed=seed, threads=threads, effort=effort, binary=binary,
        )
        self.cv = cv
        self.metric = metric
        self.one_standard_error = one_standard_error
