"""Where a channel has speech, from its energy: enough for clean synthetic voices.

    Audio [S] --speech--> [Spell] --turn_taking--> gaps, overlaps, pauses as they are heard

The timeline is not read here, so that what was planned can be compared with what is heard.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datagen.audio.loudness import powers
from datagen.types import SPEAKERS, Audio, Speaker, Stereo

WINDOW = 120
"""Samples in a window (5 ms). Starts and ends are multiples of it: an offset is right to 10 ms."""
FLOOR = -55.0
"""Level in dBFS under which nothing is speech."""
RANGE = 40.0
"""Range in dB under the channel's loud windows; nothing below it is speech."""
_LOUD = 0.99
"""Quantile of the sounding windows' power that counts as loud: one click sets no threshold."""
_SHORTEST = 6
"""Fewest windows of a sound (30 ms): shorter ones are clicks."""


_QUIET = 0.1
"""Quantile of all windows' power that is a line's noise: a speaker is silent for longer."""
OVER_NOISE, UNDER_SPEECH = 8.0, 8.0
"""dB by which a real line's threshold lies over its noise, and at least under its loud windows."""


@dataclass(frozen=True, slots=True)
class Spell:
    """One speaker's speech from sample ``start`` to ``end``, exclusive."""

    speaker: Speaker
    start: int
    end: int


def speech(channel: Audio, speaker: Speaker) -> list[Spell]:
    """Return the stretches of a channel [S] that are loud enough to be speech, in order."""
    power = powers(np.pad(channel, (0, -len(channel) % WINDOW)), WINDOW)
    return _spells(power, _threshold(power), channel, speaker)


def speech_over_noise(channel: Audio, speaker: Speaker) -> list[Spell]:
    """Return the speech of a real line's channel [S]: without its offset, over its noise.

    Raises ValueError if there is none, or it cannot be told from the noise.
    """
    if not len(channel):
        raise ValueError("it is silent")
    channel = channel - channel.mean(dtype=np.float64).astype(np.float32)
    power = powers(np.pad(channel, (0, -len(channel) % WINDOW)), WINDOW)
    noise, loud = (float(np.quantile(power, share)) for share in (_QUIET, _LOUD))
    if loud <= 10 ** (FLOOR / 10):
        raise ValueError(f"it is silent, nothing is over {FLOOR:g} dBFS")
    threshold = max(_threshold(power), noise * 10 ** (OVER_NOISE / 10))
    if threshold * 10 ** (UNDER_SPEECH / 10) > loud:
        apart = 10 * np.log10(max(loud, 1e-12) / max(noise, 1e-12))
        raise ValueError(
            f"its speech is {apart:.0f} dB over its noise, less than"
            f" {OVER_NOISE + UNDER_SPEECH:.0f}; take a cleaner recording, or an RTTM of it"
        )
    return _spells(power, threshold, channel, speaker)


def _spells(
    power: NDArray[np.float32], threshold: float, channel: Audio, speaker: Speaker
) -> list[Spell]:
    """Return the stretches of windows over a threshold."""
    edges = np.diff(np.concatenate([[0], power > threshold, [0]]).astype(np.int8))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return [
        Spell(speaker, int(start) * WINDOW, min(int(end) * WINDOW, len(channel)))
        for start, end in zip(starts, ends, strict=True)
        if end - start >= _SHORTEST
    ]


def both(stereo: Stereo) -> list[Spell]:
    """Return the speech of both channels [C, S]."""
    return [
        spell
        for speaker, channel in zip(SPEAKERS, stereo, strict=True)
        for spell in speech(channel, speaker)
    ]


def _threshold(power: NDArray[np.float32]) -> float:
    """Return the mean square above which a window is speech."""
    floor = 10 ** (FLOOR / 10)
    sounding = power[power > floor]
    if not len(sounding):
        return float(floor)
    return max(float(floor), float(np.quantile(sounding, _LOUD)) * 10 ** (-RANGE / 10))
