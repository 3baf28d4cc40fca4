#!/bin/sh
# pyarrow 26.0.1: a file whose texts are written as differences (DELTA_BYTE_ARRAY, as DuckDB does
# with PARQUET_VERSION v2), opened with read_dictionary for them. One would expect dictionaries, or
# plain texts, since the option is about how they are held in memory. Seen: reading raises OSError
# "Not yet implemented", though the same file without the option is read.
# Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'pyarrow==26.0.1'
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys

import pyarrow as pa
import pyarrow.parquet as pq

pq.write_table(
    pa.table({"a": ["one", "once"]}),
    "a.parquet",
    use_dictionary=False,
    column_encoding={"a": "DELTA_BYTE_ARRAY"},
)
plain = pq.ParquetFile("a.parquet").read().to_pydict()
try:
    said = str(pq.ParquetFile("a.parquet", read_dictionary=["a"]).read().to_pydict())
except OSError as error:
    said = str(error)
print("pyarrow", pa.__version__)
print("plain:       ", plain)
print("dictionaries:", said)
sys.exit(plain != {"a": ["one", "once"]} or "Not yet implemented" not in said)
PYTHON
