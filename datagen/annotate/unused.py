"""How much of a call is in none of its pieces, and why.

    pieces, parts left out by reason --unused_of--> {reason: seconds}

With the seconds that are in a piece they are all of the call.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from datagen.annotate.cutting import LONG_SILENCE, Span
from datagen.annotate.units import SpeechUnit
from datagen.types import SAMPLE_RATE

OTHERS = "somebody else speaks"
SHORT = "too short between pauses"
ONE_SPEAKER = "one speaker says hardly anything"
NO_REFERENCE = "no reference of both voices elsewhere"
FOR_REFERENCE = "kept for references"
LONG_PAUSE = "pauses over 10 s"
NO_PAUSE = "no pause to cut at"
SILENCE = "silence before and after pieces"
WINDOW = SAMPLE_RATE // 100
"""Samples (10 ms) to which parts are rounded."""


def unused_of(
    num_samples: int, used: Iterable[Span], parts: Mapping[str, Sequence[Span]]
) -> dict[str, float]:
    """Return the seconds of a call that are in no piece, by reason, in the order of ``parts``.

    A moment that is in several parts counts as the first of them, one in none as silence.
    """
    names = [*parts, SILENCE]
    of = np.full(num_samples // WINDOW, len(names) - 1)
    for number, spans in reversed(list(enumerate(parts.values()))):
        for span in spans:
            of[_windows(span)] = number
    for span in used:
        of[_windows(span)] = len(names)
    counts = np.bincount(of, minlength=len(names))[: len(names)]
    return {
        name: int(count) * WINDOW / SAMPLE_RATE
        for name, count in zip(names, counts, strict=True)
        if count
    }


def pauses(stretches: Iterable[SpeechUnit], num_samples: int) -> list[Span]:
    """Return the silences of both that are longer than a piece may hold."""
    found, end = list[Span](), 0
    for start, last in [*((unit.start, unit.end) for unit in stretches), (num_samples, 0)]:
        if start - end > LONG_SILENCE:
            found.append((end, start))
        end = max(end, last)
    return found


def _windows(span: Span) -> slice:
    return slice(max(0, span[0]) // WINDOW, max(0, math.ceil(span[1] / WINDOW)))
