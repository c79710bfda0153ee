import sys, numpy as np
c = np.load(sys.argv[1])
X, Y, W, Phi, Omega, Psi, s, g = (c[k] for k in "X Y W Phi Omega Psi merge_scale merged_into".split())
gamma, m, rep = float(c["gamma"]), len(c["representatives"]), X[c["representatives"]]
assert gamma > 0 and all(np.isfinite(c[k]).all() for k in c.files if k != "meta")
assert (X == np.where(g[:, None] < 0, 0, s[:, None] * rep[g] if m else 0)).all()    # merges are exact, zero rows zero
assert (Phi == Phi.T).all() and (Omega == Omega.T).all() and (Phi >= 0).all() and (Omega >= 0).all()
assert (Psi - np.diag(np.diag(Psi)) >= 0).all()
M = lambda on: np.array([(abs(s) * on * (g == r)) @ W for r in range(m)]).reshape(m, W.shape[1])
V, G, P = M(1), M(s < 0).T @ rep, Psi + Omega                                       # ‖Wᵀ(Xu)₊‖ = ‖Vᵀα − Gu‖
S = np.block([[-(V @ V.T / gamma + Phi + Psi.T + P), P @ rep + V @ G / gamma],
              [(P @ rep + V @ G / gamma).T, gamma * np.eye(X.shape[1]) - rep.T @ Omega @ rep - G.T @ G / gamma]])
D = 1 / np.sqrt(np.maximum(np.diag(S), 1e-300))                                     # unit diagonal: sharper eigenvalues
low, bound = np.linalg.eigvalsh(S * D[:, None] * D)[0], (W * Y).sum() - (W * W).sum() / 2
assert low > -1e-12 * len(S) and c["lower_bound"] <= bound * (1 + 1e-12), (low, bound)
print(f"every two-layer ReLU network has an objective of at least {c['lower_bound']:.10g} (smallest eigenvalue {low:.1e})")
