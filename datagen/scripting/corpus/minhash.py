"""Find near-duplicates of a whole run: MinHash of each dialogue's text with its entities masked.

    Script --sketch_of--> bytes --Index, in order of ids--> an earlier dialogue like it, or none

A dialogue is a duplicate if any dialogue of a smaller index, kept or not, has an estimated Jaccard
similarity of THRESHOLD or more. So a verdict depends on smaller indices only: it is the same for
one worker or many and in every longer run, and may be given as soon as all scripts below are there.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from heapq import merge
from itertools import groupby
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from datagen.seeds import rng_for
from datagen.types import Script

Minima: TypeAlias = NDArray[np.uint16]
"""[P] low halves of the minima of P hash functions: two that differ agree once in 65,536 times."""
Hashes: TypeAlias = NDArray[np.uint64]
"""[N], one for each word."""
Keys: TypeAlias = NDArray[np.uint64]
"""[B] or [N], a band each: its rows side by side."""
Places: TypeAlias = NDArray[np.uint32]
"""Indices of dialogues."""
BANDS, ROWS = 32, 4
"""Two texts meet if all rows of one band agree: with J = 0.7 that fails once in 6,000 times."""
NUM_HASHES = BANDS * ROWS
"""P: the estimate of J = 0.7 has a standard error of 0.04."""
SKETCH_BYTES = 2 * NUM_HASHES
SHINGLE = 5
"""Words a shingle has."""
THRESHOLD = 0.7
MOST_WORDS = 1 << 18
_MASK = 1
"""In place of a word's hash."""
_APART = str.maketrans({**dict.fromkeys('.,?!;:-"()', " "), "\u2019": "'"})
_rng = rng_for(0, "minhash")
_multipliers = _rng.integers(0, 2**31, size=(NUM_HASHES, 1), dtype=np.uint32) * 2 + 1
_flips = _rng.integers(0, 2**32, size=(NUM_HASHES, 1), dtype=np.uint32)
_powers = _rng.integers(0, 2**63, size=SHINGLE, dtype=np.uint64) * np.uint64(2) + np.uint64(1)


class _Hashes(dict[str, int]):
    """Hashes of words, worked out once; every word with a digit has the mask's."""

    def __missing__(self, word: str) -> int:
        if len(self) > MOST_WORDS:
            self.clear()
        has_digit = any(map(str.isdecimal, word))
        self[word] = found = _MASK if has_digit else zlib.crc32(word.encode())
        return found


_known = _Hashes()


def masked(texts: Iterable[str], entities: Iterable[str]) -> Hashes:
    """Return the hash of each word [N]; names, values and numbers in a row are one mask."""
    names, hashes = _hashes_of(entities), _hashes_of(texts)
    is_masked = (hashes[:, None] == names).any(axis=1) | (hashes == _MASK)
    hashes[is_masked] = _MASK
    is_masked[1:] &= is_masked[:-1]
    is_masked[:1] = False
    kept: Hashes = hashes[~is_masked]
    return kept


def _hashes_of(texts: Iterable[str]) -> Hashes:
    """Return the hash of each word [N] in lower case; "Maria's" is two words."""
    text = " ".join(texts).lower().translate(_APART)
    words = text.replace("'s", " 's").split()
    return np.fromiter(map(_known.__getitem__, words), np.uint64, len(words))


def sketch(texts: Iterable[str], entities: Iterable[str]) -> bytes:
    """Return the sketch of a dialogue's turns; ``entities`` are its facts as written."""
    hashes = masked(texts, entities)
    if len(hashes) < SHINGLE:
        hashes = np.append(hashes, np.zeros(SHINGLE - len(hashes), np.uint64))
    last = len(hashes) - SHINGLE + 1
    shingles = hashes[:last] * _powers[0]
    for at in range(1, SHINGLE):
        shingles += hashes[at : at + last] * _powers[at]
    mixed = (shingles >> np.uint64(32)).astype(np.uint32)
    minima: Minima = ((mixed ^ _flips) * _multipliers).min(axis=1).astype("<u2")
    return minima.tobytes()


def sketch_of(script: Script) -> bytes:
    """Return the sketch of a script: what is said on the floor, backchannels left out."""
    texts = (turn.text for turn in script.turns if turn.onset != "backchannel")
    return sketch(texts, (fact.written for fact in script.facts))


def likeness(one: bytes, other: bytes) -> float:
    """Return the estimated Jaccard similarity of two sketches."""
    return float((_minima(one) == _minima(other)).mean())


def _minima(found: bytes) -> Minima:
    return np.frombuffer(found, "<u2")


class Index:
    """All sketches so far, in order of their dialogues' indices: 0.65 kB a dialogue."""

    def __init__(self) -> None:
        self._sketches: list[bytes] = []
        self._bands = [(np.empty(0, np.uint64), np.empty(0, np.uint32)) for _ in range(BANDS)]
        """Of each band: the keys in order, and whose they are; equal keys by index."""

    def __len__(self) -> int:
        return len(self._sketches)

    def add(self, sketches: Sequence[bytes]) -> list[int | None]:
        """Add dialogues; return for each the first earlier one that is like it, if any.

        What is returned does not depend on how dialogues are cut into calls; a thousand at a time
        are quick.
        """
        assert all(len(one) == SKETCH_BYTES for one in sketches)
        first = len(self)
        self._sketches += sketches
        keys = np.frombuffer(b"".join(sketches), "<u8").reshape(-1, BANDS)
        met: list[list[Places]] = [[] for _ in sketches]
        for band in range(BANDS):
            self._insert(band, keys[:, band], first)
            self._meet(band, keys[:, band], met)
        return [self._first_like(first + at, places) for at, places in enumerate(met)]

    def likeness(self, one: int, other: int) -> float:
        """Return the estimated Jaccard similarity of two dialogues, by their indices."""
        return likeness(self._sketches[one], self._sketches[other])

    def _insert(self, band: int, keys: Keys, first: int) -> None:
        """Merge new keys into a band's sorted ones."""
        old, places = self._bands[band]
        order = np.argsort(keys, kind="stable")
        where = np.searchsorted(old, keys[order], side="right")
        self._bands[band] = (
            np.insert(old, where, keys[order]),
            np.insert(places, where, (first + order).astype(np.uint32)),
        )

    def _meet(self, band: int, keys: Keys, met: list[list[Places]]) -> None:
        """Add to ``met`` whom each of the new dialogues meets in a band, in order of indices."""
        known, places = self._bands[band]
        starts = np.searchsorted(known, keys, side="left")
        stops = np.searchsorted(known, keys, side="right")
        for at in np.flatnonzero(stops - starts > 1):
            met[at].append(places[starts[at] : stops[at]])

    def _first_like(self, place: int, met: list[Places]) -> int | None:
        """Return the smallest index below ``place`` whose sketch is like its own."""
        for other, _ in groupby(merge(*met)):
            if other >= place:
                break
            if self.likeness(other, place) >= THRESHOLD:
                return int(other)
        return None
