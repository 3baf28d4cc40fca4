"""Which channel each named speaker is on, where a transcript does not say so: by their sound.

    CorpusCall, CallSound --on_their_channels--> CorpusCall, its sides exchanged if that fits better

While one side speaks alone, its own channel is louder than the other's. Both ways are compared over
both sides' words, so that gains that differ count for neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from datagen.annotate.call import CorpusCall, Side, Supervision
from datagen.annotate.levels import QUIETEST, WINDOW, channel_powers
from datagen.annotate.sound import CallSound
from datagen.types import SAMPLE_RATE

CLEARLY = 6.0
"""Decibels by which one way must be better than the other."""
OTHER: dict[Side, Side] = {"a": "b", "b": "a"}


def on_their_channels(call: CorpusCall, sound: CallSound) -> CorpusCall:
    """Return a call whose sides are known: as they are, or exchanged if the sound is clear."""
    if call.sides_known or not call.supervisions or fit(call.supervisions, sound) > -CLEARLY:
        return call
    exchanged = tuple(_exchanged(one) for one in call.supervisions)
    return replace(call, supervisions=exchanged, sides_known=True)


def fit(supervisions: Iterable[Supervision], sound: CallSound) -> float:
    """Return how much better the sides fit as they are than exchanged, in dB."""
    heard = {side: channel_powers(sound, side).windows for side in OTHER}
    size = min(map(len, heard.values()))
    speaks: dict[Side, NDArray[np.bool_]] = {side: np.zeros(size, np.bool_) for side in OTHER}
    for one in supervisions:
        for start, end in [(word.start, word.end) for word in one.words] or [(one.start, one.end)]:
            first, last = (round(time * SAMPLE_RATE) // WINDOW for time in (start, end))
            speaks[one.side][first : last + 1] = True
    found = 0.0
    for side, other in OTHER.items():
        alone = speaks[side] & ~speaks[other]
        if alone.any():
            found += _mean_db(heard[side][:size][alone]) - _mean_db(heard[other][:size][alone])
    return found


def _mean_db(power: NDArray[np.float32]) -> float:
    return float(10 * np.log10(max(float(power.mean(dtype=np.float64)), QUIETEST)))


def _exchanged(one: Supervision) -> Supervision:
    return replace(one, side=OTHER[one.side])
