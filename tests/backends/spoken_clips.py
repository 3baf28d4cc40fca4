"""Clips with exact word times, from espeak-ng, and the start error of an aligner on them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.clips import speak
from datagen.types import SAMPLE_RATE, SpokenWord, Utterance

SENTENCES = (
    "The premium plan costs four hundred and fifty dollars per month.",
    "I have been waiting nearly three weeks for this delivery, you know.",
    "Your appointment is on Thursday, at half past nine in the morning.",
    "Could you please confirm your date of birth for me?",
)


@lru_cache
def clips(texts: tuple[str, ...] = SENTENCES) -> list[Utterance]:
    """Each text in a voice of its own."""
    return speak(texts)


def start_errors(
    found: Sequence[SpokenWord], exact: Sequence[SpokenWord] | None
) -> NDArray[np.float64]:
    """Milliseconds from each true start to the one found."""
    pairs = zip(found, exact or (), strict=True)
    return np.array([a.start - b.start for a, b in pairs]) / SAMPLE_RATE * 1_000
