"""A voice in 14 numbers, in numpy alone: where it is, not whose it is.

    sound [S] at 24 kHz  --frames-->  mel cepstra 1-12, pitch  --mean, median, spread-->  [14]

A speaker-verification network would tell voices apart far better; this needs no weights.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 24_000
WIDTH, HOP = 1_024, 480
"""Samples of an analysis frame (43 ms) and from one to the next (20 ms)."""
NUM_BANDS, NUM_CEPSTRA = 26, 12
TOP = 7_600.0
"""Highest frequency, Hz."""
LOUD = 30.0
"""Frames this far below the loudest are left out, dB."""
PITCH = (65.0, 400.0)
"""Hz"""
VOICED = 0.5
"""Height of the autocorrelation's peak from which a frame is voiced."""

Features = NDArray[np.float64]


def describe(sound: NDArray[np.float32]) -> Features:
    """Return the mean cepstra 1-12, and median and quartile range of log pitch: [14]."""
    if len(sound) < WIDTH:
        sound = np.pad(sound, (0, WIDTH - len(sound)))
    frames = np.lib.stride_tricks.sliding_window_view(sound, WIDTH)[::HOP] * np.hanning(WIDTH)
    power = np.abs(np.fft.rfft(frames, 2 * WIDTH)) ** 2
    level = 10 * np.log10(power.sum(1) + 1e-9)
    power = power[level > level.max() - LOUD]
    bands = np.log(power @ _mel_bank().T + 1e-9)
    return np.concatenate(((bands @ _cosines().T).mean(0), _pitch(power)))


def _pitch(power: Features) -> Features:
    """Return median and quartile range of log2 pitch over voiced frames; no pitch is (0, 0)."""
    correlation = np.fft.irfft(power)
    correlation /= correlation[:, :1] + 1e-12
    shortest, longest = (int(SAMPLE_RATE / hertz) for hertz in PITCH[::-1])
    peaks = correlation[:, shortest:longest]
    lags = shortest + peaks.argmax(1)
    voiced = np.log2(SAMPLE_RATE / lags[peaks.max(1) > VOICED])
    if not len(voiced):
        return np.zeros(2)
    low, middle, high = np.percentile(voiced, (25, 50, 75))
    return np.array([middle, high - low])


@cache
def _mel_bank() -> Features:
    """Return triangles [NUM_BANDS, WIDTH + 1] evenly spread over mel."""
    top = 2595 * np.log10(1 + TOP / 700)
    edges = 700 * (10 ** (np.linspace(0, top, NUM_BANDS + 2) / 2595) - 1)
    hertz = np.linspace(0, SAMPLE_RATE / 2, WIDTH + 1)
    low, middle, high = (edges[shift : shift + NUM_BANDS, None] for shift in range(3))
    rising, falling = (hertz - low) / (middle - low), (high - hertz) / (high - middle)
    return np.asarray(np.clip(np.minimum(rising, falling), 0, None))


@cache
def _cosines() -> Features:
    """Return rows 1-12 of the discrete cosine transform [NUM_CEPSTRA, NUM_BANDS]."""
    order = np.arange(1, NUM_CEPSTRA + 1)[:, None]
    return np.asarray(np.cos(np.pi * order * (np.arange(NUM_BANDS) + 0.5) / NUM_BANDS))
