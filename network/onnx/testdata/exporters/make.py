"""Exports small two-layer networks with the programs that people use.

    python make.py torch|sklearn|keras     in an environment that has the library (and onnx)
    python make.py expected                in one with onnx and onnxruntime

The first form writes NAME.onnx files into this folder, the second expected.json:
for each file an input and what onnxruntime computes from it.

Written with torch 2.15.0, onnxscript, scikit-learn 1.9.1, skl2onnx 1.20.0,
tensorflow-cpu 2.21.0 (keras, tf2onnx), onnx 1.23.2 and onnxruntime 1.32.0.
"""

import glob
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
D, M, C = 4, 5, 3  # inputs, neurons, outputs


def torch_models():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class Net(nn.Module):
        def __init__(self, forward, outputs=C):
            super().__init__()
            self.fc1, self.fc2, self.compute = nn.Linear(D, M), nn.Linear(M, outputs), forward

        def forward(self, x):
            return self.compute(self, x)

    class Scaled(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("mean", torch.randn(D))
            self.register_buffer("std", torch.rand(D) + 0.5)
            self.net = nn.Sequential(nn.Linear(D, M), nn.ReLU(), nn.Linear(M, C))

        def forward(self, x):
            return self.net((x - self.mean) / self.std)

    def plain(*between, outputs=C, bias=True):
        return nn.Sequential(nn.Linear(D, M, bias=bias), *between, nn.Linear(M, outputs, bias=bias))

    def norm():
        b = nn.BatchNorm1d(M)
        for v in (b.running_mean, b.bias.data):
            v.uniform_(-1, 1)
        for v in (b.running_var, b.weight.data):
            v.uniform_(0.5, 2)
        return b

    def hidden_too(net, x):
        h = F.relu(net.fc1(x))
        return net.fc2(h), h

    torch.manual_seed(0)
    x, image, whole = torch.randn(6, D), torch.randn(6, 1, 2, 2), torch.randint(-5, 5, (6, D))
    return {
        "sequential": (plain(nn.ReLU()), x, "both"),
        "no_bias": (plain(nn.ReLU(), bias=False), x, "script"),
        "double": (plain(nn.ReLU()).double(), x.double(), "script"),
        "half": (plain(nn.ReLU()).half(), x.half(), "both"),
        "bfloat16": (plain(nn.ReLU()).bfloat16(), x.bfloat16(), "dynamo"),
        "whole_numbers": (Net(lambda n, x: n.fc2(F.relu(n.fc1(x.float())))), whole, "both"),
        "view_size": (Net(lambda n, x: n.fc2(F.relu(n.fc1(x.view(x.size(0), -1))))), image, "both"),
        "view_constant": (Net(lambda n, x: n.fc2(F.relu(n.fc1(x.view(-1, D))))), image, "script"),
        "flatten": (nn.Sequential(nn.Flatten(), *plain(nn.ReLU())), image, "script"),
        "norm_dropout": (plain(norm(), nn.ReLU(), nn.Dropout(0.5)), x, "script"),
        "norm_behind": (plain(nn.ReLU(), norm()), x, "both"),
        "clamp": (Net(lambda n, x: n.fc2(n.fc1(x).clamp(min=0))), x, "both"),
        "maximum": (Net(lambda n, x: n.fc2(torch.maximum(n.fc1(x), torch.zeros(1)))), x, "script"),
        "factors": (Net(lambda n, x: F.relu(x @ n.fc1.weight.t() * 0.5 + n.fc1.bias) @ n.fc2.weight.t() * 2 + n.fc2.bias), x, "script"),
        "addmm": (Net(lambda n, x: torch.addmm(n.fc2.bias, F.relu(torch.addmm(n.fc1.bias, x, n.fc1.weight.t(), beta=0.5)), n.fc2.weight.t(), alpha=2)), x, "script"),
        "scaled": (Scaled(), x, "script"),
        "softmax": (nn.Sequential(*plain(nn.ReLU()), nn.Softmax(dim=1)), x, "dynamo"),
        "logit": (nn.Sequential(*plain(nn.ReLU(), outputs=1), nn.Sigmoid(), nn.Flatten(0)), x, "script"),
        "label": (Net(lambda n, x: n.fc2(F.relu(n.fc1(x))).argmax(1)), x, "script"),
        "squeeze": (Net(lambda n, x: n.fc2(F.relu(n.fc1(x))).squeeze(-1), 1), x, "both"),
        "hidden_too": (Net(hidden_too), x, "script"),
        "leaky": (plain(nn.LeakyReLU()), x, "script"),
        "three_layers": (nn.Sequential(nn.Linear(D, M), nn.ReLU(), nn.Linear(M, M), nn.ReLU(), nn.Linear(M, C)), x, "dynamo"),
    }


def make_torch():
    import onnx
    import torch

    for name, (model, x, exporters) in torch_models().items():
        model.eval()
        if exporters in ("script", "both"):
            torch.onnx.export(model, (x,), f"{HERE}/torch_script_{name}.onnx", dynamo=False, input_names=["input"], dynamic_axes={"input": {0: "batch"}})
        if exporters in ("dynamo", "both"):
            torch.onnx.export(model, (x,), f"{HERE}/torch_dynamo_{name}.onnx", dynamo=True, external_data=False, dynamic_shapes=({0: torch.export.Dim("batch", min=1, max=1000)},))
    onnx.save_model(onnx.load(f"{HERE}/torch_script_sequential.onnx"), f"{HERE}/torch_external.onnx", save_as_external_data=True,
                    location="torch_external.onnx.data", size_threshold=0)


def make_sklearn():
    import numpy as np
    from skl2onnx import to_onnx
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler, StandardScaler

    random = np.random.default_rng(0)
    X = (random.normal(size=(60, D)) * [1, 2, 3, 4] + [1, 0, -1, 2]).astype(np.float32)
    classes, two = np.array(["a", "b", "c"])[np.argmax(X[:, :3], 1)], (X[:, 0] > 0).astype(int)
    arguments = dict(hidden_layer_sizes=(M,), max_iter=30, random_state=0)
    classifier, regressor = lambda: MLPClassifier(**arguments), lambda: MLPRegressor(**arguments)
    for name, model, y, zipmap in [
        ("classes", classifier(), classes, True), ("classes_plain", classifier(), classes, False),
        ("two_classes", classifier(), two, True), ("two_classes_plain", classifier(), two, False),
        ("labels", classifier(), (X[:, :2] > 0).astype(int), False),
        ("regression", regressor(), X[:, 0] * 2, None), ("two_targets", regressor(), X[:, :2] * 2, None),
        ("standard", make_pipeline(StandardScaler(), classifier()), two, False), ("min_max", make_pipeline(MinMaxScaler(), regressor()), X[:, 0] * 2, None),
    ]:
        model.fit(X, y)
        last = model[-1] if hasattr(model, "steps") else model
        options = {} if zipmap is None else {"options": {id(last): {"zipmap": zipmap}}}
        with open(f"{HERE}/sklearn_{name}.onnx", "wb") as f:
            f.write(to_onnx(model, X[:1], **options).SerializeToString())


def make_keras():
    import keras
    import numpy as np
    from keras import layers

    keras.utils.set_random_seed(0)
    random = np.random.default_rng(0)
    X = (random.normal(size=(30, D)) * 3 + 1).astype(np.float32)
    for name, parts in {
        "dense": [layers.Dense(M, activation="relu"), layers.Dense(C)],
        "softmax": [layers.Dense(M), layers.ReLU(), layers.Dense(C, activation="softmax")],
        "norm_dropout": [layers.Dense(M), layers.BatchNormalization(), layers.Activation("relu"), layers.Dropout(0.5), layers.Dense(C)],
        "flatten": [layers.Reshape((2, 2)), layers.Flatten(), layers.Dense(M, activation="relu"), layers.Dense(1, activation="sigmoid")],
    }.items():
        model = keras.Sequential([layers.Input((D,))] + parts)
        for w in model.weights:
            if "seed" not in w.path:
                w.assign(random.uniform(0.5, 2, w.shape) if "variance" in w.path else w + 0.3 * random.normal(size=w.shape))
        model(X)
        model.export(f"{HERE}/keras_{name}.onnx", format="onnx", verbose=False)


def make_expected():
    import numpy as np
    import onnx
    import onnxruntime

    types = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(float16)": np.float16, "tensor(int64)": np.int64}
    random = np.random.default_rng(0)
    expected = {}
    for path in sorted(glob.glob(f"{HERE}/*.onnx")):
        model = onnx.load(path, load_external_data=False)
        if model.graph.input[0].type.tensor_type.elem_type == onnx.TensorProto.BFLOAT16:
            continue  # onnxruntime has no Gemm for it
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        given = session.get_inputs()[0]
        x = random.normal(size=(6, *given.shape[1:])) * 2
        x = x.astype(types[given.type])
        outputs = {}
        for o, value in zip(session.get_outputs(), session.run(None, {given.name: x})):
            if isinstance(value, list):  # of maps from class to probability
                value = np.array([list(row.values()) for row in value])
            if value.dtype.kind in "fi":
                outputs[o.name] = np.atleast_2d(value.T).T.tolist()
        expected[os.path.basename(path)] = {"input": x.reshape(6, -1).tolist(), "outputs": outputs}
    with open(f"{HERE}/expected.json", "w") as f:
        json.dump(expected, f, separators=(",", ":"))
        f.write("\n")


if __name__ == "__main__":
    {"torch": make_torch, "sklearn": make_sklearn, "keras": make_keras, "expected": make_expected}[sys.argv[1]]()
