"""Make a speaker who does not exist from one who does: pitch and formants moved, as Praat can.

Resampling moves both, overlapping and adding restores the duration, and a filter puts the spectral
envelope where the formants should be. The result stays tied to its speaker: see `Entry.base`.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import soxr
from numpy.typing import NDArray

from datagen.seeds import rng_for
from datagen.types import SAMPLE_RATE, Audio

PITCH = (1.12, 1.25)
FORMANTS = (1.05, 1.15)
"""Ratio by which pitch and formants move, drawn in these ranges, up or down."""
_FRAME, _HOP = 1_200, 300
"""Samples: 50 ms and 12.5 ms."""
_SEARCH = 200
"""Samples that a frame may move to meet the one before: a period of 120 Hz."""
_LIFTER = 40
"""Cepstral coefficients that make the envelope: those under 1.7 ms, shorter than a pitch period."""
_MAX_GAIN = 20.0
"""dB by which the envelope may be corrected."""


def draw(name: str) -> tuple[float, float]:
    """Return the ratios of pitch and formants that a shifted voice's id defines."""
    rng = rng_for(0, name, "shift")
    up = bool(rng.integers(2))
    pitch, formants = rng.uniform(*PITCH), rng.uniform(*FORMANTS)
    return (pitch, formants) if up else (1 / pitch, 1 / formants)


def shift(audio: Audio, pitch: float, formants: float) -> Audio:
    """Multiply pitch and formants of [S] by these ratios; the duration stays."""
    ratio = Fraction(pitch).limit_denominator(200)
    faster = soxr.resample(audio, SAMPLE_RATE * ratio.numerator, SAMPLE_RATE * ratio.denominator)
    moved = _stretch(np.asarray(faster, np.float64), len(audio))
    return np.asarray(_move_envelope(moved, float(ratio) / formants), np.float32)


def _stretch(sound: NDArray[np.float64], num_samples: int) -> NDArray[np.float64]:
    """Make a sound last ``num_samples`` at its own pitch (waveform-similar overlap-add)."""
    window = np.hanning(_FRAME)
    rate = len(sound) / num_samples
    source = np.pad(sound, (_SEARCH, _FRAME + 2 * _SEARCH + _HOP))
    made = np.zeros(num_samples + 2 * _FRAME)
    weight = np.full(len(made), 1e-6)
    at = _SEARCH
    for place in range(0, num_samples, _HOP):
        wanted = source[at + _HOP : at + _HOP + _FRAME] if place else source[at : at + _FRAME]
        middle = _SEARCH + int(place * rate)
        nearby = source[middle - _SEARCH : middle + _SEARCH + _FRAME]
        likeness = np.correlate(nearby, wanted * window, mode="valid") if place else [0.0]
        at = middle - _SEARCH + int(np.argmax(likeness)) if place else _SEARCH
        made[place : place + _FRAME] += source[at : at + _FRAME] * window
        weight[place : place + _FRAME] += window
    return np.asarray(made[:num_samples] / weight[:num_samples])


def _move_envelope(sound: NDArray[np.float64], ratio: float) -> NDArray[np.float64]:
    """Divide the frequencies of the spectral envelope by ``ratio``; the pitch stays."""
    window = np.sqrt(np.hanning(_FRAME + 1)[:-1])
    padded = np.pad(sound, (_FRAME, 2 * _FRAME))
    starts = range(0, len(padded) - _FRAME, _HOP)
    frames = np.stack([padded[start : start + _FRAME] for start in starts]) * window
    spectrum = np.fft.rfft(frames, 2 * _FRAME, axis=1)
    envelope = _envelope(spectrum)
    bins = np.arange(envelope.shape[1])
    wanted = np.stack([np.interp(bins * ratio, bins, row) for row in envelope])
    limit = _MAX_GAIN * np.log(10) / 20
    filtered = spectrum * np.exp(np.clip(wanted - envelope, -limit, limit))
    pieces = np.fft.irfft(filtered, axis=1)[:, :_FRAME] * window
    made = np.zeros(len(padded))
    for start, piece in zip(starts, pieces, strict=True):
        made[start : start + _FRAME] += piece
    return np.asarray(made[_FRAME : _FRAME + len(sound)] / (_FRAME / _HOP / 2))


def _envelope(spectrum: NDArray[np.complex128]) -> NDArray[np.float64]:
    """Return the smooth log magnitude of spectra [N, bins]."""
    cepstrum = np.fft.irfft(np.log(np.abs(spectrum) + 1e-6), axis=1)
    cepstrum[:, _LIFTER : cepstrum.shape[1] - _LIFTER + 1] = 0
    return np.asarray(np.fft.rfft(cepstrum, axis=1).real)
