"""What the vocoder keeps of sound: 24 band levels, pitch and voicing for every 20 ms.

audio [S] --spectra--> levels [N, 4, 24] and pitch candidates --tracking--> pitch, voicing [N, 4]

One spectrum serves both: its bands are the envelope, its inverse is the autocorrelation. What is
found in a frame depends only on samples within REACH of it, however much silence lies around.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from datagen.types import FRAME, SAMPLE_RATE, Audio

Array = NDArray[np.float32]

SUBFRAMES = 4
"""Subframes per codec frame."""
HOP = FRAME // SUBFRAMES
"""Samples per subframe: 20 ms."""
WINDOW = 1_024
"""Samples of the Hann window centred on each subframe: 42.7 ms."""
MARGIN = (WINDOW - HOP) // 2
"""Samples that a frame's windows see on either side of it: 11.3 ms."""
NUM_BANDS = 24
TOP = 9_600.0
"""Highest frequency that is coded, in Hz."""
SILENCE = -9.0
"""Least power of any band, as log10."""
BLOCK = 64
"""Frames analysed at once, to stay in the cache and to need little memory."""

LAG_RATE = 6_000
"""Rate in Hz at which lags are counted: only what lies below 3 kHz decides the pitch."""
LAG_BINS = WINDOW * LAG_RATE // (2 * SAMPLE_RATE) + 1
RUMBLE_BINS = 3
"""Lowest bins left out of the autocorrelation: below 60 Hz."""
NOISE = 1e-7
"""Power at which a perfect period scores half: -70 dBFS."""
LAGS = np.round(np.geomspace(14, 97, 6)).astype(int)
"""Edges of the five ranges of lags, from 62 Hz to 429 Hz; each range offers its highest peak."""
NUM_CANDIDATES = len(LAGS) - 1
OCTAVE_BONUS = 0.04
"""Score per octave for a higher pitch: twice a period fits as well as the period."""
JUMP_COST = 1.2
"""Score per octave of change between subframes."""
MAX_JUMP = 0.6
"""Octaves beyond which a change costs no more."""
VOICED = 0.5
"""Correlation from which a subframe counts as voiced."""
BACK, AHEAD = 2, 1
"""Frames before and after a frame that help to choose its pitch."""
REACH = (BACK * FRAME + MARGIN, AHEAD * FRAME + MARGIN)
"""Samples before and after a frame on which its tokens depend: 171 ms and 91 ms."""


@dataclass(frozen=True, slots=True)
class Features:
    """Measures of the N of a channel's T frames that are not digital silence."""

    frames: NDArray[np.intp]
    """[N], which frames."""
    levels: Array
    """[N, SUBFRAMES, NUM_BANDS], log10 of power: white noise of RMS 1 has 0 everywhere."""
    pitch: Array
    """[N, SUBFRAMES], log2 of Hz."""
    voicing: Array
    """[N, SUBFRAMES], correlation of one period with the next."""


def analyse(audio: Audio) -> Features:
    """Measure the frames of ``audio`` [S] whose windows hold anything but zeros."""
    num_frames = -(-len(audio) // FRAME)
    padded = np.zeros((num_frames + 1) * FRAME, np.float32)
    padded[MARGIN : MARGIN + len(audio)] = audio
    frames = _sounding(padded)
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    levels = np.empty((len(frames), SUBFRAMES, NUM_BANDS), np.float32)
    shape = (num_frames + BACK + AHEAD, SUBFRAMES, NUM_CANDIDATES)
    pitches, voicings = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for start in range(0, len(frames), BLOCK):
        block = frames[start : start + BLOCK]
        rows = (block[:, None] * SUBFRAMES + np.arange(SUBFRAMES)).reshape(-1)
        power = _power(windows[rows])
        levels[start : start + BLOCK] = _levels(power).reshape(-1, SUBFRAMES, NUM_BANDS)
        for target, found in zip((pitches, voicings), _candidates(power), strict=True):
            target[block + BACK] = found.reshape(-1, SUBFRAMES, NUM_CANDIDATES)
    return Features(frames, levels, *_track(pitches, voicings, frames))


def _sounding(padded: Array) -> NDArray[np.intp]:
    """Return which frames reach a sample that is not zero."""
    sounding = padded.reshape(-1, FRAME) != 0
    return np.flatnonzero(sounding[:-1].any(1) | sounding[1:, : 2 * MARGIN].any(1))


_HANN = np.hanning(WINDOW + 1)[:-1].astype(np.float32)


def _power(windows: Array) -> Array:
    """Return power spectra [rows, bins] of [rows, WINDOW]; white noise of RMS 1 has mean 1."""
    spectrum = np.fft.rfft(windows * _HANN, axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    return np.asarray(power / (_HANN**2).sum(), np.float32)


def band_centres() -> NDArray[np.float64]:
    """Return the bands' centres in Hz and their outer edges, [NUM_BANDS + 2].

    They are mel-spaced, but so far apart that single harmonics are not resolved.
    """
    lowest, highest = (2595 * np.log10(1 + hertz / 700) for hertz in (60, TOP))
    centres = 700 * (10 ** (np.linspace(lowest, highest, NUM_BANDS + 2) / 2595) - 1)
    for band in range(1, NUM_BANDS + 2):
        centres[band] = max(centres[band], centres[band - 1] + 140)
    return centres


def _triangles() -> NDArray[np.float64]:
    """Return [bins, NUM_BANDS], which takes a power spectrum to the mean power of each band."""
    centres = band_centres()[:, None]
    hertz = np.fft.rfftfreq(WINDOW, 1 / SAMPLE_RATE)
    rise = (hertz - centres[:-2]) / (centres[1:-1] - centres[:-2])
    fall = (centres[2:] - hertz) / (centres[2:] - centres[1:-1])
    weights = np.clip(np.minimum(rise, fall), 0, None)
    return np.ascontiguousarray((weights / weights.sum(1, keepdims=True)).T)


_TRIANGLES = _triangles()


def _levels(power: Array) -> NDArray[np.float64]:
    """Return log10 band powers [rows, NUM_BANDS].

    The product is taken in double precision: its rounding depends on how many rows there are.
    """
    return np.asarray(np.log10(power.astype(np.float64) @ _TRIANGLES + 10**SILENCE))


def _lag_weights() -> Array:
    """Return what undoes the fading of the window's autocorrelation with lag, [LAGS[-1] + 1]."""
    power = np.abs(np.fft.rfft(_HANN[:: SAMPLE_RATE // LAG_RATE])) ** 2
    own = np.fft.irfft(power)[: LAGS[-1] + 1]
    return np.asarray(own[0] / own, np.float32)


_LAG_WEIGHTS = _lag_weights()


def _candidates(power: Array) -> tuple[Array, Array]:
    """Return log2 Hz and correlation of the best peak in each range of lags, [rows, 5] each."""
    spectrum = power[:, :LAG_BINS].copy()
    spectrum[:, :RUMBLE_BINS] = 0
    correlation = np.asarray(np.fft.irfft(spectrum, axis=1)[:, : LAGS[-1] + 1], np.float32)
    correlation *= _LAG_WEIGHTS / (correlation[:, :1] + np.float32(NOISE))
    here = correlation[:, 1:-1]
    peak = (here > correlation[:, :-2]) & (here >= correlation[:, 2:])
    height = np.where(peak, here, 0)
    tops = [a + height[:, a - 1 : b - 1].argmax(1) for a, b in pairwise(LAGS)]
    lag, rows = np.stack(tops, axis=1), np.arange(len(power))[:, None]
    before, at, after = (correlation[rows, lag + shift] for shift in (-1, 0, 1))
    bend = np.minimum(before - 2 * at + after, np.float32(-1e-6))
    offset = np.clip((before - after) / (2 * bend), -0.5, 0.5)
    pitch = np.log2(LAG_RATE / (lag + offset))
    return np.asarray(pitch, np.float32), height[rows, lag - 1]


def _track(pitches: Array, voicings: Array, frames: NDArray[np.intp]) -> tuple[Array, Array]:
    """Return pitch and voicing [N, SUBFRAMES] of the likeliest path through candidates [.., 4, 5].

    Each frame has its own path through itself and its neighbours; all are found at once. A frame
    none of whose candidates is voiced is coded without a pitch, so it needs no path.
    """
    tracks = np.zeros((2, len(frames), SUBFRAMES), np.float32)
    voiced = np.flatnonzero(voicings[frames + BACK].max((1, 2)) >= VOICED)
    around = frames[voiced, None] + np.arange(BACK + 1 + AHEAD)
    steps = (len(voiced), (BACK + 1 + AHEAD) * SUBFRAMES, NUM_CANDIDATES)
    pitch, voicing = (
        np.ascontiguousarray(found[around].reshape(steps).transpose(1, 2, 0))
        for found in (pitches, voicings)
    )
    choice = _viterbi(pitch, voicing + np.float32(OCTAVE_BONUS) * pitch)[:, None]
    own = slice(BACK * SUBFRAMES, (BACK + 1) * SUBFRAMES)
    for track, found in zip(tracks, (pitch, voicing), strict=True):
        track[voiced] = np.take_along_axis(found[own], choice[own], axis=1)[:, 0].T
    return tracks[0], tracks[1]


def _viterbi(pitch: Array, score: Array) -> NDArray[np.intp]:
    """Return which candidate [steps, N] lies on the best path through [steps, 5, N].

    The first of equal ones is taken. Frames lie side by side, so that each step is a few sums of
    whole rows.
    """
    best = score[0]
    origins = np.zeros(pitch.shape, np.int8)
    for step in range(1, len(pitch)):
        total, place = _entered(pitch[step - 1, 0], pitch[step], best[0]), origins[step]
        for candidate in range(1, NUM_CANDIDATES):
            other = _entered(pitch[step - 1, candidate], pitch[step], best[candidate])
            place[other > total] = candidate
            np.maximum(total, other, out=total)
        best = score[step] + total
    path, columns = [best.argmax(0)], np.arange(best.shape[1])
    for origin in origins[:0:-1]:
        path.append(origin[path[-1], columns].astype(np.intp))
    return np.stack(path[::-1])


def _entered(before: Array, pitch: Array, best: Array) -> Array:
    """Return the score [5, N] of coming to candidates from one before them, without their own."""
    change: Array = np.abs(before - pitch)
    np.minimum(change, np.float32(MAX_JUMP), out=change)
    change *= np.float32(JUMP_COST)
    np.subtract(best, change, out=change)
    return change
