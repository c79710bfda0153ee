"""Model files: prediction in NumPy, without the relift program."""

import json

import numpy as np

from .frames import absent, date_part, dates, entries, numbers, texts

FORMAT = "relift model"
FORMAT_VERSION = 2
UNKNOWN = ("error", "ignore", "most-frequent")
LOSSES = ("squared", "huber", "logistic", "softmax")


class Model:
    """A trained network f(x) = Σ_j (xᵀu_j)₊ v_j + b with the encoding of its inputs.

    Parameters
    ----------
    content : dict
        The JSON object of a model file.
    name : str
        What messages call it.

    Attributes
    ----------
    U : ndarray of shape (m, d)
        First-layer weights u_j, of the encoded inputs.
    V : ndarray of shape (m, c)
        Second-layer weights v_j.
    B : ndarray of shape (c,)
        The intercept b, zeros where the network has none.
    loss : {"squared", "huber", "logistic", "softmax"}
        The loss that it was trained with.
    classes : list of str
        The classes, empty for a regression.
    signed : bool
        Whether two classes share an output, −1 and 1.
    content : dict
        The JSON object of the file.

    Raises
    ------
    ValueError
        For anything that is not a model file, and for a newer format.
    """

    def __init__(self, content, name="model"):
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise ValueError(f"{name}: not a model file; expected the JSON that relift train writes with -o")
        version = content.get("version")
        if type(version) is not int or version < 1:
            raise ValueError(f"{name}: the model file has no valid format version; expected 1 to {FORMAT_VERSION}")
        if version > FORMAT_VERSION:
            raise ValueError(
                f"{name}: the model file has format version {version} and this package reads up to {FORMAT_VERSION}; "
                "expected an older file or a newer package"
            )
        try:
            encoding, weights = content["encoding"], content["weights"]
            self.features = encoding["features"]
            self.bias = bool(encoding["bias"])
            self.task = encoding["task"]
            self.classes = encoding.get("classes", [])
            self.targets = encoding["targets"]
            width, inputs, outputs = weights["width"], weights["inputs"], weights["outputs"]
            self.U = np.array(weights["U"], dtype=float).reshape(width, inputs)
            self.V = np.array(weights["V"], dtype=float).reshape(width, outputs)
            self.B = np.array(weights.get("B", [0.0] * outputs), dtype=float).reshape(outputs)
            self.loss = content["provenance"].get("loss", "squared")
            self.signed = encoding.get("coding") == "sign"
            if self.loss not in LOSSES or self.signed and (len(self.classes) != 2 or outputs != 1):
                raise ValueError("its loss or the coding of its classes is not known")
            columns = sum(len(f["categories"]) if f["kind"] == "categorical" else 1 for f in self.features)
            numbers = [self.U, self.V, self.B] + [
                np.array([f["mean"], f["deviation"]], dtype=float) for f in self.features if f["kind"] == "numeric"
            ]
        except (KeyError, TypeError, ValueError, AttributeError) as e:
            raise ValueError(f"{name}: the model file is damaged: {e}") from None
        if columns + self.bias != inputs or not all(np.isfinite(a).all() for a in numbers):
            raise ValueError(f"{name}: the model file is damaged: its weights do not fit its encoding or are not finite")
        self.content = content

    @property
    def feature_names(self):
        """Names of the input columns."""
        return list(dict.fromkeys(_source(f) for f in self.features))

    def encode(self, X, *, unknown="error"):
        """Encode inputs: scale numbers, make zeros and ones of categories, append the bias.

        Parameters
        ----------
        X : array-like of shape (n, features), or mapping from names to columns
            One column for each of `feature_names`, in this order, or a data frame that has them.
        unknown : {"error", "ignore", "most-frequent"}
            What becomes of categories that training never saw: "ignore" takes none of the known
            ones, "most-frequent" that of the most training rows.

        Returns
        -------
        ndarray of shape (n, d)
            The inputs of the network, the bias as a last column of ones.

        Raises
        ------
        ValueError
            For another number of columns, and for values that the encoding does not know.
        """
        if unknown not in UNKNOWN:
            raise ValueError(f"unknown is {unknown!r}; expected one of {list(UNKNOWN)}")
        names = self.feature_names
        if hasattr(X, "keys") or hasattr(X, "columns") or hasattr(X, "column_names"):
            columns = {name: entries(X[name]) for name in names}
        else:
            X = np.asarray(X)
            if X.ndim != 2 or X.shape[1] != len(names):
                raise ValueError(f"X has shape {X.shape}; expected one column for each of {names}")
            columns = dict(zip(names, (entries(column) for column in X.T)))
        blocks = [self._encode(feature, columns[_source(feature)], unknown) for feature in self.features]
        if self.bias:
            blocks.append(np.ones((len(blocks[0]), 1)))
        return np.hstack(blocks)

    def _encode(self, feature, values, unknown):
        """Returns the columns (n×1, or n×categories) of a feature for the entries of its column."""
        fills = self.content["encoding"].get("missing") in ("mean", "indicator")
        if feature.get("missing_of"):
            return absent(values).astype(float)[:, None]
        if feature["kind"] == "numeric":
            if feature.get("date_of"):
                try:
                    when = dates(values, feature.get("date_order"))
                except ValueError as e:
                    raise ValueError(f'column "{_source(feature)}", {e}') from None
                z = date_part(when, feature["date_part"], feature.get("since"))
            else:
                z = numbers(values)
            if fills:
                z = np.where(np.isnan(z), feature.get("fill", 0.0), z)
            z = (z - feature["mean"]) / feature["deviation"]
            _refuse_first(~np.isfinite(z), feature, lambda i: "the value is missing, infinite or too large")
            return z[:, None]
        often = feature.get("fill_category")
        labels = [often if fills and v is None else v for v in texts(values)]
        known = np.array(feature["categories"])
        one = np.array([str(v) for v in labels])[:, None] == known[None, :]
        there = np.array([v is not None for v in labels])
        one &= there[:, None]
        strange = ~one.any(axis=1)
        if unknown == "most-frequent" and often:
            one[strange & there] = known == often
        if unknown == "error" or unknown == "most-frequent" and not often:
            _refuse_first(strange & there, feature, lambda i: f"{labels[i]!r} is none of {feature['categories']}; unknown=\"ignore\" or \"most-frequent\" takes it")
        _refuse_first(~there, feature, lambda i: f"the value is missing; expected one of {feature['categories']}")
        return one.astype(float)

    def outputs(self, X, *, unknown="error"):
        """Compute the network's outputs.

        Parameters
        ----------
        X : array-like of shape (n, features), or mapping from names to columns
            Inputs as `encode` takes them.
        unknown : {"error", "ignore", "most-frequent"}
            As in `encode`.

        Returns
        -------
        ndarray of shape (n, c)
            The outputs f(x).
        """
        return np.maximum(self.encode(X, unknown=unknown) @ self.U.T, 0.0) @ self.V + self.B

    def scores(self, X, *, unknown="error"):
        """Compute a score for each class, of which the largest is the answer.

        Parameters
        ----------
        X : array-like of shape (n, features), or mapping from names to columns
            Inputs as `encode` takes them.
        unknown : {"error", "ignore", "most-frequent"}
            As in `encode`.

        Returns
        -------
        ndarray of shape (n, classes)
            The outputs, or −f and f where two classes share the output f.
        """
        outputs = self.outputs(X, unknown=unknown)
        return np.hstack([-outputs, outputs]) if self.signed else outputs

    def predict(self, X, *, unknown="error"):
        """Predict classes or numbers.

        Parameters
        ----------
        X : array-like of shape (n, features), or mapping from names to columns
            Inputs as `encode` takes them.
        unknown : {"error", "ignore", "most-frequent"}
            As in `encode`.

        Returns
        -------
        ndarray of shape (n,) or (n, c)
            The class of each row, as text, or the predicted numbers.
        """
        scores = self.scores(X, unknown=unknown)
        return np.array(self.classes)[scores.argmax(axis=1)] if self.task == "classification" else scores

    def predict_proba(self, X, *, unknown="error"):
        """Compute the probabilities of the classes.

        Parameters
        ----------
        X : array-like of shape (n, features), or mapping from names to columns
            Inputs as `encode` takes them.
        unknown : {"error", "ignore", "most-frequent"}
            As in `encode`.

        Returns
        -------
        ndarray of shape (n, classes)
            The probabilities, in the order of `classes`.

        Raises
        ------
        ValueError
            If the loss is neither logistic nor softmax.
        """
        if self.loss not in ("logistic", "softmax"):
            raise ValueError(f"the model has the {self.loss} loss, which has no probabilities; expected logistic or softmax")
        z = self.scores(X, unknown=unknown)
        if self.loss == "logistic":
            z = z / 2  # the softmax of −f/2 and f/2 is the sigmoid of −f and f
        z = np.exp(z - z.max(axis=1, keepdims=True))
        return z / z.sum(axis=1, keepdims=True)


def _refuse_first(wrong, feature, why):
    """Raises ValueError for the first of the rows (n) that are wrong."""
    if wrong.any():
        i = int(wrong.argmax())
        raise ValueError(f"row {i + 1}, column \"{_source(feature)}\": {why(i)}")


def _source(feature):
    """The input column of a feature."""
    return feature.get("missing_of") or feature.get("date_of") or feature["name"]


def load_model(path):
    """Read a model file.

    Parameters
    ----------
    path : str or path-like
        The JSON file that ``relift train -o`` writes.

    Returns
    -------
    Model
        The network with its encoding.

    Raises
    ------
    ValueError
        For a file that is not a model, damaged, or of a newer format.
    """
    with open(path, encoding="utf-8") as f:
        try:
            content = json.load(f)
        except (RecursionError, ValueError) as e:
            raise ValueError(f"{path}: not a model file, or damaged: {e}") from None
    return Model(content, str(path))
