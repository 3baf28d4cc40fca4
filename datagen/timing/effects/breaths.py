"""Breaths of a speaker: where somebody would take one, and what it sounds like.

    placed turns --places--> silences before speech --(drawn)--> seconds --breath--> Audio [S]

They are made of noise: no recording holds enough of them that may be used.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from datagen.timing.arrange import Placed
from datagen.timing.clip_edit import Hold
from datagen.types import SAMPLE_RATE, Audio, Speaker

_BEFORE = SAMPLE_RATE // 20
"""Samples from the end of a breath to the word after it: 50 ms, the throat closes."""
_AFTER = SAMPLE_RATE // 8
"""Samples after a speaker's own sound in which it takes no breath."""
_RISE = 0.65
"""Share of a breath in which it swells."""
_RESONANCES = ((450.0, 900.0), (1_300.0, 2_000.0), (2_600.0, 3_800.0))
"""Ranges in Hz of an open mouth's resonances while air goes in."""
_WIDTH = 350.0
"""Standard deviation in Hz of a resonance."""
_TILT = 0.6
"""Power of 1 kHz over frequency by which a breath falls above that."""


class Place(NamedTuple):
    """Samples [start, end) of silence in which a breath can end; ``end`` is the word after it."""

    start: int
    end: int


def places(placed: Iterable[Placed], speaker: Speaker, longest_silent: int) -> list[Place]:
    """Return where a speaker could take a breath: before long turns and in their pauses.

    A turn is long if it is said for more than ``longest_silent`` samples.
    """
    found: list[Place] = []
    free = 0
    for turn in sorted((one for one in placed if one.speaker == speaker), key=lambda one: one.at):
        if turn.onset != "backchannel" and turn.end - turn.start > longest_silent:
            found.append(Place(free, turn.start - _BEFORE))
            found += _pauses(turn)
        free = turn.silent_from + _AFTER
    return [place for place in found if place.start < place.end]


def _pauses(turn: Placed) -> list[Place]:
    """Return the pauses that were put into a turn."""
    words = turn.take.words
    spans = [(words[hold.after_word - 1].end, words[hold.after_word].start) for hold in _held(turn)]
    return [Place(turn.at + start + _AFTER, turn.at + end - _BEFORE) for start, end in spans]


def _held(turn: Placed) -> list[Hold]:
    return [hold for hold in turn.take.holds if hold.after_word < len(turn.take.words)]


def breath(num_samples: int, seed: int) -> Audio:
    """Return a breath [S] with a mean square of 1: air through an open mouth."""
    rng = np.random.default_rng(seed)
    size = 1 << (num_samples - 1).bit_length()
    frequencies = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    power = np.full(len(frequencies), 0.03)
    for low, high in _RESONANCES:
        centre, height = rng.uniform(low, high), rng.uniform(0.3, 1.0)
        power += height * np.exp(-0.5 * np.square((frequencies - centre) / _WIDTH))
    power *= np.minimum(1.0, (1_000.0 / np.maximum(frequencies, 1.0)) ** _TILT)
    power *= frequencies > 120.0
    spectrum = rng.standard_normal((len(frequencies), 2), np.float32).view(np.complex64)[:, 0]
    spectrum *= np.sqrt(power).astype(np.float32)
    sound = np.fft.irfft(spectrum, size)[:num_samples] * _swell(num_samples)
    return np.asarray(sound / np.sqrt(np.mean(np.square(sound))), np.float32)


def _swell(num_samples: int) -> Audio:
    """Return how loud a breath is over its time [S]: it swells, and ends sooner."""
    time = (np.arange(num_samples) + 0.5) / num_samples
    rising, falling = time / _RISE, (1 - time) / (1 - _RISE)
    return np.asarray(np.sin(0.5 * np.pi * np.minimum(rising, falling)) ** 2, np.float32)
