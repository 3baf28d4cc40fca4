"""Full-Duplex-Bench v1: pause handling, backchannels, turn taking, interruption (2503.04721).

Rules as in its code at d7336bd. As published, a turn counts as taken wherever in the file its words
are, and of backchannels the last stretch decides; corrected, only what follows the moment counts,
and any stretch that takes the floor does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datagen.exam.rules.channel import Channel, HeardWord, Mode, TimeSpan

SHORT_SECONDS = 1.0
SHORT_WORDS = 3
"""A turn is no turn if it is shorter than this and has no more words."""
NOD_SECONDS = 3.0
"""A stretch of speech that is longer is no backchannel."""
NOD_WORDS = 2
WINDOW = 0.2
"""Seconds of a bin of the histogram of backchannels."""
EPSILON = 1e-10


@dataclass(frozen=True)
class Taken:
    """Whether the turn was taken, and how long after the moment."""

    took: bool
    latency: float | None
    """Seconds; None if the turn was not taken."""


@dataclass(frozen=True)
class Nods:
    """What a listener did while somebody told something."""

    took: bool
    frequency: float
    """Backchannels a second of the recording."""
    divergence: float
    """Jensen-Shannon distance (natural logarithm) of where they are from where people have them."""
    count: int


def is_turn(words: Sequence[HeardWord]) -> bool:
    """Tell whether words are a turn, and not only a nod."""
    if not words:
        return False
    return words[-1].end - words[0].start >= SHORT_SECONDS or len(words) > SHORT_WORDS


def pause(agent: Channel, pauses: Sequence[TimeSpan] = (), mode: Mode = "as-published") -> bool:
    """Tell whether the agent took the turn of somebody who only paused: it should not.

    Corrected, only words that begin inside a pause, or before the next word of the user's, count.
    """
    if mode == "as-published":
        return is_turn(agent.words)
    return any(_begins_turn(agent, span) for span in pauses)


def _begins_turn(agent: Channel, span: TimeSpan) -> bool:
    """Tell whether a turn of the agent begins inside a stretch."""
    first = next((w for w in agent.words if span.start <= w.start < span.end), None)
    if first is None:
        return False
    return is_turn([word for word in agent.words if word.start >= first.start])


def turn_taking(agent: Channel, user_end: float, mode: Mode = "as-published") -> Taken:
    """Say whether the agent answered, and after how many seconds (0 if it was early).

    Corrected, words before the end of the user's turn are no answer to it; a word that began before
    and goes on is, and its latency is negative.
    """
    if mode == "as-published":
        return _taken(agent.words, user_end, floor=True)
    after = [word for word in agent.words if word.end > user_end]
    return _taken(after, user_end, floor=False)


def interruption(agent: Channel, user_end: float, mode: Mode = "as-published") -> Taken:
    """Say whether the agent answered what the user broke in with.

    The published transcript begins at the end of the interruption; so do the words here.
    """
    after = [word for word in agent.words if word.start >= user_end]
    if mode == "as-published":
        return _taken(after, user_end, floor=True)
    return _taken(after, user_end, floor=False)


def _taken(words: Sequence[HeardWord], moment: float, *, floor: bool) -> Taken:
    if not is_turn(words):
        return Taken(False, None)
    latency = words[0].start - moment
    return Taken(True, max(latency, 0.0) if floor else latency)


def backchannel(
    agent: Channel, reference: Sequence[float] | None, mode: Mode = "as-published"
) -> Nods:
    """Say how a listener nodded. ``reference`` is how people's nods lie over the recording."""
    took = False
    nods: list[TimeSpan] = []
    for span in agent.speech:
        if span.length > NOD_SECONDS:
            took = True
            break
        takes = _takes_floor(agent, span)
        took = takes if mode == "as-published" else took or takes
        if mode == "as-published" or not takes:
            nods.append(span)
    return Nods(took, len(nods) / agent.seconds, _divergence(nods, agent, reference), len(nods))


def _takes_floor(agent: Channel, span: TimeSpan) -> bool:
    words = [word for word in agent.words if _within(word, span)]
    if len(words) > SHORT_WORDS:
        return True
    return not (span.length < SHORT_SECONDS and len(words) <= NOD_WORDS)


def _within(word: HeardWord, span: TimeSpan) -> bool:
    inside = word.start >= span.start and word.end <= span.end
    goes_on = word.start <= span.end < word.end
    began = word.start <= span.start < word.end
    return inside or goes_on or began


def _divergence(
    nods: Sequence[TimeSpan], agent: Channel, reference: Sequence[float] | None
) -> float:
    if not nods or reference is None:
        return 1.0
    return jensen_shannon(histogram(nods, agent.seconds), stretched(reference, agent.seconds))


def bins(seconds: float) -> int:
    """Return the bins of a recording's histogram."""
    return int(seconds / WINDOW) + 1


def histogram(spans: Sequence[TimeSpan], seconds: float) -> NDArray[np.float64]:
    """Return where spans lie: a distribution over bins of 0.2 s."""
    counts = np.zeros(bins(seconds))
    for span in spans:
        counts[int(span.start / WINDOW) : int(span.end / WINDOW) + 1] += 1
    counts += EPSILON
    return np.asarray(counts / counts.sum())


def stretched(reference: Sequence[float], seconds: float) -> NDArray[np.float64]:
    """Return a distribution with as many bins as a recording has, by lines between its points."""
    positions = np.linspace(0, 1, bins(seconds))
    points = np.linspace(0, 1, len(reference))
    return np.asarray(np.interp(positions, points, np.asarray(reference)), np.float64)


def jensen_shannon(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the Jensen-Shannon distance of two distributions (natural logarithm)."""
    p, q = one / one.sum(), other / other.sum()
    middle = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.where(p > 0, p * np.log(p / middle), 0.0)
        right = np.where(q > 0, q * np.log(q / middle), 0.0)
    return float(np.sqrt(max(0.0, float(left.sum() + right.sum()) / 2)))
