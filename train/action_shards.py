"""Tool calls of token shards as text tokens, decoded once into a file beside the other tokens.

*.parquet, tokenizer  --cached_actions-->  FOLDER/actions.npz  --ActionTable-->  Insertions
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from train.actions import ActionMarks, Insertions, MarkedTokens
from train.config import UserError
from train.prompt import Tokens
from train.shards import Metadata, fingerprint, footer, made_once

FILE = "actions.npz"
FIRST_SCHEMA = 2
"""The first schema with a column of tool calls."""


def cached_actions(
    files: Sequence[Path], cache: Path, tokenizer: str, marks: ActionMarks, metadata: Metadata
) -> Path:
    """Return the folder of the shards' calls as tokens, making it unless it is there."""
    name = blake2b(repr(marks).encode(), digest_size=12)
    name.update(fingerprint(files, tokenizer).encode())

    def make(folder: Path) -> None:
        np.savez(folder / FILE, allow_pickle=False, **_decode(files, tokenizer, marks, metadata))

    return made_once(cache / f"actions-{name.hexdigest()}", make)


def _decode(
    files: Sequence[Path], tokenizer: str, marks: ActionMarks, metadata: Metadata
) -> dict[str, Any]:
    """Return frames, kinds, lengths and tokens of all insertions, and how many each row has."""
    marked = MarkedTokens.load(tokenizer, marks)
    if {marked.call[0], marked.result[0]} & {metadata.pad, metadata.epad}:
        raise UserError(
            f"data.action_marks: {marks.call} or {marks.result} begins with the padding of the"
            " shards' text; choose other marks"
        )
    frames, kinds, tokens = list[int](), list[int](), list[list[int]]()
    counts, names = list[int](), list[str]()
    for file in files:
        for dialog_id, actions in _rows(file):
            parts = [part for action in actions for part in marks.texts(action)]
            parts.sort(key=lambda part: part[0])
            names.append(dialog_id)
            counts.append(len(parts))
            frames += [frame for frame, _, _ in parts]
            kinds += [kind for _, kind, _ in parts]
            tokens += [marked.spell(kind, text) for _, kind, text in parts]
    if max(map(max, tokens), default=0) >= metadata.vocabulary:
        raise UserError(
            f"data.tokenizer: {tokenizer} has pieces that the shards' has not: give the model they"
            " were made with"
        )
    return {
        "dialog_id": np.array(names),
        "counts": np.array(counts, np.int64),
        "frames": np.array(frames, np.int64),
        "kinds": np.array(kinds, np.int64),
        "lengths": np.array([len(one) for one in tokens], np.int64),
        "tokens": np.array([token for one in tokens for token in one], np.int16),
    }


def _rows(file: Path) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the calls of each dialogue of a shard, in order."""
    if footer(file).get("schema", 0) < FIRST_SCHEMA:
        raise UserError(
            f"data.actions: {file} is of schema 1, which has no tool calls: give newer shards,"
            " or data.actions=leave_out"
        )
    try:
        if "actions" not in pq.read_schema(file).names:
            raise UserError(f"data.actions: {file} has lost its column actions: make it anew")
        table = pq.read_table(file, columns=["dialog_id", "actions"], partitioning=None)
        rows = table.to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise UserError(f"{file} cannot be read ({error}): make it anew") from error
    return [(row["dialog_id"], row["actions"] or []) for row in rows]


class ActionTable:
    """The insertions of a corpus, by the rows of its own order."""

    def __init__(self, folder: Path, dialog_ids: NDArray[Any]) -> None:
        with np.load(folder / FILE) as arrays:
            found = {name: arrays[name] for name in arrays.files}
        order = np.argsort(found["dialog_id"])
        places = order[np.searchsorted(found["dialog_id"][order], dialog_ids)]
        counts, lengths = found["counts"], found["lengths"]
        self._frames, self._kinds = found["frames"], found["kinds"]
        self._tokens: list[Tokens] = np.split(found["tokens"], np.cumsum(lengths)[:-1])
        ends = np.cumsum(counts)
        self._stops = ends[places]
        self._starts = self._stops - counts[places]
        before = np.concatenate(([0], np.cumsum(lengths)))
        self.num_frames: NDArray[np.int64] = before[self._stops] - before[self._starts]
        """Frames that the insertions of each row take [N]."""

    def of(self, row: int) -> Insertions:
        """Return what a row's text is given."""
        part = slice(int(self._starts[row]), int(self._stops[row]))
        return Insertions(self._frames[part], self._kinds[part], self._tokens[part])
