"""Command line of the verifier: python -m relift.verify FILE

Exit status: 0 the claimed bound is proved, 2 the file cannot be read as a
certificate of the semidefinite relaxation, 3 a check failed.
"""

import sys

from .certificate import verify_certificate


def main(arguments=None):
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments in (["-h"], ["--help"]):
        print(__doc__.strip())
        return 0
    if len(arguments) != 1:
        print("usage: python -m relift.verify FILE", file=sys.stderr)
        return 2
    try:
        result = verify_certificate(arguments[0])
    except (OSError, ValueError) as e:
        print(f"{arguments[0]}: {e.strerror}" if isinstance(e, OSError) and e.strerror else e, file=sys.stderr)
        return 2
    print(result)
    return 0 if result else 3


if __name__ == "__main__":
    sys.exit(main())
