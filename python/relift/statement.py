"""What a certificate is about: what its numbers are, and what its meta data say of
how they were made.  Only the numbers are proved; that γ is this one, and that the
last column of X is a bias, can be read from them."""

from .metadata import number
from .verification import plain

#: The loss of every certificate of format version 1.
LOSS = "squared"
UNSTATED = "not stated"


def recipe(meta):
    """Returns what the meta data say of the encoding, as a dict."""
    return _part(_part(meta, "settings"), "recipe")


def _part(mapping, name):
    value = mapping.get(name) if isinstance(mapping, dict) else None
    return value if isinstance(value, dict) else {}


def describe(X, Y, gamma, meta, loss=LOSS, weighted=False, intercept=False):
    """Returns pairs of a name and a text for people."""
    made, settings = recipe(meta), _part(meta, "settings")
    over = f"a {'weighted ' if weighted else ''}sum over the rows{', a free intercept' if intercept else ''}"
    others = [f"{key} {made[key]}" for key in sorted(made) if key not in ("bias", "scale")]
    return [
        ("weight γ", repr(gamma)),
        ("loss", f"{LOSS}, ½‖f(X) − Y‖², {over}" if loss == LOSS else f"{plain(loss, 40)}, {over}"),
        ("data", f"X {X.shape[0]}×{X.shape[1]}, Y {Y.shape[0]}×{Y.shape[1]}, source {plain(settings.get('source', UNSTATED), 200)}"),
        ("bias", _yes_no(made.get("bias", UNSTATED))),
        ("scaling", plain(made.get("scale", UNSTATED), 100)),
        ("encoding", plain(", ".join(others), 500) or UNSTATED),
    ]


def contradiction(X, gamma, meta):
    """Returns where the meta data contradict the numbers; "" if nowhere."""
    settings = _part(meta, "settings")
    for name in ("gamma", "reg"):
        if name in settings and number(settings[name]) != gamma:
            return f"the meta data say that γ is {settings[name]!r}; the proof is for {gamma!r}"
    if recipe(meta).get("bias") is True and not (X[:, -1] == 1).all():
        return "the meta data say that there is a bias; the last column of X is not 1"
    return ""


def difference(X, gamma, meta, stated_loss=LOSS, *, wanted_gamma=None, loss=None, bias=None, scale=None):
    """Returns in what the certificate is about something else than the caller says;
    "" if in nothing.  What is None is not compared."""
    if wanted_gamma is not None and not gamma == wanted_gamma:
        return f"the certificate is for γ = {gamma!r}, expected {wanted_gamma!r}"
    if loss is not None and loss != stated_loss:
        return f"the certificate is for the {plain(stated_loss, 40)} loss, expected {loss!r}"
    made = recipe(meta)
    ones = bool((X[:, -1] == 1).all())
    if bias is not None and bool(bias) != made.get("bias", ones):
        return f"the certificate is for data {'without' if bias else 'with'} a bias, expected {'one' if bias else 'none'}"
    if scale is not None and made.get("scale", UNSTATED) != scale:
        return f"the certificate's scaling of the features is {made.get('scale', UNSTATED)!r}, expected {scale!r}"
    return ""


def _yes_no(value):
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, (bool, str)) else plain(value, 100)
