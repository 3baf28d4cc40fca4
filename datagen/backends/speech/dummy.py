"""A stand-in synthesizer for rehearsals: Line -> a slow square wave, a word a period.

A STAND-IN without a model: it shows what the line itself costs at full size, and its data is of no
use to anybody. Word times are exact, and FLAC stores a minute of it in six kilobytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import ClassVar

import numpy as np

from datagen.backends.protocols import Synthesizer
from datagen.types import Audio, Line, Record, SpokenWord, Utterance

HALF_WORD = 4_096
"""Samples (171 ms) of one sign: FLAC's block, so that each is stored as one constant."""
WORD = 2 * HALF_WORD
"""Samples of every word: 341 ms, so that 151 words last as long as the speech of a real call."""
LEVEL = 0.25
_SOUND = np.repeat(np.array([LEVEL, -LEVEL], np.float32), HALF_WORD)
"""[S], the sound of any word: no offset, no silence, the same for everybody."""


class DummyVoice(Synthesizer):
    """Says every word of every line in the same way."""

    stand_in: ClassVar[bool] = True
    source: ClassVar[str] = "dummy"

    def __init__(self, options: Record) -> None:
        """Do nothing: there is no model and there are no options."""

    def speak(self, lines: Sequence[Line], *, seed: int) -> list[Utterance]:
        """Return a clip of each line; the seed changes nothing."""
        return [_utter(line.spoken.split()) for line in lines]


def _utter(words: Sequence[str]) -> Utterance:
    times = tuple(
        SpokenWord(text=word, start=index * WORD, end=(index + 1) * WORD)
        for index, word in enumerate(words)
    )
    return Utterance(_sound(len(words)), times)


@lru_cache(maxsize=64)
def _sound(num_words: int) -> Audio:
    """Return the one sound [S] of all lines of so many words, read-only as many hold it."""
    sound = np.tile(_SOUND, num_words)
    sound.setflags(write=False)
    return sound
