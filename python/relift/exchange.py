"""Networks between Python, the relift program and ONNX runtimes."""

import copy
import json
import os
import tempfile
from pathlib import Path

import numpy as np

from .frames import Frame, needs_recipe
from .model import Model, load_model
from .program import run


def save(model, path):
    """Write a network to a file that the program reads.

    Parameters
    ----------
    model : ReliftClassifier, ReliftRegressor or Model
        A fitted estimator, or a model.
    path : str or path-like
        A name that ends in ``.json`` (model file) or ``.onnx``.

    Raises
    ------
    ValueError
        If the name ends in something else, or the estimator is not fitted.

    Notes
    -----
    The file holds the network with its encoding, and of an estimator the names of
    its features and classes, but not its parameters; `pickle` keeps those too.
    """
    path = Path(path)
    if path.suffix == ".onnx":
        to_onnx(model, path)
        return
    if path.suffix != ".json":
        raise ValueError(f"{path}: expected a name that ends in .json or .onnx")
    path.write_text(json.dumps(content_of(model)), encoding="utf-8")


def load(path, *, reg=None, binary=None):
    """Read a network from a file.

    Parameters
    ----------
    path : str or path-like
        A model file (``.json``), or what ``relift convert`` reads: ONNX, safetensors,
        a PyTorch state dict, NPZ.
    reg : float, optional
        Weight decay γ that the network was trained with, for files that do not say it.
    binary : str or path-like, optional
        The relift program, which reads all but model files; see `ReliftClassifier`.

    Returns
    -------
    Model
        The network with its encoding.

    Raises
    ------
    ValueError
        If the file is not a network, with the program's line.
    """
    path = Path(path)
    if path.suffix == ".json":
        return load_model(path)
    with tempfile.TemporaryDirectory(prefix="relift-") as folder:
        target = Path(folder, "model.json")
        arguments = ["convert", os.fspath(path), str(target), "--quiet"]
        run(arguments + ([] if reg is None else [f"--reg={reg}"]), folder, binary)
        return load_model(target)


def to_onnx(model, path=None, *, precision="double", binary=None):
    """Convert a network to ONNX.

    The graph takes the columns as they are, with scaling and categories inside.  Its
    outputs are the scores and, of a classifier, the label as text.

    Parameters
    ----------
    model : ReliftClassifier, ReliftRegressor or Model
        A fitted estimator, or a model.
    path : str or path-like, optional
        Where to write the file; a name that ends in ``.onnx``.
    precision : {"double", "single"}
        Of the graph's numbers.
    binary : str or path-like, optional
        The relift program; see `ReliftClassifier`.

    Returns
    -------
    bytes
        The content of the file.

    Raises
    ------
    ValueError
        If the program refuses the model or the name.
    """
    if path is not None and Path(path).suffix != ".onnx":
        raise ValueError(f"{path}: expected a name that ends in .onnx")
    with tempfile.TemporaryDirectory(prefix="relift-") as folder:
        source, target = Path(folder, "model.json"), Path(folder, "model.onnx")
        source.write_text(json.dumps(content_of(model)), encoding="utf-8")
        run(["convert", str(source), str(target), f"--precision={precision}", "--quiet"], folder, binary)
        graph = target.read_bytes()
    if path is not None:
        Path(path).write_bytes(graph)
    return graph


def audit(model, X, y, *, reg=None, loss=None, weight_decay=None, mean_loss=None, decayed_biases=True, time_limit=None, gap=1e-3, scale=None, seed=1, binary=None):
    """Say how far a network is from the best two-layer ReLU network of any width.

    Parameters
    ----------
    model : fitted ReliftClassifier or ReliftRegressor, pair of arrays, str or path-like
        The network: an estimator; ``(U, V)`` with U of shape (width, features) and V of
        shape (width, outputs), for x ↦ (xUᵀ)₊V, with a last column of U for a column of
        ones if it has one more than X; or a file as ``relift audit`` reads them.
    X : array-like of shape (n, d), or data frame
        Features, as the network takes them; of an estimator, as its fit took them.
    y : array-like of shape (n,) or (n, c)
        Targets: labels for a classifier, else numbers.
    reg : float, optional
        Weight decay γ.  An estimator brings its own.
    loss : {"squared", "huber", "logistic", "softmax"}, optional
        Loss that a network of another program was trained with; by default what an ONNX
        model ends in says, else the squared one.
    weight_decay : float, optional
        Weight decay λ beside a mean loss, as PyTorch's optimizers take it, instead of reg.
    mean_loss : {"elements", "rows", "none"}, optional
        What the loss beside weight_decay averages over; by default the elements.
    decayed_biases : bool
        Whether training decayed the biases.  PyTorch does, scikit-learn does not.
    time_limit : float, optional
        Seconds after which the search for a bound ends.
    gap : float
        Relative gap up to which the network counts as optimal.
    scale : {"standard", "none"}, optional
        Scaling of X; by default the one with which the network fits better.
    seed : int
        Of every random choice.
    binary : str or path-like, optional
        The relift program; see `ReliftClassifier`.

    Returns
    -------
    dict
        What ``relift audit --json`` prints, among it ``verdict``, ``meaning``, ``advice``,
        ``objective``, ``lower_bound`` (certified) and ``relative_gap``.

    Raises
    ------
    ValueError
        If the program refuses its input, with its line.
    """
    fitted = hasattr(model, "model_")
    kinds = getattr(model, "_kinds", None)
    if kinds:
        X = Frame.of(X, model.feature_names_in_, kinds)
    elif needs_recipe(X):
        what = "the estimator was fitted on numbers alone" if fitted else "a network that is no fitted estimator takes numbers alone"
        raise ValueError(f"X has texts, dates or missing values, and {what}; expected finite numbers")
    else:
        X = np.asarray(X)
    with tempfile.TemporaryDirectory(prefix="relift-") as folder:
        settings = [f"--gap={gap}", f"--seed={seed}", "--json", "--quiet"]
        if reg is not None:
            settings.append(f"--reg={reg}")
        if time_limit is not None:
            settings.append(f"--time-limit={time_limit}")
        for flag, value in (("scale", scale), ("loss", loss), ("weight-decay", weight_decay), ("mean-loss", mean_loss)):
            if value is not None:
                settings.append(f"--{flag}={value}")
        if not decayed_biases:
            settings.append("--decayed-biases=false")
        if fitted:
            files = [str(Path(folder, "model.json"))]
            # The model's columns and classes are those that the program was given.
            Path(files[0]).write_text(json.dumps(model.model_.content), encoding="utf-8")
            if hasattr(model, "classes_"):
                y = _positions(model.classes_, y)
        else:
            files = _network_files(model, folder)
            settings.append("--task=" + ("regression" if np.asarray(y).dtype.kind in "fc" else "auto"))
        data = Path(folder, "data.npz")
        if kinds:
            data = data.with_suffix(".csv")
            X.write(data, y)  # the model remembers how such a file is read
        else:
            np.savez(data, X=X, y=np.asarray(y))
        try:
            return json.loads(run(["audit", *files, str(data), *settings], folder, binary))
        except ValueError as e:
            raise ValueError(X.named(str(e)) if kinds else str(e)) from None


def _network_files(model, folder):
    """Returns the files of a network that is a path or a pair of arrays."""
    if isinstance(model, (str, os.PathLike)):
        return [os.fspath(model)]
    try:
        U, V = (np.asarray(a, dtype=float) for a in model)
    except (TypeError, ValueError):
        raise ValueError(f"the network is a {type(model).__name__}; expected a fitted estimator, a pair (U, V) of matrices or a path") from None
    if U.ndim != 2 or V.ndim != 2 or len(U) != len(V):
        raise ValueError(f"U has shape {U.shape} and V {V.shape}; expected (width, features) and (width, outputs)")
    files = []
    for name, a in (("U", U), ("V", V)):
        files.append(str(Path(folder, name + ".npy")))
        np.save(files[-1], a)
    return files


def _positions(classes, y):
    """Returns where the labels are among the classes."""
    y = np.asarray(y)
    strange = ~np.isin(y, classes)
    if strange.any():
        raise ValueError(f"y has the label {y[strange].tolist()[0]!r}, which is none of {classes.tolist()}")
    return np.searchsorted(classes, y).astype(np.int64)


def content_of(model):
    """The JSON object of a model file for a model or a fitted estimator, whose
    features and classes have their own names in it."""
    if isinstance(model, Model):
        return model.content
    if not hasattr(model, "model_"):
        raise ValueError(f"the model is {model!r}; expected a fitted estimator or a Model")
    content = copy.deepcopy(model.model_.content)
    encoding = content["encoding"]
    names = getattr(model, "feature_names_in_", None)
    if names is not None:
        for feature in encoding["features"]:  # x1, x2, … as the program calls them
            called, _, rest = feature["name"].partition(" ")  # "x2 year", "x3 is missing"
            name = str(names[int(called[1:]) - 1])
            feature["name"] = name + (" " + rest if rest else "")
            for source in ("missing_of", "date_of"):
                if source in feature:
                    feature[source] = name
    if hasattr(model, "classes_"):
        encoding["classes"] = [str(model.classes_[int(k)]) for k in encoding["classes"]]
    return content
