"""Runs the relift program."""

import os
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

_MODULE = "module github.com/relift/relift"


def command(binary=None):
    """Returns the command line that starts relift, and whether it is `go run`.

    It is binary if given, else the environment variable RELIFT_BINARY, else the program
    that was installed with this package, else relift on the PATH, else `go run` if this
    package lies in a checkout of the sources.
    Raises ValueError, saying what to do, if there is none.
    """
    for source, path in (("binary", binary), ("RELIFT_BINARY", os.environ.get("RELIFT_BINARY"))):
        if path:
            found = shutil.which(os.fspath(path))
            if not found:
                raise ValueError(f"{source}: {os.fspath(path)!r} is not an executable file; expected the path of the relift program")
            return [found], False
    found = installed() or shutil.which("relift")
    if found:
        return [found], False
    root, go = Path(__file__).resolve().parents[2], shutil.which("go")
    mod = root / "go.mod"
    if go and mod.is_file() and mod.read_text().startswith(_MODULE):
        return [go, "run", "-C", str(root), "./cmd/relift"], True
    raise ValueError(
        "the relift program was not found; build it with `go build ./cmd/relift` and put it on the PATH, "
        "or name it by the parameter binary or the environment variable RELIFT_BINARY"
    )


def installed():
    """Returns the path of the program that the wheel of this package brought, or None."""
    try:
        files = distribution("relift").files or []
    except PackageNotFoundError:
        return None
    for file in files:
        if file.name in ("relift", "relift.exe"):
            return shutil.which(str(file.locate().resolve()))
    return None


def run(arguments, folder, binary=None):
    """Runs relift with the arguments and returns its standard output.

    Paths below folder are shown without it in messages.  A refusal becomes
    a ValueError with the program's one line, any other failure a RuntimeError.
    """
    prefix, by_go = command(binary)
    done = subprocess.run(
        prefix + arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        encoding="utf-8", errors="replace", check=False,
    )
    status, lines = done.returncode, done.stderr.strip().splitlines()
    if by_go and status != 0 and lines and lines[-1].startswith("exit status "):
        status = int(lines.pop().rsplit(" ", 1)[1])  # go run itself ends with 1
    if status == 0:
        return done.stdout
    message = lines[-1] if lines else "no message"
    message = message.replace(str(folder) + os.sep, "")
    if status == 2:
        raise ValueError(message)
    raise RuntimeError(f"relift ended with status {status}: {message}")
