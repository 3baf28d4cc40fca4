"""Helium's tokenizer, whose 32,000 ids are Moshi's and PersonaPlex's text stream: text <-> ids.

Any SentencePiece model with their special ids will do (EPAD, the unknown piece, is 0; BOS 1, EOS 2,
PAD 3), from a file, a folder, or the downloaded models of Hugging Face.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from datagen import assets
from datagen.backends.hub import find_file
from datagen.backends.protocols import Tokenizer
from datagen.backends.tokenizer.shipped import BOS, EOS, EPAD, PAD
from datagen.types import Record, UserError

SETTING = "tokenizer.options.model"
MAX_SIZE = 2**15
"""Ids that fit a shard's int16."""


class Helium(Tokenizer):
    """The SentencePiece model of a Moshi checkpoint."""

    id = "helium"
    epad, bos, eos, pad = EPAD, BOS, EOS, PAD

    class Options(Record):
        """The model, and the name of its file."""

        model: str = "kyutai/moshiko-pytorch-bf16"
        """The file, a folder, or the id of a downloaded model."""
        revision: str = "main"
        file: str = "tokenizer_spm_32k_3.model"
        """Name of the model's file in the folder."""

    def __init__(self, options: Options) -> None:
        self.file = _path(options)
        """The SentencePiece model."""
        self._model = _load(self.file)
        self.hash = assets.digest(self.file)
        self.size = int(self._model.vocab_size())

    @classmethod
    def check(cls, options: Options) -> None:
        """Raise UserError if the file is not here, or is no such model."""
        _load(_path(options))

    @classmethod
    def identity(cls, options: Options) -> dict[str, str]:
        """Return the hash of the model file."""
        return {"model": assets.digest(_path(options))}

    def encode(self, text: str) -> list[int]:
        """Return the ids of ``text``, without BOS or EOS; what it has no piece for is left out."""
        return [token for token in self._model.encode(text) if token > PAD]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids; special ids are skipped."""
        return str(self._model.decode([int(token) for token in ids if token > PAD]))


def _path(options: Helium.Options) -> Path:
    return find_file(SETTING, options.model, options.revision, options.file)


def _load(path: Path) -> Any:
    """Load a model, or say what is wrong with it."""
    from sentencepiece import SentencePieceProcessor

    try:
        model = SentencePieceProcessor(model_file=str(path))
    except (OSError, RuntimeError) as error:
        raise UserError(f"{SETTING}: {path} is not a SentencePiece model ({error})") from error
    special = (model.unk_id(), model.bos_id(), model.eos_id())
    if special != (EPAD, BOS, EOS) or not PAD < model.vocab_size() <= MAX_SIZE:
        raise UserError(
            f"{SETTING}: {path} has unknown, BOS and EOS at {special} and {model.vocab_size()}"
            f" pieces; Moshi's has them at {(EPAD, BOS, EOS)}, and ids must fit 15 bits"
        )
    return model
