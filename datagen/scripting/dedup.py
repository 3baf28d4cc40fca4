"""Find near-duplicates of a whole run: MinHash of each dialogue's text with its entities masked.

    turns, facts --sketch--> [P] uint32 --Index, in order of ids--> an earlier one like it, or none

A dialogue is a duplicate if any dialogue of a smaller index, kept or not, has an estimated Jaccard
similarity of THRESHOLD or more. So a verdict depends on smaller indices only: it is the same for
one worker or many and in every longer run, and may be given as soon as all scripts below are there.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from datagen.seeds import rng_for
from datagen.types import Script

Sketch: TypeAlias = NDArray[np.uint32]
"""[P] minima of P hash functions over a text's shingles."""
BANDS, ROWS = 32, 4
"""Two texts meet if all rows of one band agree: with J = 0.7 that fails once in 6,000 times."""
NUM_HASHES = BANDS * ROWS
"""P: the estimate of J = 0.7 has a standard error of 0.04."""
SHINGLE = 5
"""Words a shingle has."""
THRESHOLD = 0.7
_MASK = "@"
_WORD = re.compile(r"[a-z']+|@")
_NUMBER = re.compile(r"\$?\d[\d,.:/-]*%?")
_PRIME = np.uint64(2**31 - 1)
_coefficients = rng_for(0, "minhash").integers(1, 2**31 - 1, size=(2, NUM_HASHES), dtype=np.uint64)


def masked(texts: Iterable[str], entities: Iterable[str]) -> list[str]:
    """Return a dialogue's words in lower case, with names, values and numbers masked."""
    names = {word for entity in entities for word in (entity, *entity.split()) if len(word) > 1}
    text = " ".join(texts)
    if names:
        longest_first = "|".join(map(re.escape, sorted(names, key=lambda name: (-len(name), name))))
        text = re.sub(rf"(?<!\w)(?:{longest_first})(?!\w)", _MASK, text)
    text = _NUMBER.sub(_MASK, text)
    words = _WORD.findall(text.lower())
    return [word for at, word in enumerate(words) if word != _MASK or words[at - 1] != _MASK]


def sketch(texts: Iterable[str], entities: Iterable[str]) -> Sketch:
    """Return the sketch of a dialogue's turns; ``entities`` are its facts as written."""
    words = masked(texts, entities)
    last = max(1, len(words) - SHINGLE + 1)
    shingles = {" ".join(words[at : at + SHINGLE]) for at in range(last)}
    hashes = np.array([zlib.crc32(one.encode()) for one in shingles], np.uint64) % _PRIME
    scale, shift = _coefficients[:, :, None]
    found: Sketch = ((scale * hashes + shift) % _PRIME).min(axis=1).astype(np.uint32)
    return found


def sketch_of(script: Script) -> Sketch:
    """Return the sketch of a script: what is said on the floor, backchannels left out."""
    texts = (turn.text for turn in script.turns if turn.onset != "backchannel")
    return sketch(texts, (fact.written for fact in script.facts))


class Index:
    """All sketches so far, in order of their dialogues' indices: 0.9 kB a dialogue."""

    def __init__(self) -> None:
        self._sketches = np.empty((0, NUM_HASHES), np.uint32)
        self._keys = np.empty((BANDS, 0), np.uint64)
        self._places = np.empty((BANDS, 0), np.uint32)
        self._count = 0

    def add(self, sketches: Sequence[Sketch]) -> list[int | None]:
        """Add dialogues; return for each the first earlier one that is like it, if any.

        What is returned does not depend on how dialogues are cut into calls; a thousand at a time
        are quick.
        """
        first = self._count
        new = np.asarray(sketches, np.uint32).reshape(-1, NUM_HASHES)
        self._store(new)
        keys = _band_keys(new)
        for band in range(BANDS):
            self._insert(band, keys[band], first)
        return [self._first_like(first + at, keys[:, at]) for at in range(len(new))]

    def __len__(self) -> int:
        return self._count

    def _store(self, new: NDArray[np.uint32]) -> None:
        """Append sketches; room grows by half so that the whole is seldom copied."""
        count = self._count + len(new)
        if count > len(self._sketches):
            room = np.empty((max(count, len(self._sketches) * 3 // 2), NUM_HASHES), np.uint32)
            room[: self._count] = self._sketches[: self._count]
            self._sketches = room
        self._sketches[self._count : count] = new
        if len(new):
            self._keys, self._places = (
                np.concatenate([old, np.empty((BANDS, len(new)), old.dtype)], axis=1)
                for old in (self._keys, self._places)
            )
        self._count = count

    def _insert(self, band: int, keys: NDArray[np.uint64], first: int) -> None:
        """Merge new keys into a band's sorted ones, equal ones by index."""
        num_new = len(keys)
        if not num_new:
            return
        old = self._keys[band, :-num_new]
        order = np.argsort(keys, kind="stable")
        where = np.searchsorted(old, keys[order], side="right")
        places = (first + order).astype(np.uint32)
        self._places[band] = np.insert(self._places[band, :-num_new], where, places)
        self._keys[band] = np.insert(old, where, keys[order])

    def _first_like(self, place: int, keys: NDArray[np.uint64]) -> int | None:
        """Return the smallest index below ``place`` whose sketch is like its own."""
        met = []
        for band in range(BANDS):
            start = np.searchsorted(self._keys[band], keys[band], side="left")
            stop = np.searchsorted(self._keys[band], keys[band], side="right")
            if stop - start > 1:
                met.append(self._places[band, start:stop])
        if not met:
            return None
        candidates = np.unique(np.concatenate(met))
        candidates = candidates[candidates < place]
        equal = (self._sketches[candidates] == self._sketches[place]).mean(axis=1)
        alike = candidates[equal >= THRESHOLD]
        return int(alike[0]) if len(alike) else None


def _band_keys(sketches: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Return one key for each band [B, N]: rows that agree have equal keys."""
    rows = sketches.reshape(-1, BANDS, ROWS).astype(np.uint64)
    mixed = np.zeros(rows.shape[:2], np.uint64)
    for row in range(ROWS):
        mixed = (mixed ^ rows[:, :, row]) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return np.ascontiguousarray(mixed.T)
