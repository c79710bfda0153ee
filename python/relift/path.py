"""The regularisation path: a network and a certified bound for every weight decay."""

import copy
import json
import tempfile
from pathlib import Path

import numpy as np

from .estimators import ReliftClassifier, ReliftRegressor
from .model import Model
from .tuned import folding


class RegularizationPath:
    """What `relift_path` returns; arrays have an entry for each of the p weight decays.

    regs : γ (p), from the largest to the least, and regs_per_row, γ/n.
    objectives : of the networks (p).
    lower_bounds : certified (p); no two-layer ReLU network of any width has a smaller
        objective.  relative_gaps is (objectives − lower_bounds)/objectives.
    widths : numbers of neurons (p).
    metric_path : the metric of each γ and fold (p×cv), and metric, its mean (p).
    reg : the recommended γ, which has the best mean, and reg_one_standard_error, the largest
        within a standard error of it.
    proof_regs : γ of the run whose proof a bound comes from (p).
    summary : what the program reports, as a dictionary.
    """

    def __init__(self, summary, models, certificates, fitted):
        points = summary["path"]
        self.summary = summary
        self.regs, self.regs_per_row, self.objectives, self.lower_bounds, self.relative_gaps, self.proof_regs = (
            np.array([np.nan if p[key] is None else p[key] for p in points], dtype=float)
            for key in ("gamma", "gamma_per_row", "objective", "lower_bound", "relative_gap", "proof")
        )
        self.widths = np.array([p["width"] for p in points])
        self.metric_path = np.array([p["folds"] for p in summary["tuning"]["path"]])
        self.metric = self.metric_path.mean(axis=1)
        self.reg, self.reg_one_standard_error = summary["best"], summary["one_standard_error"]
        self._models, self._certificates, self._fitted = models, certificates, fitted

    def estimator(self, reg=None):
        """Make the fitted estimator of a γ of the path.

        Parameters
        ----------
        reg : float, optional
            One of regs; by default the recommended one.

        Returns
        -------
        ReliftClassifier or ReliftRegressor
            Its certificate_ proves its lower_bound_, for that γ: ``relift verify FILE --reg γ``.

        Raises
        ------
        ValueError
            If reg is not on the path.
        """
        at = int(np.argmin(np.abs(self.regs - (self.reg if reg is None else reg))))
        if reg is not None and not np.isclose(self.regs[at], reg, rtol=1e-6, atol=0):
            raise ValueError(f"reg is {reg!r}, which is not on the path; expected one of {self.regs.tolist()}")
        fitted = copy.copy(self._fitted)
        fitted.reg = fitted.reg_ = float(self.regs[at])
        point = self.summary["path"][at]
        fitted.summary_ = self.summary
        fitted._adopt(Model(self._models[at]), self._certificates.get(point["proof"]), {
            "lower_bound": point["lower_bound"], "upper_bound": point["objective"], "relative_gap": point["relative_gap"],
        })
        return fitted

    def __len__(self):
        return len(self.regs)

    def __repr__(self):
        return f"<RegularizationPath of {len(self)} weight decays from {self.regs[0]:g} to {self.regs[-1]:g}; recommended {self.reg:g}>"


def relift_path(estimator, X, y, *, steps=12, proofs=3, cv=5, metric="deviance", groups=None, sample_weight=None):
    """Train networks for a path of weight decays, bound every one and cross-validate them.

    It is in the manner of `sklearn.linear_model.lasso_path`.

    Parameters
    ----------
    estimator : ReliftClassifier or ReliftRegressor
        Its parameters say how; it is not changed, and its reg is not used.  Its time_limit is
        that of the whole path.
    X : array-like or sparse matrix of shape (n, features), or data frame
        Features.
    y : array-like of shape (n,) or (n, c)
        Labels or targets, as fit takes them.
    steps : int
        Number of γ, each half of the one before.
    proofs : int
        Most runs that look for a proof; each proof bounds the whole path.
    cv, metric, groups : optional
        Of the cross-validation, as in `ReliftClassifierCV`.
    sample_weight : array-like of shape (n,), optional
        How often each row counts.

    Returns
    -------
    RegularizationPath
        Networks, bounds and metrics for every γ.

    Raises
    ------
    ValueError
        For what the program refuses, with its line.
    """
    kind = next((k for k in (ReliftClassifier, ReliftRegressor) if isinstance(estimator, k)), None)
    if kind is None:
        raise ValueError(f"estimator is {type(estimator).__name__}; expected a ReliftClassifier or a ReliftRegressor")
    settings = estimator.get_params()
    along = {ReliftClassifier: _Classifiers, ReliftRegressor: _Regressors}[kind](**{name: settings[name] for name in kind().get_params()})
    along._along = {"steps": steps, "proofs": proofs, "folding": (cv, metric, groups)}
    return along.fit(X, y, sample_weight)._result(kind)


class _Path:
    """An estimator that trains at every γ of a path."""

    def _train(self, X, Y, weights=None, more=()):
        X, folds = folding(X, *self._along["folding"])
        with tempfile.TemporaryDirectory(prefix="relift-") as folder:
            out = Path(folder, "path")
            self.summary_ = self._run("path", folder, X, Y, weights, [
                *more, *folds, f"--steps={self._along['steps']}", f"--proofs={self._along['proofs']}", f"--folder={out}",
            ])
            points = self.summary_["path"]
            self._models = [json.loads(Path(p.pop("model")).read_text(encoding="utf-8")) for p in points]
            self._certificates = {p["proof"]: Path(p.pop("certificate")).read_bytes() for p in points if p["proof"] is not None}
            self.summary_["files"] = {}

    def _result(self, kind):
        """Returns the path, whose estimators are of the class kind."""
        own = ("_along", "_models", "_certificates")
        fitted = copy.copy(self)
        fitted.__class__ = kind
        for name in own:
            delattr(fitted, name)
        return RegularizationPath(self.summary_, self._models, self._certificates, fitted)


class _Classifiers(_Path, ReliftClassifier):
    pass


class _Regressors(_Path, ReliftRegressor):
    pass
