"""Preference pairs of `datagen pairs`: one dialogue twice, right and wrong in one respect.

    RUN/pairs/pairs-*.parquet  ->  PairSet  --rows-->  PairBatch: codes [2 B, 17, T], where to look

The first half of a batch is chosen, the second rejected; both have the same prompt and user.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from train import prompt
from train.config import UserError
from train.prompt import NO_TOKEN, NUM_CODEBOOKS, NUM_STREAMS, ExampleParts, Marks, Tokens
from train.shards import METADATA_KEY, Metadata, parse_metadata

SCHEMA_VERSION = 1
LABELS = ("pair_id", "dialog_id", "kind", "split", "respect", "axis")
SIDES = ("chosen", "rejected")
_TOKENS = (
    "prompt_tokens",
    "agent_voice_codes",
    "user_codes",
    *(f"{side}_{row}" for side in SIDES for row in ("text", "codes")),
)


@dataclass(frozen=True)
class PairBatch:
    """Some pairs, filled up with -1 on the right. Undelayed."""

    codes: Tokens
    """[2 B, 17, T], all chosen and then all rejected."""
    judged: NDArray[np.bool_]
    """Frames [2 B, T] that are compared: from the decision to the end of the crop."""
    heard: NDArray[np.bool_]
    """Sides [2 B] whose sound is compared, too: not where the rejected one is another voice's."""


class PairSet:
    """All pairs of some files, in the order of their ids."""

    def __init__(self, files: Sequence[Path], respects: Sequence[str] = ()) -> None:
        tables, self.metadata = read_tables(files, (*LABELS, "decision", "same_voice", *_TOKENS))
        table = pa.concat_tables(tables).combine_chunks().sort_by("pair_id")
        if respects:
            known = set(table["respect"].to_pylist())
            if unknown := sorted(set(respects) - known):
                raise UserError(
                    f"pairs: there are none of {unknown[0]!r}; there are {', '.join(sorted(known))}"
                )
            table = table.filter(pc.is_in(table["respect"], pa.array(list(respects))))
        self.labels = {name: np.asarray(table[name].to_pylist()) for name in LABELS}
        self._decisions = np.asarray(table["decision"])
        self._same_voice = np.asarray(table["same_voice"].to_pylist(), np.bool_)
        self._tokens = {name: pieces(table[name]) for name in _TOKENS}
        self.marks = Marks(
            silence=self.metadata.silence, sine=self.metadata.sine, pad=self.metadata.pad
        )

    def __len__(self) -> int:
        return len(self._decisions)

    def split(self, share: float = 0.1) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return rows to train on and rows held out: whole dialogues, the last of all by id."""
        dialogues = np.unique(self.labels["dialog_id"])
        held = dialogues[len(dialogues) - max(1, round(share * len(dialogues))) :]
        out = np.isin(self.labels["dialog_id"], held) | (self.labels["split"] == "validation")
        return np.flatnonzero(~out), np.flatnonzero(out)

    def batch(self, rows: Sequence[int] | NDArray[np.int64], voice_frames: int) -> PairBatch:
        """Put together some pairs; the voice sample is cut to ``voice_frames``."""
        examples = [self._example(int(row), side, voice_frames) for side in SIDES for row in rows]
        longest = max(codes.shape[1] for codes, _ in examples)
        stacked = np.full((len(examples), NUM_STREAMS, longest), NO_TOKEN, np.int16)
        judged = np.zeros((len(examples), longest), np.bool_)
        for line, (codes, first) in enumerate(examples):
            stacked[line, :, : codes.shape[1]] = codes
            judged[line, first : codes.shape[1]] = True
        return PairBatch(stacked, judged, np.tile(self._same_voice[np.asarray(rows)], len(SIDES)))

    def _example(self, row: int, side: str, voice_frames: int) -> tuple[Tokens, int]:
        """Return codes [17, T] of one side, and the frame of the decision in them."""
        voice, user, codes = (
            self._tokens[name][row].reshape(NUM_CODEBOOKS, -1)
            for name in ("agent_voice_codes", "user_codes", f"{side}_codes")
        )
        parts = ExampleParts(
            text=self._tokens[f"{side}_text"][row],
            agent=codes,
            user=user,
            voice=voice[:, :voice_frames],
            prompt=self._tokens["prompt_tokens"][row],
        )
        whole, mask = prompt.assemble(parts, self.marks, prompt.MAX_FRAMES)
        start = int(mask[0].argmax())
        return whole, start + int(self._decisions[row])


def find(paths: Sequence[str], what: str = "pairs") -> list[Path]:
    """List the files of pairs, or of clips, in folders: a run, its pairs, or files."""
    files: list[Path] = []
    for name in paths:
        path = Path(name)
        folder = path / "pairs" if (path / "pairs").is_dir() else path
        found = [path] if path.is_file() else sorted(folder.glob(f"{what}-*.parquet"))
        if not found:
            raise UserError(f"{name} holds no {what}; make them with `datagen pairs RUN`")
        files += found
    if not files:
        raise UserError("dpo.pairs is empty: give the run whose pairs to learn from")
    return files


def read_tables(files: Sequence[Path], columns: Sequence[str]) -> tuple[list[pa.Table], Metadata]:
    """Return some columns of each file, and whose tokens they all hold."""
    tables, found = [], None
    for file in files:
        try:
            table = pq.read_table(file, columns=list(columns))
            record: dict[str, Any] = json.loads((table.schema.metadata or {})[METADATA_KEY])
        except (OSError, pa.ArrowException, KeyError, ValueError) as error:
            raise UserError(f"{file} is no file of pairs ({error})") from error
        if record.get("pairs") != SCHEMA_VERSION:
            raise UserError(f"{file} has pairs of schema {record.get('pairs')!r}, not 1")
        metadata = parse_metadata(record, file)
        if found is not None and metadata.hashes != found.hashes:
            raise UserError(f"{file} has tokens of another codec or tokenizer than {files[0]}")
        found = found or metadata
        tables.append(table.replace_schema_metadata(None))
    assert found is not None
    return tables, found


def pieces(column: pa.ChunkedArray) -> list[Tokens]:
    """Return the lists of a column of list<int16> as views."""
    array = column.combine_chunks()
    array = array.chunk(0) if isinstance(array, pa.ChunkedArray) else array
    values, offsets = np.asarray(array.values), np.asarray(array.offsets).tolist()
    return [values[start:stop] for start, stop in pairwise(offsets)]
