"""A stand-in codec for rehearsals that reads words: the semantic row tells which word is spoken.

A STAND-IN: it hears nothing but `backends.speech.chords`. The other rows tell sound from silence.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from datagen.audio import chords
from datagen.backends.protocols import Codec
from datagen.types import CARDINALITY, FRAME, NUM_CODEBOOKS, Audio, Codes, Record

_SILENCE, _SOUND, _SINE = range(3)
"""Tokens of what is no word; in the acoustic rows there are no others."""
_FIRST_WORD = 3
"""Token of the pair of tones 0."""


class ChordCodec(Codec):
    """Writes the word of each frame, in Mimi's geometry."""

    stand_in: ClassVar[bool] = True

    def __init__(self, options: Record) -> None:
        """Do nothing: there are no weights and there are no options."""
        assert _FIRST_WORD + chords.NUM_CHORDS <= CARDINALITY
        self.id = "chords-1"
        self.hash = "chords-1"
        self.codebooks = NUM_CODEBOOKS
        self.cardinality = CARDINALITY
        self.silence = (_SILENCE,) * NUM_CODEBOOKS
        self.sine = (_SINE,) * NUM_CODEBOOKS

    def encode(self, audio: Audio) -> Codes:
        """Encode [S] to [K, ceil(S / FRAME)]."""
        pairs = chords.read(audio)
        codes = np.tile(np.where(pairs < 0, _SILENCE, _SOUND), (NUM_CODEBOOKS, 1))
        codes[0] = np.where(pairs < 0, _SILENCE, _FIRST_WORD + pairs)
        return codes.astype(np.int16)

    def decode(self, codes: Codes) -> Audio:
        """Decode [K, T] to [T * FRAME]: the tones of each frame's word, silence for the rest."""
        silent = np.zeros(FRAME, np.float32)
        frames = [
            chords.sound(int(token) - _FIRST_WORD, FRAME)
            if _FIRST_WORD <= token < _FIRST_WORD + chords.NUM_CHORDS
            else silent
            for token in codes[0]
        ]
        return np.concatenate(frames) if frames else np.zeros(0, np.float32)
