"""T0's measures of one clip: loudness, silence, clipping, noise and rate, with numpy alone.

    Audio [S], its line --measure--> Measures

Energy is taken in windows of 20 ms every 10 ms; speech is what comes within 35 dB of the loud
windows (their 95th percentile).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datagen.text.nonverbal import sound_of
from datagen.types import SAMPLE_RATE, Audio

STEP = SAMPLE_RATE * 10 // 1_000
"""Samples between windows."""
WINDOW = 2 * STEP
SPEECH_RANGE = 35.0
"""Range in dB under the loud windows that is speech."""
SPEECH_FLOOR = -60.0
"""Level in dBFS under which nothing is speech."""
CLIPPED = 0.999
"""Magnitude from which a sample is clipped."""
FLATNESS = 0.30
"""Geometric over arithmetic mean of the power spectrum; white noise has 0.56, vowels under 0.1."""
END = SAMPLE_RATE * 30 // 1_000
"""Samples at the end of a clip that must be quiet."""
_SILENCE = 1e-12
_HANN = np.hanning(WINDOW).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured on a clip. Times in seconds, levels in dBFS."""

    speech: float
    """Duration of the speech."""
    rate: float
    """Letters and digits of the line for each second of speech."""
    lead: float
    tail: float
    gap: float
    """Silence before the speech, after it, and the longest inside."""
    clipped: float
    """Share of the samples at full scale."""
    offset: float
    """Mean of the samples (direct current)."""
    level: float
    """Level of the loud windows."""
    floor: float
    """Level of the quietest twentieth of the windows."""
    noise: float
    """Longest run of speech windows with a flat spectrum."""
    end: float
    """Difference in dB from the last 30 ms up to the loud windows."""


def measure(audio: Audio, spoken: str) -> Measures:
    """Measure a clip [S] of finite samples, at least two windows long."""
    windows = _windows(audio)
    energy = levels(windows)
    level = float(np.percentile(energy, 95))
    speech = energy > max(level - SPEECH_RANGE, SPEECH_FLOOR)
    places = np.flatnonzero(speech)
    if not len(places):
        places = np.array([0])
    seconds = max(1, int(speech.sum())) * STEP / SAMPLE_RATE
    return Measures(
        speech=seconds,
        rate=num_letters(spoken) / seconds,
        lead=int(places[0]) * STEP / SAMPLE_RATE,
        tail=(len(energy) - 1 - int(places[-1])) * STEP / SAMPLE_RATE,
        gap=max(0, int(np.diff(places).max(initial=1)) - 1) * STEP / SAMPLE_RATE,
        clipped=float((np.abs(audio) >= CLIPPED).mean()),
        offset=float(audio.mean()),
        level=level,
        floor=float(np.percentile(energy, 5)),
        noise=_longest(speech[::2] & _flat(windows[::2])) * 2 * STEP / SAMPLE_RATE,
        end=level - float(levels(audio[None, -END:])[0]),
    )


SPELLED = 3
"""Letters that a spelled one counts for: its name is a syllable that stands alone."""
NONVERBAL = 6
"""Letters that a nod or a hum counts for at least: "Mm" takes as long as two syllables."""


def num_letters(spoken: str) -> int:
    """Return how many letters and digits a line has; spelled letters and nods count for more."""
    count = 0
    for word in spoken.split():
        letters = sum(map(str.isalnum, word))
        if sound_of(word):
            count += max(NONVERBAL, letters)
            continue
        is_spelled = letters == 1 and word.strip(".,?!") not in ("a", "A", "I")
        count += SPELLED if is_spelled else letters
    return count


def levels(windows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the level of each window [N, S] in dBFS."""
    power = np.square(windows, dtype=np.float64).mean(axis=1)
    decibels: NDArray[np.float64] = 10 * np.log10(power + _SILENCE)
    return decibels


def _windows(audio: Audio) -> NDArray[np.float32]:
    """Return the overlapping windows of [S] as [N, WINDOW], without copying."""
    return np.lib.stride_tricks.sliding_window_view(audio, WINDOW)[::STEP]


def _flat(windows: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which windows sound like noise."""
    spectrum = np.fft.rfft(windows * _HANN, axis=1)
    power = np.square(spectrum.real) + np.square(spectrum.imag) + _SILENCE
    flat: NDArray[np.bool_] = np.exp(np.log(power).mean(axis=1)) > FLATNESS * power.mean(axis=1)
    return flat


def _longest(flags: NDArray[np.bool_]) -> int:
    """Return the length of the longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return int((edges[1::2] - edges[::2]).max(initial=0))
