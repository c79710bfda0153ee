"""Writes the files of this folder: one table in every codec and encoding.

    python make.py     (with pyarrow, pandas and duckdb)

right.csv has the values, as Python prints them.
"""

import decimal

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 60
rng = np.random.default_rng(7)
real = [None if i % 11 == 3 else float(v) for i, v in enumerate(rng.standard_normal(ROWS))]
small = [float(np.float32(v)) for v in rng.standard_normal(ROWS)]
whole = [None if i % 7 == 2 else int(v) for i, v in enumerate(rng.integers(-(2**50), 2**50, ROWS))]
count = [int(v) for v in rng.integers(0, 9, ROWS)]
flag = [bool(v) for v in rng.integers(0, 2, ROWS)]
price = [decimal.Decimal(int(v)).scaleb(-2) for v in rng.integers(-(10**6), 10**6, ROWS)]
word = [None if i % 13 == 5 else ["red", "dark blue", "grün", ""][int(v)] or "x%d" % i for i, v in enumerate(rng.integers(0, 4, ROWS))]
table = pa.table({
    "real": pa.array(real, pa.float64()), "small": pa.array(small, pa.float32()), "whole": pa.array(whole, pa.int64()),
    "count": pa.array(count, pa.int32()), "flag": pa.array(flag, pa.bool_()), "price": pa.array(price, pa.decimal128(20, 2)),
    "word": pa.array(word, pa.string()),
})


def text(v):
    return "" if v is None else str(int(v)) if isinstance(v, bool) else repr(v) if isinstance(v, float) else str(v)


with open("right.csv", "w", encoding="utf-8") as f:
    f.write(",".join(table.column_names) + "\n")
    for row in zip(*(table[c].to_pylist() for c in table.column_names)):
        f.write(",".join(text(v) for v in row) + "\n")

for codec in ["none", "snappy", "gzip", "brotli", "lz4", "zstd"]:
    for version in ["1.0", "2.0"]:
        pq.write_table(table, f"{codec}-v{version[0]}.parquet", compression=codec, data_page_version=version, row_group_size=25)
pq.write_table(table, "plain.parquet", use_dictionary=False, compression="none", row_group_size=17)
pq.write_table(table, "delta.parquet", use_dictionary=False, compression="zstd", data_page_version="2.0", column_encoding={
    "real": "BYTE_STREAM_SPLIT", "small": "BYTE_STREAM_SPLIT", "whole": "DELTA_BINARY_PACKED", "count": "DELTA_BINARY_PACKED", "word": "DELTA_BYTE_ARRAY"})
pq.write_table(table, "delta-length.parquet", use_dictionary=False, column_encoding={"word": "DELTA_LENGTH_BYTE_ARRAY"}, data_page_size=64)
frame = table.to_pandas().set_index(pd.Index([(7 * i) % ROWS for i in range(ROWS)]))
frame.to_parquet("pandas-index.parquet")
whole_table = table  # the name in the queries
for codec in ["uncompressed", "snappy", "gzip", "zstd", "brotli", "lz4_raw"]:
    duckdb.sql(f"copy whole_table to 'duckdb-{codec}.parquet' (format parquet, compression {codec})")
duckdb.sql("copy whole_table to 'duckdb-new.parquet' (format parquet, parquet_version v2)")
pq.write_table(pa.table({"x": pa.array([1.5, None, -0.25, 65504], pa.float16()), "list": [[1], [2, 3], [], [4]], "y": [1, 2, 2**60 + 1, 2**60 + 2]}), "kinds.parquet")
pq.write_table(pa.table({"x": pa.array([None] * 5, pa.float32()), "y": pa.array([1, 2, 1, 2, 1])}), "nulls.parquet", data_page_version="2.0")
days, moments = [0, None, 19753], [1706702400000000, None, -1]
pq.write_table(pa.table({
    "day": pa.array(days, pa.date32()), "naive": pa.array(moments, pa.timestamp("us")), "zoned": pa.array([1706702400000, None, -1], pa.timestamp("ms", "UTC")),
    "nano": pa.array([1706702400000000001, None, -1], pa.timestamp("ns")), "clock": pa.array([90000, None, 43200000], pa.time32("ms")),
    "fine": pa.array([90000000, None, 43200000000], pa.time64("us")), "y": [1.5, 2, 3],
}), "dates.parquet")
pq.write_table(pa.table({"old": pa.array(moments, pa.timestamp("us")), "y": [1.5, 2, 3]}), "dates-int96.parquet", use_deprecated_int96_timestamps=True)
