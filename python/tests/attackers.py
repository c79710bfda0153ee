"""Certificates that claim too much, and the truth about their data.

What a verifier accepts of these must be true: no more than the objective of a
network, which `reachable` finds without looking at any certificate.
"""

import functools

import numpy as np


def reachable(X, Y, gamma):
    """Returns the objective of some two-layer ReLU network on X, Y at weight decay
    gamma: an upper limit of every true bound.  For one feature it is the optimum."""
    X, Y, gamma = np.asarray(X, float), np.asarray(Y, float), float(gamma)
    with np.errstate(all="ignore"):
        nothing = float((Y * Y).sum() / 2)
        if not (np.isfinite(X).all() and np.isfinite(nothing) and gamma > 0):
            return nothing
        size = np.abs(X).max() or 1.0
        found = _line(X / size, Y, gamma / size) if X.shape[1] == 1 else _directions(X / size, Y, gamma / size)
    return min(nothing, found) if np.isfinite(found) else nothing


def _line(X, Y, gamma):
    """The optimum for one feature: two groups of rows that do not meet, each with
    the closed form of one group of a lasso."""
    total = (Y * Y).sum() / 2
    for side in (X, -X):
        a = np.maximum(side, 0).ravel()
        if a.any():
            total -= max(np.linalg.norm(Y.T @ a) - gamma, 0) ** 2 / (a @ a) / 2
    return float(total)


def _directions(X, Y, gamma):
    """The objective of a group lasso over many directions.  Most changes of a
    certificate leave its data as they are, so that it is computed once for each."""
    return _lasso(X.shape, X.tobytes(), Y.shape, Y.tobytes(), gamma)


@functools.lru_cache(maxsize=64)
def _lasso(shape, rows, targets_shape, targets, gamma, count=200, steps=200):
    """The objective of _directions, of arrays as bytes, by accelerated proximal gradient
    steps."""
    X, Y = np.frombuffer(rows).reshape(shape), np.frombuffer(targets).reshape(targets_shape)
    rng = np.random.default_rng(0)
    U = rng.normal(size=(X.shape[1], count))
    A = np.maximum(X @ (U / np.linalg.norm(U, axis=0)), 0)
    step = 1 / (np.linalg.norm(A, 2) ** 2 or 1)
    V = Z = np.zeros((count, Y.shape[1]))
    momentum = 1.0
    for _ in range(steps):
        moved = Z - step * (A.T @ (A @ Z - Y))
        norms = np.linalg.norm(moved, axis=1, keepdims=True)
        new = moved * np.maximum(1 - step * gamma / np.maximum(norms, 1e-300), 0)
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        Z, V, momentum = new + (momentum - 1) / following * (new - V), new, following
    return float(((A @ V - Y) ** 2).sum() / 2 + gamma * np.linalg.norm(V, axis=1).sum())


def multipliers(X, Y, W, gamma, Phi, Omega, Psi):
    """Returns the arrays of a certificate without merged rows, with the bound that
    W would prove."""
    n = len(X)
    with np.errstate(all="ignore"):
        claim = (W * Y).sum() - (W * W).sum() / 2
    return {
        "X": X, "Y": Y, "gamma": np.array(gamma), "representatives": np.arange(n), "merged_into": np.arange(n),
        "merge_scale": np.ones(n), "W": W, "Phi": Phi, "Omega": Omega, "Psi": Psi, "lower_bound": np.array(claim),
    }


def derivation(c):
    """Returns the arrays of format version 2 of a certificate of multipliers."""
    m = len(c["representatives"])
    a, b = (0 if x == 0 or -20 < np.frexp(x)[1] < 20 else int(np.frexp(x)[1]) for x in (np.abs(c["X"]).max(), np.abs(c["W"]).max()))
    with np.errstate(all="ignore"):
        M = np.zeros((2 * m, 2 * m))
        M[:m, :m], M[:m, m:], M[m:, m:] = np.triu(c["Phi"], 1), c["Psi"] - np.diag(np.diag(c["Psi"])), np.triu(c["Omega"], 1)
        pairs = np.argwhere(M != 0)
        reals = np.concatenate([[0.0, 0.0], np.ldexp(2 * np.diag(c["Psi"]), a - b), np.ldexp(M[M != 0], a - b)])
        unit = np.ldexp(c["gamma"], -a - b)
        rows = np.ldexp(c["X"][c["representatives"]], -a)
    return {
        "derivation_version": np.array(2), "lower_bound": c["lower_bound"], "gamma": c["gamma"], "loss": np.array("squared"), "delta": np.array(0.0),
        "intercept": np.array(0), "X": c["X"], "Y": c["Y"], "W": c["W"], "x_exponent": np.array(a), "w_exponent": np.array(b), "rows": rows,
        "row_of": c["merged_into"], "row_scale": c["merge_scale"], "claim_u": unit, "claim_v": unit,
        "steps_0_int": np.concatenate([[7, len(pairs), 0, 0], pairs.ravel()]).astype(np.int64), "steps_0_real": reals, "meta": np.array("{}"),
    }


def hidden_direction(m, height):
    """m nearly parallel rows whose multipliers, height in size, leave a direction in
    which the matrix is negative by less than its rounding errors."""
    X, Y = (1 + 2.0**-52 * np.arange(m))[:, None], np.full((m, 1), 10.0)
    none = np.zeros((m, m))
    Psi = height / 2 * (np.ones((m, m)) - m * np.eye(m))
    return multipliers(X, Y, Y / 2, 0.1 * m, none, none, Psi)


def constructed():
    """Yields names and arrays of certificates of multipliers that are false."""
    for m, height in ((2, 1e17), (3, 1e16), (40, 1e16), (40, 1e13)):
        yield f"a direction hidden among {m} rows of height {height:g}", hidden_direction(m, height)
    one, none = np.ones((1, 1)), np.zeros((1, 1))
    for scale in (-1000, -560, -540, -500, 500, 540):
        tiny = np.ldexp(1.0, scale)
        yield f"W 2^{scale}", multipliers(one, 10 * one, tiny * one, 0.1, none, none, none)
        yield f"X 2^{scale}", multipliers(tiny * one, 10 * one, 5 * one, 0.1 * tiny, none, none, none)
        yield f"X 2^{scale} and multipliers", multipliers(tiny * one, 10 * one, 5 * one, 0.1 * tiny, none, none, -tiny * one)
        yield f"γ 2^{scale}", multipliers(one, 10 * one, 5 * one, tiny, none, none, none)
        yield f"all 2^{scale}", multipliers(tiny * one, tiny * one, tiny * one, tiny, none, none, none)


_NUMBERS = (np.nan, np.inf, -np.inf, 0.0, -0.0, 5e-324, -1e-310, 1e-170, -1.0, 1e60, 1e170, -1e308)


def mutations(base, seed=0):
    """Yields names and arrays: every array of base changed in every way."""
    rng = np.random.default_rng(seed)

    def changed(name, array):
        return {**base, name: array}

    for name, array in base.items():
        if array.dtype.kind in "US":
            continue
        yield f"{name} missing", {k: v for k, v in base.items() if k != name}
        for kind in ("f4", "f8", ">f8", "i8", "i4", "c16", "g", "?", "O", "U5"):
            if np.dtype(kind) != array.dtype:
                with np.errstate(all="ignore"):
                    yield f"{name} as {kind}", changed(name, array.astype(kind))
        if array.dtype.kind == "f":
            with np.errstate(all="ignore"):
                for factor in (0.0, -1.0, 0.5, 0.999, 1.001, 2.0, 1e3, 2.0**-538, 2.0**-1060, 2.0**500, 1e308):
                    yield f"{name} times {factor:g}", changed(name, array * factor)
            for value in _NUMBERS:
                some = array.copy()
                some[np.unravel_index(rng.integers(array.size), array.shape)] = value
                yield f"{name} with {value:g}", changed(name, some)
                yield f"{name} all {value:g}", changed(name, np.full_like(array, value))
        else:
            for value in (-(2**63), -2, -1, 0, 1, array.size, 2**62):
                some = array.copy()
                some[np.unravel_index(rng.integers(array.size), array.shape)] = value
                yield f"{name} with {value}", changed(name, some)
        if array.ndim:
            yield f"{name} permuted", changed(name, array[rng.permutation(len(array))])
            yield f"{name} shorter", changed(name, array[:-1])
            yield f"{name} empty", changed(name, array[:0])
            yield f"{name} broadcast", changed(name, array[..., :1])
            yield f"{name} deeper", changed(name, array[..., None])
            yield f"{name} transposed", changed(name, array.T)
    for name in ("X", "Y", "W"):
        for other in ("X", "Y", "W"):
            if name < other:
                yield f"{name} and {other} permuted", {**base, **{k: base[k][::-1] for k in (name, other)}}


def claims(arrays):
    """Yields arrays, and arrays with the claim that their W would prove if it were
    feasible."""
    yield arrays
    with np.errstate(all="ignore"):
        try:
            value = float(((arrays["W"] * arrays["Y"]).sum() - (arrays["W"] ** 2).sum() / 2).real)
        except (KeyError, TypeError, ValueError):
            return
    if np.isfinite(value) and value != arrays.get("lower_bound"):
        yield {**arrays, "lower_bound": np.array(value)}
