"""Rows of `datagen pairs` in a run folder, as `train` finds them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq


def write_pairs(
    run: Path, name: str, rows: Sequence[dict[str, Any]], shard_metadata: dict[str, Any]
) -> None:
    """Write rows to RUN/pairs/NAME-0.parquet; arrays are lists of int16."""
    ids = pa.list_(pa.int16())
    columns = {
        key: pa.array([row[key] for row in rows], ids if isinstance(value, np.ndarray) else None)
        for key, value in rows[0].items()
    }
    metadata = {b"datagen": json.dumps(shard_metadata | {"pairs": 1})}
    folder = run / "pairs"
    folder.mkdir(parents=True)
    table = pa.table(columns).replace_schema_metadata(metadata)
    pq.write_table(table, folder / f"{name}-0.parquet")
