"""A call's words in order, one at a time, within the call: what every later step counts on."""

from __future__ import annotations

from collections.abc import Iterable

from datagen.types import SAMPLE_RATE, Word

SHORTEST = SAMPLE_RATE // 100
"""Samples (10 ms) that a word lasts at least."""


def in_order(words: Iterable[Word], num_samples: int) -> list[Word]:
    """Return one speaker's words sorted, none over the next, none beyond the call.

    Where two overlap the earlier ends as the later starts; each lasts 10 ms at least, and pushes
    the next ones back if it must.
    """
    found: list[Word] = []
    for word in sorted(words, key=lambda word: (word.start, word.end)):
        start = word.start
        if found and start < found[-1].end:
            start = max(start, found[-1].start + SHORTEST)
            found[-1] = found[-1].model_copy(update={"end": start})
        end = max(word.end, start + SHORTEST)
        found.append(word.model_copy(update={"start": start, "end": end}))
    return [word for word in found if word.end <= num_samples]
