"""What lies between a mouth and a codec: a room's reverberation, and a telephone line.

Both work on powers of two or on chunks, so that an odd length costs no more than an even one.
"""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np
import soxr

from datagen.types import SAMPLE_RATE, Audio

_REPEATS = 3
"""Trains of echoes, and how much their delays and decays vary (denoiser/augment.py, RevEcho)."""
_JITTER = 0.1
_QUIETEST = 1e-3
"""A train ends when it has decayed to this."""
_TAIL = 1.5
"""Longest reverberation, in seconds."""
_LINE_RATE = 8_000
_BAND = (300.0, 3_400.0)
_SKIRT = 100.0
"""Hz of the telephone's band, and of the slopes outside it."""
_MU = 255.0
"""Of G.711's mu-law."""
_STEPS = 32_767
"""Of a 16-bit sample, to each side of nothing."""


def reverberate(
    audio: Audio, *, initial: float, rt60: float, first_delay: float, seed: int
) -> Audio:
    """Add three trains of decaying echoes to a channel [S]; lengths in seconds."""
    response = _response(initial, rt60, first_delay, np.random.default_rng(seed))
    size = 1 << (len(audio) + len(response) - 1).bit_length()
    spectrum = np.fft.rfft(audio, size) * np.fft.rfft(response, size)
    return np.asarray(np.fft.irfft(spectrum, size)[: len(audio)], np.float32)


def _response(initial: float, rt60: float, first_delay: float, rng: np.random.Generator) -> Audio:
    """Return the impulse response [S]: the sound itself and its echoes."""
    response = np.zeros(round(_TAIL * SAMPLE_RATE) + 1, np.float32)
    response[0] = 1.0
    for _ in range(_REPEATS):
        seconds, level = 0.0, 1.0
        while level > _QUIETEST:
            seconds += first_delay * (1 + _JITTER * rng.uniform(-1, 1))
            if seconds >= _TAIL:
                break
            response[round(seconds * SAMPLE_RATE)] += initial * level
            decay = first_delay * (1 + _JITTER * rng.uniform(-1, 1))
            level *= 10 ** (-3 * decay / rt60)
    return response


def telephone(audio: Audio) -> Audio:
    """Return a channel [S] as a telephone line carries it: 8 kHz, 300-3400 Hz, 8-bit mu-law."""
    narrow = _band(soxr.resample(audio, SAMPLE_RATE, _LINE_RATE, quality="MQ"))
    steps = np.clip(narrow * _STEPS, -_STEPS, _STEPS).astype(np.int32)
    coded = _mu_law()[steps + _STEPS]
    heard = soxr.resample(coded, _LINE_RATE, SAMPLE_RATE, quality="MQ")[: len(audio)]
    return np.pad(heard, (0, len(audio) - len(heard))).astype(np.float32)


def _band(audio: Audio) -> Audio:
    """Keep 300-3400 Hz of a channel at the line's rate."""
    size = 1 << max(1, len(audio) - 1).bit_length()
    spectrum = np.fft.rfft(audio, size)
    spectrum *= _response_of_line(size)
    return np.asarray(np.fft.irfft(spectrum, size)[: len(audio)], np.float32)


@lru_cache(maxsize=4)
def _response_of_line(size: int) -> Audio:
    """Return the line's gain at each frequency of a spectrum."""
    frequencies = np.fft.rfftfreq(size, 1 / _LINE_RATE)
    low, high = _BAND
    rise = np.clip((frequencies - low + _SKIRT) / _SKIRT, 0, 1)
    fall = np.clip((high + _SKIRT - frequencies) / _SKIRT, 0, 1)
    return np.asarray(rise * fall, np.float32)


@cache
def _mu_law() -> Audio:
    """Return what is left of each 16-bit sample, from the lowest on, after 8 bits of mu-law.

    127 steps on each side of nothing: silence stays silence.
    """
    samples = np.arange(-_STEPS, _STEPS + 1) / _STEPS
    coded = np.round(np.log1p(_MU * np.abs(samples)) / np.log1p(_MU) * 127) / 127
    return np.asarray(np.sign(samples) * np.expm1(coded * np.log1p(_MU)) / _MU, np.float32)
