"""A small English tokenizer that comes with datagen, in the place of Moshi's: text <-> ids.

It has Moshi's special ids (unknown and EPAD 0, BOS 1, EOS 2, PAD 3), a hundredth of its size, and
falls back to bytes, so no text gives a special id. `datagen.backends.tokenizer.fit` makes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from datagen import assets
from datagen.backends.protocols import Tokenizer

MODEL = Path(__file__).with_name("shipped.model")
EPAD, BOS, EOS, PAD = range(4)
"""Ids of Moshi: end_of_text_padding_id, BOS, EOS, existing_text_padding_id (moshi/models/lm.py)."""


class Shipped(Tokenizer):
    """The SentencePiece model shipped.model."""

    stand_in: ClassVar[bool] = True

    id = "shipped"
    file = MODEL
    epad, bos, eos, pad = EPAD, BOS, EOS, PAD

    def __init__(self, options: Any) -> None:
        from sentencepiece import SentencePieceProcessor

        self._model = SentencePieceProcessor(model_file=str(MODEL))
        self.hash = assets.digest(MODEL)
        self.size = int(self._model.vocab_size())

    @classmethod
    def identity(cls, options: Any) -> dict[str, str]:
        """Return the hash of the model file."""
        return {"model": assets.digest(MODEL)}

    def encode(self, text: str) -> list[int]:
        """Return the ids of ``text``, without BOS or EOS."""
        return list(self._model.encode(text))

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids; special ids are skipped."""
        return str(self._model.decode([int(token) for token in ids if token > PAD]))
