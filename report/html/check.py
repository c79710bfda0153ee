import sys, numpy as np                 # status 0: the file's bound is proved; 3: only the smaller one that is printed; else none
from numpy.linalg import cholesky, eigvalsh, norm
c = np.load(sys.argv[1])
if "steps_0_int" not in c.files or c["steps_0_int"][0] != 7 or c["steps_0_int"][2:4].any() or {"claim_g", "weights"} & set(c.files) \
        or c["loss"] != "squared" or c["intercept"] != 0:
    sys.exit("these lines check multipliers at the root, for the squared loss; python -m relift.verify checks every proof")
X, Y, W, gamma, claim, g, h, reals = (c[a] for a in "X Y W gamma lower_bound claim_u claim_v steps_0_real".split())
steps, a, b, version = (c[a] for a in "steps_0_int x_exponent w_exponent derivation_version".split())
(n, d), k, p, still = X.shape, Y.shape[1], steps[1], ~X.any(axis=1)       # still rows of X are zero
R, of, s = X[~still], np.where(still, -1, np.cumsum(~still) - 1), 1.0 * ~still   # row j of X is s_j times row of_j of R (times Vᵀ)
if "rows" in c.files:
    R, of, s = c["rows"], c["row_of"], c["row_scale"]
else:
    R = np.ldexp(R, -a)
V = c["basis"] if "basis" in c.files else np.zeros((d, 0))
m, q = R.shape
for x, shape in (X, (n, d)), (Y, (n, k)), (W, (n, k)), (s, (n,)), (gamma, ()), (claim, ()), (g, ()), (h, ()), (reals, (2 + m + p,)), (V, (d, q * ("basis" in c.files))):
    assert x.shape == shape and x.dtype.str == "<f8" and np.isfinite(x).all()
assert all(x.dtype.str == "<i8" for x in (steps, of, a, b, version)) and len(set(c.files)) == len(c.files) and "steps_1_int" not in c.files
assert version == 2 and steps.shape == (4 + 2 * p,) and of.shape == (n,) and ((of >= -1) & (of < m)).all() and ("basis" in c.files or q == d) and m <= n
np.seterr(all="ignore")
X, W, (i, j), psi, M = np.ldexp(X, -a), np.ldexp(np.where(still[:, None], 0, W), -b), steps[4:].reshape(p, 2).T, reals[2:2 + m], reals[2 + m:]
assert max(abs(x).max(initial=0) for x in (X, W, R, V, g, h, 1 / g, 1 / h, s, 1 / s[of >= 0])) < 2.0**41 and g > 0 < h and 0 < gamma < 1e60
assert reals[0] == 0 and (M >= 0).all() and abs(reals).max() < 1e31 and ((0 <= i) & (i < j) & (j < 2 * m) & (j != i + m)).all() and (np.diff(i * 2 * m + j) > 0).all()
unit = 1.01 * (max(n + m, d, m + q + k) + 50) * 2.0**-53           # more than the roundings behind any number here
signed, back, size, nu = s * (of == np.arange(m)[:, None]), R, abs(R), 1.0
if "basis" in c.files:                                              # ‖Vᵀu‖² ≤ nu‖u‖²
    back, size, nu = R @ V.T, abs(R) @ abs(V).T, (1 + unit) * (abs(V.T @ V) + unit * abs(V).T @ abs(V)).sum(0).max()
slip = 1.01 * norm(X - signed.T @ back, axis=1) + unit * (norm(X, axis=1) + norm(abs(signed).T @ size, axis=1)) + 1e-150
slip = (slip * (norm(W, axis=1) + 1e-150)).sum()
full = np.zeros((2 * m, 2 * m))
full[i, j] = M
Phi, Omega, Psi = full[:m, :m] + full[:m, :m].T, full[m:, m:] + full[m:, m:].T, full[:m, m:] + np.diag(psi / 2)
def form(W, R, Psi, sign):                                        # S; with absolute values and sign 1: its terms' sizes
    T, N, P = abs(signed) @ W, (abs(signed) * (s < 0) @ W).T @ R, Psi + Omega      # ‖Wᵀ(Xu)₊‖ = ‖Tᵀα − Nu‖
    return np.block([[sign * (Phi + Psi.T + P), P @ R, T], [(P @ R).T, g * np.eye(q) + sign * (R.T @ Omega @ R), sign * N.T],
                     [T.T, sign * N, h * np.eye(k)]])
S, sizes = form(W, R, Psi, -1), form(abs(W), abs(R), abs(Psi), 1)
least = 1e-15 * np.diag(sizes) + 1e-30
D = np.ldexp(1.0, -(np.frexp(np.maximum(np.diag(S), least))[1] // 2))              # makes the diagonal of order one
T = D[:, None] * S * D
error = unit * (D * (sizes @ D)).max() + 1e-290 * (1 + abs(s).sum()) * D.max() * D.sum()        # of T, underflow too
shift = eigvalsh(T)[0] - 2 * error                                # T ⪰ shift is a guess that the next two lines check
T -= shift * np.eye(m + q + k)
L = cholesky(T)
low = shift - 1.01 * norm(T - L @ L.T) - unit * (abs(L) @ abs(L).sum(0)).max() - error
most = 1.01 * np.maximum(0, -low) / np.array([D[m:m + q].min(), D[m + q:].min()])**2        # S + max(0, −low)D⁻² ⪰ 0
most[0] += 1.01 * np.maximum(0, -low) * ((R / D[:m, None])**2).sum()
reach = np.sqrt(nu * (g + most[0]) * (h + most[1])) + 1.01 * slip                            # ‖Ŵᵀ(X̂u)₊‖ ≤ reach·‖u‖
t = (1 - 1e-12) * np.ldexp(gamma, -a) / reach                                                # ‖tŴᵀ(Xu)₊‖ ≤ γ‖u‖
wy, ww, constant = (W * Y).sum(), (W * W).sum(), (1 - 1e-12) * (Y[still]**2).sum() / 2
t = min(t, max(wy, 0) / ww) if ww else 0
bound = constant + t * (wy - t / 2 * ww - (n * k + 20) * 2.0**-52 * (abs(W * Y).sum() + t * ww) - 1e-300)
bound = float(max(0, np.nextafter(bound * (1 - 1e-15), -1)))
assert np.isfinite(bound)
print(f"every two-layer ReLU network has an objective of at least {bound!r} on the X {X.shape} and Y {Y.shape} of the file, γ = {float(gamma)!r}")
print(f"(the file says {float(claim)!r}; these lines charge {reach / np.sqrt(g * h) - 1:.1e} of γ for rounding errors, relift verify less)")
sys.exit(0 if claim <= bound + 1e-6 * bound else 3)
