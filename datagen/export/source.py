"""Reads a run for export: rows of its shards, and their sound from the kept FLAC of its turns.

    RUN/shards  --candidates-->  who is taken         RUN/shards, speech, timeline  --dialogues-->

A run whose speech or timeline files are gone, or are not those its tokens were made of, is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from datagen.audio.mix import render
from datagen.engine.run_files import read_plan, read_run
from datagen.export.choice import ExportChoice
from datagen.export.dialogue import ExportedDialogue
from datagen.export.plan import Candidate, ShardSlice
from datagen.export.protocol import ExportContext
from datagen.export.receipt import ExportedRun
from datagen.stages.artifacts import from_flac, read_records
from datagen.stages.tokens import voice_prompt
from datagen.storage import Where
from datagen.storage.marks import Selection
from datagen.storage.run_folder import SHARDS, Damaged, Missing, RunFolder
from datagen.terms import Terms, of_run
from datagen.timing.effects import chain
from datagen.types import Audio, DialogId, Dialogue, Speaker, Stereo, UserError

ALWAYS = ("dialog_id", "kind", "split", "num_frames", "num_samples", "agent_voice", "user_voice")
"""Columns that every form has."""
_FOR_SOUND = ("words",)
_EVENT_TYPE = "events.list.element.type"


class ExportSource:
    """One finished run."""

    def __init__(self, where: Where) -> None:
        self.folder = RunFolder(where)
        self._plan, self._made = read_plan(self.folder), read_run(self.folder)
        self.kind = self._plan.kind
        self.shards = [self.folder.shard(self.kind, n) for n in range(self._plan.shards)]
        there = set(self.folder.storage.names(SHARDS))
        if missing := [s for s in self.shards if s.rpartition("/")[2] not in there]:
            raise UserError(f"{self.folder.where} is not finished: {missing[0]} is missing; run it")
        if not self.shards:
            raise UserError(f"{self.folder.where} has no shards yet: finish it with `datagen run`")
        self.about = self._metadata(self.shards[0])
        """What the first shard says of itself: codec, tokenizer, stand-ins."""
        self._sound: BlockSound | None = None

    def described(self) -> ExportedRun:
        """Return what a receipt says of the run."""
        codec, tokenizer = self.about["codec"], self.about["tokenizer"]
        return ExportedRun(
            kind=self.kind,
            recipe=self._made.fingerprint,
            seed=self._made.seed,
            stand_ins=tuple(self.about["stand_ins"]),
            codec=codec["id"],
            codec_hash=codec["hash"],
            tokenizer=tokenizer["id"],
            tokenizer_hash=tokenizer["hash"],
            terms=self.terms,
        )

    @cached_property
    def terms(self) -> tuple[Terms, ...]:
        """The terms of the corpora that its shards are made of; none if they are synthetic."""
        return of_run(self.folder.where)

    @property
    def context(self) -> ExportContext:
        """What a form may know of the run."""
        return ExportContext(self.about, self._made.recipe)

    def candidates(self, run: int, choice: ExportChoice, marks: Selection) -> Iterator[Candidate]:
        """Yield the dialogues that are taken, in the order of the shards."""
        columns = ["dialog_id", "kind", "split", "num_samples"]
        for shard in self.shards:
            content = self._metadata(shard)["receipt"]["content"]
            table = self.folder.read(shard, columns + [_EVENT_TYPE] * bool(choice.events))
            for row, values in enumerate(table.to_pylist()):
                found = {event["type"] for event in values.pop("events", ())}
                samples = values.pop("num_samples")
                if choice.takes(events=found, **values) and marks.takes(values["dialog_id"]):
                    number = _number(values.pop("dialog_id"))
                    yield Candidate(run, shard, content, row, number, **values, num_samples=samples)

    def names(self) -> tuple[set[str], set[str]]:
        """Return the splits and the types of events that the dialogues have."""
        splits: set[str] = set()
        events: set[str] = set()
        for shard in self.shards:
            table = self.folder.read(shard, ["split", _EVENT_TYPE])
            for row in table.to_pylist():
                splits.add(row["split"])
                events.update(one["type"] for one in row["events"])
        return splits, events

    def require_sound(self, dialogues: Iterable[int]) -> None:
        """Raise UserError unless there is all that the sound of some dialogues is made of."""
        blocks = {number // self._plan.dialogs_per_block for number in dialogues}
        for stage in ("speech", "timeline"):
            there = set(self.folder.storage.names(stage))
            for block in sorted(blocks):
                name = self.folder.unit(stage, block)
                if name.rpartition("/")[2] not in there:
                    raise _no_sound(self.folder, name)

    def dialogues(
        self, piece: ShardSlice, columns: Collection[str], *, sound: bool
    ) -> Iterator[ExportedDialogue]:
        """Yield some rows of a shard, one of its row groups in memory at a time."""
        wanted = sorted({*ALWAYS, *columns, *(_FOR_SOUND if sound else ())})
        for table, rows in self._groups(piece, wanted):
            for row in rows:
                dialog_id = table["dialog_id"][row].as_py()
                yield ExportedDialogue(table, row, self._sound_of(dialog_id) if sound else None)

    def _groups(
        self, piece: ShardSlice, columns: Sequence[str]
    ) -> Iterator[tuple[pa.Table, list[int]]]:
        """Yield each row group that is needed, and which of its rows are."""
        sizes = self._load(piece.shard, _group_sizes)
        starts = np.concatenate([[0], np.cumsum(sizes)])
        for group, start in enumerate(starts[:-1].tolist()):
            stop = starts[group + 1]
            rows = [row - start for row in piece.rows if start <= row < stop]
            if rows:

                def read(file: Any, group: int = group) -> pa.Table:
                    parquet = pq.ParquetFile(file, page_checksum_verification=True)
                    have = [name for name in columns if name in parquet.schema_arrow.names]
                    return parquet.read_row_group(group, have, use_threads=False)

                yield self._load(piece.shard, read).combine_chunks(), rows

    def _load(self, name: str, parse: Any) -> Any:
        try:
            return self.folder.storage.load(name, parse)
        except FileNotFoundError as error:
            raise Missing(name, "it is not there") from error
        except (OSError, pa.ArrowException) as error:
            raise Damaged(name, " ".join(str(error).split())) from error

    def _metadata(self, shard: str) -> dict[str, Any]:
        metadata = self.folder.metadata(shard)
        if metadata is None or "codec" not in metadata:
            raise UserError(f"{self.folder.where}/{shard} is damaged; `datagen audit` says more")
        return metadata

    def _sound_of(self, dialog_id: str) -> BlockSound:
        """Return the sound of the block that holds a dialogue; the last one is kept."""
        block = _number(dialog_id) // self._plan.dialogs_per_block
        if self._sound is None or self._sound.block != block:
            self._sound = BlockSound(self.folder, block)
        return self._sound


class BlockSound:
    """The sound of one block's dialogues, as FLAC until it is asked for."""

    def __init__(self, folder: RunFolder, block: int) -> None:
        self.block = block
        self._where = folder.where
        clips = _read(folder, "speech", block, ["dialog_id", "speaker", "turn", "flac"])
        self._clips: dict[str, list[dict[str, Any]]] = {}
        for clip in clips.to_pylist():
            self._clips.setdefault(clip["dialog_id"], []).append(clip)
        self._dialogues = read_records(_read(folder, "timeline", block), Dialogue)

    def stereo(self, row: Mapping[str, Any], without: Collection[int]) -> Stereo:
        """Return the sound [C, S] that a row's tokens were encoded from."""
        dialogue = self._placed(row)
        if without:
            kept = tuple(cut for cut in dialogue.segments if cut.turn not in without)
            dialogue = dialogue.model_copy(update={"segments": kept})
        needed = {cut.turn for cut in dialogue.segments}
        clips = {
            clip["turn"]: from_flac(clip["flac"])
            for clip in self._clips[dialogue.dialog_id]
            if clip["turn"] in needed
        }
        return chain.apply(render(dialogue, clips), dialogue.events)

    def voice(self, dialog_id: str, speaker: Speaker) -> Audio:
        """Return the reference [S] of a voice, at the loudness of a voice prompt."""
        (flac,) = (
            clip["flac"]
            for clip in self._clips[dialog_id]
            if clip["turn"] is None and clip["speaker"] == speaker
        )
        return voice_prompt(from_flac(flac))

    def _placed(self, row: Mapping[str, Any]) -> Dialogue:
        """Return the timeline of a row; refuse one that its tokens were not made of."""
        dialogue = self._dialogues.get(row["dialog_id"])
        same = dialogue is not None and _same(dialogue, row)
        if dialogue is None or not same or row["dialog_id"] not in self._clips:
            raise UserError(
                f"{self._where}: the speech or timeline of block {self.block} is not the one that"
                f" the tokens of {row['dialog_id']} were made of; run the recipe to its end again"
            )
        return dialogue


def _same(dialogue: Dialogue, row: Mapping[str, Any]) -> bool:
    return dialogue.num_samples == row["num_samples"] and [
        (word.text, word.start, word.end, word.turn) for word in dialogue.words
    ] == [(word["text"], word["start"], word["end"], word["turn"]) for word in row["words"]]


def _read(
    folder: RunFolder, stage: str, block: int, columns: Sequence[str] | None = None
) -> pa.Table:
    name = folder.unit(stage, block)
    try:
        return folder.read(name, columns)
    except Missing as error:
        raise _no_sound(folder, name) from error
    except Damaged as error:
        raise UserError(f"{error}; delete it and run again: it is made anew") from error


def _no_sound(folder: RunFolder, name: str) -> UserError:
    return UserError(
        f"{folder.where} has no {name}, so its sound cannot be made again: run the same recipe"
        " again, or export a form of tokens only (nu-dialogue, f-actor)"
    )


def _number(dialog_id: str) -> int:
    found = DialogId.parse(dialog_id)
    assert found is not None, dialog_id
    return found.number


def _group_sizes(file: Any) -> list[int]:
    metadata = pq.ParquetFile(file).metadata
    return [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
