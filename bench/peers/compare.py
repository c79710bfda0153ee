"""Trains relift's and other networks on the same problems and writes the objectives over time as a table.

Everything has one thread, time is processor time, and every objective is computed here, in double precision,
of the balanced network (‖u_j‖ = ‖v_j‖), which has the smallest weight decay.  See README.md.
"""
import argparse
import json
import os
import subprocess
import tempfile
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402  (the threads first)

from peers import PEERS  # noqa: E402
from problems import PROBLEMS  # noqa: E402

RELIFT = "relift"


def objective(x, y, gamma, u, v):
    """The objective of the balanced network with first-layer weights u (d×m) and second-layer weights v (m×c)."""
    total = gamma * (np.linalg.norm(u, axis=0) * np.linalg.norm(v, axis=1)).sum()
    for lo in range(0, len(x), 4096):
        r = np.maximum(x[lo : lo + 4096] @ u, 0) @ v - y[lo : lo + 4096]
        total += (r * r).sum() / 2
    return total


class Record:
    """The best objective over time; the clock is processor time without that of looking."""

    def __init__(self, x, y, gamma):
        self.problem, self.best, self.points = (x, y, gamma), np.inf, []
        self.begin, self.next = time.process_time(), 0.0

    def clock(self):
        return time.process_time() - self.begin

    def see(self, u, v):
        now = self.clock()
        if now < self.next:
            return
        self.look(u, v, now)
        self.next = 1.1 * now
        self.begin += self.clock() - now

    def look(self, u, v, now):
        f = objective(*self.problem, u.astype(float), v.astype(float))
        if f < self.best:
            self.best = f
            self.points.append((now, f))


def at(points, seconds):
    return min((f for t, f in points if t <= seconds), default=None)


def relift(trainer, x, y, gamma, seconds):
    """Runs the trainer, whose last network is looked at here too."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "problem.npz")
        np.savez(path, X=x, Y=y, gamma=np.float64(gamma))
        out = subprocess.run([trainer, "-seconds", str(seconds), path], check=True, capture_output=True, text=True).stdout
        with np.load(path + ".network.npz") as network:
            f = objective(x, y, gamma, network["U"].T, network["V"])
    points = [(p["seconds"], p["objective"]) for p in map(json.loads, out.splitlines())]
    if abs(f - points[-1][1]) > 1e-9 * f:
        raise SystemExit(f"relift says that its objective is {points[-1][1]}, and it is {f}")
    return points


def peer(train, x, y, gamma, seconds):
    record = Record(x, y, gamma)
    last = []

    def see(u, v):
        last[:] = [u, v]
        record.see(u, v)

    train(x, y, gamma, seconds, record.clock, see)
    record.look(*last, record.clock())
    return record.points


def cell(values):
    return " / ".join("–" if v is None else f"{v:.5g}" if v >= 1000 else f"{v:.6g}" for v in values)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer", required=True, help="the program ./train, built")
    parser.add_argument("--only", default="", help="problems whose name contains this")
    parser.add_argument("--peers", default="", help="peers whose name contains this")
    parser.add_argument("--scale", type=float, default=1, help="multiplies the seconds of each problem")
    parser.add_argument("--out", help="file for the table; standard output always has it")
    parser.add_argument("--check", action="store_true", help="exit with status 1 unless relift's last objective is the best everywhere")
    args = parser.parse_args()

    lines = [
        "| problem | best peer at 1 s / 5 s / end | which | relift at 1 s / 5 s / end |",
        "|---|---|---|---|",
    ]
    lost = []
    for name, (make, gamma, seconds) in PROBLEMS.items():
        if args.only not in name:
            continue
        seconds *= args.scale
        x, y = make()
        ours = relift(args.trainer, x, y, gamma, seconds)
        print(f"{name}: {RELIFT}: {cell(at(ours, t) for t in (1, 5, seconds + 1))}", flush=True)
        theirs = {}
        for label, train in PEERS.items():
            if args.peers not in label:
                continue
            theirs[label] = peer(train, x, y, gamma, seconds)
            print(f"{name}: {label}: {cell(at(theirs[label], t) for t in (1, 5, np.inf))}", flush=True)
        best = [min((f for p in theirs.values() if (f := at(p, t)) is not None), default=None) for t in (1, 5, np.inf)]
        which = min(theirs, key=lambda p: at(theirs[p], np.inf))
        ends = [at(ours, t) for t in (1, 5, np.inf)]
        lines.append(f"| {name}, {seconds:g} s | {cell(best)} | {which} | {cell(ends)} |")
        if not ends[-1] <= best[-1]:
            lost.append(name)
    table = "\n".join(lines)
    print("\n" + table)
    if args.out:
        with open(args.out, "w", encoding="utf-8") as file:
            file.write(table + "\n")
    if lost and args.check:
        raise SystemExit(f"a peer ended with a better network on: {', '.join(lost)}")


if __name__ == "__main__":
    main()
