import datetime
import pickle
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

from relift import ReliftClassifier, ReliftRegressor, audit, load, save
from relift import frames, program
from tests.support import use_program

QUICK = dict(reg=0.1, loss="squared", fit_intercept=False, method="descent", effort=200, threads=1)
ROWS = 30


class Table:
    """What data frames of all libraries have in common."""

    def __init__(self, columns):
        self._columns, self.columns = columns, list(columns)

    def __getitem__(self, name):
        return self._columns[name]

    def __len__(self):
        return len(next(iter(self._columns.values())))

    def with_columns(self, **columns):
        return Table({**self._columns, **columns})

    def without(self, name):
        return Table({k: v for k, v in self._columns.items() if k != name})


def table(seed=1):
    """Every kind of column, in order of the names x1, x2, … that the program gives."""
    rng = np.random.default_rng(seed)
    first = datetime.datetime(2023, 11, 28, 6)
    return Table({
        "size": [None if i % 7 == 3 else float(v) for i, v in enumerate(rng.normal(size=ROWS))],
        "town": [["NA", "Köln ", None, '"B", x'][v] for v in rng.integers(4, size=ROWS)],
        "when": [first + datetime.timedelta(hours=37 * i) if i % 9 else None for i in range(ROWS)],
        "flag": [bool(v) for v in rng.integers(2, size=ROWS)],
        "zip": [["01010", "1010"][v] for v in rng.integers(2, size=ROWS)],
        "name": [f"customer {i}" for i in range(ROWS)],
    })


class Frames(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        use_program()
        cls.X = table()
        cls.y = np.array([3, 10])[np.array(cls.X["flag"], dtype=int)]
        cls.model = ReliftClassifier(missing="indicator", **QUICK).fit(cls.X, cls.y)

    def test_recipe(self):
        m = self.model
        self.assertEqual(list(m.feature_names_in_), self.X.columns)
        self.assertEqual([f["name"] for f in m.model_.features], [
            "x1", "x1 is missing", "x2", "x2 is missing", "x3 year", "x3 month", "x3 day of week", "x3 days since 2023-11-29", "x3 is missing", "x4", "x5",
        ])
        self.assertEqual(m.model_.features[2]["categories"], ['"B", x', "Köln", "NA"])
        self.assertEqual(m.model_.features[-1]["categories"], ["01010", "1010"])
        warnings = "\n".join(m.summary_["warnings"])
        self.assertIn('column "name" has a text of its own in 30 of 30 rows', warnings)
        self.assertNotIn("x6", warnings)

    def test_labels_come_back(self):
        self.assertEqual(self.model.predict(self.X).dtype, self.y.dtype)
        self.assertGreater(self.model.score(self.X, self.y), 0.9)

    def test_objective_is_of_what_encode_gives(self):
        m = self.model
        U, V = m.coefs_
        residual = np.maximum(m.encode(self.X) @ U, 0) @ V + m.intercept_ - m.encode_target(self.y)[:, m._order]
        total = 0.5 * (residual**2).sum() + 0.5 * m.reg * ((U**2).sum() + (V**2).sum())
        self.assertAlmostEqual(total, m.upper_bound_, delta=1e-9 * total)

    def test_program_predicts_the_same(self):
        X = table(seed=2)
        with tempfile.TemporaryDirectory() as folder:
            model, data = Path(folder, "model.json"), Path(folder, "data.csv")
            save(self.model, model)
            frame = frames.Frame.of(X)
            frame.write(data, np.zeros(ROWS))
            lines = data.read_text(encoding="utf-8").splitlines(keepends=True)
            data.write_text(",".join([*X.columns, "y"]) + "\n" + "".join(lines[1:]), encoding="utf-8")
            out = program.run(["predict", str(model), str(data), "--header", "--na-values=", "--quiet"], folder)
            scores = np.array([line.split(",")[1:] for line in out.splitlines()[1:]], dtype=float)
            self.assertEqual(load(model).feature_names, ["size", "town", "when", "flag", "zip"])
            np.testing.assert_allclose(load(model).scores(X), scores, rtol=0, atol=1e-9)
        np.testing.assert_allclose(self.model._scores(X), scores, rtol=0, atol=1e-9)

    def test_other_order_and_pickle(self):
        backwards = Table({name: self.X[name] for name in reversed(self.X.columns)})
        want = self.model.predict(self.X)
        self.assertTrue((self.model.predict(backwards) == want).all())
        self.assertTrue((pickle.loads(pickle.dumps(self.model)).predict(self.X) == want).all())

    def test_refusals(self):
        for X, message in (
            (self.X.without("size"), "no column 'size'"),
            (self.X.with_columns(size=["a"] * ROWS), "column 'size' has texts; expected numbers"),
            (self.X.with_columns(town=["Rom"] * ROWS), "row 1, column \"town\": 'Rom' is none of"),
            (np.zeros((ROWS, 6)), "expected a data frame, as in fit"),
        ):
            with self.assertRaisesRegex(ValueError, message):
                self.model.predict(X)
        for X, message in (
            (self.X, 'row 1, column "when": the value is missing'),
            (self.X.with_columns(size=[[1]] * ROWS), "column 'size' has a list"),
            (self.X.with_columns(size=[1, "a"] * (ROWS // 2)), "column 'size' has numbers and texts"),
            (self.X.with_columns(size=[np.inf] * ROWS), "infinity"),
        ):
            with self.assertRaisesRegex(ValueError, message):
                ReliftClassifier(**QUICK).fit(X, self.y)

    def test_texts_that_look_like_numbers_and_dates(self):
        pairs = [
            ("12 EUR", "9 EUR"), ("$5", "-$7"), ("3 %", "4 %"), ("1.5D+02", "1e5"), ("inf", "-inf"), ("NA", "n/a"), ("?", "nan"), ("(5)", "−2"), ("1 234", "5 678"),
            ("31 Jan 2024", "1 Feb 2024"), ("Jan 2, 2006", "May 31, 2006"), ("2-Jan-2006", "3-Jan-2006"), ("2024-01-31T10:00:00Z", "2024-01-31T11:00:00Z"), ("12/31/2024", "1/2/2024"),
        ]
        X = Table({f"c{k}": [pair[i % 7 % 2] for i in range(ROWS)] for k, pair in enumerate(pairs)})
        model = ReliftClassifier(**QUICK).fit(X, self.y)
        self.assertEqual([sorted(f["categories"]) for f in model.model_.features], [sorted(pair) for pair in pairs])
        self.assertEqual(len(model.predict(X)), ROWS)
        dated = [w for w in model.summary_["warnings"] if "texts that are dates" in w]
        self.assertEqual([w.split('"')[1] for w in dated], ["c9", "c10", "c11", "c12", "c13"])
        self.assertFalse(any(frames.like_number_or_date(text) for text in ("customer 1", "Köln", "3rd floor", "x")))

    def test_unknown_categories(self):
        X = self.X.with_columns(town=["Rom"] * ROWS)
        categories, seen = self.model.model_.features[2]["categories"], [town and town.strip() for town in self.X["town"]]
        often = [seen.count(town) == max(map(seen.count, categories)) for town in categories]
        for unknown, want in (("ignore", [0, 0, 0]), ("most-frequent", often)):
            model = pickle.loads(pickle.dumps(self.model)).set_params(unknown=unknown)
            np.testing.assert_array_equal(model.encode(X)[:, 2:5], np.array([want] * ROWS, dtype=float))
            self.assertEqual(len(model.predict(X)), ROWS)

    def test_audit(self):
        report = audit(self.model, self.X, self.y, time_limit=1)
        self.assertAlmostEqual(report["objective"], self.model.upper_bound_, delta=1e-9 * self.model.upper_bound_)
        with self.assertRaisesRegex(ValueError, "no column 'town'"):
            audit(self.model, self.X.without("town"), self.y)
        with self.assertRaisesRegex(ValueError, "texts, dates or missing values, and a network"):
            audit((np.ones((1, 6)), np.ones((1, 1))), self.X, self.y)

    def test_regressor_with_weights(self):
        Y = np.column_stack([np.arange(ROWS), np.arange(ROWS) ** 2]) / 100
        weights = np.arange(ROWS) % 3
        model = ReliftRegressor(missing="mean", **QUICK).fit(self.X.without("name"), Y, sample_weight=weights)
        self.assertEqual(model.predict(self.X).shape, (ROWS, 2))
        self.assertEqual([f["name"] for f in model.model_.features][-1], "x5")

    def test_numbers_alone_are_an_array(self):
        X = Table({"a": np.arange(ROWS), "b": np.arange(ROWS) % 5 / 2})
        self.assertFalse(frames.needs_recipe(X))
        self.assertTrue(frames.needs_recipe(X.with_columns(b=[np.nan] * ROWS)))

    def test_dates_as_people_write_them(self):
        for text, order, want in (
            ("2024-01-31", None, "2024-01-31"), ("2024-01-31 10:30:00+01:00", None, "2024-01-31T09:30"), ("2024/01/31 8:05", None, "2024-01-31T08:05"), ("31.1.2024", None, "2024-01-31"),
            ("31.01.24 10:00", None, "2024-01-31T10:00"), ("2-Jan-2006", None, "2006-01-02"), ("31 January 2024", None, "2024-01-31"), ("Jan 2, 2006", None, "2006-01-02"),
            ("1/2/2024", "month-first", "2024-01-02"), ("1/2/2024", "day-first", "2024-02-01"), ("12/31/99 12:15 AM", "month-first", "1999-12-31T00:15"), ("31-12-2024 8:15:30 PM", "day-first", "2024-12-31T20:15:30"),
        ):
            self.assertEqual(frames.dates([text], order)[0], np.datetime64(want), text)
        for text, order in (("1/2/2024", None), ("31/1/2024", "month-first"), ("13.13.2024", None), ("soon", None)):
            with self.subTest(text), self.assertRaisesRegex(ValueError, "row 2: .* is not a date"):
                frames.dates([None, text], order)

    def test_parts_of_dates(self):
        when = frames.dates([datetime.date(1970, 1, 1), "2024-02-29T12:00:00Z", None, datetime.datetime(1969, 12, 31, 18, tzinfo=datetime.timezone.utc)])
        for part, want in (("year", [1970, 2024, np.nan, 1969]), ("month", [1, 2, np.nan, 12]), ("day of week", [4, 4, np.nan, 3]), ("days", [0, 19782.5, np.nan, -0.25])):
            np.testing.assert_array_equal(frames.date_part(when, part, "1970-01-01"), want)


@unittest.skipUnless(
    subprocess.run([sys.executable, "-c", "import pandas"], capture_output=True, check=False).returncode == 0, "no pandas here"
)
class Pandas(unittest.TestCase):
    def test_types(self):
        import pandas as pd

        use_program()
        X = pd.DataFrame({
            "level": pd.Categorical([3, 1, 2] * 10), "maybe": pd.array([1, None, 3] * 10, dtype="Int64"), "ok": pd.array([True, None, False] * 10, dtype="boolean"),
            "when": pd.date_range("2024-01-01", periods=ROWS, tz="Europe/Berlin"), "lasting": pd.to_timedelta(np.arange(ROWS) % 4, unit="s"),
            "text": pd.array(["a", None, "b"] * 10, dtype="string"),
        })
        y = pd.Series(["u", "v", "u"] * 10)
        model = ReliftClassifier(missing="mean", **QUICK).fit(X, y)
        self.assertEqual(model.model_.features[0]["categories"], ["1", "2", "3"])
        self.assertEqual(model._kinds, {"x1": "text", "x2": "number", "x3": "number", "x4": "date", "x5": "number", "x6": "text"})
        self.assertGreater(model.score(X, y), 0.9)


if __name__ == "__main__":
    unittest.main()
