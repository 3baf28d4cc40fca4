"""What lies between a mouth and a codec: a room's reverberation, and a telephone line."""

from __future__ import annotations

from functools import cache

import numpy as np
import soxr

from datagen.audio.filters import convolve
from datagen.types import SAMPLE_RATE, Audio

_REPEATS = 3
"""Trains of echoes, and how much their delays and decays vary (denoiser/augment.py, RevEcho)."""
_JITTER = 0.1
_QUIETEST = 1e-3
"""Share of its first level at which a train has ended."""
_TAIL = 1.5
"""Longest reverberation, in seconds."""
_LINE_RATES = {"g711": 8_000, "amr": 8_000, "wideband": 16_000}
"""Sample rates in Hz of the kinds of line."""
_BAND = (300.0, 3_400.0)
"""Lowest and highest frequency of G.711's band, in Hz; the others have their rate's."""
_TAPS = 255
"""Taps of its band-pass; its slopes are 100 Hz wide (Hamming: 3.3 x rate / taps)."""
_MU = 255.0
"""Parameter mu of G.711's mu-law."""
_STEPS = 32_767
"""Steps of a 16-bit sample on each side of zero."""


def reverberate(
    audio: Audio, *, initial: float, rt60: float, first_delay: float, seed: int
) -> Audio:
    """Add three trains of decaying echoes to a channel [S]; lengths in seconds."""
    rng = np.random.default_rng(seed)
    return convolve(audio, _response(initial, rt60, first_delay, rng))


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


def telephone(audio: Audio, kind: str = "g711") -> Audio:
    """Return a channel [S] as a telephone line of a kind carries it."""
    rate = _LINE_RATES[kind]
    narrow = soxr.resample(audio, SAMPLE_RATE, rate, quality="MQ")
    if kind == "g711":
        narrow = _coded(convolve(narrow, _band(rate), delay=_TAPS // 2))
    heard = soxr.resample(narrow, rate, SAMPLE_RATE, quality="MQ")[: len(audio)]
    line = np.zeros(len(audio), np.float32)
    line[: len(heard)] = heard
    return line


def _coded(narrow: Audio) -> Audio:
    """Return what mu-law leaves of a channel [S], which is overwritten."""
    narrow *= np.float32(_STEPS)
    steps = np.clip(narrow, -_STEPS, _STEPS, out=narrow).astype(np.int16)
    return _mu_law()[steps.view(np.uint16)]


@cache
def _band(rate: int) -> Audio:
    """Return a band-pass filter [L] of linear phase: two windowed sincs."""
    place = np.arange(_TAPS) - _TAPS // 2
    low, high = (2 * edge / rate for edge in _BAND)
    taps = high * np.sinc(high * place) - low * np.sinc(low * place)
    return np.asarray(taps * np.hamming(_TAPS), np.float32)


@cache
def _mu_law() -> Audio:
    """Return what 8 bits of mu-law leave of each 16-bit sample, by the sample's bits.

    127 steps on each side of nothing: silence stays silence.
    """
    samples = np.arange(1 << 16).astype(np.uint16).view(np.int16) / _STEPS
    coded = np.round(np.log1p(_MU * np.abs(samples)) / np.log1p(_MU) * 127) / 127
    return np.asarray(np.sign(samples) * np.expm1(coded * np.log1p(_MU)) / _MU, np.float32)
