"""The problems of the comparison: standardised features, a column of ones, and γ in the sum-of-squares convention.

    minimise over networks  ½‖Σ_j (X u_j)₊ v_jᵀ − Y‖² + (γ/2) Σ_j (‖u_j‖² + ‖v_j‖²)
"""
import csv
import pathlib

import numpy as np

TABLES = pathlib.Path(__file__).parents[2] / "table" / "builtin" / "data"


def standardised(features):
    """Columns of mean 0 and deviation 1, without constant ones, and a column of ones."""
    spread = features.std(axis=0)
    keep = spread > 0
    z = (features[:, keep] - features.mean(axis=0)[keep]) / spread[keep]
    return np.hstack([z, np.ones((len(z), 1))])


def one_hot(labels):
    classes = sorted(set(labels))
    return np.array([[float(label == c) for c in classes] for label in labels])


def shipped(name):
    """A table of the repository, whose last column is the class."""
    with open(TABLES / f"{name}.csv", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return standardised(np.array([[float(v) for v in r[:-1]] for r in rows])), one_hot([r[-1] for r in rows])


def digits():
    """The first 1437 rows, four fifths, of scikit-learn's digits; columns that are constant there are left out."""
    from sklearn.datasets import load_digits

    data = load_digits()
    return standardised(data.data[:1437]), one_hot(list(data.target[:1437]))


def column(y):
    return ((y - y.mean()) / y.std())[:, None]


def teacher(rows, seed, noise=0.3, features=30, neurons=20):
    """Gaussian features, the output of a random two-layer network with biases, and noise."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((rows, features))
    w, v, b = rng.standard_normal((features, neurons)) / features**0.5, rng.standard_normal(neurons), rng.standard_normal(neurons)
    clean = np.maximum(x @ w + 0.3 * b, 0) @ v
    return standardised(x), column((clean - clean.mean()) / clean.std() + noise * rng.standard_normal(rows))


def houses(rows=400, seed=3):
    """Prices of houses that do not exist: skewed sizes, thresholds, a product of coordinates."""
    rng = np.random.default_rng(seed)
    size = np.exp(0.4 * rng.standard_normal(rows)) * 120
    rooms = np.round(size / 25 + rng.standard_normal(rows))
    age, quality, distance = rng.uniform(0, 100, rows), rng.integers(1, 11, rows), rng.gamma(2, 4, rows)
    (north, east), garages = rng.uniform(-1, 1, (2, rows)), rng.integers(0, 3, rows)
    price = size**0.8 * (1 + 0.1 * quality) * (1 + 0.3 * np.maximum(0, 1 - distance / 10)) * (1 - 0.002 * np.abs(age - 60))
    price *= (1 + 0.2 * np.sin(3 * north) * east) * (1 + 0.05 * garages) * np.exp(0.1 * rng.standard_normal(rows))
    return standardised(np.c_[size, rooms, age, quality, distance, north, east, garages]), column(price)


# name: (what makes X and Y, γ, seconds)
PROBLEMS = {
    "iris γ=0.1": (lambda: shipped("iris"), 0.1, 20),
    "ionosphere γ=0.1": (lambda: shipped("ionosphere"), 0.1, 20),
    "ionosphere γ=5": (lambda: shipped("ionosphere"), 5, 20),
    "Pima γ=0.1": (lambda: shipped("pima_indians"), 0.1, 20),
    "Pima γ=10": (lambda: shipped("pima_indians"), 10, 20),
    "houses 400×9 γ=0.1": (houses, 0.1, 20),
    "digits 1437×62 γ=10": (digits, 10, 40),
    "teacher 4000×31 γ=10": (lambda: teacher(4000, 1), 10, 60),
    "teacher 40000×31 γ=100": (lambda: teacher(40000, 2), 100, 70),
}
