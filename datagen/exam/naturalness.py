"""Is the timing of an exchange what people's, or a data set's, is? After TurnNat (2607.01345).

    reference dialogues --fit--> TimingModel      two channels --naturalness--> -NLL, near 0 is best

How likely is what both sides do in the next two seconds, given what they did? TurnNat asks
neural networks, here counts of a reference answer, in VAP's bins. Only moments before somebody
starts or stops count: half of the figure is their mean, half that of their worst quarter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from datagen.exam.rules.channel import TimeSpan

RATE = 50
"""Frames a second."""
BINS = (0, 10, 30, 60, 100)
"""Bounds in frames of what is foretold: 0.2, 0.6, 1.2 and 2 s from now (VAP, 2205.09812)."""
DURATIONS = (10, 25, 50, 100, 200)
"""Bounds in frames of how long somebody has been speaking, or silent."""
STEP = 5
"""Frames from one moment to the next."""
BEFORE = 100
"""Frames before a start or an end of speech in which moments count."""
WORST = 0.25
"""Share of the moments that count twice."""
SMOOTH = 8.0
"""Weight, in moments, of what is known of fewer details."""
CLASSES = 1 << 2 * (len(BINS) - 1)
_BUCKETS = len(DURATIONS) + 1
_CONTEXTS = (2 * _BUCKETS) ** 2
Frames = NDArray[np.bool_]
Classes = NDArray[np.int64]


@dataclass(frozen=True)
class Exchange:
    """When each side speaks, in seconds."""

    agent: Sequence[TimeSpan]
    user: Sequence[TimeSpan]
    seconds: float


@dataclass(frozen=True)
class TimingModel:
    """How often what follows what, in a reference."""

    nll: NDArray[np.float64]
    """Negative log-likelihood of each class [contexts, classes]."""
    moments: int
    """Moments of the reference."""

    def naturalness(self, exchange: Exchange) -> float | None:
        """Return how natural an exchange's timing is, None if nobody starts or stops in it."""
        contexts, classes, near = _read(exchange)
        found = np.sort(self.nll[contexts[near], classes[near]])[::-1]
        if not len(found):
            return None
        worst = found[: max(1, int(np.ceil(WORST * len(found))))]
        return -float(0.5 * found.mean() + 0.5 * worst.mean())


def fit(exchanges: Iterable[Exchange]) -> TimingModel:
    """Count what follows what; contexts that are rare lean on those of less detail."""
    counts = np.zeros((_CONTEXTS, CLASSES))
    for exchange in exchanges:
        contexts, classes, _ = _read(exchange)
        np.add.at(counts, (contexts, classes), 1)
    prior = np.full(CLASSES, 1 / CLASSES)
    overall = _shares(counts.sum(0), prior)
    states = _state_of(np.arange(_CONTEXTS))
    by_state = np.stack([_shares(counts[states == state].sum(0), overall) for state in range(4)])
    shares = np.stack([_shares(row, by_state[states[n]]) for n, row in enumerate(counts)])
    return TimingModel(-np.log(shares), int(counts.sum()))


def _shares(counts: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = (counts + SMOOTH * prior) / (counts.sum() + SMOOTH)
    return found


def _state_of(contexts: Classes) -> Classes:
    """Return who speaks in a context: 0 nobody, 1 the agent, 2 the user, 3 both."""
    agent, user = contexts // (2 * _BUCKETS), contexts % (2 * _BUCKETS)
    return agent // _BUCKETS + 2 * (user // _BUCKETS)


def _read(exchange: Exchange) -> tuple[Classes, Classes, Frames]:
    """Return context and class of each moment [n], and which come before a start or an end."""
    sides = [frames(spans, exchange.seconds) for spans in (exchange.agent, exchange.user)]
    moments = np.arange(0, len(sides[0]) - BINS[-1], STEP)
    contexts, classes = np.zeros(len(moments), np.int64), np.zeros(len(moments), np.int64)
    near = np.zeros(len(moments), bool)
    for side in sides:
        contexts = contexts * 2 * _BUCKETS + _context(side)[moments]
        sums = np.concatenate([[0], np.cumsum(side)])
        for start, end in pairwise(BINS):
            said = sums[moments + end] - sums[moments + start]
            classes = 2 * classes + (2 * said >= end - start)
        changes = np.concatenate([[0], np.cumsum(side[1:] != side[:-1]), [0]])
        near |= changes[np.minimum(moments + BEFORE, len(side) - 1)] > changes[moments]
    return contexts, classes, near


def _context(side: Frames) -> Classes:
    """Return who speaks at each frame, and for how long already, as one number."""
    index = np.arange(len(side))
    change = np.concatenate([[True], side[1:] != side[:-1]])
    since = index - np.maximum.accumulate(np.where(change, index, 0))
    return np.searchsorted(DURATIONS, since, side="right") + _BUCKETS * side.astype(np.int64)


def frames(spans: Sequence[TimeSpan], seconds: float) -> Frames:
    """Return in which frames there is speech [n]."""
    found = np.zeros(int(seconds * RATE), bool)
    for span in spans:
        found[round(span.start * RATE) : round(span.end * RATE)] = True
    return found
