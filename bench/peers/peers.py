"""What relift's trainer is compared with, each on one thread.

Each function trains on (x, y, gamma) for about `seconds` of processor time and calls see(U, V), U d×m and V m×c, with its networks as
it goes; the clock stands still while it looks.
"""
import math
import warnings

import numpy as np
import torch
from scnn.activations import sample_gate_vectors
from scnn.metrics import Metrics
from scnn.models import ConvexReLU
from scnn.optimize import optimize_model
from scnn.regularizers import NeuronGL1
from scnn.solvers import AL
from sklearn.neural_network import MLPRegressor

torch.set_num_threads(1)


def _start(x, y, width, dtype):
    torch.manual_seed(0)
    n, d = x.shape
    u = (torch.randn(d, width, dtype=dtype) / d**0.5).requires_grad_()
    v = (torch.randn(width, y.shape[1], dtype=dtype) / width**0.5).requires_grad_()
    return torch.tensor(x, dtype=dtype), torch.tensor(y, dtype=dtype), u, v


def _objective(x, y, u, v, gamma, scale=1.0):
    return scale / 2 * ((torch.relu(x @ u) @ v - y) ** 2).sum() + gamma / 2 * ((u**2).sum() + (v**2).sum())


def _lbfgs(x, y, u, v, gamma, seconds, clock, see):
    optimizer = torch.optim.LBFGS([u, v], max_iter=5, history_size=20, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        f = _objective(x, y, u, v, gamma)
        f.backward()
        return f

    while clock() < seconds:
        optimizer.step(closure)
        see(u.detach().numpy(), v.detach().numpy())


# The first backward pass of a process takes a second, whatever it is of.
_objective(*_start(np.ones((2, 2)), np.ones((2, 1)), 2, torch.float32), 1.0).backward()


def adam(width, polish=False):
    """Adam with a rate that falls to zero by half a cosine; whole passes up to 2000 rows, else batches of 256.  With
    polish L-BFGS has the second half of the time."""

    def train(x, y, gamma, seconds, clock, see):
        xt, yt, u, v = _start(x, y, width, torch.float32)
        n, batch = len(x), len(x) if len(x) <= 2000 else 256
        rate, optimizer, span = 1e-2, torch.optim.Adam([u, v]), seconds / 2 if polish else seconds
        while clock() < span:
            for group in optimizer.param_groups:
                group["lr"] = rate * (1 + np.cos(np.pi * clock() / span)) / 2
            lo = 0 if batch == n else int(torch.randint(0, n - batch + 1, (1,)))
            optimizer.zero_grad()
            _objective(xt[lo : lo + batch], yt[lo : lo + batch], u, v, gamma, n / batch).backward()
            optimizer.step()
            see(u.detach().numpy(), v.detach().numpy())
        if polish:
            double = [t.detach().double() for t in (xt, yt)] + [t.detach().double().requires_grad_() for t in (u, v)]
            _lbfgs(*double, gamma, seconds, clock, see)

    return train


def lbfgs(width):
    """L-BFGS with a strong Wolfe search, in double precision."""

    def train(x, y, gamma, seconds, clock, see):
        xt, yt, u, v = _start(x, y, width, torch.float64)
        _lbfgs(xt, yt, u, v, gamma, seconds, clock, see)

    return train


def mlp(width):
    """scikit-learn's MLPRegressor with L-BFGS, in legs of 50 iterations.  It has biases of its own, which it does not decay; here they
    become weights of the column of ones, and of one more neuron that is 1 on every row, and do count.  With several outputs
    its loss is a mean over them and its gradient is not, so that its searches end early."""

    def train(x, y, gamma, seconds, clock, see):
        features = x[:, :-1]
        model = MLPRegressor((width,), solver="lbfgs", alpha=gamma, max_iter=50, warm_start=True, random_state=0, tol=0)
        while clock() < seconds:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model.fit(features, y if y.shape[1] > 1 else y[:, 0])
            u = np.vstack([model.coefs_[0], model.intercepts_[0]])
            bias = model.intercepts_[1]
            size = max(np.linalg.norm(bias), 1e-300) ** 0.5
            constant = np.zeros((len(u), 1))
            constant[-1] = size
            see(np.hstack([u, constant]), np.vstack([model.coefs_[1], bias / size]))

    return train


def scnn(width):
    """The convex reformulation of A. Mishkin, A. Sahiner and M. Pilanci (ICML 2022) with 200, 800, … iterations."""

    def train(x, y, gamma, seconds, clock, see):
        n, c = y.shape
        iterations = 200
        while clock() < seconds / 3:
            model = ConvexReLU(sample_gate_vectors(0, x.shape[1], math.floor(width / 2)), c=c)
            solver = AL(model, max_primal_iters=iterations, max_dual_iters=max(iterations // 20, 1))
            result, _ = optimize_model(model, solver, Metrics(), x, y, regularizer=NeuronGL1(gamma / (n * c)), unitize_data=False)
            first, second = result.parameters
            see(np.asarray(first, dtype=float).T, np.asarray(second, dtype=float).T)
            iterations *= 4

    return train


PEERS = {
    "torch Adam 100": adam(100),
    "torch Adam 400": adam(400),
    "torch Adam 400, L-BFGS": adam(400, polish=True),
    "torch L-BFGS 100": lbfgs(100),
    "torch L-BFGS 400": lbfgs(400),
    "scikit-learn MLP 100": mlp(100),
    "scnn 400": scnn(400),
}
