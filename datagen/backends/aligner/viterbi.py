"""The likeliest path of a known text through a CTC model's frames, with numpy alone.

    log-probabilities [T, V], labels [L] --align--> the frames [start, end) of each label

The trellis has 2L + 1 states, a blank around every label (Graves et al., 2006). It is the search
of ``torchaudio.functional.forced_align``, and gives the same paths.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

STAY, STEP, SKIP = 0, 1, 2
"""How a state is reached: from itself, the one before, or over a blank from the one before that."""


def best_path(
    emissions: NDArray[np.float32], labels: Sequence[int], blank: int
) -> NDArray[np.intp]:
    """Return the state of each frame [T] on the likeliest path; odd state 2i + 1 is label i.

    ``emissions`` [T, V] are log-probabilities. Ties go to the state that is already held. Raises
    ValueError if there are fewer frames than the labels (and a blank between equal ones) need.
    """
    tokens = np.asarray(labels, np.intp)
    needed = len(tokens) + int(np.count_nonzero(tokens[1:] == tokens[:-1]))
    if not 0 < needed <= len(emissions):
        raise ValueError(f"{len(tokens)} labels do not fit in {len(emissions)} frames")
    states = np.full(2 * len(tokens) + 1, blank, np.intp)
    states[1::2] = tokens
    barred = np.full(len(states), -np.inf, np.float32)
    """Score added to a skip: a blank, and the second of two equal labels, cannot be skipped to."""
    barred[3::2] = np.where(tokens[1:] != tokens[:-1], 0, -np.inf)
    moves, last = _sweep(np.ascontiguousarray(emissions[:, states]), barred)
    state = len(states) - 1 if last[-1] > last[-2] else len(states) - 2
    path = np.empty(len(emissions), np.intp)
    for frame in range(len(emissions) - 1, -1, -1):
        path[frame] = state
        state -= int(moves[frame, state])
    return path


def _sweep(
    scores: NDArray[np.float32], barred: NDArray[np.float32]
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return how each state of each frame is best reached, and the score of each at the end.

    ``scores`` [T, S] are the states' own. Buffers are reused: this loop is all the time it takes.
    """
    num_frames, num_states = scores.shape
    padded = np.full(num_states + 2, -np.inf, np.float32)
    before, by_step, by_skip = padded[2:], padded[1:-1], padded[:-2]
    before[:2] = scores[0, :2]
    skips, best = np.empty_like(barred), np.empty_like(barred)
    stepped = np.zeros((num_frames, num_states), np.bool_)
    skipped = np.zeros((num_frames, num_states), np.bool_)
    for frame in range(1, num_frames):
        np.greater(by_step, before, out=stepped[frame])
        np.maximum(by_step, before, out=best)
        np.add(by_skip, barred, out=skips)
        np.greater(skips, best, out=skipped[frame])
        np.maximum(skips, best, out=best)
        np.add(best, scores[frame], out=before)
    return np.where(skipped, np.int8(SKIP), stepped.astype(np.int8)), before


def label_spans(path: NDArray[np.intp], num_labels: int) -> NDArray[np.intp]:
    """Return the frames [L, 2] (start, end) that a path spends on each label."""
    wanted = 2 * np.arange(num_labels) + 1
    return np.stack([np.searchsorted(path, wanted), np.searchsorted(path, wanted, "right")], axis=1)
