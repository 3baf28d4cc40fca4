"""A memory for what is measured on read-only sounds, so that each is measured once.

A stand-in voice gives the same few arrays again and again, and marks them read-only. A take of a
real voice is a writable array of its own, and is never kept here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from datagen.types import Audio

Found = TypeVar("Found")
_MOST = 256
"""Most sounds that are remembered."""


def once(find: Callable[[Audio], Found]) -> Callable[[Audio], Found]:
    """Return ``find`` with a memory for read-only arrays [S], which are known by identity."""
    kept: dict[int, tuple[Audio, Found]] = {}

    @wraps(find)
    def remember(audio: Audio) -> Found:
        if audio.flags.writeable:
            return find(audio)
        known = kept.get(id(audio))
        if known is None:
            if len(kept) >= _MOST:
                kept.clear()
            known = kept[id(audio)] = (audio, find(audio))  # held, so that its id stays its own
        return known[1]

    return remember
