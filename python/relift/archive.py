"""A strict reader of NPZ files.

Readers of ZIP archives differ in what they make of an unusual one: which of two
members of a name counts, which of two headers, where a file in front of another
ends.  A certificate must be one and the same for every reader.  So the members lie
back to back from the first byte to the central directory, which lists them in
their order and ends the file; both headers of a member agree; names are distinct
even where case is ignored; there are no comments, extra names or encryption.  What
NumPy and relift write is like this.
"""

import contextlib
import math
import os
import re
import struct
import zlib
from collections.abc import Mapping

import numpy as np

# Sizes, in bytes, and counts that no certificate needs more of.
MOST_MEMBERS = 1000
MOST_HEADER = 10_000
MOST_TEXT = 64 << 20

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_STORED, _DEFLATED = 0, 8
_DESCRIPTOR, _UTF8 = 1 << 3, 1 << 11
_LARGE = 0xFFFFFFFF
_NAME = re.compile(rb"[A-Za-z][A-Za-z0-9_]*\.npy\Z")
_HEADER = re.compile(
    r"\{'descr': '([<>|])([fiuUS])(0|[1-9]\d{0,8})', 'fortran_order': (True|False), "
    r"'shape': \((|(?:0|[1-9]\d{0,11}),|(?:0|[1-9]\d{0,11}), (?:0|[1-9]\d{0,11}))\), \}[ \n]*\Z"
)


class _Member:
    """One entry of the central directory."""

    def __init__(self, fields, name, directory):
        (_, _, _, self.flags, self.method, _, _, self.checksum, self.packed, self.size) = fields[:10]
        self.offset, self.name = fields[16], name
        self.most = directory  # where it has to have ended


class Archive(Mapping):
    """The arrays of an NPZ archive by their names: float64 or int64 of any shape of at
    most two dimensions, or str.  An array is read, and compared with its checksum, each
    time it is asked for; none is kept.
    """

    def __init__(self, file):
        """Takes a path or an open binary file that can seek, and reads all of it once.

        Raises ValueError for anything that is not exactly one such archive; memory is
        taken for the largest array, and for no more than a hundred times the file.
        """
        self._file = file
        with self._opened() as opened:
            self._members = {name: member for name, member, _ in _walk(opened)}

    def __getitem__(self, name):
        member = self._members[name]
        with self._opened() as file:
            return _named_array(name, _content(file, member)[0])

    def __iter__(self):
        return iter(self._members)

    def __len__(self):
        return len(self._members)

    def __contains__(self, name):
        return name in self._members

    def _opened(self):
        return open(self._file, "rb") if isinstance(self._file, (str, os.PathLike)) else contextlib.nullcontext(self._file)


def read_arrays(file):
    """Returns all arrays of an open file that an `Archive` can be made of, in memory."""
    return {name: array for name, _, array in _walk(file)}


def _walk(file):
    """Yields the name, the member and the array of each member, in the order of the file."""
    size = file.seek(0, os.SEEK_END)
    limit, at = min((256 << 20) + 100 * size, 16 << 30), 0
    members, directory = _directory(file, size)
    for member in members:
        if member.offset != at:
            raise ValueError(f"the archive has overlapping members, or bytes that belong to none, at byte {at}")
        limit -= member.size
        if limit < 0:
            raise ValueError("the archive's arrays are out of proportion to its size")
        content, at = _content(file, member)
        name = member.name[:-4].decode()
        yield name, member, _named_array(name, content)
    if at != directory:
        raise ValueError("the archive has bytes that belong to no member")


def _named_array(name, content):
    try:
        return _array(content)
    except ValueError as e:
        raise ValueError(f"array {name!r}: {e}") from None


def take(arrays, key, kind, dimensions):
    """Returns an array of the kind and number of dimensions that it must have, a
    number for none."""
    if key not in arrays:
        raise ValueError(f"it has no array {key!r}")
    a = arrays[key]
    if isinstance(a, str) or a.dtype.kind + str(a.dtype.itemsize) != kind or a.ndim != dimensions:
        what = "a text" if isinstance(a, str) else f"{a.dtype} with {a.ndim} dimensions"
        raise ValueError(f"array {key!r} is {what}, expected {kind} with {dimensions}")
    return a.item() if dimensions == 0 else a


def _take(file, offset, count):
    file.seek(offset)
    data = file.read(count)
    if len(data) != count:
        raise ValueError("the archive is cut off")
    return data


def _directory(file, size):
    """Returns the members in the order of the file, and where the directory begins."""
    if size < _END.size:
        raise ValueError("not an NPZ archive: it is too short")
    mark, disk, first, here, count, length, start, comment = _END.unpack(_take(file, size - _END.size, _END.size))
    if mark != b"PK\5\6" or comment:
        raise ValueError("not an NPZ archive, or one with bytes behind its end")
    if disk or first or here != count or count > MOST_MEMBERS or start == _LARGE:
        raise ValueError("the archive has several parts, or more members or bytes than a certificate can have")
    if start + length + _END.size != size:
        raise ValueError("the archive has bytes before its beginning or behind its directory")
    data, at, members, seen = _take(file, start, length), 0, [], set()
    for _ in range(count):
        if at + _CENTRAL.size > length:
            raise ValueError("the archive's directory is cut off")
        fields = _CENTRAL.unpack_from(data, at)
        names, extra, comments = fields[10:13]
        end = at + _CENTRAL.size + names
        name = data[at + _CENTRAL.size : end]
        if fields[0] != b"PK\1\2" or extra or comments or fields[13] or end > length:
            raise ValueError("the archive's directory has an entry that NumPy would not write")
        if not _NAME.match(name):
            raise ValueError(f"the archive has a member {name[:100]!r} that is not an array with a plain name")
        if name.lower() in seen:
            raise ValueError(f"the archive has two arrays {name[:100].decode()!r}")
        seen.add(name.lower())
        members.append(_Member(fields, name, start))
        at = end
    if at != length:
        raise ValueError("the archive's directory has bytes that belong to no entry")
    return members, start


def _content(file, member):
    """Returns the content of a member, and where the next one begins."""
    mark, _, flags, method, _, _, checksum, packed, size, names, extra = _LOCAL.unpack(_take(file, member.offset, _LOCAL.size))
    at = member.offset + _LOCAL.size
    name, more = _take(file, at, names), _take(file, at + names, extra)
    if len(more) == 20 and more[:4] == b"\1\0\x10\0":  # NumPy leaves room for the sizes of large arrays
        large = struct.unpack("<QQ", more[4:])
        if (size, packed) not in (large, (_LARGE, _LARGE)):
            raise ValueError(f"the two headers of member {member.name!r} differ")
        size, packed = large
    elif more:
        raise ValueError(f"member {member.name!r} has an extra field that NumPy would not write")
    streamed = bool(flags & _DESCRIPTOR) and (checksum, packed, size) == (0, 0, 0)
    expected = (0, 0, 0) if streamed else (member.checksum, member.packed, member.size)
    if mark != b"PK\3\4" or (name, flags, method) != (member.name, member.flags, member.method) or (checksum, packed, size) != expected:
        raise ValueError(f"the two headers of member {member.name!r} differ")
    if flags & ~(_DESCRIPTOR | _UTF8) or bool(flags & _DESCRIPTOR) != streamed or method not in (_STORED, _DEFLATED):
        raise ValueError(f"member {member.name!r} is encrypted or compressed in a way that NumPy does not write")
    at += names + extra
    if at + member.packed > member.most:
        raise ValueError("the archive is cut off")
    content = _take(file, at, member.packed)
    at += member.packed
    if method == _DEFLATED:
        content = _inflated(content, member)
    if len(content) != member.size or zlib.crc32(content) != member.checksum:
        raise ValueError(f"member {member.name!r} is damaged")
    if streamed:
        descriptor = struct.pack("<4s3L", b"PK\7\x08", member.checksum, member.packed, member.size)
        if _take(file, at, len(descriptor)) != descriptor:
            raise ValueError(f"the two headers of member {member.name!r} differ")
        at += len(descriptor)
    return content, at


def _inflated(data, member):
    decoder = zlib.decompressobj(-15)
    try:
        content = decoder.decompress(data, member.size + 1)
    except zlib.error:
        raise ValueError(f"member {member.name!r} is damaged") from None
    if not decoder.eof or decoder.unused_data or decoder.unconsumed_tail:
        raise ValueError(f"member {member.name!r} is damaged")
    return content


def _array(content):
    """Returns the array of an NPY file."""
    if content[:6] != b"\x93NUMPY" or len(content) < 12 or content[6:8] not in (b"\1\0", b"\2\0", b"\3\0"):
        raise ValueError("it is not in NumPy's format")
    width = 2 if content[6] == 1 else 4
    start = 8 + width + int.from_bytes(content[8 : 8 + width], "little")
    if start > MOST_HEADER or start > len(content):
        raise ValueError("its header is too long")
    header = _HEADER.match(content[8 + width : start].decode("latin-1"))
    if not header:
        raise ValueError("its header is not one of an array of numbers or a text")
    order, kind, bytes_each, fortran, lengths = header.groups()
    shape = tuple(int(part) for part in lengths.split(",") if part.strip())
    if kind in "US":
        return _text(order, kind, int(bytes_each), shape, content[start:])
    if (kind, bytes_each) not in (("f", "8"), ("i", "8")) or order == "|":
        raise ValueError(f"its numbers are of type {kind}{bytes_each}, expected f8 or i8")
    if any(length > 2**31 for length in shape) or 8 * math.prod(shape) != len(content) - start:
        raise ValueError("it has more or fewer numbers than its shape says")
    a = np.frombuffer(content, dtype=f"{order}{kind}8", offset=start)
    return a.reshape(shape, order="F" if fortran == "True" else "C").astype(f"={kind}8", order="C")


def _text(order, kind, length, shape, data):
    if shape or len(data) != length * (4 if kind == "U" else 1) or len(data) > MOST_TEXT:
        raise ValueError("it is not a single text of a reasonable length")
    try:
        text = data.decode(("utf-32-be" if order == ">" else "utf-32-le") if kind == "U" else "utf-8")
    except UnicodeDecodeError:
        raise ValueError("it is not a text") from None
    return text.rstrip("\0")
