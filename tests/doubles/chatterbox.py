"""Chatterbox with a harmonic voice inside: it says pieces as `ChatterboxModel` does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from datagen.backends.speech.chatterbox import Chatterbox
from datagen.backends.speech.chatterbox_model import ChatterboxModel, SpokenPiece
from datagen.types import SAMPLE_RATE, Audio
from tests.fixtures.speech_like import voiced


class ChatterboxDouble(ChatterboxModel):
    """Stands in for the model."""

    made: ClassVar[list[ChatterboxDouble]] = []

    def __init__(self) -> None:
        self.calls: list[list[SpokenPiece]] = []
        self.spoil: dict[str, int] = {}
        """How often a text is gibberish first."""
        self.made.append(self)

    @property
    def said(self) -> list[SpokenPiece]:
        return [piece for call in self.calls for piece in call]

    def say(self, pieces: Sequence[SpokenPiece], batch: int) -> list[Audio]:
        self.calls.append(list(pieces))
        return [self._say(piece) for piece in pieces]

    def _say(self, piece: SpokenPiece) -> Audio:
        letters = max(4, sum(map(str.isalnum, piece.text)))
        if self.spoil.get(piece.text, 0):
            self.spoil[piece.text] -= 1
            letters += 60
        sound = voiced(letters * SAMPLE_RATE // 14, 100.0 + piece.seed % 7)
        return np.concatenate([sound, np.zeros(SAMPLE_RATE, np.float32)])


class Doubled(Chatterbox):
    """Chatterbox on the double, for whole runs."""

    @classmethod
    def _load(cls, options: Chatterbox.Options) -> ChatterboxModel:
        return ChatterboxDouble()
