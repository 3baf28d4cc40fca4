"""A dialogue as Dia can say it: few turns at a time, and each turn cut out of the sound again.

    lines --plan--> chunks --transcript--> "[S1] ... [S2] ..."
    sound, words --cut--> one DiaChunk a line

Dia 1.6B makes 35.7 s at most, its voice prompt included, hurries when asked for over 20 s, and
keeps its pace for up to four turns (nari-labs/dia, issues 148 and 208).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise

import numpy as np

from datagen.backends.speech.nonverbal import DIA
from datagen.text.nonverbal import is_tag, sound_of
from datagen.types import SAMPLE_RATE, Audio, Line, SpokenWord

MAX_TURNS = 4
MAX_SECONDS = 18.0
MAX_BYTES = 900
"""Most bytes of text, the prompt's included; the model silently drops what is over 1,024."""
_LETTERS_A_SECOND = 14.0
_SECONDS_A_TURN = 0.4
_REACH = SAMPLE_RATE * 60 // 1_000
"""Samples before and after the gap between two turns within which a cut may lie: 60 ms."""
_STEP = SAMPLE_RATE * 5 // 1_000
_WINDOW = 4
"""Steps over which the energy is averaged: 20 ms."""


@dataclass(frozen=True, slots=True)
class DiaChunk:
    """One line's part of a chunk, and its words from its own start."""

    audio: Audio
    words: tuple[SpokenWord, ...]


def seconds(spoken: str) -> float:
    """Return how long a line will take."""
    return _SECONDS_A_TURN + sum(map(str.isalnum, spoken)) / _LETTERS_A_SECOND


def plan(
    lines: Sequence[Line], prompt_bytes: int = 0, max_seconds: float = MAX_SECONDS
) -> list[range]:
    """Group consecutive lines into chunks; a line that is too long alone is one of its own."""
    chunks: list[range] = []
    start, length, size = 0, 0.0, prompt_bytes
    for index, line in enumerate(lines):
        more, bytes_more = seconds(line.spoken), len(tidy(line.spoken).encode()) + 2
        full = (
            index - start >= MAX_TURNS
            or length + more > max_seconds
            or size + bytes_more > MAX_BYTES
        )
        if full and index > start:
            chunks.append(range(start, index))
            start, length, size = index, 0.0, prompt_bytes
        length += more
        size += bytes_more
    return [*chunks, range(start, len(lines))] if lines else []


def tidy(spoken: str) -> str:
    """Return a line without what Dia shouts or sings; tags that it knows are as it writes them.

    >>> tidy("[laughs] Sure (I think)!")
    '(laughs) Sure I think .'
    """
    known = [_known_tag(token) for token in spoken.split()]
    plain = re.compile(r"[()\[\]*]")
    words = (tag or plain.sub(" ", t) for tag, t in zip(known, spoken.split(), strict=True))
    return " ".join(" ".join(words).replace("!", ".").split())


def _known_tag(token: str) -> str | None:
    """Return a tag as Dia writes it, None for anything else."""
    return DIA.get(sound_of(token) or "") if is_tag(token) else None


def transcript(said: Sequence[tuple[int, str]]) -> str:
    """Return texts with their speakers' tags (1 or 2), which must alternate, and a last tag.

    Without the other speaker's tag at the end Dia swallows the last word.

    >>> transcript([(1, "Hello!"), (1, "Who is it?"), (2, "Me.")])
    '[S1] Hello. Who is it? [S2] Me. [S1]'
    """
    runs = [
        (tag, " ".join(tidy(text) for _, text in run))
        for tag, run in groupby(said, key=lambda one: one[0])
    ]
    return "".join(f"[S{tag}] {text} " for tag, text in runs) + f"[S{3 - runs[-1][0]}]"


def cut(audio: Audio, words: Sequence[SpokenWord], lines: Sequence[Line]) -> list[DiaChunk]:
    """Cut a chunk [S] where it is quietest between the last word of a line and the next's first."""
    counts = [len(line.spoken.split()) for line in lines]
    assert sum(counts) == len(words), (counts, len(words))
    first_words = [0, *accumulate(counts)]
    inner = (_quietest(audio, words[place - 1], words[place]) for place in first_words[1:-1])
    edges = [0, *inner, len(audio)]
    return [
        DiaChunk(audio[start:end], _within(words[first:last], start, end))
        for (start, end), (first, last) in zip(pairwise(edges), pairwise(first_words), strict=True)
    ]


def _quietest(audio: Audio, before: SpokenWord, after: SpokenWord) -> int:
    """Return where to cut between two words: the middle of the quietest 20 ms."""
    low = max(before.start + 1, before.end - _REACH)
    high = min(after.end - 1, max(after.start, before.end) + _REACH)
    steps = audio[low:high]
    steps = steps[: len(steps) // _STEP * _STEP].reshape(-1, _STEP)
    if len(steps) < _WINDOW:
        return (before.end + after.start) // 2
    power = np.square(steps, dtype=np.float64).mean(axis=1)
    smooth = np.convolve(power, np.ones(_WINDOW), mode="valid")
    return low + (int(smooth.argmin()) + _WINDOW // 2) * _STEP


def _within(words: Sequence[SpokenWord], start: int, end: int) -> tuple[SpokenWord, ...]:
    """Return words on a piece's clock, none of them outside it."""
    placed: list[SpokenWord] = []
    for word in words:
        first = min(max(word.start, start), end - 1) - start
        last = max(min(word.end, end) - start, first + 1)
        placed.append(SpokenWord(text=word.text, start=first, end=last))
    return tuple(placed)
