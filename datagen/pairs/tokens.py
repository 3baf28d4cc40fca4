"""A dialogue of a shard as tokens on a clock of frames, with who does what where.

    row of a shard  ->  TokenDialogue;  Track: text row and codes of the agent, to be rearranged

A frame is 80 ms. Whole frames are moved, so what is rearranged keeps every other frame's tokens:
exact for codecs without memory, nearly so for Mimi, whose codes know some of what came before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen.types import FRAME, NUM_CODEBOOKS

Ids = NDArray[np.int16]
GOES_ON_ANYWAY = ("hold", "override")
"""Causes of barge-ins after which the interrupted speaker goes on by intent."""
COLUMNS = (
    "dialog_id",
    "kind",
    "split",
    "num_frames",
    "role_prompt",
    "prompt_tokens",
    "agent_voice",
    "agent_voice_codes",
    "agent_codes",
    "user_codes",
    "agent_text",
    "turns",
    "words",
    "events",
    "facts",
    "probes",
)
"""What is read of a shard."""
FAR = 7
"""Frames (0.56 s) from the agent's speech to what is its silence."""
_ARRAYS = ("prompt_tokens", "agent_voice_codes", "agent_codes", "user_codes", "agent_text")


@dataclass(frozen=True)
class Silence:
    """What rows hold where nobody speaks."""

    codes: Ids
    """Frames of it [K, n], one after the other: a channel with a room has many."""
    pad: int
    epad: int

    def frames(self, num: int) -> Ids:
        """Return so many frames of it [K, num]; what there is goes round."""
        return np.take(self.codes, np.arange(num), axis=1, mode="wrap")


@dataclass(frozen=True)
class Track:
    """What one speaker says: text row [T] and codes [K, T]."""

    text: Ids
    codes: Ids

    def copy(self) -> Track:
        """Return one that can be changed."""
        return Track(self.text.copy(), self.codes.copy())

    def piece(self, start: int, stop: int) -> Track:
        """Return frames [start, stop)."""
        return Track(self.text[start:stop], self.codes[:, start:stop])

    def mute(self, start: int, stop: int, silence: Silence) -> None:
        """Say nothing in frames [start, stop)."""
        self.text[start:stop] = silence.pad
        self.codes[:, start:stop] = silence.frames(stop - start)

    def put(self, start: int, piece: Track) -> None:
        """Say ``piece`` from frame ``start`` on."""
        stop = start + len(piece.text)
        self.text[start:stop] = piece.text
        self.codes[:, start:stop] = piece.codes


@dataclass(frozen=True)
class FrameSpan:
    """What happens in frames [start, stop)."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        """Frames."""
        return self.stop - self.start


@dataclass(frozen=True)
class TokenDialogue:
    """One row of a shard."""

    dialog_id: str
    kind: str
    split: str
    role_prompt: str
    voice: str
    prompt_tokens: Ids
    voice_codes: Ids
    agent: Track
    user_codes: Ids
    turns: Sequence[Mapping[str, Any]]
    words: Sequence[Mapping[str, Any]]
    events: Sequence[Mapping[str, Any]]
    facts: Sequence[Mapping[str, Any]]
    probes: Sequence[Mapping[str, Any]]
    silence: Silence
    """The agent's."""
    user_silence: Silence

    @property
    def num_frames(self) -> int:
        """T"""
        return len(self.agent.text)

    def span(self, index: int) -> FrameSpan:
        """Return the frames in which a turn of the agent is said: its sound and its tokens."""
        turn = self.turns[index]
        start, stop = turn["start"] // FRAME, min(-(-turn["end"] // FRAME), self.num_frames)
        following = min(self._starts_after(index), default=self.num_frames)
        spoken = self.agent.text != self.silence.pad
        while stop < following and spoken[stop]:
            stop += 1
        if start and self.agent.text[start - 1] == self.silence.epad:
            start -= 1
        return FrameSpan(start, min(stop, following))

    def _starts_after(self, index: int) -> Iterator[int]:
        first = self.turns[index]["start"]
        for turn in self.turns:
            if turn["speaker"] == "agent" and turn["start"] > first:
                yield turn["start"] // FRAME

    def agent_turns(self) -> list[int]:
        """Return the agent's turns that are no backchannels, in order."""
        return [
            index
            for index, turn in enumerate(self.turns)
            if turn["speaker"] == "agent" and turn["onset"] != "backchannel"
        ]

    def events_of(self, type_: str, speaker: str, but: Collection[str] = ()) -> list[FrameSpan]:
        """Return the frames of a speaker's events of a type, ``but`` those of some causes."""
        return [span for span, cause in self.caused(type_, speaker) if cause not in but]

    def caused(self, type_: str, speaker: str) -> list[tuple[FrameSpan, str]]:
        """Return the frames of a speaker's events of a type, each with its cause."""
        return [
            (FrameSpan(event["start"] // FRAME, -(-event["end"] // FRAME)), event["cause"])
            for event in self.events
            if event["type"] == type_ and event["speaker"] == speaker
        ]

    def speaking(self, speaker: str) -> NDArray[np.bool_]:
        """Return in which frames [T] a speaker has a turn or a backchannel."""
        frames = np.zeros(self.num_frames, np.bool_)
        for turn in self.turns:
            if turn["speaker"] == speaker:
                frames[turn["start"] // FRAME : -(-turn["end"] // FRAME)] = True
        return frames

    def free(self, span: FrameSpan, *, but: FrameSpan | None = None) -> bool:
        """Say whether the agent is silent in a span, the frames of ``but`` not counted."""
        if span.start < 0 or span.stop > self.num_frames:
            return False
        busy = (self.agent.text != self.silence.pad) | self.speaking("agent")
        if but is not None:
            busy[but.start : but.stop] = False
        return not busy[span.start : span.stop].any()


def read_dialogues(table: pa.Table, metadata: Mapping[str, Any]) -> Iterator[TokenDialogue]:
    """Yield the dialogues of a shard's table; tokens are never Python's numbers."""
    constant = np.asarray(metadata["codec"]["silence"], np.int16)[:, None]
    pad, epad = metadata["tokenizer"]["pad"], metadata["tokenizer"]["epad"]
    table = table.combine_chunks()
    arrays = {name: _pieces(table[name]) for name in _ARRAYS}
    records = table.drop_columns(list(_ARRAYS)).to_pylist()
    for index, row in enumerate(records):
        values = {name: pieces[index] for name, pieces in arrays.items()}
        agent = Track(values["agent_text"], _rows(values["agent_codes"]))
        user_codes = _rows(values["user_codes"])
        quiet = agent.codes[:, _is_quiet(agent.text != pad, row["turns"], "agent")]
        silence = Silence(quiet if quiet.size else constant, pad, epad)
        nothing = np.zeros(len(agent.text), np.bool_)
        user_quiet = user_codes[:, _is_quiet(nothing, row["turns"], "user")]
        yield TokenDialogue(
            dialog_id=row["dialog_id"],
            kind=row["kind"],
            split=row["split"],
            role_prompt=row["role_prompt"],
            voice=row["agent_voice"]["id"],
            prompt_tokens=values["prompt_tokens"],
            voice_codes=_rows(values["agent_voice_codes"]),
            agent=agent,
            user_codes=user_codes,
            user_silence=Silence(user_quiet if user_quiet.size else constant, pad, epad),
            turns=row["turns"],
            words=row["words"],
            events=row["events"],
            facts=row["facts"],
            probes=row["probes"],
            silence=silence,
        )


def _is_quiet(
    spoken: NDArray[np.bool_], turns: Sequence[Mapping[str, Any]], speaker: str
) -> NDArray[np.bool_]:
    """Return which frames [T] of a speaker are far from its turns, and not ``spoken``."""
    quiet = ~spoken
    for turn in turns:
        if turn["speaker"] == speaker:
            first = max(0, turn["start"] // FRAME - FAR)
            quiet[first : -(-turn["end"] // FRAME) + FAR] = False
    return quiet


def _pieces(column: Any) -> list[Ids]:
    """Return the lists of a column of list<int16> as views."""
    array = column.chunk(0) if column.num_chunks else pa.array([], column.type)
    values = np.asarray(array.values)
    return [values[start:stop] for start, stop in pairwise(np.asarray(array.offsets).tolist())]


def _rows(codes: Ids) -> Ids:
    return codes.reshape(NUM_CODEBOOKS, -1)
