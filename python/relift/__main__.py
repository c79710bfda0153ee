"""Runs the relift program: `python -m relift ARGUMENTS`."""

import subprocess
import sys

from .program import command


def main():
    try:
        prefix, _ = command()
    except ValueError as e:
        print(e, file=sys.stderr)
        return 2
    try:
        return subprocess.call(prefix + sys.argv[1:])
    except KeyboardInterrupt:  # which the program has heard as well
        return 130


if __name__ == "__main__":
    sys.exit(main())
