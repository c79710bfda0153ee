#!/bin/sh
# Compares relift with scikit-learn's defaults: installs scikit-learn into .venv (once), builds relift and prints the table.  Arguments are those of
# defaults.py.
set -eu
cd "$(dirname "$0")"
if [ ! -x .venv/bin/python ]; then
	python3 -m venv .venv
	.venv/bin/pip install --quiet --requirement requirements.txt
fi
go build -o .venv/relift ../../cmd/relift
RELIFT_BINARY="$PWD/.venv/relift" exec .venv/bin/python defaults.py "$@"
