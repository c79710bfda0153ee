"""Saves the weights of one small network as programs do: python make.py

Written with torch 2.15.0, safetensors 0.8.0 and NumPy 2.4.6.  Every number is
exact in 8 bits of significand, so that all files have the same network.
"""

import os

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

os.chdir(os.path.dirname(os.path.abspath(__file__)))
D, M, C = 4, 5, 3


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(D, M), nn.Linear(M, C)
        with torch.no_grad():
            self.fc1.weight.copy_(torch.arange(M * D).reshape(M, D) / 8 - 1)
            self.fc1.bias.copy_(torch.arange(M) / 4)
            self.fc2.weight.copy_(torch.arange(C * M).reshape(C, M) / 16 - 0.5)
            self.fc2.bias.copy_(torch.arange(C) + 1.0)


net = Net()
state = net.state_dict()
torch.save(state, "state.pt")
torch.save(net, "module.pt")
torch.save(state, "legacy.pt", _use_new_zipfile_serialization=False)
torch.save({"epoch": 3, "lr": 1e-3, "done": False, "model": state}, "checkpoint.pt", pickle_protocol=4)
torch.save({k: v.bfloat16() for k, v in state.items()}, "bfloat16.pt")
base = torch.zeros(100)  # views: an offset, and a transposed matrix
base[7:27] = state["fc1.weight"].t().reshape(-1)
torch.save({**state, "fc1.weight": base[7:27].reshape(D, M).t()}, "views.pt")
torch.save({**state, "norm.weight": torch.ones(M), "norm.num_batches_tracked": torch.tensor(3)}, "norm.pt")
torch.jit.script(nn.Sequential(nn.Linear(1, 1))).save("script.pt")
save_file(state, "state.safetensors", metadata={"format": "pt"})
save_file({k: v.half() for k, v in state.items()}, "half.safetensors")
numpy = {k: v.numpy() for k, v in state.items()}
np.savez("sklearn.npz", coefs_0=numpy["fc1.weight"].T, coefs_1=numpy["fc2.weight"].T, intercepts_0=numpy["fc1.bias"], intercepts_1=numpy["fc2.bias"])
np.savez("uv.npz", U=numpy["fc1.weight"], V=numpy["fc2.weight"].T, b1=numpy["fc1.bias"], b2=numpy["fc2.bias"])
