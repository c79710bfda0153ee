"""Writes the files of this folder: one matrix in several sparse formats, and labels.

    python make.py     (with numpy and scipy)
"""

import numpy as np
import scipy.sparse as sp

X = np.array([[0, 1.5, 0, -2], [0, 0, 0, 0], [3, 0, 0.25, 0]])
for kind in ("csr", "csc", "coo"):
    sp.save_npz(kind + ".npz", sp.coo_matrix(X).asformat(kind))
sp.save_npz("array.npz", sp.csr_array(X.astype(np.int8)), compressed=False)
twice = sp.coo_matrix(([1.0, 0.5, -2, 3, 0.25], ([0, 0, 0, 2, 2], [1, 1, 3, 0, 2])), shape=(3, 4))
sp.save_npz("twice.npz", twice)  # row 0, column 1 is stored in two parts
csr = sp.csr_matrix(X)
np.savez("with-y.npz", format="csr", shape=csr.shape, data=csr.data, indices=csr.indices, indptr=csr.indptr, y=np.array(["b", "größer", "b"]))
np.savez("labels.npz", X=X, y=np.array([b"b", b"a", b"b"]))
np.savez("texts.npz", X=np.array([["1", "a"], ["2", "b"]]), y=np.array([1, 2]))
