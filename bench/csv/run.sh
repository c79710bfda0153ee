#!/bin/sh
# Regenerates the table "Reading CSV" of BENCHMARKS.md: installs the other readers into .venv (once), builds relift's, and
# reads the same file by each.  Arguments are those of compare.py.
set -eu
cd "$(dirname "$0")"
if [ ! -x .venv/bin/python ]; then
	python3 -m venv .venv
	.venv/bin/pip install --quiet --requirement requirements.txt
fi
go build -o .venv/read ./read
exec .venv/bin/python compare.py --reader "$PWD/.venv/read" "$@"
