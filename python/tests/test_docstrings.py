import inspect
import re
import unittest

import relift

# In the form of numpydoc; `Certificate` has its fields' comments, `RegularizationPath` is made by `relift_path` alone.
DOCUMENTED = [getattr(relift, name) for name in relift.__all__ if name not in ("Certificate", "RegularizationPath")] + [relift.RegularizationPath.estimator]


def public(thing):
    """Yields a function, or a class with its public methods."""
    yield thing
    if inspect.isclass(thing):
        for name, method in vars(thing).items():
            if inspect.isfunction(method) and not name.startswith("_"):
                yield method


class Docstrings(unittest.TestCase):
    def test_every_parameter_and_what_is_returned(self):
        for thing in DOCUMENTED:
            for part in public(thing):
                with self.subTest(part.__qualname__):
                    text = inspect.getdoc(part)
                    names = set(inspect.signature(part).parameters) - {"self"}
                    section = re.search(r"Parameters\n-+\n(.*?)(?:\n\n[A-Z]|\Z)", text, re.S) if names else None
                    found = {name.strip() for line in re.findall(r"^(\w[\w, ]*?)(?: :.*)?$", section[1], re.M) for name in line.split(",")} if section else set()
                    self.assertEqual(found, names)
                    if inspect.isclass(part) and issubclass(part, (relift.ReliftClassifier, relift.ReliftRegressor)):
                        self.assertLessEqual(set(part().get_params()), found)
                    returns = not inspect.isclass(part) and "return " in inspect.getsource(part)
                    if returns and part is not relift.save:
                        self.assertRegex(text, r"Returns\n-+\n\S.*\n    \S")
                    self.assertRegex(text.split("\n\n")[0], r"^[A-Z][^\n]*\.$")


if __name__ == "__main__":
    unittest.main()
