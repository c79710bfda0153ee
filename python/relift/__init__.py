"""Two-layer ReLU networks with certified bounds, from Python.

`ReliftClassifier` and `ReliftRegressor` train by the relift program and predict
in NumPy; `ReliftClassifierCV` and `ReliftRegressorCV` choose the weight decay from the
data.  `verify_certificate` proves a certificate without that program.
`load_model` reads any model file.
"""

from .certificate import Certificate, Verification, load_certificate, verify_certificate
from .estimators import ReliftClassifier, ReliftRegressor
from .model import Model, load_model
from .tuned import ReliftClassifierCV, ReliftRegressorCV

__version__ = "0.1.0"

__all__ = [
    "Certificate",
    "Model",
    "ReliftClassifier",
    "ReliftClassifierCV",
    "ReliftRegressor",
    "ReliftRegressorCV",
    "Verification",
    "load_certificate",
    "load_model",
    "verify_certificate",
]
