"""A codec without weights, in Mimi's geometry: audio [S] <--> tokens [8, T], 12.5 frames a second.

A PLACEHOLDER: these are NOT Mimi tokens, and no model trained on Mimi understands them. A
parametric vocoder (numpy alone) stands in where Mimi cannot be had: speech stays intelligible but
robotic, other sounds do not survive, and encoding what was decoded keeps only 45 % of the tokens.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from datagen.backends.codec.vocoder_analysis import NUM_BANDS, SILENCE, SUBFRAMES, analyse
from datagen.backends.codec.vocoder_pitch import decode_pitch, encode_pitch
from datagen.backends.codec.vocoder_quantiser import Quantiser, shipped_table, table_hash
from datagen.backends.codec.vocoder_synthesis import synthesise
from datagen.backends.protocols import Codec
from datagen.types import CARDINALITY, FRAME, NUM_CODEBOOKS, SAMPLE_RATE, Audio, Codes, Record

PITCH_BOOK = 1


class Vocoder(Codec):
    """Book 0 is loudness and coarse spectrum, book 1 pitch and voicing, the others refine.

    A frame's tokens depend on it, on the 171 ms before and the 91 ms after it, and on nothing else
    (`vocoder_analysis.REACH`); digital silence is always the row ``silence``.
    """

    stand_in: ClassVar[bool] = True

    def __init__(self, options: Record) -> None:
        table = shipped_table()
        self._quantiser = Quantiser(table)
        self.id = "vocoder-1"
        self.hash = table_hash(table)
        self.codebooks = NUM_CODEBOOKS
        self.cardinality = CARDINALITY
        quiet = np.full((1, SUBFRAMES, NUM_BANDS), SILENCE, np.float32)
        self._silence = np.insert(self._quantiser.encode(quiet)[0], PITCH_BOOK, 0)
        self.silence = tuple(map(int, self._silence))
        self.sine = self._commonest(_tone(440.0, 0.5))

    @classmethod
    def identity(cls, options: Record) -> dict[str, str]:
        """Return the hash of the table and of the code's version."""
        return {"hash": table_hash(shipped_table())}

    def encode(self, audio: Audio) -> Codes:
        """Encode [S] to [K, ceil(S / FRAME)]."""
        assert audio.ndim == 1, audio.shape
        features = analyse(audio)
        assert np.isfinite(features.levels).all(), "audio is not finite"
        rows = np.tile(self._silence, (-(-len(audio) // FRAME), 1))
        books = self._quantiser.encode(features.levels)
        index = encode_pitch(features.pitch, features.voicing)
        rows[features.frames] = np.insert(books, PITCH_BOOK, index, axis=1)
        return np.ascontiguousarray(rows.T)

    def decode(self, codes: Codes) -> Audio:
        """Decode [K, T] to [T * FRAME]."""
        assert codes.ndim == 2, codes.shape
        assert len(codes) == NUM_CODEBOOKS, codes.shape
        if not codes.size:
            return np.zeros(0, np.float32)
        assert codes.min() >= 0, "a token out of range"
        assert codes.max() < CARDINALITY, "a token out of range"
        levels = self._quantiser.decode(np.delete(codes, PITCH_BOOK, axis=0).T)
        return synthesise(levels, *decode_pitch(codes[PITCH_BOOK]))

    def _commonest(self, audio: Audio) -> tuple[int, ...]:
        """Return the frame that most of ``audio`` is made of."""
        rows, counts = np.unique(self.encode(audio), axis=1, return_counts=True)
        return tuple(map(int, rows[:, counts.argmax()]))


def _tone(hertz: float, amplitude: float) -> Audio:
    """Return two seconds of a sine."""
    seconds = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    return np.asarray(amplitude * np.sin(2 * np.pi * hertz * seconds), np.float32)
