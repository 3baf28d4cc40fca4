"""The vocoder's voice: pulses and noise, filtered by the band levels.

levels, pitch, voiced [T, 4] --pulse train + noise--> filtered windows --overlap-add--> audio [S]
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from datagen.backends.codec.vocoder_analysis import (
    HOP,
    NUM_BANDS,
    SILENCE,
    TOP,
    Array,
    band_centres,
)
from datagen.types import FRAME, SAMPLE_RATE, Audio

STEP = HOP // 2
"""Samples between filters: 10 ms; every second one is at the centre of a subframe."""
OVERLAP = 3
"""Windows over every sample."""
WINDOW = OVERLAP * STEP
"""Samples of the Hann window, used before and after the filter: 30 ms."""
BLOCK = 256
"""Windows filtered at once."""
REST_HERTZ = 120.0
"""Pitch where nothing is voiced; unheard."""
VOICED_TOP = 5_000.0
"""Frequency in Hz around which voiced sound turns from pulses to noise; more of them would buzz."""
VOICED_SLOPE = 350.0
"""Scale in Hz of the logistic slope from pulses to noise."""
ROLL_OFF = 1 / 1_200
"""Power lost per Hz above TOP, as log10."""


def synthesise(levels: Array, pitch: Array, voiced: NDArray[np.bool_]) -> Audio:
    """Make audio [T * FRAME] of levels [T, 4, NUM_BANDS], pitch (log2 Hz) and voiced [T, 4].

    Frames whose levels are SILENCE become zeros, and cost nothing.
    """
    num_samples = len(levels) * FRAME
    filters = _between(levels.reshape(-1, NUM_BANDS))
    voicing = _between(voiced.reshape(-1, 1).astype(np.float32))
    pulses = _windows(_pulses(_hertz(pitch.reshape(-1), voiced.reshape(-1)), num_samples))
    noise = _windows(_noise(num_samples))
    sound = np.zeros((len(filters) + OVERLAP - 1, STEP), np.float32)
    rows = np.flatnonzero(filters.max(1) > SILENCE + 1)
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        tonal = voicing[block] * _TONAL
        spectrum = np.fft.rfft(pulses[block] * _HANN, axis=1) * np.sqrt(tonal)
        spectrum += np.fft.rfft(noise[block] * _HANN, axis=1) * np.sqrt(1 - tonal)
        pieces = np.fft.irfft(spectrum * _response(filters[block]), axis=1) * _HANN
        for part in range(OVERLAP):
            sound[block + part] += pieces[:, part * STEP : (part + 1) * STEP]
    sound /= np.float32(3 / 8 * OVERLAP)  # what squared Hann windows add up to
    return sound.reshape(-1)[WINDOW // 2 : WINDOW // 2 + num_samples]


def _between(values: Array) -> Array:
    """Return [2 * n + 1, ...]: values at the n centres of subframes, and half way between."""
    fine = np.empty((2 * len(values) + 1, *values.shape[1:]), np.float32)
    fine[1::2] = values
    fine[0], fine[-1] = values[0], values[-1]
    fine[2:-1:2] = (values[:-1] + values[1:]) / 2
    return fine


def _hertz(pitch: Array, voiced: NDArray[np.bool_]) -> Array:
    """Return [n] Hz, carried over the subframes that are not voiced."""
    where = np.flatnonzero(voiced)
    if not len(where):
        return np.full(len(voiced), REST_HERTZ, np.float32)
    every = np.arange(len(voiced))
    return np.exp2(np.interp(every, where, pitch[where])).astype(np.float32)


def _pulses(hertz: Array, num_samples: int) -> Array:
    """Return a pulse train [num_samples] of power 1: one pulse whenever the phase is whole."""
    points = _between(hertz).astype(np.float64)
    clock = np.arange(len(points)) * float(STEP)
    turns = (points[1:] + points[:-1]) / 2 * (STEP / SAMPLE_RATE)
    phase = np.concatenate([[0.0], np.cumsum(turns)])
    times = np.interp(np.arange(1, phase[-1]), phase, clock)
    heights = np.sqrt(SAMPLE_RATE / np.interp(times, clock, points))
    train = np.zeros(num_samples + 2, np.float32)
    before = times.astype(int)
    train[before] = heights * (1 - (times - before))
    train[before + 1] += heights * (times - before)
    return train[:num_samples]


def _noise(num_samples: int) -> Array:
    """Return white noise [num_samples] of power 1, the same every time."""
    return np.random.default_rng(0).standard_normal(num_samples, np.float32)


def _windows(source: Array) -> Array:
    """Return a view [2 * n + 1, WINDOW] of what surrounds every STEP of ``source``."""
    padded = np.pad(source, WINDOW // 2)
    return np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::STEP]


_HANN = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
_HERTZ = np.fft.rfftfreq(WINDOW, 1 / SAMPLE_RATE)
_TONAL = (0.5 - 0.5 * np.tanh((_HERTZ - VOICED_TOP) / (2 * VOICED_SLOPE))).astype(np.float32)
_HALF_LOG = np.log(10) / 2
"""Factor that takes log10 of power to the natural logarithm of amplitude."""


def _spread() -> NDArray[np.float64]:
    """Return [NUM_BANDS, bins], levels of bands to log amplitudes: straight between centres."""
    centres = band_centres()[1:-1]
    lines = np.stack([np.interp(_HERTZ, centres, one) for one in np.eye(NUM_BANDS)])
    return np.asarray(_HALF_LOG * lines)


def _minimum_phase() -> Array:
    """Return [NUM_BANDS, bins], levels to the phases (radians) that sound them soonest.

    Phase is the Hilbert transform of log amplitude, hence linear in the levels; without it pulses
    ring before they sound, which buzzes.
    """
    cepstrum = np.fft.irfft(_spread(), axis=1)
    cepstrum[:, 1 : WINDOW // 2] *= 2
    cepstrum[:, WINDOW // 2 + 1 :] = 0
    return np.asarray(np.fft.rfft(cepstrum, axis=1).imag, np.float32)


_AMPLITUDE = _spread().astype(np.float32)
_PHASE = _minimum_phase()
_TAIL = (-_HALF_LOG * ROLL_OFF * np.clip(_HERTZ - TOP, 0, None)).astype(np.float32)


def _response(levels: Array) -> NDArray[np.complex64]:
    """Return the filters [rows, bins] of levels [rows, NUM_BANDS]."""
    response = np.empty((len(levels), len(_HERTZ)), np.complex64)
    gain, phase = np.exp(levels @ _AMPLITUDE + _TAIL), levels @ _PHASE
    response.real = gain * np.cos(phase)
    response.imag = gain * np.sin(phase)
    return response
