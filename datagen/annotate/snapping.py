"""Words of an aligner, moved to where the sound begins and ends.

    [SpokenWord], clip [S] --snap--> [SpokenWord], starting and ending with stretches of sound

An acoustic model is right on which word is where and unsure of edges: a word that it lets begin
within a silence begins after it, and the first after a silence begins with the sound.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from datagen.audio.loudness import powers
from datagen.types import SAMPLE_RATE, Audio, SpokenWord

WINDOW = SAMPLE_RATE // 100
"""Samples in a window: 10 ms."""
OVER_NOISE, UNDER_SPEECH, RANGE = 9.0, 12.0, 38.0
"""dB by which sound is over a clip's noise, its loud windows over the least sound, and the loudest
over the quietest."""
_QUIET, _LOUD = 0.05, 0.95
"""Quantiles of a clip's windows that are its noise and its loud sound."""
HOLE = 5
"""Windows (50 ms) of the longest silence inside a sound, such as a stop's."""
SHORTEST = WINDOW
"""Samples that a word keeps at least."""


def snap(words: Sequence[SpokenWord], clip: Audio) -> list[SpokenWord]:
    """Return the words of a clip [S] with their edges at those of its sound."""
    stretches = sounding(clip)
    found: list[SpokenWord] = []
    for index, word in enumerate(words):
        floor = found[-1].end if found else 0
        ceiling = words[index + 1].start if index + 1 < len(words) else len(clip)
        start, end = _edges(word, floor, ceiling, stretches)
        found.append(word.model_copy(update={"start": start, "end": end}))
    return found


def sounding(clip: Audio) -> NDArray[np.int_]:
    """Return the stretches [N, 2] of a clip that sound, in samples; short holes are closed."""
    power = powers(np.pad(clip, (0, -len(clip) % WINDOW)), WINDOW)
    if not power.size:
        return np.zeros((0, 2), np.int_)
    level = 10 * np.log10(np.maximum(power, 1e-12))
    noise, loud = np.quantile(level, [_QUIET, _LOUD])
    threshold = max(min(noise + OVER_NOISE, loud - UNDER_SPEECH), level.max() - RANGE)
    edges = np.diff(np.concatenate([[0], level > threshold, [0]]).astype(np.int8))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    apart = starts[1:] - ends[:-1] > HOLE
    starts, ends = starts[np.r_[True, apart]], ends[np.r_[apart, True]]
    return np.minimum(np.stack([starts, ends], axis=1) * WINDOW, len(clip))


def _edges(
    word: SpokenWord, floor: int, ceiling: int, stretches: NDArray[np.int_]
) -> tuple[int, int]:
    """Return where a word begins and ends, between the end of the last and the next one's start."""
    touched = [
        (int(first), int(last))
        for first, last in stretches
        if first < word.end and word.start < last
    ]
    start, end = max(word.start, floor), max(word.end, floor + SHORTEST)
    if not touched:
        return start, end
    first, last = touched[0][0], touched[-1][1]
    if first > start or first >= floor:
        start = max(first, floor)
    if last < end or last <= ceiling:
        end = last
    return start, max(end, start + SHORTEST)
