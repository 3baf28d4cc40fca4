"""Who is speaking: the pitch and the spectral shape of a clip, enough to tell two voices apart.

    Audio [S] --timbre--> Timbre      distance(one, other): 0 for the same sound

Only voiced windows count: those whose waveform repeats itself within 60 to 400 Hz.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datagen.types import SAMPLE_RATE, Audio

WINDOW = SAMPLE_RATE * 40 // 1_000
STEP = WINDOW
_FFT = 1_440
"""Samples in the window and the longest period together, so that nothing wraps around."""
_SHORTEST, _LONGEST = SAMPLE_RATE // 400, SAMPLE_RATE // 60
"""Samples in a period of the highest and the lowest voice."""
VOICED = 0.5
"""Autocorrelation at the period, of that at zero, from which a window is voiced."""
MIN_WINDOWS = 10
"""Voiced windows without which a clip is too short to know its speaker by: 0.4 s."""
_BANDS = 24
_COEFFICIENTS = 13
_SILENCE = 1e-10
PITCH_SPREAD = 0.8
SHAPE_SPREAD = np.array([1.1, 0.9, 1.6, 1.1, 1.0, 1.0, 0.8, 0.7, 0.6, 0.6, 0.5, 0.4])
"""Standard deviations of one speaker's turns, in semitones and nepers: what the words alone change,
over 1,000 turns of 120 espeak-ng voices (pitch, of which they change less than people, 0.5)."""


@dataclass(frozen=True, slots=True)
class Timbre:
    """How a clip's speaker sounds."""

    pitch: float
    """Median pitch in semitones over 1 Hz."""
    shape: NDArray[np.float64]
    """Mean mel cepstrum without its level, [12]."""


def timbre(audio: Audio) -> Timbre | None:
    """Return the timbre of a clip [S]; None if too little of it is voiced."""
    if len(audio) < WINDOW:
        return None
    windows = np.lib.stride_tricks.sliding_window_view(audio, WINDOW)[::STEP]
    energy = np.square(windows).mean(axis=1)
    windows = windows[energy > energy.max() * 10**-2.5]  # within 25 dB of the loudest
    spectrum = np.fft.rfft(windows * _HANN, n=_FFT, axis=1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    correlation = np.fft.irfft(power, axis=1)[:, : _LONGEST + 1] / _WINDOW_CORRELATION
    candidates = correlation[:, _SHORTEST:]
    strongest = candidates.max(axis=1)
    voiced = strongest > VOICED * np.maximum(correlation[:, 0], _SILENCE)
    if voiced.sum() < MIN_WINDOWS:
        return None
    # the shortest period that is nearly as good as the best, against octave errors downwards
    good = candidates[voiced] > 0.9 * strongest[voiced, None]
    period = _SHORTEST + _first_peak(candidates[voiced], good)
    bands = np.log(power[voiced] @ _MEL + _SILENCE)
    shape = (bands @ _COSINES).mean(axis=0)
    return Timbre(float(np.median(12 * np.log2(SAMPLE_RATE / period))), shape)


def distance(one: Timbre, other: Timbre) -> float:
    """Return how different two speakers sound, in standard deviations of one speaker's turns."""
    pitch = (one.pitch - other.pitch) / PITCH_SPREAD
    shape = (one.shape - other.shape) / SHAPE_SPREAD
    return float(np.sqrt(pitch**2 + np.square(shape).sum()))


def _first_peak(candidates: NDArray[np.floating], good: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return where each row [N, lags] first reaches the top of a good stretch."""
    first = good.argmax(axis=1)
    lags = np.arange(candidates.shape[1])
    near = (lags >= first[:, None]) & (lags < first[:, None] + _SHORTEST // 2)
    peaks: NDArray[np.int64] = np.where(near, candidates, -np.inf).argmax(axis=1)
    return peaks


def _window_correlation() -> NDArray[np.float64]:
    """Return the autocorrelation of the window, which the signal's is divided by."""
    power = np.square(np.abs(np.fft.rfft(_HANN, n=_FFT)))
    correlation = np.fft.irfft(power)[: _LONGEST + 1]
    relative: NDArray[np.float64] = correlation / correlation[0]
    return relative


def _mel_filters() -> NDArray[np.float32]:
    """Return triangular filters from 100 Hz to 7.6 kHz, even on the mel scale: [bins, bands]."""
    lowest, highest = 2595 * np.log10(1 + np.array([100.0, 7600.0]) / 700)
    edges = 700 * (10 ** (np.linspace(float(lowest), float(highest), _BANDS + 2) / 2595) - 1)
    frequencies = np.fft.rfftfreq(_FFT, 1 / SAMPLE_RATE)[:, None]
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (frequencies - low) / (middle - low), (high - frequencies) / (high - middle)
    filters: NDArray[np.float32] = np.clip(np.minimum(rising, falling), 0, None).astype(np.float32)
    return filters


def _cosines() -> NDArray[np.float64]:
    """Return the cosine transform without its constant: [bands, coefficients - 1]."""
    place = np.pi / _BANDS * (np.arange(_BANDS) + 0.5)
    cosines: NDArray[np.float64] = np.cos(np.outer(place, np.arange(1, _COEFFICIENTS)))
    cosines *= np.sqrt(2 / _BANDS)
    return cosines


_HANN = np.hanning(WINDOW).astype(np.float32)
_WINDOW_CORRELATION = _window_correlation()
_MEL = _mel_filters()
_COSINES = _cosines()
