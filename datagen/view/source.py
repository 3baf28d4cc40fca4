"""Reads one dialogue of a run: from the stages' files or, if those are gone, from its shard.

RUN, dialogue id --RunSource.find--> Found: records as plain values, tokens, sounds

All that the page knows of a run folder's files is here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datagen.audio.mix import render
from datagen.backends.protocols import Codec, Tokenizer
from datagen.backends.registry import CODECS, TOKENIZERS
from datagen.config import BackendSpec
from datagen.engine.run_files import read_plan, read_run
from datagen.stages.artifacts import from_flac
from datagen.storage import Where
from datagen.storage.run_folder import UNIT_STAGES, Damaged, RunFolder
from datagen.timing.effects import chain
from datagen.types import (
    FRAME,
    SPEAKERS,
    Audio,
    Codes,
    DialogId,
    Dialogue,
    Record,
    Reject,
    Stereo,
    UserError,
)

SOUNDS = {
    "effects": "rendered with effects",
    "recorded": "as recorded",
    "tokens": "decoded from tokens",
}
"""What can be heard of a dialogue, and what people call it."""
_CODES = ("agent_codes", "user_codes", "agent_text", "user_text", "prompt_tokens")
_NEVER_SHOWN = (*_CODES, "agent_voice_codes", "user_voice_codes")


class Attempts(Record):
    """Takes of one turn that the gates refused."""

    turn: int | None
    """RunIndex of the turn; None: of the voice's reference."""
    speaker: str
    attempts: list[dict[str, Any]]
    """Each take's step, reason and evidence, in order."""


class RunSource:
    """One run, open for reading."""

    def __init__(self, where: Where) -> None:
        self.folder = RunFolder(where)
        self.plan, self.made = read_plan(self.folder), read_run(self.folder)
        self.kind = self.plan.kind
        self._names: dict[str, set[str]] = {}

    @property
    def stand_ins(self) -> list[str]:
        """Sections of the recipe where a stand-in took a model's place."""
        return self.made.stand_ins

    def names(self, stage: str) -> set[str]:
        """Return the names of a stage's files, as they were when first asked."""
        if stage not in self._names:
            self._names[stage] = set(self.folder.storage.names(stage))
        return self._names[stage]

    def has(self, name: str) -> bool:
        """Say whether a file of the run is there."""
        stage, _, file = name.partition("/")
        return file in self.names(stage)

    def index_of(self, dialog_id: str) -> int:
        """Return the number in an id of this run. Raises UserError if it has no such id."""
        found, count = DialogId.parse(dialog_id), self.plan.num_ids
        if found is None or found.kind != self.kind or found.number >= count:
            raise UserError(
                f"{self.folder.where} has no dialogue {dialog_id}: its ids go from"
                f" {self.id_of(0)} to {self.id_of(count - 1)}"
            )
        return found.number

    def id_of(self, number: int) -> str:
        """Return the id of a number."""
        return str(DialogId(self.kind, number))

    def find(self, dialog_id: str) -> Found:
        """Return one dialogue."""
        return Found(self, self.index_of(dialog_id))

    @cached_property
    def tokenizer(self) -> Tokenizer | None:
        """The tokenizer of the text rows; None if it is not here."""
        found: Tokenizer | None = _loaded(TOKENIZERS.load, self.made.recipe.tokenizer)
        return found

    @cached_property
    def codec(self) -> Codec | None:
        """The codec of the tokens; None if it is not here."""
        found: Codec | None = _loaded(CODECS.load, self.made.recipe.codec)
        return found


def _loaded(load: Callable[[BackendSpec], Any], spec: BackendSpec) -> Any:
    """Load a backend; None if it cannot be loaded here."""
    try:
        return load(spec)
    except (UserError, ImportError, OSError):
        return None


class Found:
    """One dialogue; what is asked for is read, and what is not there is None or empty."""

    def __init__(self, source: RunSource, index: int) -> None:
        self._source, self.index = source, index
        self.dialog_id = source.id_of(index)
        self._block = index // source.plan.dialogs_per_block
        shard = self._block // source.plan.blocks_per_shard
        self._shard = source.folder.shard(source.kind, shard)

    @cached_property
    def row(self) -> dict[str, Any] | None:
        """The dialogue's row of tokens, without its tokens."""
        table = self._token_rows(lambda names: [n for n in names if n not in _NEVER_SHOWN])
        return None if table is None else dict(table.to_pylist()[0])

    @cached_property
    def script(self) -> dict[str, Any] | None:
        """What they say: the script's record, or what the shard's row has of it."""
        record = self._record("script")
        if record is None and self.row is not None:
            shown = ("words", "events", "actions", "agent_voice", "user_voice")
            return {name: value for name, value in self.row.items() if name not in shown}
        return record

    @cached_property
    def dialogue(self) -> dict[str, Any] | None:
        """When they say it: the timeline's record, or the shard's row."""
        record = self._record("timeline")
        if record is None and self.row is not None:
            names = ("dialog_id", "num_samples", "turns", "words", "events")
            actions = [_action(action) for action in self.row.get("actions") or ()]
            return {name: self.row[name] for name in names} | {"actions": actions}
        return record

    @cached_property
    def voices(self) -> dict[str, dict[str, Any]]:
        """Whose voices they are."""
        clips = self._clips(["dialog_id", "speaker", "turn", "voice"])
        found = {clip["speaker"]: json.loads(clip["voice"]) for clip in clips}
        if not found and self.row is not None:
            return {speaker: self.row[f"{speaker}_voice"] for speaker in SPEAKERS}
        return found

    @cached_property
    def attempts(self) -> list[Attempts]:
        """Takes that the gates refused before a better one was kept."""
        clips = self._clips(["dialog_id", "speaker", "turn", "attempts"])
        return [
            Attempts(turn=clip["turn"], speaker=clip["speaker"], attempts=clip["attempts"])
            for clip in clips
            if clip["attempts"]
        ]

    @cached_property
    def rejects(self) -> list[Reject]:
        """Who refused the dialogue, and why."""
        folder = self._source.folder
        names = [folder.unit(stage, self._block) for stage in UNIT_STAGES] + [self._shard]
        receipts = [folder.receipt(name) for name in names if self._source.has(name)]
        return [
            reject
            for receipt in receipts
            for reject in (receipt.rejects if receipt else ())
            if reject.dialog_id == self.dialog_id
        ]

    def tokens(self) -> dict[str, np.ndarray[Any, Any]] | None:
        """Return codes [K, T] and text [T] of each speaker, and the prompt's tokens."""
        table = self._token_rows(lambda names: [n for n in names if n in (*_CODES, "num_frames")])
        if table is None:
            return None
        row = table.to_pylist()[0]
        arrays = {name: np.array(row[name], np.int16) for name in _CODES}
        for speaker in SPEAKERS:
            codes = arrays[f"{speaker}_codes"]
            arrays[f"{speaker}_codes"] = codes.reshape(-1, row["num_frames"])
        return arrays

    @cached_property
    def sounds(self) -> list[str]:
        """Which of SOUNDS can be made of what is there."""
        if self.dialogue is None:
            return []
        speech = self._source.has(self._source.folder.unit("speech", self._block))
        placed = "segments" in self.dialogue
        changed = any(event["type"] == "effect" for event in self.dialogue["events"])
        found = [*(["effects"] if changed else []), "recorded"] if speech and placed else []
        return [*found, "tokens"] if self.row is not None else found

    def stereo(self, sound: str) -> Stereo:
        """Return one of SOUNDS [C, S]: channel 0 the agent, 1 the user. Raises UserError."""
        if sound not in self.sounds:
            raise UserError(f"{self.dialog_id} has no sound {sound!r}")
        if sound == "tokens":
            return self._decoded()
        dialogue = Dialogue.model_validate(self.dialogue)
        stereo = render(dialogue, self._sound_of_turns())
        return chain.apply(stereo, dialogue.events) if sound == "effects" else stereo

    def _decoded(self) -> Stereo:
        tokens, codec = self.tokens(), self._source.codec
        if tokens is None or codec is None:
            raise UserError(f"the codec of {self._source.folder.where} cannot be loaded here")
        codes: list[Codes] = [tokens[f"{speaker}_codes"] for speaker in SPEAKERS]
        return np.stack([codec.decode(channel) for channel in codes])

    def _sound_of_turns(self) -> dict[int, Audio]:
        clips = self._clips(["dialog_id", "turn", "flac"])
        return {clip["turn"]: from_flac(clip["flac"]) for clip in clips if clip["turn"] is not None}

    def _clips(self, columns: Sequence[str]) -> list[dict[str, Any]]:
        table = self._rows(self._source.folder.unit("speech", self._block), lambda _: columns)
        return [] if table is None else [dict(row) for row in table.to_pylist()]

    def _record(self, stage: str) -> dict[str, Any] | None:
        name = self._source.folder.unit(stage, self._block)
        table = self._rows(name, lambda _: ["dialog_id", "record"])
        return None if table is None else json.loads(table["record"][0].as_py())

    def _token_rows(self, choose: Callable[[list[str]], Sequence[str]]) -> pa.Table | None:
        """Read this dialogue's row of the tokens, from its unit or else its shard."""
        for name in (self._source.folder.unit("tokens", self._block), self._shard):
            table = self._rows(name, choose)
            if table is not None:
                return table
        return None

    def _rows(self, name: str, choose: Callable[[list[str]], Sequence[str]]) -> pa.Table | None:
        """Read this dialogue's rows of a file; None if it or they are not there."""
        if not self._source.has(name):
            return None

        def look(file: Any) -> pa.Table:
            parquet = pq.ParquetFile(file)
            columns = list(choose(parquet.schema_arrow.names))
            groups = _groups(parquet, self.dialog_id)
            return parquet.read_row_groups(groups, [*columns, "dialog_id"], use_threads=False)

        try:
            table = self._source.folder.storage.load(name, look)
        except FileNotFoundError:
            return None
        except (OSError, pa.ArrowException) as error:
            raise Damaged(name, " ".join(str(error).split())) from error
        table = table.filter(pc.field("dialog_id") == self.dialog_id)
        return table if table.num_rows else None


def _action(action: dict[str, Any]) -> dict[str, Any]:
    """Return a shard's call of a tool as the timeline's record has it."""
    return {
        **{name: action[name] for name in ("id", "turn", "result", "status")},
        "tool": action["name"],
        "arguments": json.loads(action["arguments"]),
        "issued": action["call_frame"] * FRAME,
        "answered": action["result_frame"] * FRAME,
    }


def _groups(parquet: pq.ParquetFile, dialog_id: str) -> list[int]:
    """Return the row groups that hold a dialogue.

    Their statistics would tell, but in a damaged file asking for them can end the process.
    """
    ids = parquet.read(["dialog_id"], use_threads=False)["dialog_id"]
    found, start = [], 0
    for group in range(parquet.num_row_groups):
        rows = parquet.metadata.row_group(group).num_rows
        if dialog_id in ids.slice(start, rows).to_pylist():
            found.append(group)
        start += rows
    return found
