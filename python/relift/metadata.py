"""The JSON text that certificates carry beside their arrays: it says the same to every
reader."""

import json
import re

#: how many objects and arrays may lie in each other
DEEPEST = 100
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def parse(text):
    """Returns the object, or None for a blank text and null, which state nothing.

    Raises ValueError, in one line, for any other text."""
    if not isinstance(text, str):
        raise ValueError("its meta data are not a text")
    if not text.strip(" \t\r\n"):
        return None
    level = 0
    for token in _TOKEN.findall(text):
        level += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token, 0)
        if level > DEEPEST:
            raise ValueError(f"its meta data are more than {DEEPEST} levels deep")
    try:
        meta = json.loads(text, parse_constant=_refuse, parse_int=_integer)
    except ValueError:
        raise ValueError("its meta data are not valid JSON") from None
    if not isinstance(meta, (dict, type(None))):
        raise ValueError("its meta data are not a JSON object")
    return meta


def _refuse(name):
    raise ValueError(name)


def _integer(digits):
    """A float for more digits than some versions of Python would read."""
    return int(digits) if len(digits) < 1000 else float(digits)


def number(value):
    """Returns a number of the meta data, rounded to float, or None for what is none or too large."""
    if type(value) not in (int, float):
        return None
    try:
        value = float(value)
    except OverflowError:
        return None
    return value if abs(value) < float("inf") else None


def stated_digest(meta):
    """Returns the digest that the meta data state, None if they state none."""
    stated = (meta or {}).get("digest")
    return None if stated == "" else stated
