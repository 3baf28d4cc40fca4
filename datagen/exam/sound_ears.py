"""What real ears make of an answer: whose voice it is in, and whether it says what its text says.

channels, sound, voice prompt --SoundEars--> likeness/NAME, text/word_error, timing/naturalness

What was not listened to has no figure, and tables say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from datagen.exam.answers import read_sound
from datagen.exam.naturalness import Exchange, TimingModel
from datagen.exam.rules.channel import Channel
from datagen.gates.hearing import compare, judged
from datagen.types import SAMPLE_RATE, Audio

if TYPE_CHECKING:
    from datagen.exam.score import HeardItem

LIKENESS, WORD_ERROR, NATURALNESS = "likeness/", "text/word_error", "timing/naturalness"
SOUND = ("likeness/", "text/", "timing/")
"""Beginnings of the names of figures that ears give."""


class VoiceTeller(Protocol):
    """Tells speakers apart."""

    def vector(self, audio: Audio) -> NDArray[np.float32] | None:
        """Return the unit vector of a clip's speaker, None if it is too short."""
        ...


class WordEar(Protocol):
    """Hears words."""

    def transcribe(self, audio: Audio, beam: int = 1) -> str:
        """Return what is heard in a clip [S]."""
        ...


@dataclass
class SoundEars:
    """The ears that there are."""

    voices: Mapping[str, VoiceTeller] = field(default_factory=dict)
    """Ears that tell voices apart, by the names of their figures: resemblyzer, wavlm."""
    words: WordEar | None = None
    timing: TimingModel | None = None
    """What the timing of a reference is."""
    _prompts: dict[tuple[str, Path], NDArray[np.float32] | None] = field(default_factory=dict)

    def figures(self, heard: HeardItem, sound: Audio, prompt: Path) -> Iterator[tuple[str, float]]:
        """Yield the figures of an answer's sound [S]; ``prompt`` is the voice it should have."""
        yield from self._likeness(spoken(heard.agent, sound), prompt)
        text = " ".join(word.text for word in heard.record.words or ())
        if self.words is not None and judged(text):
            yield WORD_ERROR, compare(text, self.words.transcribe(sound)).error_rate
        if self.timing is not None:
            both = Exchange(heard.agent.speech, heard.user.speech, heard.user.seconds)
            found = self.timing.naturalness(both)
            if found is not None:
                yield NATURALNESS, found

    def _likeness(self, speech: Audio, prompt: Path) -> Iterator[tuple[str, float]]:
        for name, teller in self.voices.items():
            if (name, prompt) not in self._prompts:
                self._prompts[name, prompt] = teller.vector(read_sound(prompt))
            asked, found = self._prompts[name, prompt], teller.vector(speech)
            if asked is not None and found is not None:
                yield f"{LIKENESS}{name}", float(asked @ found)


def spoken(agent: Channel, sound: Audio) -> Audio:
    """Return the stretches of a sound [S] in which the agent speaks, one after the other."""
    parts = [
        sound[round(span.start * SAMPLE_RATE) : round(span.end * SAMPLE_RATE)]
        for span in agent.speech
    ]
    return np.concatenate(parts) if parts else np.empty(0, np.float32)
