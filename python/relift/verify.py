"""Checks a certificate without the program that made it.

Exit status: 0 the claimed bound is proved, 2 bad usage or a file that cannot be read
as a certificate, 3 a check failed, also because the certificate is about something
else than the options say, 130 interrupted: nothing was proved.
"""

import argparse
import sys

from .archive import read_arrays
from .certificate import verify_certificate
from .derivation.problem import LOSSES
from .verification import WORK_LIMIT, plain


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, f"{self.prog}: {plain(message)}; see --help\n")


def _parser():
    parser = _Parser(prog="python -m relift.verify", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", metavar="FILE", help="the certificate")
    parser.add_argument("--reg", type=float, metavar="GAMMA", help="print the bound that is proved for this weight γ; a file of version 1 has to be for it")
    parser.add_argument("--loss", choices=LOSSES, help="fail unless it is for this loss")
    parser.add_argument("--bias", choices=("true", "false"), help="fail unless the data have, or have not, a column of ones")
    parser.add_argument("--scale", help="fail unless the features were scaled like this (standard, none, …)")
    parser.add_argument("--data", metavar="DATA.npz", help="fail unless its X and Y are those of this file, number for number, encoded")
    parser.add_argument("--skip-cones", action="store_true", help="check only the multipliers in a file that has both proofs")
    parser.add_argument("--work-limit", type=float, default=WORK_LIMIT, metavar="OPERATIONS",
                        help="refuse what may take more operations (default %(default)g, a minute or two)")
    return parser


def main(arguments=None):
    options = _parser().parse_args(arguments)
    try:
        data = _data(options.data) if options.data else (None, None)
        result = verify_certificate(
            options.file, *data, gamma=options.reg, loss=options.loss, bias=None if options.bias is None else options.bias == "true",
            scale=options.scale, cones=not options.skip_cones, work_limit=options.work_limit,
        )
    except (OSError, ValueError) as e:
        print(plain(f"{e.filename}: {e.strerror}" if isinstance(e, OSError) and e.strerror else e), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted: nothing was proved", file=sys.stderr)
        return 130
    print(result)
    return 0 if result else 3


def _data(path):
    """Returns X and Y of an NPZ file."""
    with open(path, "rb") as file:
        try:
            arrays = read_arrays(file)
        except ValueError as e:
            raise ValueError(f"{path}: {e}") from None
    Y = next((arrays[name] for name in ("Y", "y") if name in arrays), None)
    if "X" not in arrays or Y is None or isinstance(Y, str):
        raise ValueError(f"{path}: expected the arrays X and Y")
    return arrays["X"], Y[:, None] if Y.ndim == 1 else Y


if __name__ == "__main__":
    sys.exit(main())
