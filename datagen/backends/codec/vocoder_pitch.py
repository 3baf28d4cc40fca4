"""Book 1 of the vocoder: pitch and voicing of a frame in one index.

pitch, voicing [N, 4] <--> index [N]

0 is unvoiced. Any other names where the frame is voiced, one of 58 pitches half a semitone apart
and one of five slopes, which is what 2,048 entries hold.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from datagen.backends.codec.vocoder_analysis import SUBFRAMES, VOICED, Array
from datagen.types import CARDINALITY

PATTERNS = np.array(
    [
        [0, 0, 0, 0],
        [1, 1, 1, 1],
        [0, 1, 1, 1],
        [0, 0, 1, 1],
        [0, 0, 0, 1],
        [1, 1, 1, 0],
        [1, 1, 0, 0],
        [1, 0, 0, 0],
    ],
    np.float64,
)
"""Where a frame can be voiced: nowhere, everywhere, up to its end, from its start."""
PITCHES = np.linspace(np.log2(62), np.log2(430), 58)
"""Pitch at the middle of the voiced subframes, in log2 of Hz."""
SLOPES = np.array([-0.04, -0.02, 0, 0.02, 0.04])
"""Slopes of the pitch in octaves per subframe."""

_VOICED = PATTERNS[1:]
_COUNTS = _VOICED.sum(1, keepdims=True)
_OFFSETS = _VOICED * (np.arange(SUBFRAMES) - _VOICED @ np.arange(SUBFRAMES)[:, None] / _COUNTS)
_SPREADS = np.maximum((_OFFSETS**2).sum(1), 1e-6)
_LAST = len(_VOICED) * len(PITCHES) * len(SLOPES)
assert _LAST < CARDINALITY


def encode_pitch(pitch: Array, voicing: Array) -> NDArray[np.int16]:
    """Encode log2 Hz and correlation [N, SUBFRAMES] as indices [N]."""
    evidence = (voicing - VOICED)[:, None] * PATTERNS
    pattern = evidence.sum(2).argmax(1)
    voiced = np.maximum(pattern - 1, 0)
    mean = (_VOICED[voiced] * pitch).sum(1) / _COUNTS[voiced, 0]
    slope = (_OFFSETS[voiced] * pitch).sum(1) / _SPREADS[voiced]
    index = (voiced * len(PITCHES) + _nearest(PITCHES, mean)) * len(SLOPES)
    index += _nearest(SLOPES, slope) + 1
    return np.where(pattern > 0, index, 0).astype(np.int16)


def decode_pitch(index: NDArray[np.int16]) -> tuple[Array, NDArray[np.bool_]]:
    """Decode indices [T] to log2 Hz and whether voiced, [T, SUBFRAMES] each.

    An index that no encoder writes is read as the highest one that it does.
    """
    rest, slope = np.divmod(np.clip(index.astype(int), 1, _LAST) - 1, len(SLOPES))
    voiced, mean = np.divmod(rest, len(PITCHES))
    pitch = PITCHES[mean][:, None] + SLOPES[slope][:, None] * _OFFSETS[voiced]
    return pitch.astype(np.float32), (_VOICED[voiced] > 0) & (index > 0)[:, None]


def _nearest(grid: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the index of the nearest point of an ascending grid."""
    return np.searchsorted((grid[1:] + grid[:-1]) / 2, values)
