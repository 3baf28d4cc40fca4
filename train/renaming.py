"""Names that nobody has: what is quoted stands for other pieces, in the prompt and in the text.

    an example's text row, which of it is quoted  --for each piece another--> the same, renamed

Who has seen a name thirty times copies it; of pieces that are hardly ever said, hardly any are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from train.prompt import Tokens
from train.prompt_text import load_pieces

BEGINS = "\u2581"
"""How SentencePiece writes a piece with which a word begins."""


@dataclass(frozen=True)
class NamePieces:
    """The pieces of a tokenizer that are letters."""

    first: NDArray[np.int64]
    """Those with which a word begins."""
    later: NDArray[np.int64]

    @classmethod
    def load(cls, tokenizer: str) -> NamePieces:
        """Read them from a SentencePiece model. Raises UserError."""
        model = load_pieces(tokenizer)
        pieces = [model.id_to_piece(token) for token in range(model.get_piece_size())]
        first = [at for at, piece in enumerate(pieces) if _is_name(piece)]
        later = [at for at, piece in enumerate(pieces) if piece.isalpha()]
        return cls(np.array(first), np.array(later))

    def rename(
        self,
        row: Tokens,
        quoted: NDArray[np.bool_],
        common: NDArray[np.int64],
        seed: NDArray[np.uint32],
    ) -> None:
        """Write another piece for each that is quoted [T] wherever it stands in a text row [T].

        What is ``common`` in prompts stays. ``seed`` decides which pieces.
        """
        rng = np.random.default_rng(seed)
        before = row.copy()
        for token in np.unique(before[quoted]).tolist():
            pool = self._like(token)
            if len(pool) and token not in common:
                row[before == token] = rng.choice(pool)

    def _like(self, token: int) -> NDArray[np.int64]:
        """Return the pieces that may stand for one: none for what is no letters."""
        for pool in (self.first, self.later):
            at = int(np.searchsorted(pool, token))
            if at < len(pool) and pool[at] == token:
                return pool
        return self.first[:0]


def _is_name(piece: str) -> bool:
    word = piece.removeprefix(BEGINS)
    return word != piece and word.isalpha() and word[:1].isupper()
