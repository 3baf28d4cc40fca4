"""A codec and a tokenizer that need no weights and hide nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from datagen.backends.protocols import Codec, Tokenizer
from datagen.types import CARDINALITY, FRAME, NUM_CODEBOOKS, Audio, Codes


class FakeCodec(Codec):
    """Silence is one row, anything else is noise of the frame's own level."""

    stand_in = True
    id, hash = "fake-1", "c0de"
    codebooks, cardinality = NUM_CODEBOOKS, CARDINALITY
    silence, sine = (1, 2, 3, 4, 5, 6, 7, 8), (9,) * NUM_CODEBOOKS

    def __init__(self, options: Any = None) -> None:
        pass

    def encode(self, audio: Audio) -> Codes:
        frames = np.pad(audio, (0, -len(audio) % FRAME)).reshape(-1, FRAME)
        loud = np.abs(frames).max(axis=1) > 0
        rng = np.random.default_rng(len(audio))
        codes = rng.integers(10, CARDINALITY, (NUM_CODEBOOKS, len(frames)))
        return np.where(loud, codes, np.array(self.silence)[:, None]).astype(np.int16)

    def decode(self, codes: Codes) -> Audio:
        loud = (codes != np.array(self.silence)[:, None]).any(axis=0)
        return np.repeat(np.where(loud, 0.25, 0.0), FRAME).astype(np.float32)


class FakeTokenizer(Tokenizer):
    """A token for each three letters."""

    id, hash, size = "fake-words", "f00d", 4000
    pad, epad, bos, eos = 3, 0, 1, 2

    def __init__(self, options: Any = None) -> None:
        pass

    def encode(self, text: str) -> list[int]:
        pieces = [text[i : i + 3] for i in range(0, len(text), 3)]
        return [10 + sum(map(ord, piece)) % (self.size - 10) for piece in pieces]

    def decode(self, ids: Sequence[int]) -> str:
        return " ".join(map(str, ids))
