"""Pairs and clips of a run, shard by shard: the same shards and seed give the same bytes.

RUN/shards/*.parquet  --edits, exchanges, axes-->  RUN/pairs/{pairs,clips}-NNNNN.parquet
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from datagen.engine.run_files import read_run
from datagen.pairs import content, schema
from datagen.pairs.axes import AXES
from datagen.pairs.timing import EDITS, Pair
from datagen.pairs.tokens import COLUMNS, TokenDialogue, read_dialogues
from datagen.seeds import rng_for
from datagen.storage import Where
from datagen.storage.run_folder import SHARDS, RunFolder
from datagen.types import UserError

FOLDER = "pairs"
RESPECTS = (*EDITS, *content.WRONGS)
"""Everything in which a pair's rejected side can be wrong."""


@dataclass(frozen=True)
class Wanted:
    """Which pairs and clips, and how many."""

    respects: Sequence[str] = RESPECTS
    each: int = 1
    """Pairs of one respect, and clips of one axis, that a dialogue gives at most."""
    seed: int = 0

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.respects) - set(RESPECTS)):
            raise UserError(
                f"pairs: there is no respect {unknown[0]!r}; known are {', '.join(RESPECTS)}"
            )
        if self.each < 1:
            raise UserError("pairs: --each must be at least 1")


@dataclass
class MadePairs:
    """What was made."""

    dialogues: int = 0
    pairs: Counter[str] = field(default_factory=Counter)
    clips: Counter[str] = field(default_factory=Counter)


def make(
    run: Where, wanted: Wanted, progress: Callable[[str, MadePairs], None] = lambda name, made: None
) -> MadePairs:
    """Make the pairs and clips of all shards of a run; those that are there are made anew."""
    folder = RunFolder(run)
    names = [name for name in folder.storage.names(SHARDS) if name.endswith(".parquet")]
    if not names:
        read_run(folder)  # another folder is told that it is no run
        raise UserError(f"{folder.where} has no shards yet: finish it with `datagen run`")
    made = MadePairs()
    with folder.lock(FOLDER):
        for number, name in enumerate(names):
            _of_shard(folder, _inside(name), number, wanted, made)
            progress(name, made)
    return made


def _inside(name: str) -> str:
    return name if name.startswith(f"{SHARDS}/") else f"{SHARDS}/{name}"


def _of_shard(folder: RunFolder, name: str, number: int, wanted: Wanted, made: MadePairs) -> None:
    metadata = folder.metadata(name)
    if metadata is None:
        raise UserError(f"{folder.where}/{name} is not a shard; audit the run")
    dialogues = list(read_dialogues(folder.read(name, COLUMNS), metadata))
    donors = content.Donors(dialogues)
    pairs: list[dict[str, Any]] = []
    clips: list[dict[str, Any]] = []
    for dialogue in dialogues:
        for index, pair in _pairs(dialogue, donors, wanted):
            pairs.append(schema.pair_row(dialogue, pair, index))
            made.pairs[pair.respect] += 1
        for axis, find in AXES.items():
            for index, clip in enumerate(find(dialogue)):
                if index < wanted.each:
                    clips.append(schema.clip_row(dialogue, clip, index))
                    made.clips[axis] += 1
    made.dialogues += len(dialogues)
    footer = _footer(metadata)
    for what, rows, columns in (("pairs", pairs, schema.PAIRS), ("clips", clips, schema.CLIPS)):
        folder.commit(f"{FOLDER}/{what}-{number:05d}.parquet", _table(rows, columns), footer)


def _table(rows: list[dict[str, Any]], columns: pa.Schema) -> pa.Table:
    return schema.table(rows, columns)


def _footer(metadata: dict[str, Any]) -> dict[str, Any]:
    """Return what a file of pairs says of itself: whose tokens it holds, as the shard does."""
    kept = {key: value for key, value in metadata.items() if key != "receipt"}
    return kept | {schema.FOOTER_KEY: schema.VERSION}


def _pairs(
    dialogue: TokenDialogue, donors: content.Donors, wanted: Wanted
) -> Iterator[tuple[int, Pair]]:
    """Yield pairs with their numbers among those of a respect; the dialogue's id draws them."""
    for respect in wanted.respects:
        rng = rng_for(wanted.seed, dialogue.dialog_id, FOLDER, respect)
        found = (
            EDITS[respect](dialogue, rng)
            if respect in EDITS
            else content.exchange(dialogue, donors, respect, rng)
        )
        good = [pair for pair in found if pair is not None]
        order = sorted(rng.permutation(len(good))[: wanted.each].tolist())
        yield from enumerate(good[index] for index in order)
