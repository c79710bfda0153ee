"""What notebooks show."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from html import escape


def table(title, rows):
    """Returns an HTML table of pairs of name and value."""
    lines = "".join(
        f'<tr><th scope="row" style="text-align:left">{escape(name)}</th><td style="text-align:left">{escape(value)}</td></tr>' for name, value in rows
    )
    return f'<table><caption style="text-align:left">{escape(title)}</caption><tbody>{lines}</tbody></table>'


def rounded(value, direction):
    """Returns a number with seven digits, rounded in a direction."""
    return str(Context(prec=7, rounding=direction).create_decimal_from_float(float(value)))


class Displayed:
    """Shows a fitted estimator with its objective and bound in notebooks."""

    def _repr_html_(self):
        if not hasattr(self, "summary_"):
            return f"<pre>{escape(repr(self))} (not fitted)</pre>"
        return f"<pre>{escape(repr(self))}</pre>" + table(
            "Network and certified bound",
            [
                ("objective", rounded(self.upper_bound_, ROUND_CEILING)),
                ("certified lower bound", rounded(self.lower_bound_, ROUND_FLOOR)),
                ("gap", f"{100 * self.relative_gap_:.3g} %"),
                ("width", f"{self.model_.U.shape[0]} neurons"),
                ("status", str(self.summary_["status"])),
            ],
        )

    def _repr_mimebundle_(self, **kwargs):
        return {"text/plain": repr(self), "text/html": self._repr_html_()}
