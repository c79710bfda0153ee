"""A verifier of relift's certificates in NumPy, written from the format's
description; it shares no code with the program.

What is proved
--------------
For data X (n×d), Y (n×c) and weight decay γ > 0, every two-layer ReLU network, of
any width, has

    ½‖Σ_j (Xu_j)₊ v_jᵀ − Y‖² + (γ/2) Σ_j (‖u_j‖² + ‖v_j‖²)  ≥  lower_bound.

The file holds a matrix W (n×c); if ‖Wᵀ(Xu)₊‖ ≤ γ‖u‖ for every u, then
⟨W,Y⟩ − ½‖W‖² is such a bound.  That inequality is proved by multipliers (module
multipliers) or by a tree of cones (module cones); a file may hold both.  A file of format
version 2 holds a derivation instead (package derivation), for this and other losses.

This rests on IEEE arithmetic with gradual underflow and on matrix products that sum
in any order, with or without fused operations; nothing is assumed of factorizations.
The work is bounded from the sizes of the arrays before it begins.
"""

import math
import os
from fractions import Fraction

import numpy as np

from . import cones as by_cones
from . import metadata, multipliers
from .archive import Archive, take
from .derivation import Derivation, is_derivation
from .multipliers import ARRAYS, Certificate
from .statement import LOSS, contradiction, describe, difference
from .verification import WORK_LIMIT, Verification, plain

FORMAT = "relift certificate"
FORMAT_VERSION = 1


def load_certificate(path):
    """Read a certificate.

    Parameters
    ----------
    path : str, path-like or open binary file
        The file; one that is open has to be able to seek.

    Returns
    -------
    Certificate, cones.Cones or derivation.Derivation
        `cones.Cones` for a file of format version 1 that holds a proof by cones alone, a `Derivation`
        for format version 2.  It reads the nodes of the proof when it is verified, a part of them at a
        time: until then the file has to stay what it is.

    Raises
    ------
    ValueError
        In one line, for what is not a certificate or is of a newer format.
    OSError
        For a file that cannot be read.
    """
    name = os.fspath(path) if isinstance(path, (str, os.PathLike)) else getattr(path, "name", "certificate")
    try:
        archive = Archive(path)
        if is_derivation(archive):
            return Derivation(archive)
        arrays = dict(archive)
        meta = _meta(arrays.get("meta", ""))
        if meta and meta.get("format") == by_cones.FORMAT:
            return by_cones.take(arrays, meta)
        found = {key: take(arrays, key, kind, dimensions) for key, kind, dimensions in ARRAYS}
        other = by_cones.beside(arrays, meta)
    except ValueError as e:
        raise ValueError(f"{plain(name)}: cannot be read as a certificate: {plain(e)}") from None
    return Certificate(meta=meta, cones=other, **found)


def _meta(text):
    meta = metadata.parse(text)
    if meta is None:
        return None
    form, version = meta.get("format"), meta.get("format_version")
    if form not in (None, "", FORMAT, by_cones.FORMAT):
        raise ValueError(f"its format is {str(form)[:80]!r}, expected {FORMAT!r}")
    if (version is not None or form == by_cones.FORMAT) and not (type(version) is int and 1 <= version <= FORMAT_VERSION):
        raise ValueError(f"it has format version {str(version)[:80]!r} and this package knows versions up to {FORMAT_VERSION}: use a newer one")
    return meta


def verify_certificate(path, X=None, Y=None, *, gamma=None, loss=None, bias=None, scale=None, cones=True, work_limit=WORK_LIMIT):
    """Check a certificate independently of the program that made it.

    Parameters
    ----------
    path : str, path-like, open binary file, or what `load_certificate` returned
        The certificate.
    X, Y : array-like (n×d, n×c), optional
        The encoded data that it has to be about, number for number: scaled features
        with the column of ones, and one column for each output.
        `ReliftClassifier.encode` and `encode_target` make them.
    gamma, loss, bias, scale : optional
        What the certificate has to be about: the weight γ, the loss ("squared", …),
        whether there is a bias, and the scaling of the features ("standard", "none",
        …).  A check fails where it is about something else.  Without them, and
        without X and Y, the proof is about what the file says: see `statement`.  A
        derivation (format version 2) proves a bound for every γ: then gamma chooses
        the one that `claimed_bound` is for.
    cones : bool
        Whether the proof by cones in a file with both proofs is checked too.
    work_limit : float
        Operations that each proof may need; they are counted from the sizes of the
        arrays before anything else, and a check fails if they are more.

    Returns
    -------
    Verification
        True in a condition exactly if the claimed bound is proved.

    Raises
    ------
    ValueError
        For a file that is not a certificate, or a gamma that is not positive and finite, in one line.
    OSError
        For a file that cannot be read.
    """
    if gamma is not None and not 0 < gamma < math.inf:
        raise ValueError(f"gamma is {gamma!r}, expected a finite number above 0 such as 0.1")
    c = path if isinstance(path, (Certificate, by_cones.Cones, Derivation)) else load_certificate(path)
    v = Verification()
    if isinstance(c, Derivation):
        if c.verify(v, work_limit, gamma):
            _compare(v, c, X, Y, None, loss, bias, scale, c.gamma if gamma is None else gamma)
        return v
    proofs = [c] if isinstance(c, by_cones.Cones) else [c] + ([c.cones] if c.cones and cones else [])
    v.claimed_bound = max((p.lower_bound for p in proofs), key=lambda bound: (not math.isnan(bound), bound))
    if isinstance(c, Certificate) and c.cones and not cones:
        v.unchecked_bound = c.cones.lower_bound
    with np.errstate(all="ignore"):  # what overflows or underflows is accounted for
        if not all(_check(proof, v, work_limit) for proof in proofs):
            return v
    _compare(v, c, X, Y, gamma, loss, bias, scale)
    return v


def _compare(v, c, X, Y, gamma, loss, bias, scale, proved_for=None):
    """Adds what the certificate is about, and the checks that it is what the caller says; the claimed bound is for the
    weight proved_for where that is not the file's."""
    of = getattr(c, "loss", LOSS)
    weighted = getattr(c, "weighted", False)
    v.statement = describe(c.X, c.Y, c.gamma if proved_for is None else proved_for, c.meta, of, weighted, getattr(c, "intercept", False))
    v.add("statement", contradiction(c.X, c.gamma, c.meta), "γ and X are what the meta data say of them")
    if not all(wanted is None for wanted in (gamma, loss, bias, scale)):
        problem = difference(c.X, c.gamma, c.meta, of, wanted_gamma=gamma, loss=loss, bias=bias, scale=scale)
        v.add("wanted", problem, "the certificate is about what was asked for")
    if weighted and not (X is None and Y is None):
        v.add("data", "the certificate is for rows with weights, and X and Y as given have none", "")
    for name, have, given in (("X", c.X, X), ("Y", c.Y, Y)):
        if given is not None:
            v.add("data", _data_problem(name, have, given), f"{name} is the one given")


def _check(proof, v, work_limit):
    """Adds the checks of one proof; returns whether its shapes and its work allowed
    them."""
    kind = by_cones if isinstance(proof, by_cones.Cones) else multipliers
    sizes = f"{len(proof.X)} rows, {proof.X.shape[1]} features, {proof.Y.shape[1]} outputs"
    if not v.add("shapes", kind.shape_problem(proof), sizes) or not v.affordable("work", kind.work(proof), work_limit):
        return False
    before = len(v.checks)
    proved = kind.check(proof, v)
    stated = metadata.stated_digest(proof.meta)
    if stated is not None or kind is by_cones:
        same = stated == kind.digest(proof)
        v.add("digest", "" if same else "the arrays are not those that the digest was taken of", "the arrays have the digest that the meta data name")
    if not all(check.passed for check in v.checks[before:] if check.name in ("finite", "grouping")):
        return True
    value = kind.dual_value(proof)
    if proved and all(check.passed for check in v.checks):
        v.proven_bound = max(v.proven_bound, _round_down(value))
    else:
        v.proven_bound = -math.inf
    claim = proof.lower_bound
    v.add(
        "bound",
        "" if Fraction(claim) <= value else f"the claimed bound {claim!r} is above the dual value {_round_down(value)!r} of W",
        f"the claimed bound {claim!r} is at most the dual value of W",
    )
    return True


def _data_problem(name, have, given):
    try:
        given = np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        return f"{name} as given is not a matrix of numbers"
    if given.shape != have.shape:
        return f"{name} is {have.shape} in the certificate and {given.shape} as given"
    different = ~(have == given)
    if different.any():
        i, j = np.argwhere(different)[0]
        return f"{name} differs in {different.sum()} numbers, first in row {i}, column {j} (counted from 0)"
    return ""


def _round_down(value):
    try:
        v = float(value)
    except OverflowError:
        return -math.inf
    return v if Fraction(v) <= value else float(np.nextafter(v, -np.inf))
