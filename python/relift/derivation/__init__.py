"""A verifier of derivations, format version 2, in NumPy: it was written from the format's
page, docs/proof-format.md, whose sections the comments refer to, and shares no code with
the program."""

import math

import numpy as np

from .. import metadata
from ..verification import WORK_LIMIT
from .dual import Dual
from .problem import Arrays, Problem, Rows
from .rounding import Refused, above, below, require, up
from .tree import Tree

VERSION = 2

#: the names of arrays beside the steps, with the array without which there is none of the name
NAMES = dict.fromkeys(
    "derivation_version lower_bound gamma loss delta intercept X Y W weights x_exponent w_exponent rows claim_u claim_v claim_g meta".split()
) | {"row_of": "rows", "row_scale": "rows", "basis": "rows", "claim_in_x": "claim_g"}


def check_names(arrays):
    """Raises ValueError for an array that no verifier looks at."""
    steps = {name for name in arrays if name.startswith("steps_")}
    for name in arrays:
        if name not in NAMES and name not in steps:
            raise ValueError(f"it has an array {name[:100]!r}, which derivations do not have")
        if NAMES.get(name) not in (None, *arrays):
            raise ValueError(f"it has an array {name!r} and no array {NAMES[name]!r}, without which it means nothing")
    pairs = 0
    while {f"steps_{pairs}_int", f"steps_{pairs}_real"} <= steps:
        steps -= {f"steps_{pairs}_int", f"steps_{pairs}_real"}
        pairs += 1
    if steps:
        raise ValueError(f"it has an array {min(steps)[:100]!r} behind {pairs} pairs of steps, to which it does not belong")


def is_derivation(arrays):
    """Whether the arrays are those of a derivation, of this or a later version."""
    return "derivation_version" in arrays


class Proof:
    """What a derivation proves."""

    def __init__(self, arrays, work_limit=WORK_LIMIT):
        """Raises Refused if anything in it is false; work beyond the limit is not begun."""
        with np.errstate(all="ignore"):  # what overflows fails a comparison later
            self._check(Arrays(arrays), work_limit)

    def _check(self, arrays, work_limit):
        version = arrays.integer("derivation_version")
        require(version == VERSION, "it has format version %d, and this verifier knows version %d", version, VERSION)
        self.claimed_bound, self.meta = arrays.scalar("lower_bound"), arrays.take("meta", "U", 0)
        self.problem = Problem(arrays)
        self.dual = Dual(self.problem)
        rows = self.rows = Rows(arrays, self.problem)
        self._plan(Tree(arrays, rows), work_limit)
        a, b = Tree(arrays, rows).walk(lambda leaf: leaf.prove())
        product = above(above(rows.g_in_x + up(a * rows.nu)) * above(rows.h + b))
        reach = above(above(above(math.sqrt(product))) + rows.moved)
        #: γ_eff
        self.effective = float(above(math.ldexp(reach, rows.a + rows.b)))
        require(0 < self.effective < math.inf, "it proves ‖Wᵀ(Xu)₊‖ ≤ %r‖u‖ only", self.effective)
        self.proven_bound = self.at(self.problem.gamma)

    def _plan(self, tree, work_limit):
        """Goes through the nodes for their work, and refuses more than the limit."""
        self.leaves = 0

        def measure(leaf):
            self.leaves += 1
            tree.work += leaf.work()
            require(tree.work <= work_limit, "it needs more than %.1e operations: raise work_limit (--work-limit)", work_limit)

        tree.walk(measure)
        self.work = tree.work

    def at(self, gamma):
        """The lower bound that is proved for weight decay gamma."""
        return self.dual.best(float(below(gamma / self.effective))) if gamma > 0 else -math.inf

    def check_claim(self):
        """Raises Refused if the file claims more than it proves."""
        require(self.claimed_bound <= self.proven_bound, "the claimed bound %r is above %r, which is proved", self.claimed_bound, self.proven_bound)


class Derivation:
    """A file of format version 2; nothing about its contents is assumed but that X, Y, γ and
    the loss can be read.  Its nodes are read and checked as a stream, twice: for the work, and
    for the proof."""

    def __init__(self, arrays):
        """Raises ValueError for arrays that are no derivation, or one of a later version."""
        self.arrays = arrays
        a = Arrays(arrays)
        version = a.integer("derivation_version")
        if version != VERSION:
            raise ValueError(f"it has format version {version} and this package knows version {VERSION}: use a newer one")
        check_names(arrays)
        self.X, self.Y, self.gamma = a.matrix("X"), a.matrix("Y"), a.scalar("gamma")
        self.loss, self.lower_bound = a.take("loss", "U", 0), a.scalar("lower_bound")
        self.weighted, self.intercept = a.has("weights"), a.integer("intercept") == 1
        self.meta = metadata.parse(a.take("meta", "U", 0))

    def verify(self, verification, work_limit=WORK_LIMIT, gamma=None):
        """Adds the checks to a verification, with the bound for the weight gamma if it is not
        that of the file; returns whether everything passed."""
        v = verification
        try:
            proof = Proof(self.arrays, work_limit)
            v.add("problem", "", str(proof.problem))
            v.add("directions", "", f"{proof.leaves} leaves prove that ‖Wᵀ(Xu)₊‖ ≤ {proof.effective:.12g}‖u‖ for every u")
            proof.check_claim()
        except (Refused, MemoryError) as e:
            v.claimed_bound, v.proven_bound = self.lower_bound, -math.inf
            return v.add("derivation", str(e) or "it needs more memory than there is", "")
        v.claimed_bound, v.proven_bound = self.lower_bound, proof.proven_bound
        v.add("bound", "", f"the claimed bound {v.claimed_bound!r} is at most {v.proven_bound!r}, which is proved")
        if gamma is not None and gamma != self.gamma:
            v.claimed_bound = v.proven_bound = proof.at(gamma)
            v.add("gamma", "", f"the proof gives the bound {v.claimed_bound!r} for γ = {gamma!r}")
        return True


__all__ = ["Derivation", "Proof", "Refused", "is_derivation"]
