"""A shard's rows as plain values and numpy arrays.

pa.Table --rows--> Row, Row, ...        in small batches, so that memory stays flat
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen.types import FRAME

BATCH = 64
"""Rows turned into Python values at a time."""
MAY_BE_NULL = frozenset({"user_role_prompt", "hygiene", "provenance"})


@dataclass(frozen=True)
class Row:
    """One dialogue of a shard; every list is there and holds no null."""

    values: dict[str, Any]
    """The columns that hold no tokens."""
    tokens: dict[str, NDArray[np.int16]]
    """The columns of token ids, flat."""
    footer: dict[str, Any]
    """The shard's metadata: codec, tokenizer, stand-ins."""

    @property
    def dialog_id(self) -> str:
        """The dialogue's id."""
        return str(self.values["dialog_id"])

    @property
    def num_frames(self) -> int:
        """The number of frames, T."""
        return int(self.values["num_frames"])

    def codes(self, speaker: str) -> NDArray[np.int16]:
        """Return a channel's codes [K, T]."""
        return self.tokens[f"{speaker}_codes"].reshape(-1, self.num_frames)

    def words(self, speaker: str) -> list[dict[str, Any]]:
        """Return a speaker's words, in their order."""
        return [word for word in self.values["words"] if word["speaker"] == speaker]

    @cached_property
    def timed(self) -> list[tuple[str, dict[str, Any]]]:
        """Everything that has a start and an end, with what it is."""
        columns = ("turns", "words", "events")
        return [(column[:-1], item) for column in columns for item in self.values[column]]


def rows(table: pa.Table, footer: dict[str, Any]) -> Iterator[Row]:
    """Yield the rows of a table."""
    for batch in table.to_batches(max_chunksize=BATCH):
        names = [
            name for name in batch.schema.names if not _is_tokens(batch.schema.field(name).type)
        ]
        tokens = {
            name: _lists(batch.column(name)) for name in batch.schema.names if name not in names
        }
        for index, values in enumerate(batch.select(names).to_pylist()):
            yield Row(values, {name: lists[index] for name, lists in tokens.items()}, footer)


def null_rows(table: pa.Table) -> dict[int, str]:
    """Return the positions of rows that lack a value they must have, with the column's name."""
    found: dict[int, str] = {}
    for name in table.schema.names:
        column = table.column(name).combine_chunks()
        if name not in MAY_BE_NULL and _count_nulls(column):
            values = column.to_pylist()
            found |= {index: name for index, value in enumerate(values) if _has_null(value)}
    return found


def frames_of(start: int, end: int, margin: int = 0) -> slice:
    """Return the frames that samples [start - margin, end + margin) touch."""
    return slice(max(0, start - margin) // FRAME, -(-(end + margin) // FRAME))


def _is_tokens(kind: Any) -> bool:
    return pa.types.is_list(kind) and pa.types.is_integer(kind.value_type)


def _lists(column: Any) -> list[NDArray[np.int16]]:
    offsets = column.offsets.to_numpy()
    values = column.values.fill_null(-1).to_numpy(zero_copy_only=False)
    return [values[start:end] for start, end in pairwise(offsets)]


def _count_nulls(column: Any) -> int:
    """Count the nulls of an Arrow array at any depth."""
    if pa.types.is_list(column.type):
        return int(column.null_count + _count_nulls(column.flatten()))
    if pa.types.is_struct(column.type):
        return int(column.null_count + sum(map(_count_nulls, column.flatten())))
    return int(column.null_count)


def _has_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_null, value.values()))
    if isinstance(value, list):
        return any(map(_has_null, value))
    return value is None
