#!/bin/sh
# Regenerates the table of BENCHMARKS.md: installs the peers into .venv (once), builds relift's trainer, trains
# everything on the same problems and writes the table.  Arguments are those of compare.py.
set -eu
cd "$(dirname "$0")"
if [ ! -x .venv/bin/python ]; then
	python3 -m venv .venv
	.venv/bin/pip install --quiet --requirement requirements.txt
fi
go build -o .venv/train ./train
exec .venv/bin/python compare.py --trainer .venv/train "$@"
