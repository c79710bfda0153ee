"""Reads one CSV file by relift, pyarrow and DuckDB, one thread each, and writes a table in Markdown.

Processor time, so that other work on the machine does not matter, and the peak of the memory of the whole process.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

PEERS = {
    "pyarrow": "import sys, pyarrow.csv as c; t = c.read_csv(sys.argv[1], read_options=c.ReadOptions(use_threads=False)); print(*t.shape)",
    "DuckDB": "import sys, duckdb; d = duckdb.connect(config={'threads': 1}); d.execute('set enable_progress_bar = false'); d.execute('create table t as select * from read_csv(?)', [sys.argv[1]]); "
    "print(d.execute('select count(*) from t').fetchone()[0], len(d.execute('describe t').fetchall()))",
}


def measure(arguments, shape):
    """Returns the processor time in seconds and the peak memory in bytes of a process that reads a table of
    the given shape (rows, columns)."""
    out, into = os.pipe()
    child = os.posix_spawn(
        arguments[0], arguments, {**os.environ, "GOMAXPROCS": "1", "OMP_NUM_THREADS": "1"},
        file_actions=[(os.POSIX_SPAWN_DUP2, into, 1), (os.POSIX_SPAWN_CLOSE, out)],
    )
    os.close(into)
    with open(out) as pipe:
        said = pipe.read().split()
    _, status, usage = os.wait4(child, 0)
    if status != 0 or said != [str(n) for n in shape]:
        sys.exit(f"{arguments[0]} ended with status {status} and said {said}; expected a table of {shape}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reader", required=True, help="the program of ./read")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=30)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    shape, matrix = (options.rows, options.columns), 8 * options.rows * options.columns
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "table.csv"))
        os.spawnv(os.P_WAIT, options.reader, [options.reader, "-make", str(options.rows), "-columns", str(options.columns), path])
        size = os.path.getsize(path)
        readers = {"relift": [options.reader, path], **{name: [sys.executable, "-c", script, path] for name, script in PEERS.items()}}
        results = {name: [] for name in readers}
        for _ in range(options.runs):  # in turn, so that all see the same machine
            for name, arguments in readers.items():
                results[name].append(measure(arguments, shape))
    print(f"{options.rows} × {options.columns} numbers, {size / 1e6:.0f} MB; medians of {options.runs} runs\n")
    print("| reader | processor time | MB/s per core | peak memory | times the matrix |\n|---|---|---|---|---|")
    for name, runs in results.items():
        seconds, peak = (sorted(values)[len(runs) // 2] for values in zip(*runs))
        print(f"| {name} | {seconds:.1f} s | {size / 1e6 / seconds:.0f} | {peak / 1e6:.0f} MB | {peak / matrix:.2f} |")


main()
