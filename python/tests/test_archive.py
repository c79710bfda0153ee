"""The strict reader of NPZ files, against NumPy's."""

import io
import unittest
import zipfile

import numpy as np

from relift.archive import read_arrays
from tests.support import ROOT


def written(save=np.savez, **arrays):
    file = io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


class Stream(io.RawIOBase):
    """A file that cannot seek, such as a pipe."""

    def __init__(self):
        self.parts = []

    def writable(self):
        return True

    def write(self, data):
        self.parts.append(bytes(data))
        return len(data)


class Archives(unittest.TestCase):
    arrays = {
        "X": np.arange(6.0).reshape(2, 3), "F": np.asfortranarray(np.arange(6.0).reshape(2, 3)), "scalar": np.array(-0.5), "i": np.array([1, -2]),
        "big": np.array([1.5, 2], dtype=">f8"), "none": np.zeros((0, 3)), "text": np.array("γ and ü"), "empty": np.array(""),
    }

    def same(self, content, arrays):
        found = read_arrays(io.BytesIO(content))
        self.assertEqual(list(found), list(arrays))
        for name, array in arrays.items():
            if array.dtype.kind in "US":
                self.assertEqual(found[name], str(array))
            else:
                np.testing.assert_array_equal(found[name], array)
                self.assertEqual((found[name].shape, found[name].dtype.str), (array.shape, np.dtype(f"={array.dtype.kind}8").str))
                self.assertTrue(found[name].flags.c_contiguous)

    def test_reads_what_numpy_writes(self):
        self.same(written(**self.arrays), self.arrays)
        self.same(written(np.savez_compressed, **self.arrays), self.arrays)
        stream = Stream()
        with zipfile.ZipFile(stream, "w") as archive:
            for name, array in self.arrays.items():
                file = io.BytesIO()
                np.save(file, array)
                archive.writestr(name + ".npy", file.getvalue())
        self.same(b"".join(stream.parts), self.arrays)

    def test_every_changed_byte_is_refused_or_changes_nothing(self):
        rng = np.random.default_rng(0)
        contents = [written(**self.arrays), written(np.savez_compressed, **self.arrays)]
        contents.append((ROOT / "certificate" / "testdata" / "forgeries" / "multipliers-honest.npz").read_bytes())
        refused = 0
        for content in contents:
            original = read_arrays(io.BytesIO(content))
            for at in range(len(content)):
                changed = bytearray(content)
                changed[at] ^= int(rng.integers(1, 256))
                try:
                    found = read_arrays(io.BytesIO(bytes(changed)))
                except ValueError as e:
                    self.assertNotIn("\n", str(e))
                    refused += 1
                    continue
                self.assertEqual([name.lower() for name in found], [name.lower() for name in original])
                for a, b in zip(found.values(), original.values()):
                    np.testing.assert_array_equal(a, b)
        self.assertGreater(refused, 1000)

    def test_cut_off_doubled_and_padded_files_are_refused(self):
        content = written(X=np.ones(3))
        for cut in range(len(content)):
            with self.assertRaises(ValueError):
                read_arrays(io.BytesIO(content[:cut]))
        for changed in (content + content, b"\0" + content, content + b"\0", b"PK\5\6" + content, content[:-2] + b"\4\0abcd"):
            with self.assertRaises(ValueError):
                read_arrays(io.BytesIO(changed))

    def test_arrays_that_are_no_numbers(self):
        for array in (np.array([1], dtype="f4"), np.array([1j]), np.array([True]), np.array(["a", "b"]), np.zeros((1, 1, 1)), np.array([1], dtype="u8"),
                      np.zeros(2, dtype=[("a", "f8")]), np.array(["2020"], dtype="M8[D]"), np.array([1], dtype="g")):
            with self.assertRaisesRegex(ValueError, "array 'a'"):
                read_arrays(io.BytesIO(written(a=array)))

    def test_a_small_file_takes_little_memory(self):
        bomb = written(np.savez_compressed, a=np.zeros(1 << 26))  # half a gigabyte of zeros
        self.assertLess(len(bomb), 1 << 20)
        with self.assertRaisesRegex(ValueError, "out of proportion"):
            read_arrays(io.BytesIO(bomb))


if __name__ == "__main__":
    unittest.main()
