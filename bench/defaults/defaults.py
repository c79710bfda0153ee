"""Compares test metrics of relift, whose weight decay cross-validation chooses, with scikit-learn's defaults.

Every table is split in training and test rows ten times (a quarter for testing, class by class where there are
classes).  Every method sees the same rows, with the features standardised by those for training where it is
no tree.  The metric is the accuracy, or R².  A method wins where its mean is the largest; relift is level with
the winner where the difference over the splits is within twice its standard error.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))

from relift import ReliftClassifierCV, ReliftRegressorCV  # noqa: E402


def shipped(name):
    """A table of the sources, whose last column is the class."""
    rows = (ROOT / "table" / "builtin" / "data" / (name + ".csv")).read_text().split()[1:]
    cells = np.array([row.split(",") for row in rows])
    return cells[:, :-1].astype(float), cells[:, -1]


def house():
    """Prices of made houses: size, age, distance and rooms, with bends and noise."""
    rng, n = np.random.default_rng(0), 500
    size, age, distance, rooms = rng.gamma(9, 13, n), rng.uniform(0, 90, n), rng.gamma(2, 4, n), rng.integers(1, 8, n)
    X = np.column_stack([size, age, distance, rooms, rng.normal(size=(n, 4))])
    price = 1.9 * size + 9 * rooms - 1.1 * np.minimum(age, 40) - 60 * np.maximum(0, 1 - distance / 10) * (size < 90) - 4 * np.minimum(distance, 15)
    return X, price + 12 * rng.normal(size=n)


def ten_classes():
    """Ten made classes, each of two clouds of points."""
    rng, n, d = np.random.default_rng(0), 800, 10
    centres = 2.2 * rng.normal(size=(20, d))
    cloud = rng.integers(20, size=n)
    return centres[cloud] + 1.7 * rng.normal(size=(n, d)), cloud % 10


def tables():
    loaded = {
        "iris": load_iris, "wine": load_wine, "breast cancer": load_breast_cancer, "digits": load_digits, "diabetes": load_diabetes,
    }
    made = {name: (lambda load=load: load(return_X_y=True)) for name, load in loaded.items()}
    made |= {"Pima": lambda: shipped("pima_indians"), "ionosphere": lambda: shipped("ionosphere")}
    made |= {"made houses": house, "made classes": ten_classes}
    return made


def export(folder):
    """Writes tables of scikit-learn as CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, load in (("wine", load_wine), ("breast_cancer", load_breast_cancer)):
        made = load()
        lines = [",".join([*made.feature_names, "class"])]
        lines += [",".join([*map(repr, map(float, x)), str(made.target_names[k])]) for x, k in zip(made.data, made.target)]
        (folder / (name + ".csv")).write_text("\n".join(lines) + "\n")


def methods(regression, loss, effort, threads):
    scaled = lambda model: make_pipeline(StandardScaler(), model)  # noqa: E731
    if regression:
        return {
            "relift": ReliftRegressorCV(effort=effort, method="descent", threads=threads),
            "linear": scaled(Ridge()), "MLP": scaled(MLPRegressor(random_state=0)),
            "gradient boosting": HistGradientBoostingRegressor(random_state=0), "random forest": RandomForestRegressor(random_state=0),
        }
    return {
        "relift": ReliftClassifierCV(effort=effort, method="descent", threads=threads, loss=loss),
        "linear": scaled(LogisticRegression()), "MLP": scaled(MLPClassifier(random_state=0)),
        "gradient boosting": HistGradientBoostingClassifier(random_state=0), "random forest": RandomForestClassifier(random_state=0),
    }


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--splits", type=int, default=10)
    p.add_argument("--tables", default=",".join(tables()), help="names separated by commas")
    p.add_argument("--loss", default="auto", help="of relift's classifiers")
    p.add_argument("--effort", type=int, default=400, help="of relift's last training, in passes")
    p.add_argument("--threads", type=int, default=0, help="of relift")
    p.add_argument("--json", help="file to write every metric and time to")
    p.add_argument("--export", metavar="FOLDER", help="only write wine.csv and breast_cancer.csv there, for docs/targets")
    o = p.parse_args()
    if o.export:
        export(Path(o.export))
        return
    np.seterr(all="ignore")
    if not sys.warnoptions:
        import warnings

        warnings.simplefilter("ignore")
    record, level = {}, 0
    wanted = o.tables.split(",")
    made = tables()
    for name in wanted:
        if name not in made:
            p.error(f"no table is called {name!r}; expected some of {', '.join(made)}")
    columns = list(methods(True, o.loss, o.effort, o.threads))
    print("| table | metric |" + "".join(f" {c} |" for c in columns) + " relift against the best other | relift's seconds |")
    print("|---|---|" + "---|" * (len(columns) + 2))
    for name in wanted:
        X, y = made[name]()
        regression = name in ("diabetes", "made houses")
        scores = {c: [] for c in columns}
        seconds = []
        for seed in range(o.splits):
            parts = train_test_split(X, y, test_size=0.25, random_state=seed, stratify=None if regression else y)
            X_train, X_test, y_train, y_test = parts
            for column, model in methods(regression, o.loss, o.effort, o.threads).items():
                begin = time.perf_counter()
                scores[column].append(model.fit(X_train, y_train).score(X_test, y_test))
                if column == "relift":
                    seconds.append(time.perf_counter() - begin)
        record[name] = {"scores": scores, "seconds": seconds}
        means = {c: np.mean(s) for c, s in scores.items()}
        best = max(columns[1:], key=means.get)
        difference = np.array(scores["relift"]) - np.array(scores[best])
        error = difference.std(ddof=1) / np.sqrt(len(difference)) if len(difference) > 1 else float("inf")
        within = difference.mean() >= -2 * error
        level += within
        shown = "".join(f" {'**' if means[c] == max(means.values()) else ''}{means[c]:.4f}{'**' if means[c] == max(means.values()) else ''} |" for c in columns)
        print(
            f"| {name} | {'R²' if regression else 'accuracy'} |{shown} {difference.mean():+.4f} ± {error:.4f} ({best}){'' if within else ', behind'} | {np.mean(seconds):.1f} |",
            flush=True,
        )
    print(f"\nrelift is level with the best other or ahead on {level} of {len(wanted)} tables ({o.splits} splits each, loss {o.loss}).")
    if o.json:
        Path(o.json).write_text(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
