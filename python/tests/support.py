"""The program under test, and data with every kind of row."""

import atexit
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from relift.program import installed, run

ROOT = Path(__file__).resolve().parents[2]


def use_program():
    """Makes sure that RELIFT_BINARY names the program, or the wheel brought it; builds it if neither."""
    if os.environ.get("RELIFT_BINARY") or installed():
        return
    folder = tempfile.mkdtemp(prefix="relift-test-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    binary = str(Path(folder, "relift"))
    subprocess.run(["go", "build", "-o", binary, "./cmd/relift"], cwd=ROOT, check=True)
    os.environ["RELIFT_BINARY"] = binary


def version_one(name):
    """A certificate of format version 1, as relift 0.1.0 wrote it, of data that `problem` makes."""
    return str(Path(__file__).parent / "v1" / f"{name}.npz")


# The problem of the paper, which every method knows.
PAPER = dict(reg=0.1, fit_intercept=False)


def certify(folder, X, Y, name="c.npz", *flags):
    """Lets the program certify a bound for X, Y as they are, by multipliers at the root."""
    data, out = Path(folder, "data.npz"), Path(folder, name)
    np.savez(data, X=X, y=Y)
    flags = flags or ("--bias=false", "--scale=none", "--reg=0.3", "--time-limit=3s")
    run(["bound", str(data), "--task=regression", "--intercept=false", "--relaxation=published", "--quiet", f"--certificate={out}", *flags], folder)
    return str(out)


def problem(seed=1, n=14, d=2, c=2):
    """Rows with a duplicate, a negative and a positive multiple, and a zero row;
    without scaling and bias they stay so."""
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(size=(n, d)), rng.normal(size=(n, c))
    X[1], X[2], X[5], X[4] = X[0], -2 * X[3], 0.5 * X[6], 0
    return X, Y
