"""Rewards of what an agent does at a moment, as numbers from -1 to 1: for GRPO and the like.

    the agent's frames after the decision of a clip  ->  reward of its axis
    the agent's words, the facts of its prompt, other facts  ->  reward for facts

A group of answers to one clip is drawn and their rewards compared (2606.11167); nothing here needs
a model. Speech of less than a second is a nod and takes no turn (Full-Duplex-Bench).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Speech = NDArray[np.bool_]
"""In which frames of 80 ms the agent speaks, from the decision on [T]."""

NOD = 13
"""Frames (1 s) of speech that take the turn; less is a nod."""
PATIENCE = 12.5
"""Frames (1 s) of delay after which an answer is worth 1 / e of a prompt one."""
STOPS_WITHIN = 12
"""Frames (1 s) within which who is interrupted should be silent."""
HOLE = 3
"""Frames (0.24 s) of silence that do not end a stretch of speech."""


def stretches(speech: Speech) -> list[tuple[int, int]]:
    """Return where the agent speaks, [start, stop) each; short holes are filled.

    >>> stretches(np.array([0, 1, 1, 0, 1, 0, 0, 0, 0, 1], bool))
    [(1, 5), (9, 10)]
    """
    frames = np.flatnonzero(speech)
    found: list[tuple[int, int]] = []
    for frame in frames.tolist():
        if found and frame - found[-1][1] <= HOLE:
            found[-1] = (found[-1][0], frame + 1)
        else:
            found.append((frame, frame + 1))
    return found


def turn_start(speech: Speech) -> int | None:
    """Return the frame in which the agent takes the turn; one that lasts to the end counts."""
    for start, stop in stretches(speech):
        if stop - start >= NOD or stop == len(speech):
            return start
    return None


def pause(speech: Speech, window: int) -> float:
    """Return 1 if the agent leaves a pause to the user, -1 if it takes the turn in it.

    Nods cost a quarter each.
    """
    inside = stretches(speech[:window])
    taken = turn_start(speech)
    if taken is not None and taken < window:
        return -1.0
    return max(-1.0, 1.0 - 0.25 * len(inside))


def turn_taking(speech: Speech, window: int) -> float:
    """Return what an answer is worth: 1 at once, less for each moment of delay, -1 for none."""
    start = turn_start(speech)
    if start is None or start >= window:
        return -1.0
    return math.exp(-start / PATIENCE)


def backchannel(speech: Speech, window: int) -> float:
    """Return 1 for one nod in the window, 0 for none, less for more, -1 for taking the turn."""
    taken = turn_start(speech[: window + NOD])
    if taken is not None and taken < window:
        return -1.0
    nods = len(stretches(speech[:window]))
    return 0.0 if not nods else 1.0 - 0.5 * (nods - 1) if nods < 4 else -1.0


def interruption(speech: Speech, window: int) -> float:
    """Return what yielding is worth: 1 for silence at once, -1 for talking on.

    Half of it is for answering afterwards, if the clip is long enough to show it.
    """
    silent = next((start for start in range(len(speech)) if not speech[start:][:HOLE].any()), None)
    if silent is None or silent >= window:
        return -1.0
    stops = max(0.0, 1.0 - max(0, silent - STOPS_WITHIN) / window)
    answers = turn_start(speech[silent:]) is not None
    return 0.5 * stops + (0.5 if answers else 0.0)


AXES: Mapping[str, Callable[[Speech, int], float]] = {
    "pause": pause,
    "turn_taking": turn_taking,
    "backchannel": backchannel,
    "interruption": interruption,
}
"""The reward of each axis, by the name that clips have for it."""


def facts(said: str, own: Sequence[str], foreign: Sequence[str]) -> float:
    """Return the share of ``own`` facts in what was said, less one for each foreign one, if any.

    All as they are spoken: "fifty-eight dollars". A foreign fact is one of another prompt.

    >>> facts("That is fifty dollars, Ann.", ["fifty dollars", "Ann"], ["ten dollars"])
    1.0
    >>> facts("That is ten dollars, Ann.", ["fifty dollars", "Ann"], ["ten dollars"])
    -0.5
    """
    words = _words(said)
    right = [_words(fact) in words for fact in own]
    wrong = sum(_words(fact) in words for fact in foreign if fact not in own)
    share = sum(right) / len(right) if right else 0.0
    return max(-1.0, share - wrong)


def _words(text: str) -> str:
    """Return a text's words, bare, between single spaces."""
    bare = "".join(c if c.isalnum() or c in "'-" else " " for c in text.casefold())
    return f" {' '.join(bare.split())} "
