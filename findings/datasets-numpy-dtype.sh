#!/bin/sh
# datasets 5.2.0: codec tokens (int16) and word times (float64) in one row, read with
# with_format("numpy", dtype=np.int16). One would expect the dtype to hold for the tokens, or to be
# refused where it does not fit. Seen: it is applied to all that is a number, nested lists of word
# times too, so 0.48 becomes 0, 1.92 becomes 1, and 40,000 wraps to -25,536, without a warning.
# Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'datasets==5.2.0'
cd "$folder"
HF_HOME="$folder/cache" venv/bin/python - <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from datasets import load_dataset

word = pa.struct([("text", pa.string()), ("start", pa.float64()), ("end", pa.float64())])
schema = pa.schema(
    [("codes", pa.list_(pa.int16())), ("starts", pa.list_(pa.int32())), ("words", pa.list_(word))]
)
row = {"codes": [948, 2047], "starts": [40_000]}
row["words"] = [{"text": "hello", "start": 0.48, "end": 1.92}]
pq.write_table(pa.Table.from_pylist([row], schema=schema), "a.parquet")
data = load_dataset("parquet", data_files="a.parquet", split="train")
found = data.with_format("numpy", dtype=np.int16)[0]
times = [(int(word["start"]), int(word["end"])) for word in found["words"]]
seen = (found["codes"].tolist(), found["starts"].tolist(), times)
print("datasets", version("datasets"))
print("written:", row)
print("read:   ", seen)
sys.exit(seen != ([948, 2047], [-25_536], [(0, 1)]) or data[0]["words"][0]["start"] != 0.48)
PYTHON
