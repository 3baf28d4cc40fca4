"""Finite filters over whole channels, block by block, so that cost grows with length alone.

Audio [S], taps [L] --convolve--> Audio [S]          (overlap-save: one FFT for each block)
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from datagen.types import Audio

_SHORTEST_BLOCK = 1 << 12


def convolve(audio: Audio, taps: Audio, delay: int = 0) -> Audio:
    """Filter a channel [S]; ``delay`` samples of what comes out first are left out."""
    overlap = len(taps) - 1
    size = max(_SHORTEST_BLOCK, 1 << (4 * overlap).bit_length())
    hop = size - overlap
    count = -(-(len(audio) + delay) // hop)
    padded = np.zeros(overlap + count * hop, np.float32)
    padded[overlap : overlap + len(audio)] = audio
    spectra = np.fft.rfft(sliding_window_view(padded, size)[::hop], axis=1)
    spectra *= np.fft.rfft(taps, size)
    heard = np.fft.irfft(spectra, size, axis=1)[:, overlap:].ravel()
    return np.asarray(heard[delay : delay + len(audio)], np.float32)
