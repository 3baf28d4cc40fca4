"""Where a speaker who is barged in on stops: always at the end of a word that was wholly heard."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from datagen.timing.preset import LogNormal, samples


def num_heard(ends: Sequence[int], start: int, reaction: int, limits: LogNormal) -> int:
    """Return how many words are heard when somebody barges in at sample ``start``.

    ``ends`` are the word ends in samples, rising, the first not after ``start``. The cut is the
    last word end within ``reaction`` samples of ``start``, but a reaction is never shorter than
    ``limits.low``, so a longer word is finished if that takes no longer than ``limits.high``.
    If not even that is possible (a scripted pause, a very long word) the words before it are all
    that is heard.
    """
    first = bisect_left(ends, start + samples(limits.low))
    last = bisect_right(ends, start + reaction) - 1
    if last >= first:
        return last + 1
    if first < len(ends) and ends[first] <= start + samples(limits.high):
        return first + 1
    return last + 1
