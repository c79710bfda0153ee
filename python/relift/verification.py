"""The outcome of a verification: its checks, what was proved, and its limits."""

import math
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple, Optional

#: Operations of NumPy that a verification may need, by default: a minute or two.
WORK_LIMIT = 1e11


class Check(NamedTuple):
    """One verdict."""

    name: str
    passed: bool
    detail: str


@dataclass
class Verification:
    """The outcome of a verification.

    It is true in a condition exactly if every check passed, and then `claimed_bound` is
    proved for the problem of `statement`.

    Parameters
    ----------
    checks : list of Check
        What was checked, each with a name, whether it passed, and why.
    claimed_bound : float
        The lower bound that the file claims; the larger one if it holds two proofs.
    proven_bound : float
        The dual value of W rounded down if all that it rests on is proved, else −inf.
    unchecked_bound : float, optional
        The bound of a proof by cones in the same file that was not asked to be checked.
    margin : float
        The shift c of the proof that K ⪰ 0, which covers all rounding errors; 0 if
        rational arithmetic decided; NaN without such a proof.
    statement : list of pairs of str
        Names and texts: γ, loss, data, and how the file says they were made.
    """

    checks: list = field(default_factory=list)
    claimed_bound: float = math.nan
    proven_bound: float = -math.inf
    unchecked_bound: Optional[float] = None
    margin: float = math.nan
    statement: list = field(default_factory=list)

    @property
    def ok(self):
        """Whether there were checks and all passed."""
        return bool(self.checks) and all(check.passed for check in self.checks)

    def __bool__(self):
        return self.ok

    def __str__(self):
        lines = ["%-10s  %s" % pair for pair in self.statement]
        lines += ["%s  %-10s %s" % ("pass" if c.passed else "FAIL", c.name, c.detail) for c in self.checks]
        if self.ok:
            lines.append(f"Proved: no two-layer ReLU network of any width has an objective below {self.claimed_bound!r} on these data.")
        else:
            lines.append("Not proved.")
        if self.unchecked_bound is not None:
            lines.append(f"The file also claims {self.unchecked_bound!r} by cones, which was not checked.")
        return "\n".join(lines)

    def _repr_html_(self):
        return f"<pre>{escape(str(self))}</pre>"

    def add(self, name, problem, success):
        """Add a check.

        Parameters
        ----------
        name : str
            What is checked.
        problem : str
            What is wrong, empty if the check passed.
        success : str
            What is said where it passed.

        Returns
        -------
        bool
            Whether it passed.
        """
        self.checks.append(Check(name, not problem, plain(problem or success)))
        return not problem

    def affordable(self, name, work, limit):
        """Add a failed check where the work is above its limit.

        Parameters
        ----------
        name : str
            What is checked.
        work, limit : float
            Operations that the check needs, and that it may need.

        Returns
        -------
        bool
            Whether the work is within the limit.
        """
        if work <= limit:
            return True
        return self.add(name, f"checking it takes up to {work:.1e} operations, the limit is {limit:.1e}: raise work_limit (--work-limit)", "")


def plain(text, most=1000):
    """Returns the text without characters that a terminal would obey, cut short."""
    text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(text)[: most + 1])
    return text if len(text) <= most else text[:most] + "…"
