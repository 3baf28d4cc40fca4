"""A stand-in synthesizer for rehearsals that spells: each word is two tones, a third of a second.

A STAND-IN: nobody understands it but `backends.codec.chords`, whose semantic row then says which
word is spoken. So what a user *asks* can be read by a model that is trained without real speech.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from datagen.audio import chords
from datagen.backends.protocols import Synthesizer
from datagen.types import SAMPLE_RATE, Line, Record, SpokenWord, Utterance

WORD = 8_192
"""Samples of every word: 341 ms, as `backends.speech.dummy` has them."""
_TAIL = np.zeros(SAMPLE_RATE // 25, np.float32)
"""Silence (40 ms) after the last word, so that a clip is not taken for one that was cut off."""


class ChordVoice(Synthesizer):
    """Spells every word of every line; all voices sound the same."""

    stand_in: ClassVar[bool] = True
    source: ClassVar[str] = "chords"

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
    sounds = [chords.sound(chords.number(word), WORD) for word in words]
    return Utterance(np.concatenate([*sounds, _TAIL]), times)
