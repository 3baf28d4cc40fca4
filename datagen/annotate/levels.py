"""How loud each side of a call speaks, how noisy its line is, and how much of the other it holds.

    CallSound, [Word] --measure--> ChannelLevels of each speaker

Powers are those of 10 ms windows, medians of them where a few wrong words must not count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datagen.annotate.call import Side
from datagen.annotate.sound import CallSound
from datagen.audio.loudness import magnitude, powers
from datagen.types import SAMPLE_RATE, SPEAKERS, Record, Speaker, Word

WINDOW = SAMPLE_RATE // 100
"""Samples in a window: 10 ms."""
CHUNK = 60 * SAMPLE_RATE
"""Samples read at a time: a minute."""
TARGET = -23.0
"""Level in dBFS that a speaker's words are brought to."""
MOST_GAIN = 40.0
"""Most dB that a channel is turned up or down by."""
FULL_SCALE = 0.985
"""Largest sample after the gain."""
QUIETEST = 1e-12


class ChannelLevels(Record):
    """Measures of one side's channel, before its gain."""

    level: float
    """Mean power in dBFS while it speaks, and the other does not."""
    floor: float
    """Median power in dBFS while nobody speaks."""
    bleed: float
    """What it holds of the other, over its own floor, in dB relative to how loud the other is."""
    gain: float
    """Gain in dB that brings its words to -23 dBFS, or as near as its peak lets them."""


@dataclass(frozen=True)
class ChannelPowers:
    """How loud a channel is."""

    windows: NDArray[np.float32]
    """Mean square of each 10 ms."""
    peak: float
    """Largest sample."""


def measure(
    sound: CallSound, sides: Mapping[Speaker, Side], words: Mapping[Speaker, Sequence[Word]]
) -> dict[Speaker, ChannelLevels]:
    """Return the levels of both channels."""
    heard = {speaker: channel_powers(sound, sides[speaker]) for speaker in SPEAKERS}
    size = min(len(one.windows) for one in heard.values())
    speaks = {speaker: _windows(words[speaker], size) for speaker in SPEAKERS}
    nobody = ~(speaks["agent"] | speaks["user"])
    levels: dict[Speaker, ChannelLevels] = {}
    for speaker, other in zip(SPEAKERS, SPEAKERS[::-1], strict=True):
        own = heard[speaker].windows[:size]
        theirs = heard[other].windows[:size]
        only_other = speaks[other] & ~speaks[speaker]
        floor = _median(own[nobody])
        leaked = max(_median(own[only_other]) - floor, QUIETEST)
        level = _mean(own[speaks[speaker] & ~speaks[other]])
        levels[speaker] = ChannelLevels(
            level=_db(level),
            floor=_db(floor),
            bleed=_db(leaked) - _db(_median(theirs[only_other])),
            gain=_gain(_db(level), heard[speaker].peak),
        )
    return levels


def channel_powers(sound: CallSound, side: Side) -> ChannelPowers:
    """Read a channel a minute at a time, and return its windows' powers and its largest sample."""
    found: list[NDArray[np.float32]] = []
    peak = 0.0
    for start in range(0, sound.num_samples, CHUNK):
        part = sound.read(side, start, min(start + CHUNK, sound.num_samples))
        part = part[: len(part) // WINDOW * WINDOW]
        found.append(powers(part, WINDOW))
        peak = max(peak, magnitude(part))
    return ChannelPowers(np.concatenate(found) if found else np.zeros(0, np.float32), peak)


def _windows(words: Sequence[Word], size: int) -> NDArray[np.bool_]:
    speaks = np.zeros(size, np.bool_)
    for word in words:
        speaks[word.start // WINDOW : -(-word.end // WINDOW)] = True
    return speaks


def _gain(level: float, peak: float) -> float:
    wanted = min(MOST_GAIN, max(-MOST_GAIN, TARGET - level))
    most = 20 * float(np.log10(FULL_SCALE / peak)) if peak else 0.0
    return round(min(wanted, most), 2)


def _median(power: NDArray[np.float32]) -> float:
    return float(np.median(power)) if len(power) else 0.0


def _mean(power: NDArray[np.float32]) -> float:
    return float(power.mean(dtype=np.float64)) if len(power) else 0.0


def _db(power: float) -> float:
    return round(10 * float(np.log10(max(power, QUIETEST))), 2)
