"""A call of a corpus, as every reader hands it on: who spoke when, on which channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Side = Literal["a", "b"]
"""A person of a call: ``a`` is the first channel (Fisher's ``A:``), ``b`` the second."""


@dataclass(frozen=True)
class TimedWord:
    """A word with its time in the whole call."""

    text: str
    start: float
    """Seconds."""
    end: float
    """Seconds."""


@dataclass(frozen=True)
class Supervision:
    """What one side says without a break, as the corpus writes it."""

    side: Side
    start: float
    """Seconds in the whole call."""
    end: float
    """Seconds in the whole call."""
    text: str
    """The words as they were transcribed; empty if the corpus has sound alone."""
    words: tuple[TimedWord, ...] = ()
    """Word times, where the corpus has them."""


@dataclass(frozen=True)
class CorpusSpeaker:
    """What a corpus says of one side."""

    id: str
    """The corpus' own speaker id, for splits that part people."""
    gender: Literal["female", "male", ""] = ""
    age: int | None = None
    region: str = ""
    """Dialect or place, as the corpus writes it."""
    scenario: str = ""
    """The role that this person was asked to play, as in Seamless Interaction."""


@dataclass(frozen=True)
class ChannelFile:
    """Where one side's sound is."""

    path: Path
    channel: int = 0
    """Which channel of the file, from 0."""


@dataclass(frozen=True)
class CorpusCall:
    """A conversation of two people; times are seconds from its beginning."""

    id: str
    """Unique within the corpus, as the corpus writes it."""
    corpus: str
    """A name of `pipelines/corpora`, e.g. ``fisher``."""
    sound: Mapping[Side, ChannelFile]
    people: Mapping[Side, CorpusSpeaker]
    supervisions: tuple[Supervision, ...] = ()
    """They are in order of their start, and none if nobody transcribed the call."""
    topic: str = ""
    """What the two were asked to talk about, where the corpus says so."""
    others: tuple[tuple[float, float], ...] = ()
    """Spans in seconds in which a third person speaks: nothing of the call is used there."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """Anything else of the corpus that a row should keep, e.g. ``year``."""
    sides_known: bool = True
    """Whether it is known which side is on which channel; else the sound tells."""
