import sys, numpy as np
from numpy.linalg import cholesky, eigvalsh, norm
c = np.load(sys.argv[1])
if "Phi" not in c.files:
    sys.exit("these lines check multipliers (format version 1); python -m relift.verify checks every proof")
X, Y, W, Phi, Omega, Psi, s, gamma, claim = (c[a] for a in "X Y W Phi Omega Psi merge_scale gamma lower_bound".split())
at, g = c["representatives"], c["merged_into"]
(n, d), k, m = X.shape, Y.shape[1], len(at)
for a, shape in (X, (n, d)), (Y, (n, k)), (W, (n, k)), (Phi, (m, m)), (Omega, (m, m)), (Psi, (m, m)), (s, (n,)), (gamma, ()), (claim, ()):
    assert a.shape == shape and a.dtype.str == "<f8" and np.isfinite(a).all()
assert at.shape == (m,) and g.shape == (n,) and at.dtype.str == g.dtype.str == "<i8" and len(set(c.files)) == len(c.files)
assert (Phi == Phi.T).all() and (Omega == Omega.T).all() and (Phi >= 0).all() and (Omega >= 0).all()
assert (Psi - np.diag(np.diag(Psi)) >= 0).all() and gamma > 0
np.seterr(all="ignore")
x, w = np.frexp(abs(X).max())[1], np.frexp(abs(W).max())[1]       # powers of two bring X and W to order one
X, W, scaled = np.ldexp(X, -x), np.ldexp(W, -w), np.ldexp(gamma, -x - w)
Phi, Omega, Psi, rep, signed = *(np.ldexp(a, x - w) for a in (Phi, Omega, Psi)), X[at], s * (g == np.arange(m)[:, None])
assert 1e-100 < scaled < 1e200
slip = ((1.01 * norm(X - signed.T @ rep, axis=1) + 1e-15 * norm(X, axis=1) + 1e-150) * (norm(W, axis=1) + 1e-150)).sum()
unit = (2 * n + 2 * m + 2 * d + k + 50) * 2.0**-52                # more than the roundings behind any number here
if d > m > 0:                                                       # rows L with LLᵀ ⪰ XXᵀ: every Xu is Lv with ‖v‖ ≤ ‖u‖
    gram, more = rep @ rep.T, 4 * unit * (rep * rep).sum() + 1e-290
    L = cholesky(gram + more * np.eye(m))
    assert 1.01 * norm(L @ L.T - gram - more * np.eye(m)) + unit * ((rep * rep).sum() + (L * L).sum()) + 1e-295 < more
    rep, d = L, m
def form(W, rep, Psi, sign):                                      # S with v; with absolute values and sign 1: its terms' sizes
    V, G, P = abs(signed) @ W, (abs(signed) * (s < 0) @ W).T @ rep, Psi + Omega    # ‖Wᵀ(Xu)₊‖ = ‖Vᵀα − Gu‖
    return np.block([[sign * (Phi + Psi.T + P), P @ rep, V], [(P @ rep).T, scaled * np.eye(d) + sign * (rep.T @ Omega @ rep), sign * G.T],
                     [V.T, sign * G, scaled * np.eye(k)]])
S, sizes = form(W, rep, Psi, -1), form(abs(W), abs(rep), abs(Psi), 1)
least = 1e-15 * np.diag(sizes) + 1e-30 * min(scaled, 1 / scaled)
D = np.ldexp(1.0, -(np.frexp(np.maximum(np.diag(S), least))[1] // 2))              # makes the diagonal of order one
T = D[:, None] * S * D
error = unit * (D * (sizes @ D)).max() + 1e-290 * (1 + (1 + abs(s).sum()) / scaled) * D.max() * D.sum()    # of T, underflow too
shift = eigvalsh(T)[0] - 2 * error                                # T ⪰ shift is a guess that the next two lines check
T -= shift * np.eye(m + d + k)
L = cholesky(T)
low = shift - 1.01 * norm(T - L @ L.T) - unit * (abs(L) @ abs(L).sum(0)).max() - error
most = 1.01 * np.maximum(0, -low) / np.array([D[m:m + d].min(), D[m + d:].min()])**2        # S + max(0, −low)D⁻² ⪰ 0
most[0] += 1.01 * np.maximum(0, -low) * ((rep / D[:m, None])**2).sum()
chi = np.sqrt((scaled + most[0]) * (scaled + most[1])) - scaled
t = np.ldexp((1 - 1e-12) * scaled / (scaled + chi + 1.01 * slip), w)                        # ‖tWᵀ(Xu)₊‖ ≤ γ‖u‖
wy, ww = (W * Y).sum(), (W * W).sum()
t = min(t, max(wy, 0) / ww) if ww else 0
bound = t * (wy - t / 2 * ww - (n * k + 20) * 2.0**-52 * (abs(W * Y).sum() + t * ww) - 1e-300)
bound = float(max(0, np.nextafter(bound, -1)))
print(f"every two-layer ReLU network has an objective of at least {bound!r} on the X {X.shape} and Y {Y.shape} of the file, γ = {float(gamma)!r}")
print(f"(the file says {float(claim)!r}; rounding errors are covered by a relative {chi / scaled:.1e} of γ)")
sys.exit(0 if claim <= bound + 1e-6 * bound else "not proved by these lines: the file claims more (relift verify charges less for rounding)")
