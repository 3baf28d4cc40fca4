"""Words to which another program gives one time, though they are said one after the other.

    going 0.50-0.80, to 0.50-0.80  --share-->  going 0.50-0.71, to 0.71-0.80

Aligners time "gonna" that is written as two words so, and give a word that they could not place no
length, where the next one begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, groupby, pairwise

Times = tuple[int, int]
"""Start and end in samples."""


def share(words: Sequence[str], times: Sequence[Times]) -> list[Times]:
    """Return the times of words; those in a row that begin together share theirs by letters."""
    shared: list[Times] = []
    for start, group in groupby(zip(words, times, strict=True), key=lambda one: one[1][0]):
        row = list(group)
        if len(row) == 1:
            shared.append(row[0][1])
            continue
        letters = list(accumulate((_letters(word) for word, _ in row), initial=0))
        length = max(end for _, (_, end) in row) - start
        shared += pairwise(start + length * part // letters[-1] for part in letters)
    return shared


def _letters(word: str) -> int:
    return max(1, sum(map(str.isalnum, word)))
