"""A stand-in codec for rehearsals, without weights: each frame is silence, or it is sound.

A STAND-IN: its tokens tell where a channel sounds, so that a run can be audited, and nothing else.
`backends.speech.dummy` is its companion.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from datagen.backends.protocols import Codec
from datagen.types import CARDINALITY, FRAME, NUM_CODEBOOKS, Audio, Codes, Record

_SILENCE, _SOUND, _SINE = range(3)
"""The token of all codebooks, for each of the three contents of a frame."""
_STEP = 64
"""Samples from one that is looked at to the next."""
_LOOKS = FRAME // _STEP
"""Samples that are looked at in each frame."""
_LEVEL = 0.25
"""Amplitude of decoded sound."""


class DummyCodec(Codec):
    """Writes one token in all codebooks of a frame [K], in Mimi's geometry."""

    stand_in: ClassVar[bool] = True

    def __init__(self, options: Record) -> None:
        """Do nothing: there are no weights and there are no options."""
        self.id = "dummy-1"
        self.hash = "dummy-1"
        self.codebooks = NUM_CODEBOOKS
        self.cardinality = CARDINALITY
        self.silence = (_SILENCE,) * NUM_CODEBOOKS
        self.sine = (_SINE,) * NUM_CODEBOOKS

    def encode(self, audio: Audio) -> Codes:
        """Encode [S] to [K, ceil(S / FRAME)]."""
        looked_at = audio[::_STEP] != 0
        frames = np.pad(looked_at, (0, -len(looked_at) % _LOOKS)).reshape(-1, _LOOKS)
        token = np.where(frames.any(axis=1), _SOUND, _SILENCE)
        return np.tile(token.astype(np.int16), (NUM_CODEBOOKS, 1))

    def decode(self, codes: Codes) -> Audio:
        """Decode [K, T] to [T * FRAME]: a square wave of 400 Hz where there is sound."""
        period = np.repeat(np.array([_LEVEL, -_LEVEL], np.float32), 30)
        frame = np.tile(period, FRAME // len(period))
        return np.outer(codes[0] != _SILENCE, frame).astype(np.float32).reshape(-1)
