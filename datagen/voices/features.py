"""What a voice sounds like, in numbers: pitch and the shape of its spectrum, with numpy alone.

Enough to guess a speaker's gender and to find the same speaker twice in a bank; not speaker
verification: a model should have the last word on real corpora.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import soxr
from numpy.typing import NDArray

from datagen.types import SAMPLE_RATE, Audio

Array = NDArray[np.float64]

RATE = 12_000
"""Hz at which pitch is measured."""
HOP = RATE // 100
_WINDOW = 480
_FFT = 1_024
MIN_PITCH, MAX_PITCH = 60.0, 400.0
"""Hz."""
VOICED = 0.6
"""Autocorrelation from which a frame is voiced."""
FIRST_PEAK = 0.9
"""Share of the highest peak that an earlier one needs to be the pitch: a multiple is never it."""
GENDER_PITCH = 160.0
"""Hz; speakers whose median is higher are taken for women."""
NUM_BANDS, NUM_CEPSTRA = 26, 13
MEL_RANGE = (100.0, 7_600.0)
"""Hz; what telephone codecs, MP3 and resampling leave alone."""

ALIKE = 1.8
"""Distance. Of espeak voices saying different sentences, two thirds of the same speaker's pairs are
nearer, and 1 in 1,000 pairs of two speakers."""
PRIOR = 10
"""How many speakers' worth of evidence SPREAD is."""
# fmt: off
SPREAD = np.array([
    0.808, 0.774, 0.981, 0.733, 0.547, 0.617, 0.500, 0.357, 0.321, 0.289, 0.245, 0.233, 0.206,
    0.875, 0.284, 0.424, 0.477, 0.357, 0.372, 0.241, 0.201, 0.175, 0.143, 0.166, 0.143, 0.120,
    0.028, 0.037,
])
"""Standard deviation of each feature within a speaker, of 50 espeak voices by 4 sentences."""
# fmt: on


def pitch_track(audio: Audio) -> Array:
    """Return the pitch in Hz of the voiced frames (10 ms) of a recording [S]."""
    sound = soxr.resample(audio, SAMPLE_RATE, RATE).astype(np.float64)
    frames = _frames(sound, _WINDOW, HOP)
    window = np.hanning(_WINDOW)
    spectrum = np.fft.rfft((frames - frames.mean(axis=1, keepdims=True)) * window, _FFT)
    correlation = np.fft.irfft(np.abs(spectrum) ** 2)
    own = np.fft.irfft(np.abs(np.fft.rfft(window, _FFT)) ** 2)
    lags = np.arange(int(RATE / MAX_PITCH), int(RATE / MIN_PITCH) + 1)
    power = correlation[:, :1] / own[0]
    strength = correlation[:, lags] / own[lags] / np.maximum(power, 1e-12)
    is_voiced = (strength.max(axis=1) > VOICED) & (power[:, 0] > 1e-3 * power.max(initial=1e-9))
    return np.array([RATE / lags[_first_peak(row)] for row in strength[is_voiced]])


def _first_peak(strength: Array) -> int:
    """Return the first local maximum that is almost as high as the highest."""
    inner = strength[1:-1]
    peaks = 1 + np.flatnonzero((inner >= strength[:-2]) & (inner > strength[2:]))
    high = peaks[strength[peaks] >= FIRST_PEAK * strength.max()]
    return int(high[0]) if len(high) else int(strength.argmax())


def median_pitch(audio: Audio) -> float:
    """Return the median pitch of a recording [S] in Hz, 0.0 if nothing is voiced."""
    track = pitch_track(audio)
    return float(np.median(track)) if len(track) else 0.0


def cepstra(audio: Audio) -> Array:
    """Return the mel cepstrum [N, NUM_CEPSTRA] of the loud frames, without the level."""
    size = SAMPLE_RATE // 40
    frames = _frames(audio.astype(np.float64), size, SAMPLE_RATE // 100) * np.hanning(size)
    power = np.abs(np.fft.rfft(frames, _FFT, axis=1)) ** 2
    loud = power.sum(axis=1) > 1e-3 * power.sum(axis=1).max(initial=1e-12)
    bands = np.log(power[loud] @ _mel_filters().T + 1e-10)
    return np.asarray(bands @ _cosines().T)


def features(audio: Audio) -> Array:
    """Return a voice in numbers: the mean and spread of its cepstrum and of its pitch."""
    shape = cepstra(audio)
    track = np.log2(pitch_track(audio))
    tone = [np.median(track), track.std()] if len(track) else [0.0, 0.0]
    return np.concatenate([shape.mean(axis=0), shape.std(axis=0), tone])


def alike(references: Iterable[Audio]) -> list[tuple[int, int]]:
    """Return the pairs of references that may be of the same speaker, nearest first.

    What varies within a speaker is learnt from the two halves of each reference, with SPREAD as
    prior, and counts the less (Mahalanobis distance, for one dimension). One reference at a time is
    in memory.
    """
    whole: list[Array] = []
    spread = PRIOR * np.diag(np.square(SPREAD))
    for audio in references:
        first, second = np.array_split(audio, 2)
        change = (features(first) - features(second)) / 2
        spread += np.outer(change, change)
        whole.append(features(audio))
    values, vectors = np.linalg.eigh(spread / (len(whole) + PRIOR))
    rows = np.reshape(whole, (len(whole), len(SPREAD))) @ vectors / np.sqrt(values)
    found: dict[tuple[int, int], float] = {}
    for first_row, row in enumerate(rows):
        distance = np.sqrt(np.square(rows[first_row + 1 :] - row).mean(axis=1))
        for other in np.flatnonzero(distance < ALIKE):
            found[first_row, first_row + 1 + int(other)] = float(distance[other])
    return sorted(found, key=lambda pair: found[pair])


def _frames(sound: Array, size: int, hop: int) -> Array:
    """Return the windows [N, size] of a sound; a short one is padded to one window."""
    padded = np.pad(sound, (0, max(0, size - len(sound))))
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, size)[::hop])


@lru_cache
def _mel_filters() -> Array:
    """Return triangles [NUM_BANDS, bins] that are evenly spaced in mel."""
    low, high = (2_595 * np.log10(1 + hertz / 700) for hertz in MEL_RANGE)
    edges = 700 * (10 ** (np.linspace(low, high, NUM_BANDS + 2) / 2_595) - 1)
    bins = np.fft.rfftfreq(_FFT, 1 / SAMPLE_RATE)
    left, middle, right = (edges[shift : NUM_BANDS + shift, None] for shift in range(3))
    return np.asarray(
        np.maximum(
            0, np.minimum((bins - left) / (middle - left), (right - bins) / (right - middle))
        )
    )


@lru_cache
def _cosines() -> Array:
    """Return the rows [NUM_CEPSTRA, NUM_BANDS] of a cosine transform, without the constant one."""
    place = np.pi * (np.arange(NUM_BANDS) + 0.5) / NUM_BANDS
    return np.asarray(np.cos(np.outer(1 + np.arange(NUM_CEPSTRA), place)) * np.sqrt(2 / NUM_BANDS))
