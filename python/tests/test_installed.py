"""The installed wheel as its users have it; .ci/wheel runs these tests where no source of this
repository is."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

import relift
from relift import ReliftClassifier, program, to_onnx, verify_certificate


@unittest.skipUnless(program.installed(), "relift is not installed from a wheel")
class Installed(unittest.TestCase):
    def run_python(self, *arguments):
        return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, encoding="utf-8", check=True).stdout

    def test_the_program_is_beside_the_interpreter(self):
        binary = program.installed()
        self.assertEqual(Path(binary).parent, Path(sys.executable).parent)
        self.assertEqual(program.command(), ([binary], False))
        version = subprocess.run([binary, "version"], capture_output=True, text=True, check=True).stdout
        self.assertTrue(version.startswith(f"relift {relift.__version__}\n"), version)
        self.assertEqual(self.run_python("-m", "relift", "version"), version)

    def test_types_are_announced(self):
        self.assertTrue(Path(relift.__file__).with_name("py.typed").is_file())

    def test_train_predict_verify_and_hand_over(self):
        rng = np.random.default_rng(1)
        X = rng.normal(size=(30, 2))
        y = np.where(np.abs(X[:, 0]) > 0.7, "wide", "narrow")
        model = ReliftClassifier(reg=0.1, fit_intercept=False, method="sdp", time_limit=2).fit(X, y)
        self.assertGreater(model.score(X, y), 0.9)
        with tempfile.TemporaryDirectory() as folder:
            certificate = Path(folder, "c.npz")
            certificate.write_bytes(model.certificate_)
            self.assertTrue(verify_certificate(certificate, model.encode(X), model.encode_target(y)))
            self.assertIn("Proved", self.run_python("-m", "relift.verify", str(certificate), "--reg", "0.1"))
        graph = to_onnx(model)
        try:
            import onnxruntime
        except ImportError:
            return  # the environment of the oldest versions has none
        session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
        inputs = {i.name: X[:, [k]] if len(session.get_inputs()) > 1 else X for k, i in enumerate(session.get_inputs())}
        outputs = dict(zip([o.name for o in session.get_outputs()], session.run(None, inputs)))
        np.testing.assert_array_equal(np.asarray(outputs["label"]).ravel(), model.predict(X))


if __name__ == "__main__":
    unittest.main()
