"""One dialogue as a form of export has it: its shard's row, and its sound where that is asked for.

    row of a shard, clips, timeline --ExportedDialogue--> plain values, tokens [K, T], sound [S, C]

The sound is what the tokens were encoded from, with its effects; times are samples at 24 kHz.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen.audio import files
from datagen.types import NUM_CODEBOOKS, SAMPLE_RATE, SPEAKERS, Audio, Codes, Speaker, Stereo

Pcm = NDArray[np.int16]
"""Sound as files hold it: [S, C], 16 bits, 24 kHz."""
UNIT_GAP = SAMPLE_RATE // 5
"""Samples of silence (0.2 s) that end an inter-pausal unit."""


class SoundSource(Protocol):
    """Makes the sound of dialogues of one run again."""

    def stereo(self, row: Mapping[str, Any], without: Collection[int]) -> Stereo:
        """Return the sound [C, S] of a dialogue, some turns left out."""
        ...

    def voice(self, dialog_id: str, speaker: Speaker) -> Audio:
        """Return the reference [S] of a voice, at the loudness of a voice prompt."""
        ...


class ExportedDialogue:
    """One row of a shard; what is asked for is read."""

    def __init__(self, table: pa.Table, index: int, source: SoundSource | None) -> None:
        self._table, self._index, self._source = table, index, source
        self.dialog_id: str = table["dialog_id"][index].as_py()
        self.kind: str = table["kind"][index].as_py()
        self.split: str = table["split"][index].as_py()
        self.num_frames: int = table["num_frames"][index].as_py()
        """Length in frames of 80 ms, T."""
        self.num_samples: int = table["num_samples"][index].as_py()
        """Length in samples, S."""

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.num_samples / SAMPLE_RATE

    @cached_property
    def arrow(self) -> pa.Table:
        """The row as a table, of the columns that the form asked for."""
        return self._table.slice(self._index, 1)

    def __getitem__(self, column: str) -> Any:
        """Return a column's value in plain Python; times are samples."""
        return self._values[column]

    @cached_property
    def _values(self) -> _Values:
        return _Values(self._table, self._index)

    def codes(self, speaker: Speaker) -> Codes:
        """Return a channel's codes [K, T], undelayed."""
        return self._array(f"{speaker}_codes").reshape(NUM_CODEBOOKS, -1)

    def text(self, speaker: Speaker) -> NDArray[np.int16]:
        """Return a speaker's row of text tokens [T]."""
        return self._array(f"{speaker}_text")

    def voice_codes(self, speaker: Speaker) -> Codes:
        """Return the codes [K, Tv] of a voice's reference."""
        return self._array(f"{speaker}_voice_codes").reshape(NUM_CODEBOOKS, -1)

    def _array(self, column: str) -> NDArray[np.int16]:
        values = self._table[column][self._index].values
        return np.asarray(values, np.int16)

    def stereo(self, without: Collection[int] = ()) -> Stereo:
        """Return the sound [C, S]; ``without`` are numbers of turns that are not heard in it."""
        assert self._source is not None, "a form that asks for sound says so in `sound`"
        row = {name: self[name] for name in ("dialog_id", "num_samples", "words")}
        return self._source.stereo(row, without)

    @cached_property
    def pcm(self) -> Pcm:
        """The sound of both channels, [S, 2]: column 0 is the agent."""
        return to_pcm(self.stereo())

    def voice(self, speaker: Speaker) -> Pcm:
        """Return the sound [S, 1] of a voice's reference, at a prompt's loudness."""
        assert self._source is not None, "a form that asks for sound says so in `sound`"
        return to_pcm(self._source.voice(self.dialog_id, speaker)[None])

    def turns(self) -> list[dict[str, Any]]:
        """Return the turns, each with its number and the words that are heard of it."""
        words: dict[int, list[dict[str, Any]]] = {}
        for word in self["words"]:
            words.setdefault(word["turn"], []).append(word)
        return [
            turn | {"index": index, "words": words.get(index, [])}
            for index, turn in enumerate(self["turns"])
        ]


class _Values(dict[str, Any]):
    """Columns of a row as plain values, read when they are first asked for."""

    def __init__(self, table: pa.Table, index: int) -> None:
        super().__init__()
        self._table, self._index = table, index

    def __missing__(self, column: str) -> Any:
        value = self._table[column][self._index].as_py()
        self[column] = value
        return value


def to_pcm(channels: Stereo) -> Pcm:
    """Return channels [C, S] as 16-bit samples [S, C]; what is beyond full scale is clipped."""
    pcm = np.empty((channels.shape[1], len(channels)), np.int16)
    at = 0
    for block in files.frames(channels):
        pcm[at : at + len(block)] = block
        at += len(block)
    return pcm


def seconds(samples: int) -> float:
    """Return a time in seconds; two equal times stay equal."""
    return samples / SAMPLE_RATE


def channel_of(speaker: str) -> int:
    """Return the channel of a speaker: 0 the agent, 1 the user."""
    return SPEAKERS.index(speaker)


def units(words: Iterable[Mapping[str, Any]], gap: int = UNIT_GAP) -> list[list[Mapping[str, Any]]]:
    """Divide a turn's words where nothing is said for some samples."""
    found: list[list[Mapping[str, Any]]] = []
    for word in words:
        if not found or word["start"] - found[-1][-1]["end"] >= gap:
            found.append([])
        found[-1].append(word)
    return found
