import unittest
import warnings

import numpy as np

from relift import ReliftClassifier, ReliftRegressor
from relift import plots
from tests.support import PAPER, use_program

try:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot
except ImportError:
    pyplot = None


@unittest.skipIf(pyplot is None, "matplotlib is not installed")
class Plots(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        use_program()
        rng = np.random.default_rng(1)
        cls.X = rng.normal(size=(40, 3))
        quick = dict(method="descent", time_limit=1, gap=0.9, width=5, threads=1, **PAPER)
        cls.y = np.array(["low", "high"])[(np.abs(cls.X[:, 0]) > 0.7).astype(int)]
        cls.classifier = ReliftClassifier(**quick).fit(cls.X, cls.y)
        cls.regressor = ReliftRegressor(**quick).fit(cls.X, np.abs(cls.X[:, 0]))

    def tearDown(self):
        pyplot.close("all")

    def test_regions(self):
        for estimator, y in ((self.classifier, self.y), (self.regressor, None)):
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                ax = plots.plot_regions(estimator, self.X, y, cells=20)
                ax.figure.canvas.draw()
            self.assertEqual((ax.get_xlabel(), ax.get_ylabel()), ("x1", "x2"))
        self.assertEqual([t.get_text() for t in plots.plot_regions(self.classifier, self.X, self.y, cells=20).get_legend().get_texts()], ["high", "low"])

    def test_response_bends_where_neurons_switch_and_nowhere_else(self):
        ax = plots.plot_response(self.regressor, self.X, 0)
        curve, ticks = ax.get_lines()
        kinks = np.sort(ticks.get_xdata())
        self.assertGreater(len(kinks), 0)
        t, out = curve.get_xdata(), curve.get_ydata()
        bends = np.abs(np.diff(out, 2))
        for a, b, bend in zip(t[:-2], t[2:], bends):
            if not ((kinks >= a) & (kinks <= b)).any():
                self.assertLess(bend, 1e-9 * max(1, np.abs(out).max()))
        self.assertGreater(bends.max(), 1e-6)


if __name__ == "__main__":
    unittest.main()
