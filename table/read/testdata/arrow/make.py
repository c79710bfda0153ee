"""Writes the files of this folder into the one where it is called: one table as Arrow IPC and
Feather, other types, and the index of a data frame.

    python make.py     (with pyarrow, pandas and polars)

first.feather is of the first version of Feather, which pyarrow wrote up to version 24.
"""

import datetime
import decimal

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather as feather

day = datetime.date
table = pa.table({
    "real": pa.array([1.5, None, -2.25], pa.float64()), "half": pa.array([0.5, 2, -1], pa.float16()),
    "whole": pa.array([2**60 + 1, 2**60 + 2, None], pa.int64()), "byte": pa.array([1, 255, 0], pa.uint8()),
    "flag": pa.array([True, False, None]), "price": pa.array([decimal.Decimal("1.25"), None, decimal.Decimal("-0.10")], pa.decimal128(9, 2)),
    "word": pa.array(["01", "größer", None]), "large": pa.array(["a", "b", "a"], pa.large_string()),
    "colour": pa.array(["red", None, "red"]).dictionary_encode(), "day": pa.array([day(2024, 1, 31), day(2024, 2, 1), None]),
    "moment": pa.array([datetime.datetime(2024, 1, 31, 12), None, datetime.datetime(1969, 12, 31, 23, 59, 59)], pa.timestamp("us")),
    "list": pa.array([[1], [2], []]), "nothing": pa.nulls(3),
})
for name, compression in (("plain.feather", "uncompressed"), ("lz4.feather", "lz4"), ("zstd.feather", "zstd")):
    feather.write_feather(table, name, compression=compression)
with pa.OSFile("file.arrow", "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
    for batch in table.to_batches(max_chunksize=2):
        writer.write_batch(batch)
with pa.OSFile("stream.arrows", "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
    writer.write_table(table)
seconds = datetime.timedelta
kinds = pa.table({
    "view": pa.array(["short", "longer than twelve bytes", None], pa.string_view()), "level": pa.array([3, None, 1]).dictionary_encode(),
    "clock": pa.array([datetime.time(0, 1, 30), None, datetime.time(12)], pa.time64("us")), "lasting": pa.array([seconds(seconds=1.5), seconds(0), None], pa.duration("ms")),
    "zoned": pa.array([datetime.datetime(2024, 1, 31, 12), None, datetime.datetime(2024, 1, 31, 12, 0, 0, 250000)], pa.timestamp("ns", "Europe/Berlin")),
    "second": pa.array([0, 86399, None], pa.timestamp("s")), "stamp": pa.array([1706659200000, None, -86400000], pa.date64()),
    "huge": pa.array([2**64 - 1, 2**64 - 2, None], pa.uint64()), "wide": pa.array([decimal.Decimal("1.5"), None, decimal.Decimal("-2")], pa.decimal256(50, 1)),
    "bytes": pa.array([b"a", b"b", b"c"]), "mapped": pa.array([{"a": 1}, {"a": 2}, None]),
})
with pa.OSFile("kinds.arrow", "wb") as sink, pa.ipc.new_file(sink, kinds.schema) as writer:
    writer.write_table(kinds)
words = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=True)
with pa.OSFile("deltas.arrows", "wb") as sink:
    parts = [pa.DictionaryArray.from_arrays(pa.array(codes, pa.int8()), pa.array(texts)) for codes, texts in (([0, 1], ["a", "b"]), ([2, 0], ["a", "b", "c"]), ([1, None], ["x", "y"]))]
    batches = [pa.record_batch({"word": part, "x": pa.array([1.0, 2.0])}) for part in parts]
    with pa.ipc.new_stream(sink, batches[0].schema, options=words) as writer:
        for batch in batches:
            writer.write_batch(batch)
frame = pd.DataFrame({"a": [1.0, 2], "y": [3.0, 4]}, index=pd.Index([7, 9], name="key"))
with pa.OSFile("pandas.arrow", "wb") as sink:
    content = pa.Table.from_pandas(frame)
    with pa.ipc.new_file(sink, content.schema) as writer:
        writer.write_table(content)
pl.DataFrame({
    "view": ["short", "longer than twelve bytes", None], "level": pl.Series(["lo", "hi", None], dtype=pl.Enum(["lo", "hi"])),
    "when": [datetime.datetime(2024, 1, 31, 12), None, datetime.datetime(2024, 2, 1)], "x": [1.5, None, 2.0],
}).write_ipc("polars.arrow", compression="zstd")
