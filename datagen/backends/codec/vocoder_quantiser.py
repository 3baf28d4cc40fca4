"""Books 0 and 2-7 of the vocoder: the band levels of a frame in seven indices.

levels [N, 4, 24] --principal components--> 77 bits of scalar levels <--> index [N, 7]

Finite scalar quantisation: each component has its own few levels (vocoder.json), and each book
packs 11 bits of them. The first book is loudness and the coarsest shape, the others refine.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from datagen import config
from datagen.backends.codec.vocoder_analysis import NUM_BANDS, SILENCE, SUBFRAMES, Array
from datagen.types import Record

Values = NDArray[np.float64]

TABLE = Path(__file__).with_name("vocoder.json")
VERSION = 1
"""Version of this code. Raise it with any change that changes a table's tokens or sound."""
FLOOR = -6.0
"""Lowest power that is told from silence, as log10: -60 dBFS."""
SHARE = np.linspace(1.3, 0.7, NUM_BANDS)
"""Weight of an error in each band: low bands matter more to what is understood (STOI +0.003)."""
NUM_BOOKS = 7
BOOK_BITS = 11
FADE_RANGE = 0.35
"""Levels so close to FLOOR (in log10 of power) are taken for less than it when decoded, or speech
would hiss at -60 dBFS wherever a band is empty."""
FADE_SLOPE = 4.0


class QuantiserTable(Record):
    """The table that `vocoder_fit` finds, of J components."""

    fitted_on: str
    mean: tuple[float, ...]
    """[SUBFRAMES * NUM_BANDS], mean of the weighted levels."""
    basis: tuple[tuple[float, ...], ...]
    """[J, SUBFRAMES * NUM_BANDS], rows of length 1."""
    levels: tuple[tuple[float, ...], ...]
    """[J], each 2, 4, 8, 16 or 32 ascending values. The lowest of the first means silence."""
    books: tuple[tuple[int, ...], ...]
    """[NUM_BOOKS], which components each book packs, first in the highest bits."""


@cache
def shipped_table() -> QuantiserTable:
    """Load the table that comes with datagen."""
    return QuantiserTable.model_validate_json(TABLE.read_bytes())


def table_hash(table: QuantiserTable) -> str:
    """Return the name of the tokens that a table makes."""
    return config.digest({"version": VERSION, "table": table.model_dump(mode="json")})


def weigh(levels: Array) -> Values:
    """Return what is quantised of levels [N, SUBFRAMES, NUM_BANDS]: [N, SUBFRAMES * NUM_BANDS]."""
    return (np.maximum(levels, FLOOR) * SHARE).reshape(-1, SUBFRAMES * NUM_BANDS)


class Quantiser:
    """Levels to indices and back by a table."""

    def __init__(self, table: QuantiserTable) -> None:
        self._mean = np.array(table.mean)
        self._basis = np.array(table.basis)
        self._values = [np.array(values) for values in table.levels]
        self._edges = [(values[1:] + values[:-1]) / 2 for values in self._values]
        self._bits = [len(values).bit_length() - 1 for values in self._values]
        self._books = table.books
        assert table.books[0][0] == 0, "loudness leads the first book"
        assert all(sum(self._bits[j] for j in book) == BOOK_BITS for book in table.books)

    def encode(self, levels: Array) -> NDArray[np.int16]:
        """Encode levels [N, SUBFRAMES, NUM_BANDS] as [N, NUM_BOOKS].

        In double precision, so that its rounding does not move a token.
        """
        components = (weigh(levels) - self._mean) @ self._basis.T
        indices = np.zeros((len(levels), NUM_BOOKS), np.int16)
        for book, members in enumerate(self._books):
            for j in members:
                digit = np.searchsorted(self._edges[j], components[:, j])
                indices[:, book] = (indices[:, book] << self._bits[j]) | digit
        return indices

    def decode(self, indices: NDArray[np.int16]) -> Array:
        """Decode [T, NUM_BOOKS] to levels [T, SUBFRAMES, NUM_BANDS]."""
        components = np.empty((len(indices), len(self._basis)))
        for book, members in enumerate(self._books):
            rest = indices[:, book].astype(int)
            for j in reversed(members):
                rest, digit = np.divmod(rest, len(self._values[j]))
                components[:, j] = self._values[j][digit]
        levels = (self._mean + components @ self._basis).reshape(-1, SUBFRAMES, NUM_BANDS) / SHARE
        levels -= FADE_SLOPE * np.clip(FLOOR + FADE_RANGE - levels, 0, None)
        levels[components[:, 0] == self._values[0][0]] = SILENCE
        return np.asarray(levels, np.float32)
