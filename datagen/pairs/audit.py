"""Is a pair a pair? Reads files of pairs as a stranger: pyarrow and what their schema promises.

    pairs-*.parquet, clips-*.parquet  ->  sentences about rows that are wrong

Chosen and rejected must share everything before the decision, and part at it; what is only moved
must keep its words; a clip must hold its moment.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from datagen.pairs.schema import CLIPS, FOOTER_KEY, PAIRS, VERSION
from datagen.types import NUM_CODEBOOKS, UserError

MOVED = ("early_entry", "late_answer")
"""Respects in which the rejected side says the same words at another time."""


def audit(folder: Path) -> list[str]:
    """Return what is wrong with the pairs and clips in a folder; nothing if all is well."""
    files = sorted(folder.glob("[!.]*.parquet"))
    if not files:
        raise UserError(f"{folder} holds no pairs; make them with `datagen pairs RUN`")
    return [problem for file in files for problem in audit_file(file)]


def audit_file(file: Path) -> Iterator[str]:
    """Yield what is wrong with a file."""
    try:
        table = pq.read_table(file)
        metadata = json.loads((table.schema.metadata or {})[b"datagen"])
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        yield f"{file.name} cannot be read ({type(error).__name__}: {error})"
        return
    expected = PAIRS if file.name.startswith("pairs") else CLIPS
    if metadata.get(FOOTER_KEY) != VERSION or table.schema.names != expected.names:
        yield f"{file.name} has not the columns or the version of schema {VERSION}"
        return
    limits = (metadata["codec"]["cardinality"], metadata["tokenizer"]["size"])
    seen: set[str] = set()
    for row in _rows(table):
        name = row[expected.names[0]]
        if name in seen:
            yield f"{name} is there twice"
        seen.add(name)
        for problem in (*_tokens(row, limits), *(_pair(row) if "respect" in row else _clip(row))):
            yield f"{name}: {problem}"


def _rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    for batch in table.to_batches(64):
        columns = {name: batch.column(name) for name in batch.schema.names}
        for index in range(len(batch)):
            yield {
                name: column[index].values.to_numpy(zero_copy_only=False)
                if pa.types.is_list(column.type)
                else column[index].as_py()
                for name, column in columns.items()
            }


def _tokens(row: Mapping[str, Any], limits: tuple[int, int]) -> Iterator[str]:
    frames = row["num_frames"]
    for name, values in row.items():
        if not isinstance(values, np.ndarray):
            continue
        limit = limits[0] if name.endswith("codes") else limits[1]
        if len(values) and not (values.min() >= 0 and values.max() < limit):
            yield f"{name} has tokens outside [0, {limit})"
        if name in ("prompt_tokens", "agent_voice_codes"):
            continue
        expected = frames * (NUM_CODEBOOKS if name.endswith("codes") else 1)
        if len(values) != expected:
            yield f"{name} has {len(values)} tokens for {frames} frames"


def _pair(row: Mapping[str, Any]) -> Iterator[str]:
    shape = (NUM_CODEBOOKS, -1)
    texts = row["chosen_text"], row["rejected_text"]
    codes = row["chosen_codes"].reshape(shape), row["rejected_codes"].reshape(shape)
    if codes[0].shape != codes[1].shape or len(texts[0]) != len(texts[1]):
        yield "chosen and rejected differ in length"
        return
    differs = (texts[0] != texts[1]) | (codes[0] != codes[1]).any(0)
    first = int(differs.argmax()) if differs.any() else -1
    if first != row["decision"]:
        yield f"chosen and rejected part at frame {first}, not at the decision {row['decision']}"
    if row["respect"] in MOVED and sorted(texts[0].tolist()) != sorted(texts[1].tolist()):
        yield "the words are not the same"


def _clip(row: Mapping[str, Any]) -> Iterator[str]:
    if not 0 <= row["decision"] < row["num_frames"]:
        yield f"the moment {row['decision']} is outside of its {row['num_frames']} frames"
    if row["latency"] < -1:
        yield f"latency {row['latency']}"
