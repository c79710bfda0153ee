"""The program under test, and data with every kind of row."""

import atexit
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]


def use_program():
    """Makes sure that RELIFT_BINARY names the program; builds it if it does not."""
    if os.environ.get("RELIFT_BINARY"):
        return
    folder = tempfile.mkdtemp(prefix="relift-test-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    binary = str(Path(folder, "relift"))
    subprocess.run(["go", "build", "-o", binary, "./cmd/relift"], cwd=ROOT, check=True)
    os.environ["RELIFT_BINARY"] = binary


def problem(seed=1, n=14, d=2, c=2):
    """Rows with a duplicate, a negative and a positive multiple, and a zero row;
    without scaling and bias they stay so."""
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(size=(n, d)), rng.normal(size=(n, c))
    X[1], X[2], X[5], X[4] = X[0], -2 * X[3], 0.5 * X[6], 0
    return X, Y
