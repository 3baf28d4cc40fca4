"""Where a clip is speech, by its level alone: enough for what one speaker says into silence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from datagen.types import SAMPLE_RATE, Audio

WINDOW = SAMPLE_RATE // 100
"""Samples in a window: 10 ms."""
FLOOR = -55.0
"""Level in dBFS under which a window is not speech."""
RANGE = 40.0
"""Range in dB under the clip's loudest window; a window below it is not speech."""


def speech_windows(clip: Audio) -> NDArray[np.bool_]:
    """Return which windows of a clip [S] are speech; the last may be shorter than the others."""
    padded = np.pad(clip, (0, -len(clip) % WINDOW)).reshape(-1, WINDOW)
    power = np.square(padded, dtype=np.float32).mean(axis=1)
    level = 10 * np.log10(np.maximum(power, 1e-12))
    return np.asarray(level > max(FLOOR, float(level.max(initial=FLOOR)) - RANGE), np.bool_)


def speech_edges(is_speech: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return [N, 2], the windows (start, end) of each stretch of speech."""
    changes = np.diff(np.concatenate([[False], is_speech, [False]]).astype(np.int8))
    return np.stack([np.flatnonzero(changes == 1), np.flatnonzero(changes == -1)], axis=1)
