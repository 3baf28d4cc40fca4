"""Sound that numpy takes for speech: a harmonic voice in syllables, with a formant and an end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from datagen.backends.protocols import Synthesizer
from datagen.types import SAMPLE_RATE, Audio, Line, Utterance

SYLLABLE = SAMPLE_RATE // 4
FADE = SAMPLE_RATE * 60 // 1_000
PITCH = {"agent": 120.0, "user": 190.0}


def voiced(num_samples: int, pitch: float = 120.0, level: float = 0.3) -> Audio:
    """A voice [S] of so many Hz whose formant lies at eight times its pitch."""
    harmonics = np.arange(1, 21)
    strength = np.exp(-((harmonics - 8) ** 2) / 20) + 1 / harmonics
    phase = np.linspace(0, 1, 1_000, endpoint=False)
    period = strength @ np.sin(2 * np.pi * harmonics[:, None] * phase)
    time = np.arange(num_samples)
    wave = period[(time * pitch / SAMPLE_RATE % 1 * 1_000).astype(int)]
    syllables = 0.5 + 0.5 * np.sin(2 * np.pi * time / SYLLABLE)
    wave = wave * syllables * level / np.abs(period).max()
    fade = min(FADE, num_samples // 2)
    wave[:fade] *= np.linspace(0, 1, fade)
    wave[num_samples - fade :] *= np.linspace(1, 0, fade) ** 3
    return wave.astype(np.float32)


def babble(letters: int, rate: float = 14.0, pitch: float = 120.0) -> Audio:
    """A voice that lasts as long as speech with so many letters."""
    return np.append(voiced(int(letters / rate * SAMPLE_RATE), pitch), np.zeros(2_400, np.float32))


class Babbler(Synthesizer):
    """Says syllables of the right length, except where a test has put something else.

    ``instead`` has takes for a line, first to last; after the last it is said well.
    """

    source: ClassVar[str] = "babble"

    def __init__(self, instead: dict[str, list[Audio]] | None = None) -> None:
        self.instead = {spoken: list(takes) for spoken, takes in (instead or {}).items()}
        self.calls: list[tuple[list[Line], int]] = []

    def speak(self, lines: Sequence[Line], *, seed: int) -> list[Utterance]:
        self.calls.append((list(lines), seed))
        return [Utterance(self._say(line), None) for line in lines]

    def _say(self, line: Line) -> Audio:
        takes = self.instead.get(line.spoken)
        if takes:
            return takes.pop(0)
        return babble(sum(map(str.isalnum, line.spoken)), pitch=PITCH[line.speaker])
