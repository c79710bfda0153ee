"""The nodes of a derivation (docs/proof-format.md, section 4)."""

from dataclasses import dataclass, field, replace
from typing import Optional

import numpy as np

from .cones import Cones
from .multipliers import Leaf, ascending
from .rounding import TINY, Refused, below, deficit, norm, require, roundings, up

LARGEST = 2.0**100
DEEPEST = 4096
MOST_PARTS = 64


class Steps:
    """Reads the pairs of vectors of steps, one pair at a time."""

    def __init__(self, arrays):
        self.arrays, self.pair, self.nodes = arrays, 0, 0
        self.ints, self.floats = np.zeros(0, np.int64), np.zeros(0)

    def begin(self):
        while not len(self.ints):
            require(not len(self.floats), "steps_%d_real has numbers too many", self.pair - 1)
            name = f"steps_{self.pair}_int"
            require(self.arrays.has(name), "the steps end after %d nodes, where another one is needed", self.nodes)
            self.ints = self.arrays.take(name, "i", 1)
            self.floats = self.arrays.take(f"steps_{self.pair}_real", "f", 1)
            self.pair += 1
        self.nodes += 1
        return int(self.integers(1)[0])

    def end(self):
        require(not len(self.ints) and not len(self.floats) and not self.arrays.has(f"steps_{self.pair}_int"), "nodes follow after the tree has ended")

    def integers(self, n):
        require(0 <= n <= len(self.ints), "node %d is cut off", self.nodes)
        taken, self.ints = self.ints[:n], self.ints[n:]
        return taken

    def count(self, most, what):
        value = int(self.integers(1)[0])
        require(0 <= value <= most, "%s: %d, expected at most %d", what, value, most)
        return value

    def reals(self, n):
        require(0 <= n <= len(self.floats), "node %d is cut off", self.nodes)
        taken, self.floats = self.floats[:n], self.floats[n:]
        require((np.abs(taken) <= LARGEST).all(), "node %d has a number that is not finite or too large", self.nodes)
        return taken


@dataclass
class Form:
    u: float
    v: float
    G: Optional[np.ndarray] = None
    F: Optional[np.ndarray] = None
    H: Optional[np.ndarray] = None


@dataclass
class Claim:
    rows: list
    form: Form
    u: list = field(default_factory=list)  # of (normal, row or None)
    v: list = field(default_factory=list)
    signs: dict = field(default_factory=dict)
    balanced: bool = False
    depth: int = 0

    def settle(self, a, b):
        """The charge as a balanced claim needs it."""
        return (up((a + b) / 2),) * 2 if self.balanced else (a, b)


class Region:
    """Charges: over splits the largest counts, of parts the sum."""

    def __init__(self, tree):
        self.own, self.shares = (0.0, 0.0), []
        tree.regions.append(self)

    def raise_to(self, charge):
        a, b = charge
        require(a >= 0 and b >= 0 and np.isfinite(a) and np.isfinite(b), "a charge is not a pair of numbers")
        self.own = (max(self.own[0], a), max(self.own[1], b))


class Tree:
    """Goes through the nodes; `visit` gets each leaf."""

    def __init__(self, arrays, rows):
        self.rows, self.steps, self.regions = rows, Steps(arrays), []
        self.work = 0.0  # of the inner nodes

    def walk(self, visit):
        """Returns the charge of the root."""
        rows = self.rows
        root = Claim([int(i) for i in np.flatnonzero(rows.norms > 0)], Form(rows.g, rows.h, rows.G))
        self.pending = [(root, Region(self))]
        rules = {1: self._split_row, 2: self._split_u, 3: self._split_v, 4: self._blocks, 5: self._weaken, 6: self._balance, 10: self._implied, 11: self._forget}
        leaves = {7: Leaf, 8: Empty, 9: Cones}
        while self.pending:
            claim, region = self.pending.pop()
            require(claim.depth <= DEEPEST, "the tree is too deep")
            code = self.steps.begin()
            try:
                if code in leaves:
                    charge = visit(leaves[code](self.steps, claim, rows))
                    if charge is not None:
                        region.raise_to(charge)
                else:
                    require(code in rules, "there is no rule %d", code)
                    rules[code](replace(claim, depth=claim.depth + 1), region)
            except Refused as e:
                raise Refused(f"node {self.steps.nodes}: {e}") from None
        self.steps.end()
        return self._total()

    def _total(self):
        totals = {}
        for region in reversed(self.regions):  # parts come after what they are parts of
            a, b = region.own
            for parts in region.shares:
                a = max(a, up(sum(totals[id(p)][0] for p in parts)))
                b = max(b, up(sum(totals[id(p)][1] for p in parts)))
            totals[id(region)] = (a, b)
        return totals[id(self.regions[0])]

    def _split_row(self, claim, region):
        i = self.steps.count(self.rows.m - 1, "the row of a split")
        require(self.rows.norms[i] > 0, "row %d is zero and has no sign", i)
        require(i not in claim.signs, "row %d has a sign already", i)
        r = self.rows.r[i]
        for sign in (-1.0, 1.0):  # the last one pushed is read first
            self.pending.append((replace(claim, u=claim.u + [(sign * r, i)], signs={**claim.signs, i: sign}), region))

    def _split_u(self, claim, region):
        a = self.steps.reals(self.rows.k).copy()  # what is kept must not keep its pair of vectors
        require(a.any(), "the normal of a split is zero")
        for sign in (-1.0, 1.0):
            self.pending.append((replace(claim, u=claim.u + [(sign * a, None)]), region))

    def _split_v(self, claim, region):
        b = self.steps.reals(self.rows.c).copy()
        require(b.any(), "the normal of a split is zero")
        for sign in (-1.0, 1.0):
            self.pending.append((replace(claim, v=claim.v + [sign * b]), region))

    def _balance(self, claim, region):
        form = claim.form
        require(not claim.balanced, "the claim is balanced already")
        require(form.u == form.v >= 0 and form.G is None and form.H is None, "balance for a form that is not (g, F, g)")
        self.pending.append((replace(claim, balanced=True), region))

    def _pass_through(self, claim):
        """Counts the work on a node that goes through the lines and signs of its claim."""
        self.work += 100.0 * (len(claim.u) + len(claim.v) + len(claim.signs))

    def _forget(self, claim, region):
        self._pass_through(claim)
        kept = []
        for lines, name in ((claim.u, "u"), (claim.v, "v")):
            at = self.steps.integers(self.steps.count(len(lines), f"the lines in {name} that are kept"))
            require(ascending(at, len(lines)), "the lines in %s that are kept are not distinct lines of K", name)
            kept.append([lines[i] for i in at])
        self.pending.append((replace(claim, u=kept[0], v=kept[1]), region))

    def _implied(self, claim, region):
        self._pass_through(claim)
        signs, described = dict(claim.signs), []
        for _ in range(self.steps.count(self.rows.m, "the number of implied signs")):
            i = self.steps.count(self.rows.m - 1, "a row with an implied sign")
            sign = 1.0 - 2.0 * self.steps.count(1, "an implied sign")
            terms = self.steps.integers(self.steps.count(len(claim.u), "the terms of an implied sign"))
            require(ascending(terms, len(claim.u)), "the terms of an implied sign are not distinct lines of K")
            require(i not in signs, "row %d has a sign already", i)
            self.work += 4.0 * (len(terms) + 2) * self.rows.k
            signs[i] = sign
            described.append((i, sign, terms))
        cost = 0.0
        for i, sign, terms in described:
            factors = self.steps.reals(len(terms))
            require((factors >= 0).all(), "a factor of an implied sign is negative")
            parts = np.array([sign * self.rows.r[i]] + [-t * claim.u[j][0] for t, j in zip(factors, terms)])
            rho = up(norm(parts.sum(axis=0)) + up(roundings(len(terms) + 3) * norm(np.abs(parts).sum(axis=0)))) + TINY
            cost += up(up(norm(self.rows.P[i]) + norm(self.rows.N[i])) * rho)
        self._share(claim, region, (up(cost), up(cost)), [replace(claim, signs=signs)])

    def _blocks(self, claim, region):
        count = self.steps.count(len(claim.rows), "the number of blocks")
        require(count >= 1, "there are no blocks")
        left, children = set(claim.rows), []
        for _ in range(count):
            form = self._form()
            rows = [int(i) for i in self.steps.integers(self.steps.count(len(claim.rows), "the rows of a block"))]
            require(all(i < j for i, j in zip(rows, rows[1:])), "the rows of a block do not ascend")
            require(left.issuperset(rows), "a row of a block is not one of the claim's, or is in two blocks")
            left.difference_update(rows)
            children.append(replace(claim, rows=rows, form=form))
        require(not left, "%d of the claim's rows are in no block", len(left))
        self._share(claim, region, self._excess(claim, children), children)

    def _weaken(self, claim, region):
        child = replace(claim, form=self._form())
        self._share(claim, region, self._excess(claim, [child]), [child])

    def _share(self, claim, region, charge, children):
        first = Region(self)
        first.raise_to(claim.settle(*charge))
        parts = [first] + [Region(self) for _ in children]
        region.shares.append(parts)
        self.pending += list(zip(children, parts[1:]))[::-1]

    def _form(self):
        k, c = self.rows.k, self.rows.c
        present = self.steps.count(7, "the parts of a form")
        u, v = self.steps.reals(2)
        form = Form(float(u), float(v))
        for bit, name, shape in ((1, "G", (k, k)), (2, "F", (k, c)), (4, "H", (c, c))):
            if present & bit:
                part = self.steps.reals(shape[0] * shape[1]).reshape(shape).copy()
                require(name == "F" or (part == part.T).all(), "a square part of a form is not symmetric")
                setattr(form, name, part)
        return form

    def _excess(self, claim, children):
        """A charge for which the claim's form is at least the sum of the children's."""
        forms = [child.form for child in children]
        if all(f.G is None and f.F is None and f.H is None for f in forms + [claim.form]):
            return tuple(_lacking(getattr(claim.form, x), [getattr(f, x) for f in forms]) for x in "uv")
        k, c = self.rows.k, self.rows.c
        S, T = np.zeros((k + c, k + c)), np.zeros((k + c, k + c))
        for sign, form in [(1.0, claim.form)] + [(-1.0, f) for f in forms]:
            term = np.diag(np.concatenate([np.full(k, form.u), np.full(c, form.v)]))
            for part, where in ((form.G, np.s_[:k, :k]), (form.H, np.s_[k:, k:])):
                if part is not None:
                    S[where] += sign * part
                    T[where] += np.abs(part)
            if form.F is not None:
                for part, where in ((form.F, np.s_[:k, k:]), (form.F.T, np.s_[k:, :k])):
                    S[where] += sign * part
                    T[where] += np.abs(part)
            S += sign * term
            T += np.abs(term)
        floor = np.concatenate([np.full(k, self.rows.g), np.full(c, self.rows.h)]) * 2.0**-40
        epsilon, inverse = deficit(S, T * roundings(2 * len(forms) + 8), 0.0, floor)
        return up(epsilon * inverse[:k].max()), up(epsilon * inverse[k:].max())


def _lacking(have, parts):
    total = float(np.sum(parts))
    error = up(roundings(len(parts) + 2) * float(np.abs(parts).sum())) + TINY if len(parts) > 1 else 0.0
    if (error == 0 and have >= total) or below(have - error) >= total:
        return 0.0
    return up(max(0.0, np.nextafter(total - have, np.inf)) + error)


class Empty:
    """Rule 8."""

    def __init__(self, steps, claim, rows):
        in_v = steps.count(1, "the variable of an empty cone")
        self.claim = claim
        self.lines = claim.v if in_v else [a for a, _ in claim.u]
        parts = steps.count(MOST_PARTS, "the parts of a factor")
        self.factors = []
        for _ in self.lines:
            factor = 0
            for part in steps.reals(parts):
                require(0 <= part < 2**53 and part == np.trunc(part), "a part of a factor is not an integer from 0 to 2⁵³")
                factor = (factor << 53) + int(part)
            self.factors.append(factor)
        require(any(self.factors), "every factor of an empty cone is zero")

    def work(self):
        return 5000.0 * len(self.lines) * (len(self.lines[0]) if self.lines else 1)

    def prove(self):
        for j in range(len(self.lines[0])):
            total = 0  # of 2^1074 Σ λ a
            for factor, a in zip(self.factors, self.lines):
                numerator, denominator = float(a[j]).as_integer_ratio()
                total += factor * numerator * ((1 << 1074) // denominator)
            require(total == 0, "the cone is not empty: the combination of its lines is not exactly zero")
        return 0.0, 0.0
