"""How loud a clip is: integrated loudness (ITU-R BS.1770-4) and sample peak, with numpy alone.

The standard's filter is applied to the spectrum of 100 ms steps, so a clip costs one FFT.
Four steps make one of the standard's 400 ms blocks, which overlap by 75 %.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from datagen.audio.memo import once
from datagen.types import SAMPLE_RATE, Audio

SILENT_LUFS = -70.0
"""The absolute gate of BS.1770-4, and the loudness reported for silence."""
SILENT_PEAK = -120.0
"""Level reported as the peak of silence, in dBFS."""
BLOCK = 9_600
"""Samples in a gating block: 400 ms. What is shorter is too short to be measured well."""
_STEP = BLOCK // 4
_SOUNDING = 1e-6
"""Mean square under which a step has no speech: -60 dBFS."""
_FULL_SCALE = -0.691
"""The standard's constant in LU, which makes a full-scale 997 Hz sine read -3.01 LUFS."""
_RELATIVE_GATE = -10.0
"""Gate in LU under the mean of the blocks that pass the absolute gate."""
# BS.1770-4, tables 1 and 2: (numerator, denominator) of both filters at 48 kHz
_FILTERS = (
    (
        (1.53512485958697, -2.69169618940638, 1.19839281085285),
        (1.0, -1.69065929318241, 0.73248077421585),
    ),
    ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621)),
)


@once
def loudness(audio: Audio) -> float:
    """Return the gated loudness of a clip [S] in LUFS; -70.0 if nothing passes the gate.

    A clip shorter than 400 ms is measured as one block of its own length.
    """
    if not len(audio):
        return SILENT_LUFS
    blocks = _block_powers(audio)
    loud = blocks[_lufs(blocks) > SILENT_LUFS]
    if not len(loud):
        return SILENT_LUFS
    gate = _lufs(loud.mean()) + _RELATIVE_GATE
    return float(_lufs(loud[_lufs(loud) > gate].mean()))


@once
def peak(audio: Audio) -> float:
    """Return the largest sample of a clip [S] in dBFS; -120.0 for silence."""
    largest = magnitude(audio)
    return max(SILENT_PEAK, 20 * float(np.log10(largest))) if largest else SILENT_PEAK


def magnitude(audio: Audio) -> float:
    """Return the largest magnitude of a sound's samples [S], without a copy of it."""
    return max(float(audio.max(initial=0.0)), -float(audio.min(initial=0.0)))


def powers(channel: Audio, window: int) -> NDArray[np.float32]:
    """Return the mean square of each whole window of so many samples of a channel [S]."""
    windows = channel[: len(channel) // window * window].reshape(-1, window)
    squares: NDArray[np.float32] = np.einsum("ws,ws->w", windows, windows)
    return squares / np.float32(window)


def speech_power(channel: Audio) -> float:
    """Return the mean square of a channel's 100 ms steps that sound (-60 dBFS); 0.0 if none do."""
    steps = powers(channel, _STEP)
    sounding = steps[steps > _SOUNDING]
    return float(sounding.mean(dtype=np.float64)) if len(sounding) else 0.0


def _block_powers(audio: Audio) -> NDArray[np.float64]:
    """Return the weighted mean square of each 400 ms block, one every 100 ms."""
    if len(audio) < BLOCK:
        steps = _step_powers(np.pad(audio, (0, BLOCK - len(audio))))
        return np.array([steps.sum() / 4 * BLOCK / len(audio)])
    steps = _step_powers(audio[: len(audio) // _STEP * _STEP])
    return (steps[:-3] + steps[1:-2] + steps[2:-1] + steps[3:]) / 4


def _step_powers(audio: Audio) -> NDArray[np.float64]:
    """Return the weighted mean square of each 100 ms step, by Parseval's theorem."""
    spectrum = np.fft.rfft(audio.reshape(-1, _STEP), axis=1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    return (power @ _WEIGHTS).astype(np.float64)


def _weights() -> NDArray[np.float32]:
    """Return the K-weighting of each bin's power, with the one-sided spectrum's scale."""
    frequencies = np.fft.rfftfreq(_STEP, 1 / SAMPLE_RATE)
    delay = np.exp(-2j * np.pi * frequencies / 48_000)
    delays = np.stack([np.ones_like(delay), delay, delay**2])
    response = np.ones_like(delay)
    for numerator, denominator in _FILTERS:
        response *= (np.array(numerator) @ delays) / (np.array(denominator) @ delays)
    sides = np.full(len(frequencies), 2.0)
    sides[[0, -1]] = 1.0
    weights: NDArray[np.float64] = sides * np.abs(response) ** 2 / _STEP**2
    return weights.astype(np.float32)


def _lufs(power: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    return np.asarray(_FULL_SCALE + 10 * np.log10(np.maximum(power, 1e-12)))


_WEIGHTS = _weights()
