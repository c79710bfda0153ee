"""Pictures of fitted estimators, by matplotlib where it is installed."""

import numpy as np

#: Okabe and Ito's colours, which readers with any colour vision tell apart.
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#7a7a7a")
MARKERS = "os^D"


def plot_regions(estimator, X, y=None, features=(0, 1), *, cells=150, ax=None):
    """Draw what an estimator predicts along two features.

    The other features are held at their medians; lines show where neurons switch.

    Parameters
    ----------
    estimator : ReliftClassifier or ReliftRegressor
        Fitted; of a regressor with several targets the first is drawn.
    X : array-like of shape (n, d)
        Rows that the picture spans and shows.
    y : array-like of shape (n,), optional
        Their labels, which colour the points of a classifier.
    features : pair of int
        Columns of X along the axes.
    cells : int
        Cells along each axis.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    X = _matrix(X)
    ax, (i, j) = _axes(ax), features
    along, across = _span(X[:, i], cells), _span(X[:, j], cells)
    grid = np.tile(np.median(X, axis=0), (cells * cells, 1))
    grid[:, i], grid[:, j] = np.tile(along, cells), np.repeat(across, cells)
    predicted = estimator.predict(grid)
    if hasattr(estimator, "classes_"):
        classes = list(estimator.classes_)
        values = np.searchsorted(estimator.classes_, predicted).reshape(cells, cells)
        colours = [COLOURS[k % len(COLOURS)] for k in range(len(classes))]
        ax.contourf(along, across, values, levels=np.arange(len(classes) + 1) - 0.5, colors=colours, alpha=0.28)
        for k, label in enumerate(classes):
            rows = slice(0, 0) if y is None else np.asarray(y) == label
            ax.scatter(X[rows, i], X[rows, j], s=18, c=colours[k], marker=MARKERS[(k + k // 8) % 4], edgecolors="white", linewidths=0.5, label=str(label))
        ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    else:
        values = np.asarray(predicted).reshape(cells * cells, -1)[:, 0].reshape(cells, cells)
        ax.figure.colorbar(ax.contourf(along, across, values, levels=24, cmap="cividis"), ax=ax)
        ax.scatter(X[:, i], X[:, j], s=8, c="black", alpha=0.5)
    before = _preactivations(estimator, grid).reshape(cells, cells, -1)
    for neuron in range(before.shape[2]):
        z = before[:, :, neuron]
        if z.min() < 0 < z.max():
            ax.contour(along, across, z, levels=[0], colors="black", linewidths=0.6, alpha=0.35)
    names = _names(estimator, X.shape[1])
    ax.set(xlabel=names[i], ylabel=names[j], xlim=(along[0], along[-1]), ylim=(across[0], across[-1]))
    return ax


def plot_response(estimator, X, feature=0, *, ax=None):
    """Draw how the outputs follow one feature, with the kinks of the neurons.

    The other features are held at their medians, so that the outputs are piecewise
    linear; ticks at the bottom show where neurons switch.

    Parameters
    ----------
    estimator : ReliftClassifier or ReliftRegressor
        Fitted.
    X : array-like of shape (n, d)
        Rows whose range and medians are taken.
    feature : int
        Column of X along the axis.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    X = _matrix(X)
    ax, along = _axes(ax), _span(X[:, feature], 400)
    rows = np.tile(np.median(X, axis=0), (len(along), 1))
    rows[:, feature] = along
    classes = getattr(estimator, "classes_", None)
    outputs = estimator._outputs(rows) if classes is None else estimator._scores(rows)
    for k in range(outputs.shape[1]):
        label = None if outputs.shape[1] == 1 else str(classes[k] if classes is not None else estimator.model_.content["encoding"]["targets"][k])
        ax.plot(along, outputs[:, k], color=COLOURS[k % len(COLOURS)], linestyle=("-", "--", "-.", ":")[k % 4], label=label)
    kinks = _kinks(estimator, rows[0], rows[-1])
    ax.plot(along[0] + kinks * (along[-1] - along[0]), np.zeros_like(kinks), "|", color="black", alpha=0.6, markersize=9, transform=ax.get_xaxis_transform(), clip_on=False)
    if outputs.shape[1] > 1:
        ax.legend(frameon=False)
    ax.set(xlabel=_names(estimator, X.shape[1])[feature], ylabel="output")
    return ax


def _kinks(estimator, first, last):
    """Returns where in (0, 1) between two rows neurons switch."""
    before, after = _preactivations(estimator, np.array([first, last]))
    switches = (before < 0) != (after < 0)
    return before[switches] / (before[switches] - after[switches])


def _preactivations(estimator, X):
    """Returns the inputs of the ReLUs (n×m)."""
    return estimator.encode(X) @ estimator.coefs_[0]


def _matrix(X):
    return np.asarray(X, dtype=float)


def _span(column, count):
    low, high = column.min(), column.max()
    room = 0.06 * (high - low) or 1
    return np.linspace(low - room, high + room, count)


def _names(estimator, count):
    names = getattr(estimator, "feature_names_in_", None)
    return [f"x{k + 1}" for k in range(count)] if names is None else [str(name) for name in names]


def _axes(ax):
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot
    except ImportError:
        raise ImportError("pictures need matplotlib; expected it to be installed (pip install matplotlib)") from None
    return pyplot.subplots(figsize=(6, 4.5), layout="constrained")[1]
