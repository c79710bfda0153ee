"""Two-layer ReLU networks with certified bounds, from Python.

`ReliftClassifier` and `ReliftRegressor` train by the relift program and predict
in NumPy; `ReliftClassifierCV` and `ReliftRegressorCV` choose the weight decay from the
data, and `relift_path` trains for all of them.  `verify_certificate` proves a certificate without that program.
`save`, `load` and `to_onnx` pass networks on, `audit` says how good anyone's network is.
"""

from .certificate import Certificate, Verification, load_certificate, verify_certificate
from .estimators import ReliftClassifier, ReliftRegressor
from .exchange import audit, load, save, to_onnx
from .model import Model, load_model
from .path import RegularizationPath, relift_path
from .tuned import ReliftClassifierCV, ReliftRegressorCV

__version__ = "0.1.0"

__all__ = [
    "Certificate",
    "Model",
    "RegularizationPath",
    "ReliftClassifier",
    "ReliftClassifierCV",
    "ReliftRegressor",
    "ReliftRegressorCV",
    "Verification",
    "audit",
    "load",
    "load_certificate",
    "load_model",
    "relift_path",
    "save",
    "to_onnx",
    "verify_certificate",
]
