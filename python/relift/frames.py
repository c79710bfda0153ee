"""Data frames of any library as the program's tables: columns of numbers, texts and dates."""

import csv
import datetime
import decimal
import re

import numpy as np

NUMBER, TEXT, DATE = "number", "text", "date"

_NUMBERS = (bool, int, float, decimal.Decimal, np.number, np.bool_, datetime.timedelta, datetime.time)

# The words of numbers and dates in tables without types: exponents, units, months and times.
_NUMBERS_AND_DATES = frozenset(
    "e d usd eur gbp chf jpy inf infinity nan na null t z am pm "
    "jan feb mar apr may jun jul aug sep oct nov dec january february march april june july august september october november december".split()
)


def like_number_or_date(text):
    """Whether a table without types may have the text read as something else: it has no words but those of numbers and dates."""
    text = text.lower()
    return text in ("n/a", "#n/a") or all(word in _NUMBERS_AND_DATES for word in re.findall(r"[^\W\d_]+", text))


def is_frame(X):
    """Whether X is a data frame: named columns that can be taken out."""
    return not isinstance(X, np.ndarray) and hasattr(X, "__getitem__") and (hasattr(X, "columns") or hasattr(X, "column_names"))


def _own_names(X):
    """Returns the names of a data frame's columns as it has them, which may be numbers."""
    return list(X.column_names if hasattr(X, "column_names") else X.columns)


def names_of(X):
    """Returns the names of a data frame's columns."""
    return [str(name) for name in _own_names(X)]


def needs_recipe(X):
    """Whether X is a data frame with more in it than finite numbers."""
    if not is_frame(X):
        return False
    for name in _own_names(X):
        values = np.asarray(X[name])
        if _is_category(X[name]) or values.dtype.kind not in "biuf" or not np.isfinite(values).all():
            return True
    return False


def _is_category(column):
    return str(getattr(column, "dtype", "")) == "category"


def entries(column):
    """Returns the entries of a column as Python values, None where they are missing; of a
    column that NumPy keeps as numbers the array."""
    dtype = getattr(column, "dtype", None)
    if isinstance(dtype, np.dtype) and dtype.kind in "biuf":
        return np.asarray(column)
    if isinstance(column, np.ndarray) and column.dtype.kind == "M":
        column = column.astype("datetime64[us]")
    for method in ("to_pylist", "to_list", "tolist"):
        if hasattr(column, method):
            column = getattr(column, method)()
            break
    return [None if _missing(value) else value for value in column]


def absent(values):
    """Returns whether each of the entries is missing (n)."""
    return np.array([_missing(value) for value in values], dtype=bool)


def _missing(value):
    try:
        return value is None or bool(value != value)
    except TypeError:  # pandas' NA is neither
        return True
    except ValueError:  # a list
        return False


def kind_of(name, column, values):
    """Returns what a column holds; raises ValueError where that is nothing for a table."""
    if _is_category(column):
        return TEXT
    if isinstance(values, np.ndarray):
        return NUMBER
    found = set()
    for value in values:
        if isinstance(value, str):
            found.add(TEXT)
        elif isinstance(value, (datetime.date, np.datetime64)):
            found.add(DATE)
        elif isinstance(value, _NUMBERS):
            found.add(NUMBER)
        elif value is not None:
            raise ValueError(f"column {name!r} has a {type(value).__name__}; expected numbers, texts or dates, or the column left out")
    if len(found) > 1:
        raise ValueError(f"column {name!r} has {' and '.join(kind + 's' for kind in sorted(found))}; expected entries of one kind")
    return found.pop() if found else NUMBER


def numbers(values):
    """Returns the numbers (n) of entries, NaN where they are missing; durations and times
    of the day are seconds."""
    if isinstance(values, np.ndarray):
        return values.astype(float)
    return np.array([np.nan if v is None else _number(v) for v in values], dtype=float)


def _number(value):
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, datetime.time):
        return ((value.hour * 60 + value.minute) * 60 + value.second) + value.microsecond / 1e6
    return float(value)


def texts(values):
    """Returns entries as texts without blanks around them, None where they are missing or empty; whole
    numbers without decimals, as the program writes them."""
    return [None if _missing(v) else str(int(v) if isinstance(v, float) and v.is_integer() else v).strip() or None for v in values]


_CLOCK = r"(?:[ T](\d\d?:\d\d(?::\d\d(?:\.\d+)?)?(?: [AP]M)?))?"
_WRITTEN = tuple(
    (re.compile(form + _CLOCK), parts, order)
    for form, parts, order in (
        (r"(\d{4})/(\d\d)/(\d\d)", "ymd", None),
        (r"(\d\d?)\.(\d\d?)\.(\d{4})", "dmy", None),
        (r"(\d\d)\.(\d\d)\.(\d\d)", "dmy", None),
        (r"(\d\d?)-([A-Z][a-z]{2})-(\d{4})", "dmy", None),
        (r"(\d\d?) ([A-Z][a-z]+) (\d{4})", "dmy", None),
        (r"([A-Z][a-z]+) (\d\d?), (\d{4})", "mdy", None),
        (r"(\d\d?)[/-](\d\d?)[/-](\d{4}|\d\d)", "mdy", "month-first"),
        (r"(\d\d?)[/-](\d\d?)[/-](\d{4}|\d\d)", "dmy", "day-first"),
    )
)
_MONTHS = {name: k for k, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}


def date_of(text, order=None):
    """Returns the date and time that a text is, in the notations that the program knows; order is
    "month-first" or "day-first" for dates such as 1/2/2024.  Raises ValueError for any other text."""
    text = text.strip()
    for form, parts, needed in _WRITTEN:
        found = form.fullmatch(text)
        if not found or needed not in (None, order):
            continue
        *day, clock = found.groups()
        part = dict(zip(parts, day))
        year = int(part["y"]) + (0 if len(part["y"]) == 4 else 1900 if int(part["y"]) >= 69 else 2000)
        month = int(part["m"]) if part["m"].isdigit() else _MONTHS[part["m"][:3]] if part["m"][:3] in _MONTHS else 0
        date = datetime.datetime(year, month, int(part["d"]))
        if not clock:
            return date
        hour, minute, second = (float(v) for v in (clock.split(" ")[0] + ":0").split(":")[:3])
        if " " in clock:
            hour = hour % 12 + 12 * clock.endswith("PM")
        return date + datetime.timedelta(hours=hour, minutes=minute, seconds=second)
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def dates(values, order=None):
    """Returns entries that are dates, or texts that `date_of` reads, as datetime64[us] (n), NaT
    where they are missing; times with a zone are in UTC."""
    out = np.full(len(values), np.datetime64("NaT"), dtype="datetime64[us]")
    for i, value in enumerate(values):
        if isinstance(value, str):
            try:
                value = date_of(value, order)
            except ValueError:
                example = {"month-first": "1/31/2024", "day-first": "31/1/2024"}.get(order, "2024-01-31")
                raise ValueError(f"row {i + 1}: {value!r} is not a date; expected one such as {example}") from None
        if isinstance(value, datetime.datetime) and value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        if value is not None:
            out[i] = np.datetime64(value, "us")
    return out


def date_part(when, part, since):
    """Returns the part (n) of dates that a feature takes, NaN where they are missing."""
    day = when.astype("datetime64[D]")
    if part == "year":
        value = day.astype("datetime64[Y]").astype(np.int64) + 1970
    elif part == "month":
        value = day.astype("datetime64[M]").astype(np.int64) % 12 + 1
    elif part == "day of week":
        value = (day.astype(np.int64) + 3) % 7 + 1  # the first day of 1970 was a Thursday
    else:
        value = (when - np.datetime64(since, "us")) / np.timedelta64(1, "D")
    return np.where(np.isnat(when), np.nan, value)


def _are_dates(values):
    """Whether every text that is there is a date in one order of month and day."""
    there = {v for v in values if v is not None}

    def all_in(order):
        try:
            return all(date_of(v, order) for v in there)
        except ValueError:
            return False

    return bool(there) and any(all_in(order) for order in ("month-first", "day-first"))


class Frame:
    """A data frame's columns under the names x1, x2, … that the program knows.

    names are the frame's own, kinds and columns (lists of Python values, None where they are
    missing) are by the program's names.
    """

    def __init__(self, names, kinds, columns):
        self.names, self.kinds, self.columns = names, kinds, columns
        self.remarks = []

    @classmethod
    def of(cls, X, names=None, kinds=None):
        """Takes a frame apart; with names and kinds as those of an earlier one, in that
        order.  Raises ValueError where a column is missing or of another kind."""
        if not is_frame(X):
            raise ValueError(f"X is a {type(X).__name__}; expected a data frame, as in fit")
        place = {str(name): name for name in _own_names(X)}
        names = names_of(X) if names is None else [str(name) for name in names]
        lacking = [name for name in names if name not in place]
        if lacking:
            raise ValueError(f"X has no column {lacking[0]!r}; expected the columns of fit: {names}")
        found, columns = {}, {}
        for k, name in enumerate(names, 1):
            column = X[place[name]]
            values = entries(column)
            kind = kind_of(name, column, values)
            wanted = kinds[f"x{k}"] if kinds else kind
            if kind != wanted and not absent(values).all():
                raise ValueError(f"column {name!r} has {kind}s; expected {wanted}s, as in fit")
            found[f"x{k}"], columns[f"x{k}"] = wanted, values
        return cls(names, found, columns)

    @property
    def shape(self):
        return len(self), len(self.columns)

    def __len__(self):
        return len(next(iter(self.columns.values())))

    def __getitem__(self, rows):
        """Returns the rows of a mask."""
        return Frame(self.names, self.kinds, {name: [v for v, kept in zip(values, rows) if kept] for name, values in self.columns.items()})

    def with_numbers(self, values):
        """Returns the frame with one more column."""
        name = f"x{len(self.columns) + 1}"
        return Frame(self.names, {**self.kinds, name: NUMBER}, {**self.columns, name: list(values)})

    def named(self, message):
        """Returns a message of the program with the frame's own names and rows, from 1."""
        message = re.sub(r"^\S*data\.csv: ", "", message)
        message = re.sub(r"\bline (\d+)", lambda m: f"row {int(m[1]) - 1}", message)
        own = lambda m: f'"{self.names[int(m[1]) - 1]}{m[2]}"' if int(m[1]) <= len(self.names) else m[0]
        return re.sub(r'"x(\d+)((?: (?:year|month|day|is missing)[^"]*)?)"', own, message)

    def write(self, path, Y):
        """Writes the frame and targets (n or n×c) as CSV; returns the flags with which the
        program reads them as they are."""
        Y = np.asarray(Y)
        Y = Y.reshape(len(Y), -1)
        targets = ["y"] if Y.shape[1] == 1 else [f"y{k}" for k in range(1, Y.shape[1] + 1)]
        columns, categorical, dated = [], [], False
        for name, values in self.columns.items():
            kind = self.kinds[name]
            if kind == TEXT:
                values = texts(values)
                if any(v is not None and like_number_or_date(v) for v in values):
                    categorical.append(name)
                    if _are_dates(values):
                        own, example = self.names[int(name[1:]) - 1], next(v for v in values if v is not None)
                        self.remarks.append(
                            f'column "{own}" has texts that are dates, such as {example!r}, and is taken for categories; dates of its own type (as of pandas.to_datetime) give year, month, day of week and days'
                        )
                columns.append(["" if v is None else v for v in values])
            elif kind == DATE:
                dated = True
                columns.append(["" if np.isnat(v) else str(v) for v in dates(values).astype("datetime64[us]")])
            else:
                values = numbers(values)
                if np.isinf(values).any():
                    raise ValueError("X contains infinity; expected finite numbers")
                columns.append(["" if np.isnan(v) else repr(float(v)) for v in values])
        with open(path, "w", newline="", encoding="utf-8") as file:
            out = csv.writer(file)
            out.writerow([*self.columns, *targets])
            out.writerows([*row, *(repr(v) for v in y)] for row, y in zip(zip(*columns), Y.tolist()))
        flags = ["--format=csv", "--header", "--decimal=point", "--thousands=none", "--na-values=", "--encoding=utf-8", "--target=" + ",".join(targets)]
        if categorical:
            flags.append("--categorical=" + ",".join(categorical))
        return flags + (["--dates"] if dated else [])
